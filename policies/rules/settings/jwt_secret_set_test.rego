package rules.settings.jwt_secret_set_test

import data.lib.settings_test
import data.rules.settings.jwt_secret_set as rule
import data.rules.settings.jwt_secret_strong

fine := {"length": 43, "shannon_bits": 210, "empty": false, "known_default": false, "equals_user": false}

setting(name, measures, more) := object.union(
	{
		"at": [name],
		"name": "JWT_SECRET",
		"state": "literal",
		"reaches": "container",
		"equals_template": false,
		"measures": object.union(fine, measures),
	},
	more,
)

doc(list) := {
	"settings": settings_test.section({"jwt_secret": list}),
	"params": {"jwt_secret_min": 32, "jwt_secret_bits_min": 160},
}

test_empty_values_placeholders_and_defaults_are_denied if {
	given := doc([
		setting("empty", {"length": 0, "empty": true}, {}),
		setting("placeholder", {}, {"placeholder": {"word": "your-", "kind": "word"}}),
		setting("default", {"known_default": true}, {"state": "default"}),
		setting("weak", {"length": 8, "shannon_bits": 20}, {}),
		setting("strong", {}, {}),
		object.remove(setting("reference", {}, {"state": "reference"}), ["measures"]),
	])
	found := rule.deny with input as given
	{[f.at[0], f.message] | some f in found} == {
		["empty", "JWT_SECRET is empty"],
		["placeholder", "JWT_SECRET is still a placeholder"],
		["default", "JWT_SECRET is a password that everybody tries first"],
	}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"empty", "placeholder", "default", "weak", "strong", "reference"}
	unknown := rule.unknown with input as given
	unknown == set()
}

test_what_this_rule_denies_the_other_leaves if {
	given := doc([
		setting("empty", {"length": 0, "empty": true}, {}),
		setting("placeholder", {"length": 9}, {"placeholder": {"word": "changeme", "kind": "word"}}),
		setting("default", {"length": 6, "known_default": true}, {}),
	])
	found := rule.deny with input as given
	count(found) == 3
	other := jwt_secret_strong.subjects with input as given
	other == set()
	denied := jwt_secret_strong.deny with input as given
	denied == set()
}

test_a_variable_that_nothing_sets_is_unknown if {
	given := doc([object.remove(setting("unset", {}, {"state": "unknown"}), ["measures"])])
	unknown := rule.unknown with input as given
	{[u.at[0], u.message] | some u in unknown} == {["unset", "the value of JWT_SECRET is not in the tree"]}
	found := rule.deny with input as given
	found == set()
}

test_no_such_setting_is_no_subject if {
	given := {"settings": settings_test.section({})}
	subjects := rule.subjects with input as given
	subjects == set()
	in_build := rule.subjects with input as doc_in_build
	in_build == set()
}

doc_in_build := doc([setting("build", {"empty": true}, {"reaches": "build"})])
