package rules.settings.log_level_production_test

import data.lib.settings_test
import data.rules.settings.debug_disabled
import data.rules.settings.log_level_production as rule

setting(value) := {"at": [value], "name": "LOG_LEVEL", "state": "literal", "value": value, "reaches": "container"}

doc(list, allowed) := {
	"settings": settings_test.section({"log_level": list}),
	"workloads": {"all": []},
	"params": {"allowed_log_levels": allowed},
}

defaults := ["info", "notice", "warn", "warning", "error", "critical", "fatal"]

test_levels_below_info_are_denied_in_any_spelling if {
	bad := {"debug", "DEBUG", "Trace", "verbose", "all", "silly", "info,sqlx=debug"}
	good := {"info", "INFO", "Information", "warn", "WARNING", "err", "crit", "info,hyper=warn", "fatal"}
	given := doc([setting(value) | some value in (bad | good)], defaults)
	found := rule.deny with input as given
	{f.at[0] | some f in found} == bad
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == bad | good
	unknown := rule.unknown with input as given
	unknown == set()
}

test_the_message_names_setting_and_level if {
	given := doc([setting("DEBUG")], defaults)
	found := rule.deny with input as given
	found == {{"at": ["DEBUG"], "message": "LOG_LEVEL is `debug`"}}
}

test_numbers_and_empty_values_are_unknown if {
	given := doc([setting("10"), setting("")], defaults)
	found := rule.deny with input as given
	found == set()
	unknown := rule.unknown with input as given
	{u.at[0] | some u in unknown} == {"10", ""}
}

test_the_parameter_narrows if {
	given := doc([setting("info"), setting("warning")], ["warn", "warning", "error"])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == {"info"}
}

test_builds_are_not_judged_and_values_from_outside_are_unknown if {
	outside := {"at": ["outside"], "name": "LOG_LEVEL", "state": "unknown", "reaches": "container"}
	given := doc([object.union(setting("debug"), {"reaches": "build"}), outside], defaults)
	found := rule.deny with input as given
	found == set()
	unknown := rule.unknown with input as given
	{u.at[0] | some u in unknown} == {"outside"}
}

test_levels_are_no_debug_switches if {
	given := doc([setting("debug")], defaults)
	subjects := debug_disabled.subjects with input as given
	subjects == set()
}
