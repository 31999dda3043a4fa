package rules.settings.database_password_changed_test

import data.lib.settings_test
import data.rules.settings.database_password_changed as rule
import data.rules.settings.database_password_strong

fine := {
	"length": 24,
	"pool_bits": 140,
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

doc(passwords, urls, trust) := {
	"settings": settings_test.section({"db_password": passwords, "db_url": urls, "db_trust": trust}),
	"params": {"db_password_min": 16, "db_password_bits_min": 64},
}

defaults := [
	setting("empty", {"length": 0, "empty": true}, {}),
	setting("known", {"length": 8, "known_default": true}, {"state": "default"}),
	setting("placeholder", {"length": 9}, {"placeholder": {"word": "changeme", "kind": "word"}}),
	setting("user", {"length": 5, "equals_user": true}, {}),
	setting("template", {"length": 5}, {"equals_template": true}),
]

test_passwords_that_nobody_changed_are_denied if {
	given := doc(array.concat(defaults, [setting("own", {}, {}), setting("weak", {"length": 4}, {})]), [], [])
	found := rule.deny with input as given
	{[f.at[0], f.message] | some f in found} == {
		["empty", "the password in DB_PASSWORD is empty"],
		["known", "the password in DB_PASSWORD is a password that everybody tries first"],
		["placeholder", "the password in DB_PASSWORD is still a placeholder"],
		["user", "the password in DB_PASSWORD is the user name"],
		["template", "the password in DB_PASSWORD is the value of the template beside it"],
	}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"empty", "known", "placeholder", "user", "template", "own", "weak"}
}

test_what_this_rule_denies_the_other_leaves if {
	given := doc(defaults, [], [])
	other := database_password_strong.subjects with input as given
	other == set()
	denied := database_password_strong.deny with input as given
	denied == set()
}

test_passwords_in_urls_count_and_urls_without_one_do_not if {
	given := doc(
		[],
		[
			setting("url", {"known_default": true}, {"name": "DATABASE_URL"}),
			object.remove(setting("bare", {}, {"name": "DATABASE_URL"}), ["measures"]),
		],
		[],
	)
	found := rule.deny with input as given
	{f.message | some f in found} == {"the password in DATABASE_URL is a password that everybody tries first"}
	subjects := rule.subjects with input as given
	subjects == {["url"]}
}

switch(name, value) := {"at": [value], "name": name, "state": "literal", "reaches": "container", "value": value}

test_trust_is_as_good_as_no_password if {
	given := doc([], [], [
		switch("POSTGRES_HOST_AUTH_METHOD", "trust"),
		switch("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256"),
		switch("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"),
		switch("MYSQL_ALLOW_EMPTY_PASSWORD", "no"),
	])
	found := rule.deny with input as given
	{f.message | some f in found} == {
		"POSTGRES_HOST_AUTH_METHOD lets every client in",
		"MYSQL_ALLOW_EMPTY_PASSWORD lets every client in",
	}
	subjects := rule.subjects with input as given
	count(subjects) == 4
}

test_references_and_unset_variables_are_unknown if {
	list := [object.remove(setting(state, {}, {"state": state}), ["measures"]) | some state in ["reference", "unknown"]]
	given := doc(list, [], [])
	unknown := rule.unknown with input as given
	{u.at[0] | some u in unknown} == {"reference", "unknown"}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"reference", "unknown"}
	found := rule.deny with input as given
	found == set()
}

test_only_containers_count if {
	given := doc([setting("build", {"empty": true}, {"reaches": "ci"})], [], [])
	found := rule.deny with input as given
	found == set()
	subjects := rule.subjects with input as given
	subjects == set()
}

test_inventories_count if {
	list := [
		setting("group", {"placeholder": {}, "length": 9, "known_default": true}, {"reaches": "inventory"}),
		object.remove(setting("vault", {}, {"reaches": "inventory", "state": "reference"}), ["measures"]),
	]
	given := doc(list, [], [])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == {"group"}
	unknown := rule.unknown with input as given
	{u.at[0] | some u in unknown} == {"vault"}
}
