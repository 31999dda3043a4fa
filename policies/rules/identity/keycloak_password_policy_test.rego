package rules.identity.keycloak_password_policy_test

import data.rules.identity.keycloak_password_policy as rule

realm(terms) := {"name": "shop", "at": ["realm"], "full": true, "password_policy": {"at": ["policy"], "terms": terms}}

document(one) := {"params": {"min_length": 12}, "realms": {"all": [one]}}

said(one) := {finding.at | some finding in rule.deny with input as document(one)}

open_questions(one) := {found.at | some found in rule.unknown with input as document(one)}

long := {"name": "length", "number": 12}

test_length_and_one_more if {
	said(realm([long, {"name": "notUsername"}])) == set()
	rule.subjects == {["realm"]} with input as document(realm([long, {"name": "digits", "number": 1}]))
	open_questions(realm([long, {"name": "notUsername"}])) == set()
}

test_too_short if {
	said(realm([{"name": "length", "number": 11}, {"name": "notUsername"}])) == {["policy"]}
	said(realm([{"name": "notUsername"}])) == {["policy"]}
	said(realm([])) == {["policy"]}
}

test_length_alone if said(realm([long, {"name": "hashIterations", "number": 27500}])) == {["policy"]}

test_no_policy if {
	said(json.remove(realm([]), ["password_policy"])) == {["realm"]}
	partial := object.union(json.remove(realm([]), ["password_policy"]), {"full": false})
	said(partial) == set()
	open_questions(partial) == {["realm"]}
}

test_a_variable_is_unknown if {
	one := json.remove(realm([]), ["password_policy/terms"])
	open_questions(one) == {["policy"]}
	said(one) == set()
}
