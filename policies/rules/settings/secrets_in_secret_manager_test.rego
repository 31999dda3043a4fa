package rules.settings.secrets_in_secret_manager_test

import data.lib.settings_test
import data.rules.settings.secrets_in_secret_manager as rule

setting(role, holder) := {
	"name": role,
	"role": role,
	"state": "literal",
	"value": "x",
	"reaches": "container",
	"holder": holder,
	"at": [role],
	"measures": {"length": 20},
}

document(one) := {"settings": settings_test.section({one.role: [one]})}

said(one) := {[finding.at, finding.absent] | some finding in rule.deny with input as document(one)}

test_literals_wherever_they_stand if {
	every holder in ["env-file", "compose", "config-map", "secret", "pod"] {
		every role in ["encryption_key", "db_password", "db_url"] {
			said(setting(role, holder)) == {[[role], true]}
		}
	}
}

test_an_empty_value_is_no_subject if {
	rule.subjects == set() with input as document(object.union(setting("db_password", "compose"), {"measures": {"length": 0}}))
}

referred(changes) := object.union(json.remove(setting("db_password", "secret"), ["value", "measures"]), changes)

test_a_reference_to_a_manager_passes if {
	one := referred({"state": "reference", "manager": "ExternalSecret"})
	said(one) == set()
	rule.unknown == set() with input as document(one)
	rule.subjects == {["db_password"]} with input as document(one)
}

test_any_other_reference_is_unknown if {
	{found.at | some found in rule.unknown} == {["db_password"]} with input as document(referred({"state": "reference"}))
	{found.at | some found in rule.unknown} == {["db_password"]} with input as document(referred({"state": "unknown"}))
}
