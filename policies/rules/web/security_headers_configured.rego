# METADATA
# title: Security headers are configured at the edge
# description: >-
#   Without them a browser guesses what a file is, lets any site put pages into a frame, and tells other sites which page
#   somebody came from.
# related_resources:
# - https://owasp.org/www-project-secure-headers/
# - https://nginx.org/en/docs/http/ngx_http_headers_module.html
# custom:
#   severity: medium
#   input: [edges]
#   params:
#     required_headers:
#       default: [x-content-type-options, x-frame-options, referrer-policy]
#       meaning: Headers in lower case that every answer carries; frame-ancestors of a CSP stands for x-frame-options
#       unit: none
#   help: >-
#     Add them to every answer. In nginx a location with an `add_header` of its own drops those of the server, so repeat
#     them there or write `add_header_inherit merge`.
package rules.web.security_headers_configured

import data.lib.edges

answering := [{"edge": edge, "location": location} |
	some edge in input.edges
	some location in edges.answering(edge)
]

subjects contains one.location.at if some one in answering

subjects contains edge.at if {
	some edge in input.edges
	edges.hidden(edge, "headers") != set()
}

unknown contains open if {
	some edge in input.edges
	some open in edges.open_at(edge, "headers")
}

unknown contains open if {
	some one in answering
	lacking(one.location) != []
	some open in edges.open_at(one.location, "headers")
}

unknown contains {"at": header.at, "message": sprintf("a variable decides the value of %s", [header.name]), "give": "the answer of a probe"} if {
	some one in answering
	some header in one.location.headers
	header.name in required
	not header.value
}

required := {name | some name in input.params.required_headers}

lacking(location) := [name |
	some name in input.params.required_headers
	not sent(location, name)
]

# A value that nobody knows is an open question, no lack.
sent(location, name) if null in edges.values(location, name)

sent(location, name) if {
	some value in edges.values(location, name)
	is_string(value)
	fits(name, value)
}

sent(location, "x-frame-options") if {
	some value in edges.values(location, "content-security-policy")
	frames(value)
}

frames(value) if value == null

frames(value) if {
	is_string(value)
	contains(lower(value), "frame-ancestors")
}

fits("x-content-type-options", value) if lower(trim_space(value)) == "nosniff"

fits("x-frame-options", value) if lower(trim_space(value)) in {"deny", "sameorigin"}

fits("referrer-policy", value) if {
	trim_space(value) != ""
	not contains(lower(value), "unsafe-url")
}

fits(name, value) if {
	not name in {"x-content-type-options", "x-frame-options", "referrer-policy"}
	trim_space(value) != ""
}

deny contains {"at": one.location.at, "message": sprintf("%s of %s answers without %s", [one.location.path, one.edge.name, concat(", ", names)])} if {
	some one in answering
	names := lacking(one.location)
	names != []
	edges.hidden(one.location, "headers") == set()
}
