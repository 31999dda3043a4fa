package rules.workloads.caching_enabled_test

import data.lib.settings_test
import data.rules.workloads.caching_enabled as rule

setting(place) := {
	"name": "REDIS_URL",
	"role": "cache_url",
	"state": "literal",
	"value": "redis://cache",
	"reaches": "container",
	"deployment": "d",
	"at": ["setting"],
	"connection": {"hosts": ["cache"], "place": place},
}

document(kind, all) := {
	"deployments": [{"name": "d", "kind": kind, "at": ["deployment"]}],
	"settings": settings_test.section({"cache_url": all}),
}

said(kind, all) := {[finding.at, object.get(finding, "absent", false)] | some finding in rule.deny with input as document(kind, all)}

test_a_service_of_the_deployment if {
	said("compose", [setting("own")]) == set()
	rule.subjects == {["setting"], ["deployment"]} with input as document("compose", [setting("own")])
	rule.unknown == set() with input as document("compose", [setting("own")])
}

test_no_service_of_the_deployment if {
	said("compose", [setting("nowhere")]) == {[["setting"], false]}
	said("kubernetes", [setting("this-machine")]) == {[["setting"], false]}
}

test_what_runs_elsewhere_is_unknown if {
	every place in ["elsewhere", "unknown"] {
		said("compose", [setting(place)]) == set()
		{found.at | some found in rule.unknown} == {["setting"]} with input as document("compose", [setting(place)])
	}
	{found.at | some found in rule.unknown} == {["setting"]} with input as document("env-file", [setting("this-machine")])
	said("env-file", [setting("this-machine")]) == set()
}

test_no_cache_is_absent if {
	said("compose", []) == {[["deployment"], true]}
	said("env-file", []) == set()
}
