package rules.settings.debug_disabled_test

import data.lib.settings_test
import data.rules.settings.debug_disabled as rule
import data.rules.settings.log_level_production

setting(name, value) := {"at": [value], "name": name, "state": "literal", "value": value, "reaches": "container"}

doc(debug, modes, workloads) := {
	"settings": settings_test.section({"debug": debug, "app_mode": modes}),
	"workloads": {"all": workloads},
	"params": {"allowed_log_levels": ["info"]},
}

test_switches_that_are_on_are_denied if {
	bad := {"true", "True", "1", "yes", "on", "debug"}
	good := {"false", "0", "no", "off", "", "none", "release", "False"}
	given := doc([setting("DEBUG", value) | some value in (bad | good)], [], [])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == bad
	{f | some f in found; f.severity} == set()
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == bad | good
}

test_filters_matter_little if {
	filters := {"kuzzle:*", "*", "app,express:router,-send:*"}
	given := doc([setting("DEBUG", value) | some value in filters], [], [])
	found := rule.deny with input as given
	{f.at[0] | some f in found; f.severity == "low"} == filters
	count(found) == 3
}

test_switches_of_products_matter_little if {
	own := object.union(setting("DEBUG", "true"), {"image": "ghcr.io/harbour/api:1"})
	product := object.union(setting("REDIS_DEBUG", "1"), {"image": "docker.io/library/redis:7"})
	given := doc([own, product], [], [])
	found := rule.deny with input as given
	found == {
		{"at": ["true"], "message": "DEBUG is on"},
		{"at": ["1"], "message": "REDIS_DEBUG is on", "severity": "low"},
	}
}

test_modes_for_developers_are_denied if {
	bad := {"development", "Development", "dev", "test", "local", "debug"}
	good := {"production", "prod", "staging", "release", ""}
	given := doc([], [setting("NODE_ENV", value) | some value in (bad | good)], [])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == bad
	{f.message | some f in found; f.at == ["dev"]} == {"NODE_ENV is `dev`"}
}

words(list) := [{"text": word, "at": [word]} | some word in list]

test_commands_for_developers_are_denied if {
	given := doc([], [], [{"name": "api", "containers": [
		{"at": ["one"], "command": words(["uvicorn", "app:app", "--reload"])},
		{"at": ["two"], "command": words(["uvicorn", "app:app"])},
		{"at": ["three"], "command": words(["nginx"])},
	]}])
	found := rule.deny with input as given
	found == {{"at": ["--reload"], "message": "api reloads code that changes"}}
	subjects := rule.subjects with input as given
	subjects == {["one"], ["two"]}
}

test_values_from_outside_are_unknown_and_builds_not_judged if {
	outside := {"at": ["outside"], "name": "DEBUG", "state": "reference", "reaches": "container"}
	given := doc([outside, object.union(setting("DEBUG", "true"), {"reaches": "ci"})], [], [])
	found := rule.deny with input as given
	found == set()
	unknown := rule.unknown with input as given
	{u.at[0] | some u in unknown} == {"outside"}
}

test_switches_are_no_log_levels if {
	given := doc([setting("DEBUG", "true")], [setting("NODE_ENV", "development")], [])
	subjects := log_level_production.subjects with input as given
	subjects == set()
}

test_inventories_count if {
	on := object.union(setting("app.debug", "true"), {"reaches": "inventory"})
	mode := object.union(setting("rails_env", "development"), {"reaches": "inventory"})
	found := rule.deny with input as doc([on], [mode], [])
	{f.message | some f in found} == {"app.debug is on", "rails_env is `development`"}
}
