package rules.web.cors_origins_explicit_test

import data.lib.settings_test
import data.rules.web.cors_no_wildcard
import data.rules.web.cors_origins_explicit as rule

setting(value) := {
	"at": [value],
	"name": "CORS_ORIGINS",
	"state": "literal",
	"value": value,
	"reaches": "container",
}

doc(list) := {
	"settings": settings_test.section({"cors_origins": list}),
	"edges": [],
	"params": {"allowed_origins": []},
}

test_every_fault_is_denied_and_nothing_else if {
	bad := {
		"", "[]", "http://app.harbour.se", "https://app.harbour.se,http://localhost:3000", "app.harbour.se",
		`["https://app.harbour.se/login"]`, `^https://[a-z]+\.harbour\.se$`, "https://app.harbour.se/",
	}
	good := {
		"https://app.harbour.se", "https://app.harbour.se https://admin.harbour.se:8443",
		`["https://app.harbour.se", "https://admin.harbour.se"]`,
	}
	given := doc([setting(value) | some value in (bad | good)])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == bad
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == bad | good
}

test_wildcards_belong_to_the_other_rule if {
	wildcards := {"*", "null", ".*", "https://*.harbour.se", `harbour\.se`}
	given := doc([setting(value) | some value in wildcards])
	subjects := rule.subjects with input as given
	subjects == set()
	found := rule.deny with input as given
	found == set()
	other := cors_no_wildcard.deny with input as given
	{f.at[0] | some f in other} == wildcards
}

test_beside_a_wildcard_the_other_entries_are_judged if {
	given := doc([setting("*,http://app.harbour.se")])
	found := rule.deny with input as given
	{f.message | some f in found} == {"CORS_ORIGINS: `http://app.harbour.se` is not encrypted"}
}

test_a_slash_at_the_end_matters_little if {
	given := doc([setting("https://app.harbour.se/")])
	found := rule.deny with input as given
	{f.severity | some f in found} == {"low"}
}

from_example(domain) := object.union(
	setting(sprintf("https://%s", [domain])),
	{"placeholder": {"word": domain, "kind": "example-domain"}},
)

test_a_domain_of_strangers_is_denied_and_a_reserved_one_is_not if {
	given := doc([from_example("yourdomain.com"), from_example("example.org")])
	found := rule.deny with input as given
	found == {{
		"at": ["https://yourdomain.com"],
		"message": "CORS_ORIGINS lists `yourdomain.com` of an example, a domain of strangers",
		"severity": "medium",
	}}
}

test_the_parameter_narrows if {
	given := object.union(
		doc([setting("https://app.harbour.se,https://other.harbour.se")]),
		{"params": {"allowed_origins": ["https://app.harbour.se"]}},
	)
	found := rule.deny with input as given
	{f.message | some f in found} == {"CORS_ORIGINS: `https://other.harbour.se` is not an allowed origin"}
}

test_a_value_from_outside_is_unknown if {
	list := [object.union(object.remove(setting(state), ["value"]), {"state": state}) |
		some state in ["unknown", "reference"]
	]
	given := doc(list)
	unknown := rule.unknown with input as given
	{u.at | some u in unknown} == {["unknown"], ["reference"]}
	subjects := rule.subjects with input as given
	subjects == {["unknown"], ["reference"]}
	found := rule.deny with input as given
	found == set()
}

edge(origin) := {"name": "api", "cors": {"at": ["switch"], "origins": [{"at": [origin], "value": origin}]}}

test_edges_are_judged if {
	given := object.union(doc([]), {"edges": [edge("http://app.harbour.se"), edge("https://app.harbour.se"), edge("*")]})
	found := rule.deny with input as given
	{f.at[0] | some f in found} == {"http://app.harbour.se"}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"http://app.harbour.se", "https://app.harbour.se"}
}

test_what_the_tree_does_not_show_of_an_edge_is_unknown if {
	gap := {"at": ["header"], "aspects": ["cors"], "message": "m", "give": "g"}
	given := object.union(doc([]), {"edges": [{"name": "api", "locations": [], "unseen": [gap]}]})
	unknown := rule.unknown with input as given
	{open.at | some open in unknown} == {["header"]}
}
