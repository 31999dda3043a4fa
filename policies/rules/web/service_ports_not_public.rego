# METADATA
# title: Internal service ports are closed to the internet
# description: >-
#   An application server, a message queue or a metrics endpoint that is reached past the proxy answers without the
#   proxy's TLS, limits and access rules, and often without any password.
# related_resources:
# - https://docs.docker.com/engine/network/port-publishing/
# - https://kubernetes.io/docs/concepts/services-networking/service/
# custom:
#   severity: critical
#   input: [workloads.all, workloads.services, probes.tcp]
#   needs: [probes.tcp]
#   params:
#     internal_ports:
#       default: [2375, 2376, 5005, 5601, 5672, 8500, 9090, 9093, 9100, 9229, 10250, 15672]
#       meaning: Host ports that no deployment may open to the outside
#       unit: TCP port numbers
#     application_ports:
#       default: [3000, 5000, 8000, 8080, 9000]
#       meaning: Host ports of application servers, closed where the deployment has a proxy or an Ingress before them
#       unit: TCP port numbers
#   help: >-
#     Publish it on loopback only, for example `127.0.0.1:8000:8000`, or not at all and let the proxy reach it by its
#     name.
package rules.web.service_ports_not_public

import data.lib.databases
import data.lib.ports

# Databases and caches belong to database-not-public.
opened contains {
	"workload": workload.name,
	"behind_proxy": behind_proxy(workload),
	"port": published,
} if {
	some workload in input.workloads.all
	some published in workload.published
	published.protocol == "tcp"
	not databases.leads_to_database(workload, published)
}

# The proxy itself stands before the others, not behind.
behind_proxy(workload) if {
	workload.edge_in_deployment
	every container in workload.containers {
		object.get(container, ["product", "kind"], "") != "proxy"
	}
} else := false

subjects contains open.port.at if some open in opened

subjects contains workload.at if {
	some workload in input.workloads.all
	workload.host_network
	not databases.leads_to_database(workload, {})
}

subjects contains port.at if {
	some service in balanced
	some port in service.ports
}

# What a node opens is in the range of node ports, which none of the listed ones is.
balanced := [service |
	some service in array.concat(
		[one | some one in input.workloads.services; one.kind == "LoadBalancer"],
		[one | some one in input.workloads.services; one.external_ips; one.kind == "ClusterIP"],
	)
	not databases.is_database_service(service)
]

unknown contains {
	"at": open.port.at,
	"message": sprintf("which port %s publishes depends on a variable that nothing sets", [open.workload]),
	"give": "the env file that sets it",
} if {
	some open in opened
	not open.port.known
	not open.port.loopback
}

deny contains {
	"at": open.port.at,
	"message": sprintf("%s opens port %v %s", [open.workload, open.port.host_port, ports.reach(open.port)]),
} if {
	some open in opened
	open.port.known
	not open.port.loopback
	open.port.host_port in input.params.internal_ports
}

# What listens elsewhere says so with a flag.
deny contains {
	"at": workload.at,
	"message": sprintf("%s opens port %v on every address of the host, whose network it shares", [workload.name, port]),
} if {
	some workload in input.workloads.all
	workload.host_network
	some container in workload.containers
	some product in data.data.products
	product.kind == "metrics"
	product.name == container.product.name
	some port in product.ports
	port in input.params.internal_ports
	every word in container.command {
		not contains(word.text, "listen-address")
	}
	every published in workload.published {
		published.host_port != port
	}
}

deny contains {
	"at": open.port.at,
	"message": sprintf(
		"%s opens port %v %s, past the proxy of the same deployment",
		[open.workload, open.port.host_port, ports.reach(open.port)],
	),
} if {
	some open in opened
	open.behind_proxy
	open.port.known
	not open.port.loopback
	open.port.host_port in input.params.application_ports
	not open.port.host_port in input.params.internal_ports
}

deny contains {
	"at": port.at,
	"message": sprintf("%s opens port %v to the outside %s", [service.name, port.port, ports.opening(service).as]),
} if {
	some service in balanced
	some port in service.ports
	port.port in input.params.internal_ports
}
