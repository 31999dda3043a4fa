package rules.settings.database_password_strong_test

import data.lib.settings_test
import data.rules.settings.database_password_strong as rule

fine := {
	"length": 24,
	"pool_bits": 140.5,
	"repeated": false,
	"empty": false,
	"known_default": false,
	"equals_user": false,
}

setting(name, measures, more) := object.union(
	{
		"at": [name],
		"name": "DB_PASSWORD",
		"state": "literal",
		"reaches": "container",
		"equals_template": false,
		"measures": object.union(fine, measures),
	},
	more,
)

doc(passwords, urls, least) := {
	"settings": settings_test.section({"db_password": passwords, "db_url": urls}),
	"params": {"db_password_min": least, "db_password_bits_min": 64},
}

test_short_simple_and_repeated_passwords_are_denied if {
	given := doc(
		[
			setting("short", {"length": 15, "pool_bits": 89.3}, {}),
			setting("digits", {"length": 16, "pool_bits": 53.1}, {}),
			setting("repeated", {"length": 20, "repeated": true}, {}),
			setting("edge", {"length": 16, "pool_bits": 64}, {}),
			setting("strong", {}, {"state": "default"}),
		],
		[setting("url", {"length": 6, "pool_bits": 28}, {"name": "DATABASE_URL"})],
		16,
	)
	found := rule.deny with input as given
	{[f.at[0], f.message] | some f in found} == {
		["short", "the password in DB_PASSWORD has 15 characters, fewer than 16"],
		["digits", "the password in DB_PASSWORD is worth 53 bits, fewer than 64"],
		["repeated", "the password in DB_PASSWORD is one pattern repeated"],
		["url", "the password in DATABASE_URL has 6 characters, fewer than 16"],
	}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"short", "digits", "repeated", "edge", "strong", "url"}
}

test_the_parameter_counts if {
	given := doc([setting("strong", {}, {})], [], 32)
	found := rule.deny with input as given
	{f.message | some f in found} == {"the password in DB_PASSWORD has 24 characters, fewer than 32"}
}

test_references_and_unset_variables_are_unknown if {
	list := [object.remove(setting(state, {}, {"state": state}), ["measures"]) | some state in ["reference", "unknown"]]
	given := doc(list, [], 16)
	unknown := rule.unknown with input as given
	{u.at[0] | some u in unknown} == {"reference", "unknown"}
	found := rule.deny with input as given
	found == set()
}
