package rules.settings.database_credentials_not_in_env_files_test

import data.lib.settings_test
import data.rules.settings.database_credentials_not_in_env_files as rule
import data.rules.settings.database_password_changed

setting(name, more) := object.union(
	{
		"at": [name],
		"name": "DB_PASSWORD",
		"state": "literal",
		"reaches": "container",
		"holder": "env-file",
		"tracked": "yes",
		"equals_template": false,
		"measures": {"length": 24, "empty": false, "known_default": false, "equals_user": false},
	},
	more,
)

doc(passwords, urls) := {"settings": settings_test.section({"db_password": passwords, "db_url": urls})}

test_literals_are_denied_wherever_the_repository_shows_them if {
	given := doc(
		[
			setting("tracked", {}),
			setting("bundled", {"tracked": "unknown"}),
			setting("compose", {"holder": "compose"}),
			setting("default", {"holder": "compose", "state": "default"}),
			setting("map", {"holder": "config-map"}),
			setting("pod", {"holder": "pod"}),
			setting("task", {"holder": "inventory"}),
			setting("interpolated", {"reaches": "interpolation"}),
			setting("untracked", {"tracked": "no"}),
			setting("secret", {"holder": "secret"}),
			setting("empty", {"measures": {"length": 0, "empty": true}}),
			object.remove(setting("reference", {"holder": "compose", "state": "reference"}), ["measures"]),
			object.remove(setting("unset", {"holder": "compose", "state": "unknown"}), ["measures"]),
			setting("build", {"holder": "compose", "reaches": "build"}),
		],
		[
			setting("url", {"holder": "compose", "name": "DATABASE_URL"}),
			object.remove(setting("bare", {"holder": "compose", "name": "DATABASE_URL"}), ["measures"]),
		],
	)
	found := rule.deny with input as given
	{[f.at[0], f.message] | some f in found} == {
		["tracked", "the database password in DB_PASSWORD stands in an env file that git tracks"],
		["bundled", "the database password in DB_PASSWORD stands in an env file"],
		["compose", "the database password in DB_PASSWORD stands in the compose file"],
		["default", "the database password in DB_PASSWORD stands in the compose file"],
		["map", "the database password in DB_PASSWORD stands in a ConfigMap"],
		["pod", "the database password in DB_PASSWORD stands in the manifest of a pod"],
		["task", "the database password in DB_PASSWORD stands in a task of Ansible"],
		["interpolated", "the database password in DB_PASSWORD stands in an env file that git tracks"],
		["url", "the database password in DATABASE_URL stands in the compose file"],
	}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {
		"tracked", "bundled", "compose", "default", "map", "pod", "task", "interpolated", "untracked", "secret", "empty",
		"reference", "unset", "url", "bare",
	}
}

test_where_a_default_lives_is_a_defect_of_its_own if {
	given := doc([setting("known", {"measures": {"length": 8, "empty": false, "known_default": true}})], [])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == {"known"}
	other := database_password_changed.deny with input as given
	{f.at[0] | some f in other} == {"known"}
}

test_a_connection_string_that_nobody_can_read_is_unknown_where_it_is_shown if {
	unclear := {"name": "DB_DSN", "unseen": {"message": "no known form", "give": "a URL"}, "value": "app pw@db"}
	urls := [
		object.remove(setting("shown", unclear), ["measures"]),
		object.remove(setting("untracked", object.union(unclear, {"tracked": "no"})), ["measures"]),
		object.remove(setting("reference", object.remove(unclear, ["value"])), ["measures"]),
	]
	found := rule.unknown with input as doc([], urls)
	{u.at[0] | some u in found} == {"shown"}
	denied := rule.deny with input as doc([], urls)
	denied == set()
}
