package rules.settings.env_no_dummy_values_test

import data.lib.settings_test
import data.rules.settings.database_password_changed
import data.rules.settings.env_no_dummy_values as rule
import data.rules.settings.jwt_secret_set

setting(name, more) := object.union(
	{
		"at": [name],
		"name": name,
		"deployment": "compose.yaml",
		"state": "literal",
		"reaches": "container",
		"value": "x",
		"secret": false,
	},
	more,
)

holding(name, word, kind) := setting(name, {"placeholder": {"word": word, "kind": kind}})

doc(list) := {
	"deployments": [
		{"name": "compose.yaml", "environment": "unknown"},
		{"name": "compose.prod.yaml", "environment": "production"},
	],
	"settings": settings_test.section({role: [s | some s in list; role_of(s) == role] |
		some role in {role_of(s) | some s in list}
	}),
}

role_of(setting) := object.get(setting, "role", "none")

test_placeholders_of_each_kind_are_denied if {
	given := doc([
		object.union(holding("PAYMENT_API_KEY", "changeme", "word"), {"secret": true}),
		holding("TENANT", "todo", "word"),
		holding("CONTACT", "example.com", "example-domain"),
		holding("FRONTEND_URL", "localhost", "localhost"),
		setting("REGION", {}),
	])
	found := rule.deny with input as given
	found == {
		{"at": ["PAYMENT_API_KEY"], "message": "PAYMENT_API_KEY still holds a placeholder"},
		{"at": ["TENANT"], "message": "TENANT still holds the placeholder `todo`"},
		{"at": ["CONTACT"], "message": "CONTACT uses `example.com`, which stands in examples", "severity": "low"},
		{"at": ["FRONTEND_URL"], "message": "FRONTEND_URL sends users to `localhost`, their own machine"},
	}
	subjects := rule.subjects with input as given
	subjects == {["PAYMENT_API_KEY"], ["TENANT"], ["CONTACT"], ["FRONTEND_URL"], ["REGION"]}
}

test_roles_of_other_rules_are_left_to_them if {
	list := [object.union(
		holding(role, "changeme", "word"),
		{"role": role, "measures": {"length": 8, "known_default": true, "empty": false, "equals_user": false}},
	) |
		some role in [
			"db_password", "db_url", "jwt_secret", "cors_origins", "smtp_host", "smtp_user", "smtp_password",
			"smtp_from", "log_level", "debug", "app_mode",
		]
	]
	given := doc(list)
	found := rule.deny with input as given
	found == set()
	subjects := rule.subjects with input as given
	subjects == set()
	jwt := jwt_secret_set.deny with input as given
	{f.at[0] | some f in jwt} == {"jwt_secret"}
	db := database_password_changed.deny with input as given
	{f.at[0] | some f in db} == {"db_password", "db_url"}
}

test_the_encryption_key_has_no_other_owner if {
	given := doc([object.union(holding("ENCRYPTION_KEY", "changeme", "word"), {"role": "encryption_key"})])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == {"ENCRYPTION_KEY"}
}

test_builds_are_not_judged_references_pass_and_the_rest_is_unknown if {
	given := doc([
		object.union(holding("A", "todo", "word"), {"reaches": "build"}),
		object.remove(setting("B", {"state": "reference"}), ["value"]),
		object.remove(setting("C", {"state": "unknown"}), ["value"]),
	])
	found := rule.deny with input as given
	found == set()
	subjects := rule.subjects with input as given
	subjects == {["C"]}
	unknown := rule.unknown with input as given
	{u.at | some u in unknown} == {["C"]}
}

named(deployment, value) := setting(value, {"role": "db_name", "deployment": deployment, "value": value})

test_a_test_database_is_a_dummy_in_production_only if {
	given := doc([
		named("compose.prod.yaml", "erp_test"),
		named("compose.prod.yaml", "demo"),
		named("compose.prod.yaml", "latest"),
		named("compose.prod.yaml", "erp"),
		named("compose.yaml", "shop_test"),
	])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == {"erp_test", "demo"}
}

of_inventory(name, secret) := {
	"at": [name],
	"name": name,
	"state": "literal",
	"value": "changeme",
	"reaches": "inventory",
	"secret": secret,
	"placeholder": {"word": "changeme", "kind": "word"},
}

test_of_inventories_only_secrets_count if {
	list := [of_inventory("payment_api_key", true), of_inventory("motd", false)]
	given := {"settings": settings_test.section({"none": list}), "deployments": []}
	found := rule.deny with input as given
	{f.at[0] | some f in found} == {"payment_api_key"}
	subjects := rule.subjects with input as given
	subjects == {["payment_api_key"]}
}
