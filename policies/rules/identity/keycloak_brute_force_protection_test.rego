package rules.identity.keycloak_brute_force_protection_test

import data.rules.identity.keycloak_brute_force_protection as rule

realm(changes) := object.union(
	{
		"name": "master",
		"at": ["realm"],
		"full": true,
		"brute_force": {"on": true, "at": ["brute"]},
		"failure_factor": {"value": 5, "at": ["factor"]},
	},
	changes,
)

document(one) := {"params": {"max_failure_factor": 10, "min_wait_increment": 60}, "realms": {"all": [one]}}

said(one) := {finding.at | some finding in rule.deny with input as document(one)}

open_questions(one) := {found.at | some found in rule.unknown with input as document(one)}

test_protected if {
	said(realm({})) == set()
	rule.subjects == {["realm"]} with input as document(realm({}))
	open_questions(realm({})) == set()
	said(realm({"failure_factor": {"value": 10, "at": ["factor"]}})) == set()
}

test_off_or_left_out_of_a_full_export if {
	said(realm({"brute_force": {"on": false, "at": ["brute"]}})) == {["brute"]}
	said(json.remove(realm({}), ["brute_force"])) == {["realm"]}
}

test_too_many_failures if {
	said(realm({"failure_factor": {"value": 11, "at": ["factor"]}})) == {["factor"]}
	said(json.remove(realm({}), ["failure_factor"])) == {["realm"]}
}

test_too_short_a_wait if {
	said(realm({"wait_increment": {"value": 30, "at": ["wait"]}})) == {["wait"]}
	said(realm({"wait_increment": {"value": 60, "at": ["wait"]}})) == set()
}

test_what_a_partial_export_leaves_out_is_unknown if {
	one := json.remove(realm({"full": false}), ["brute_force", "failure_factor"])
	open_questions(one) == {["realm"]}
	said(one) == set()
}

test_variables_are_unknown if {
	open_questions(json.remove(realm({}), ["failure_factor/value"])) == {["factor"]}
	one := json.remove(realm({}), ["brute_force/on"])
	open_questions(one) == {["brute"]}
	said(one) == set()
}

test_master_is_missed_in_review if {
	{found["in"] | some found in rule.unknown} == {"review"} with input as document(realm({"name": "shop"}))
}
