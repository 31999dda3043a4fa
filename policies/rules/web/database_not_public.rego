# METADATA
# title: Database is not publicly accessible
# description: >-
#   A database that the internet reaches is found by scanners within hours; then one weak password or one unpatched flaw
#   gives all data away. Docker publishes ports past the host's firewall.
# related_resources:
# - https://docs.docker.com/engine/network/port-publishing/
# - https://kubernetes.io/docs/concepts/services-networking/service/
# custom:
#   severity: critical
#   input: [workloads.all, workloads.services, probes.tcp]
#   needs: [probes.tcp]
#   help: >-
#     Publish no port (services of the same network reach it by name), or on loopback only, for example
#     `127.0.0.1:5432:5432`; in Kubernetes use a Service of type ClusterIP.
package rules.web.database_not_public

import data.lib.databases
import data.lib.ports

subjects contains workload.at if some workload in holding

holding := [workload |
	some workload in input.workloads.all
	some container in workload.containers
	container.product.kind in databases.kinds
	container.role != "init"
]

subjects contains published.at if {
	some workload in input.workloads.all
	some published in workload.published
	databases.leads_to_database(workload, published)
}

subjects contains service.at if some service in database_services

database_services := [service |
	some service in input.workloads.services
	databases.is_database_service(service)
]

unknown contains {
	"at": published.at,
	"message": sprintf("where %s publishes its database depends on a variable that nothing sets", [workload.name]),
	"give": "the env file that sets it",
} if {
	some workload in input.workloads.all
	some published in workload.published
	databases.leads_to_database(workload, published)
	not published.known
	not published.loopback
}

deny contains {
	"at": published.at,
	"message": sprintf("%s publishes its database %s", [workload.name, how(published)]),
} if {
	some workload in input.workloads.all
	some published in workload.published
	databases.leads_to_database(workload, published)
	published.known
	not published.loopback
}

deny contains {
	"at": workload.at,
	"message": sprintf("%s runs its database on the host's network, where every address answers", [workload.name]),
} if {
	some workload in holding
	workload.host_network
	every published in workload.published {
		published.loopback
	}
}

deny contains {
	"at": opening.at,
	"message": sprintf("%s opens a database to the outside %s", [service.name, opening.as]),
} if {
	some service in database_services
	opening := ports.opening(service)
}

how(published) := sprintf("as port %v %s", [published.host_port, ports.reach(published)]) if {
	published.host_port
} else := sprintf("as a random port %s", [ports.reach(published)])
