# METADATA
# title: Rate limit is configured
# description: >-
#   Without a limit one client can try every password, or keep everybody else out.
# related_resources:
# - https://nginx.org/en/docs/http/ngx_http_limit_req_module.html
# - https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/ratelimit/
# custom:
#   severity: high
#   input: [edges, settings.known, settings.unseen]
#   roles: [rate_limit, rate_limit_enabled]
#   scope: bundle
#   absent_in: review
#   params:
#     api_prefix:
#       default: /api
#       meaning: Where the API of an application lies
#       unit: path
#   help: >-
#     In nginx define a `limit_req_zone` and use it with `limit_req`; in Traefik let the router use a rateLimit middleware;
#     for an Ingress set `limit-rps`.
package rules.web.rate_limiting_configured

import data.lib.edges
import data.lib.settings

proxying(edge) := [location | some location in edge.locations; location.answers == "proxy"]

# The locations below the prefix, else those that take its requests.
api(edge) := below if {
	below := [location | some location in proxying(edge); startswith(location.path, input.params.api_prefix)]
	below != []
} else := [location | some location in proxying(edge); startswith(input.params.api_prefix, location.path)]

judged := [{"edge": edge, "location": location} |
	some edge in input.edges
	some location in api(edge)
]

switches := [setting | some setting in input.settings.known.rate_limit_enabled]

numbers := [setting |
	some setting in input.settings.known.rate_limit
	regex.match(`^-?[0-9]+$`, trim_space(setting.value))
]

subjects contains one.location.at if some one in judged

subjects contains setting.at if some setting in array.concat(switches, numbers)

subjects contains zone.at if {
	some edge in input.edges
	some zone in edge.unused_limits
}

unknown contains open if {
	some edge in input.edges
	some open in edges.open_at(edge, "rate-limits")
}

unknown contains open if {
	some one in judged
	one.location.rate_limits == []
	some open in edges.open_at(one.location, "rate-limits")
}

unknown contains {"at": limit.at, "message": "the rate of the limit is not in the tree", "give": "the file that defines its zone"} if {
	some one in judged
	some limit in one.location.rate_limits
	not limit.milli_per_second
}

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in input.settings.unseen.rate_limit_enabled
}

deny contains {"at": limit.at, "message": sprintf("the limit at %s is none", [one.location.path])} if {
	some one in judged
	some limit in one.location.rate_limits
	limit.milli_per_second == 0
}

deny contains {"at": zone.at, "message": sprintf("nothing uses the limit `%s`", [zone.value])} if {
	some edge in input.edges
	some zone in edge.unused_limits
}

deny contains {"at": setting.at, "message": sprintf("%s turns rate limiting off", [setting.name])} if {
	some setting in switches
	trim_space(setting.value) != ""
	not settings.is_on(setting.value)
}

deny contains {"at": setting.at, "message": sprintf("%s allows %s requests, which is no limit", [setting.name, setting.value])} if {
	some setting in numbers
	to_number(trim_space(setting.value)) <= 0
}

deny contains {"at": one.location.at, "message": sprintf("nothing limits requests to %s of %s", [one.location.path, one.edge.name]), "absent": true} if {
	some one in judged
	one.location.rate_limits == []
	edges.hidden(one.location, "rate-limits") == set()
	not one.edge.deployment in limited
}

# Deployments whose application limits requests itself.
limited := {setting.deployment |
	some setting in switches
	settings.is_on(setting.value)
}
