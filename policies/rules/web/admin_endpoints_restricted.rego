# METADATA
# title: Admin endpoints are not publicly reachable
# description: >-
#   A console that the whole internet can open is one stolen password or one bug away from being everybody's.
# related_resources:
# - https://nginx.org/en/docs/http/ngx_http_access_module.html
# - https://doc.traefik.io/traefik/reference/install-configuration/api-dashboard/
# custom:
#   severity: high
#   input: [edges, workloads.all, workloads.services, probes.http]
#   needs: [probes.http]
#   params:
#     admin_paths:
#       default: [/admin, /realms/master, /actuator, /metrics, /debug, /phpmyadmin, /dashboard]
#       meaning: Paths that only administrators and machines of one's own ask for
#       unit: path
#   help: >-
#     Allow the addresses of the office or VPN and deny all others: `allow 10.8.0.0/16; deny all;`, an ipAllowList that the
#     router uses, `whitelist-source-range`.
package rules.web.admin_endpoints_restricted

import data.lib.edges

admin := [{"edge": edge, "location": location} |
	some edge in input.edges
	some location in edge.locations
	location.answers in {"proxy", "files"}
	is_admin(location)
]

# With the slash that keeps /administrators apart from /admin.
folders := {concat("", [path, "/"]) | some path in input.params.admin_paths}

is_admin(location) if {
	location.matching != "expression"
	strings.any_prefix_match(concat("", [location.path, "/"]), folders)
}

is_admin(location) if {
	location.matching == "expression"
	some path in input.params.admin_paths
	contains(replace(location.path, "\\", ""), path)
}

dashboards := [word |
	some workload in input.workloads.all
	some port in workload.published
	port.container_port == 8080
	not port.loopback
	some container in workload.containers
	some word in container.command
	regex.match(`(?i)^--api\.insecure(=true)?$`, word.text)
]

consoles := [service |
	some service in input.workloads.services
	service.kind in {"NodePort", "LoadBalancer"}
	some product in service.products
	product.kind == "admin-ui"
]

subjects contains one.location.at if some one in admin

subjects contains word.at if some word in dashboards

subjects contains service.at if some service in consoles

subjects contains edge.at if {
	some edge in input.edges
	edges.hidden(edge, "access") != set()
}

unknown contains open if {
	some edge in input.edges
	some open in edges.open_at(edge, "access")
}

unknown contains open if {
	some one in admin
	not one.location.access.denies
	some open in edges.open_at(one.location, "access")
}

everybody := {"0.0.0.0/0", "::/0", "all"}

deny contains {"at": one.location.at, "message": sprintf("everybody can ask %s for %s", [one.edge.name, one.location.path])} if {
	some one in admin
	not one.location.access.denies
	edges.hidden(one.location, "access") == set()
}

deny contains {"at": allowed.at, "message": sprintf("the list for %s allows everybody", [one.location.path])} if {
	some one in admin
	one.location.access.denies
	some allowed in one.location.access.allow
	allowed.value in everybody
}

deny contains {"at": word.at, "message": "the dashboard of Traefik answers everybody who reaches the published port"} if {
	some word in dashboards
}

deny contains {"at": service.at, "message": sprintf("%s opens an administration console to the outside", [service.name])} if {
	some service in consoles
}
