package rules.web.cors_no_wildcard_test

import data.lib.settings_test
import data.rules.web.cors_no_wildcard as rule

setting(value) := {
	"at": [value],
	"name": "CORS_ORIGINS",
	"state": "literal",
	"value": value,
	"reaches": "container",
}

cors(list) := {"settings": settings_test.section({"cors_origins": list}), "edges": []}

test_every_form_of_wildcard_is_denied if {
	bad := {
		"*", `"*"`, `["*"]`, "https://app.example.org,*", "https://app.example.org *", "null",
		"https://*.example.org", `["https://app.example.org", "https://*.example.org"]`, ".*", `^https?://.*$`,
		`example\.org`,
	}
	good := {"https://app.example.org", `["https://app.example.org"]`, "http://localhost:3000", "", "app.example.org"}
	doc := cors([setting(value) | some value in (bad | good)])
	found := rule.deny with input as doc
	{f.at[0] | some f in found} == bad
	subjects := rule.subjects with input as doc
	subjects == {[value] | some value in (bad | good)}
	unknown := rule.unknown with input as doc
	unknown == set()
}

test_the_message_names_the_setting if {
	doc := cors([setting("*")])
	found := rule.deny with input as doc
	found == {{"at": ["*"], "message": "CORS_ORIGINS allows every origin"}}
}

test_a_value_from_outside_is_unknown if {
	list := [object.union(object.remove(setting(state), ["value"]), {"state": state}) |
		some state in ["unknown", "reference"]
	]
	doc := cors(list)
	unknown := rule.unknown with input as doc
	{u.at | some u in unknown} == {["unknown"], ["reference"]}
	found := rule.deny with input as doc
	found == set()
}

test_builds_and_pipelines_are_not_judged if {
	doc := cors([object.union(setting("*"), {"reaches": reach}) | some reach in ["build", "ci", "interpolation"]])
	found := rule.deny with input as doc
	found == set()
	subjects := rule.subjects with input as doc
	subjects == set()
}

test_a_default_counts_as_the_value if {
	doc := cors([object.union(setting("*"), {"state": "default"})])
	found := rule.deny with input as doc
	{f.at | some f in found} == {["*"]}
}

test_a_switch_for_all_origins_is_denied if {
	values := {"true", "True", "1", "yes", "on", "false", "0", ""}
	list := [object.union(setting(value), {"name": "CORS_ALLOW_ALL_ORIGINS"}) | some value in values]
	doc := {"settings": settings_test.section({"cors_allow_all": list}), "edges": []}
	found := rule.deny with input as doc
	{f.at[0] | some f in found} == {"true", "True", "1", "yes", "on"}
}

edge(name, origins) := {
	"name": name,
	"cors": {"at": [name], "origins": [{"at": [name, origin], "value": origin} | some origin in origins]},
}

test_edges_are_judged if {
	doc := {"settings": settings_test.section({}), "edges": [
		edge("default", []),
		edge("star", ["*"]),
		edge("mixed", ["https://app.example.org", "https://*.example.org"]),
		edge("good", ["https://app.example.org,https://admin.example.org"]),
		{"name": "silent"},
	]}
	found := rule.deny with input as doc
	{f.at | some f in found} == {["default"], ["star", "*"], ["mixed", "https://*.example.org"]}
	subjects := rule.subjects with input as doc
	subjects == {["default"], ["star"], ["mixed"], ["good"]}
}

test_nothing_to_look_at_is_no_subject if {
	doc := {"settings": settings_test.section({}), "edges": []}
	subjects := rule.subjects with input as doc
	subjects == set()
	found := rule.deny with input as doc
	found == set()
}

of_edge(origin) := {[finding.at, object.get(finding, "severity", "high")] |
	some finding in rule.deny with input as {"edges": [{"name": "shop", "cors": {"at": ["cors"], "origins": [origin]}}]}
}

test_files_alone_are_a_mild_finding if {
	of_edge({"value": "*", "at": ["origin"]}) == {[["origin"], "high"]}
	of_edge({"value": "*", "at": ["origin"], "files_only": true}) == {[["origin"], "low"]}
	of_edge({"value": "https://acme.io", "at": ["origin"], "files_only": true}) == set()
}

of_client(value) := {finding.at |
	some finding in rule.deny with input as {"realms": {"all": [{"name": "shop", "web_origins": [{"client": "web", "value": value, "at": ["origin"]}]}]}}
}

test_origins_of_clients if {
	of_client("*") == {["origin"]}
	of_client("+") == set()
	of_client("https://acme.io") == set()
}

test_what_the_proxy_says_is_unknown_where_its_file_is_not_here if {
	gap := {"at": ["proxy"], "aspects": ["cors"], "message": "m", "give": "g"}
	{found.at | some found in rule.unknown} == {["proxy"]} with input as {"edges": [{"name": "proxy", "locations": [], "unseen": [gap]}]}
}
