package rules.settings.jwt_secret_strong_test

import data.lib.settings_test
import data.rules.settings.jwt_secret_strong as rule

fine := {"length": 43, "shannon_bits": 210.5, "empty": false, "known_default": false, "equals_user": false}

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

test_short_phrases_and_template_values_are_denied if {
	given := doc([
		setting("short", {"length": 31, "shannon_bits": 140.2}, {}),
		setting("phrase", {"length": 40, "shannon_bits": 143.9}, {}),
		setting("template", {}, {"equals_template": true}),
		setting("edge", {"length": 32, "shannon_bits": 160}, {}),
		setting("strong", {}, {"state": "default"}),
	])
	found := rule.deny with input as given
	{[f.at[0], f.message] | some f in found} == {
		["short", "JWT_SECRET has 31 characters, fewer than 32"],
		["phrase", "JWT_SECRET is not random: some 143 bits, fewer than 160"],
		["template", "JWT_SECRET is the value of the template beside it"],
	}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"short", "phrase", "template", "edge", "strong"}
}

test_references_and_unset_variables_are_unknown if {
	list := [object.remove(setting(state, {}, {"state": state}), ["measures"]) | some state in ["reference", "unknown"]]
	given := doc(list)
	unknown := rule.unknown with input as given
	{u.at[0] | some u in unknown} == {"reference", "unknown"}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"reference", "unknown"}
	found := rule.deny with input as given
	found == set()
}

test_the_parameters_count if {
	given := object.union(doc([setting("strong", {}, {})]), {"params": {"jwt_secret_min": 64, "jwt_secret_bits_min": 160}})
	found := rule.deny with input as given
	{f.message | some f in found} == {"JWT_SECRET has 43 characters, fewer than 64"}
}

test_only_containers_count if {
	given := doc([setting("build", {"length": 3}, {"reaches": "build"})])
	subjects := rule.subjects with input as given
	subjects == set()
	found := rule.deny with input as given
	found == set()
}
