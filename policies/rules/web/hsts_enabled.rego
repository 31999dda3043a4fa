# METADATA
# title: HSTS header is set
# description: >-
#   Without it the first request of a visit goes out unencrypted, and whoever stands between answers it instead.
# related_resources:
# - https://www.rfc-editor.org/rfc/rfc6797
# - https://hstspreload.org/
# custom:
#   severity: medium
#   input: [edges, probes.http]
#   needs:
#   - {section: probes.http, when: targets}
#   params:
#     hsts_min_age:
#       default: 15552000
#       meaning: Least time that browsers keep to https
#       unit: seconds
#   help: >-
#     Send `Strict-Transport-Security: max-age=31536000` with every answer over https; a middleware counts only where a
#     router uses it.
package rules.web.hsts_enabled

import data.lib.edges

secure := [{"edge": edge, "location": location} |
	some edge in input.edges
	443 in edge.ports
	some location in edges.answering(edge)
]

subjects contains one.location.at if some one in secure

subjects contains edge.at if {
	some edge in input.edges
	443 in edge.ports
	edges.hidden(edge, "headers") != set()
}

unknown contains open if {
	some edge in input.edges
	443 in edge.ports
	some open in edges.open_at(edge, "headers")
}

unknown contains open if {
	some one in secure
	ages(one.location) == []
	some open in edges.open_at(one.location, "headers")
}

unknown contains {"at": header.at, "message": "a variable decides the header", "give": "the answer of a probe"} if {
	some one in secure
	some header in headers(one.location)
	not header.value
}

headers(location) := [header | some header in location.headers; header.name == "strict-transport-security"]

ages(location) := [object.get(header, "value", null) | some header in headers(location)]

# The seconds of a header; 0 where it states none.
seconds(value) := to_number(found[0][1]) if {
	found := regex.find_all_string_submatch_n(`(?i)max-age="?([0-9]{1,15})`, value, 1)
	count(found) == 1
} else := 0

deny contains {"at": one.location.at, "message": sprintf("%s of %s answers over https without Strict-Transport-Security", [one.location.path, one.edge.name])} if {
	some one in secure
	ages(one.location) == []
	edges.hidden(one.location, "headers") == set()
}

deny contains {"at": header.at, "message": message} if {
	some one in secure
	some header in headers(one.location)
	age := seconds(header.value)
	age < input.params.hsts_min_age
	message := sprintf("browsers keep to https for %d s, not at least %d", [age, input.params.hsts_min_age])
}
