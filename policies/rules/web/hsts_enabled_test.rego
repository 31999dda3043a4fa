package rules.web.hsts_enabled_test

import data.rules.web.hsts_enabled as rule

location(headers) := {"at": ["location"], "path": "/", "answers": "proxy", "headers": headers}

sts(value) := [{"name": "strict-transport-security", "value": value, "at": ["header"]}]

document(ports, one) := {
	"params": {"hsts_min_age": 15552000},
	"edges": [{"name": "shop", "at": ["edge"], "ports": ports, "locations": [one]}],
}

said(one) := {finding.at | some finding in rule.deny with input as document([443], one)}

test_long_enough if {
	said(location(sts("max-age=15552000; includeSubDomains"))) == set()
	said(location(sts("includeSubDomains; Max-Age=\"31536000\""))) == set()
	rule.subjects == {["location"]} with input as document([443], location(sts("max-age=31536000")))
}

test_too_short if {
	said(location(sts("max-age=15551999"))) == {["header"]}
	said(location(sts("max-age=0"))) == {["header"]}
	said(location(sts("includeSubDomains"))) == {["header"]}
}

test_no_header if said(location([])) == {["location"]}

test_plain_http_is_no_subject if {
	rule.subjects == set() with input as document([80], location([]))
	rule.deny == set() with input as document([80], location([]))
}

test_what_is_hidden_is_unknown if {
	one := object.union(location([]), {"unseen": [{"at": ["gap"], "aspects": ["headers"], "message": "m", "give": "g"}]})
	said(one) == set()
	{found.at | some found in rule.unknown} == {["gap"]} with input as document([443], one)
	{found.at | some found in rule.unknown} == {["header"]} with input as document([443], location([{"name": "strict-transport-security", "at": ["header"]}]))
}
