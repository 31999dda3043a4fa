package rules.web.rate_limiting_configured_test

import data.lib.settings_test
import data.rules.web.rate_limiting_configured as rule

location(path, limits) := {"at": [path], "path": path, "answers": "proxy", "rate_limits": limits}

limit(milli) := {"at": ["limit"], "milli_per_second": milli}

edge(locations) := {"name": "shop", "deployment": "d", "at": ["edge"], "locations": locations}

document(edges, settings) := {"params": {"api_prefix": "/api"}, "edges": edges, "settings": settings_test.section(settings)}

said(edges, settings) := {[finding.at, object.get(finding, "absent", false)] | some finding in rule.deny with input as document(edges, settings)}

of(locations) := said([edge(locations)], {})

test_a_limit_at_the_prefix if {
	of([location("/api/", [limit(10000)]), location("/", [])]) == set()
	of([location("/", [limit(10000)])]) == set()
	rule.subjects == {["/api/"]} with input as document([edge([location("/api/", [limit(1)]), location("/", [])])], {})
}

test_no_limit_is_absent if {
	of([location("/api/", []), location("/", [limit(1)])]) == {[["/api/"], true]}
	of([location("/", [])]) == {[["/"], true]}
	of([location("/static/", [])]) == set()
}

test_a_limit_of_nothing if of([location("/api", [limit(0)])]) == {[["limit"], false]}

test_an_unused_limit if {
	one := object.union(edge([location("/api", [limit(1)])]), {"unused_limits": [{"at": ["zone"], "value": "api"}]})
	said([one], {}) == {[["zone"], false]}
}

setting(role, value) := {"name": role, "role": role, "deployment": "d", "state": "literal", "value": value, "reaches": "container", "at": [role]}

enabled(value) := {"rate_limit_enabled": [setting("rate_limit_enabled", value)]}

test_the_application_limits if {
	said([edge([location("/api", [])])], enabled("true")) == set()
	said([], enabled("false")) == {[["rate_limit_enabled"], false]}
	said([], {"rate_limit": [setting("rate_limit", "0")]}) == {[["rate_limit"], false]}
	said([], {"rate_limit": [setting("rate_limit", "60")]}) == set()
	said([], {"rate_limit": [setting("rate_limit", "60/m")]}) == set()
}

test_what_is_hidden_is_unknown if {
	one := object.union(location("/api", []), {"unseen": [{"at": ["gap"], "aspects": ["rate-limits"], "message": "m", "give": "g"}]})
	of([one]) == set()
	{found.at | some found in rule.unknown} == {["gap"]} with input as document([edge([one])], {})
	{found.at | some found in rule.unknown} == {["limit"]} with input as document([edge([location("/api", [{"at": ["limit"]}])])], {})
}
