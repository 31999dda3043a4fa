package rules.identity.ssh_root_login_disabled_test

import data.rules.identity.ssh_root_login_disabled as rule

user(state, value) := {"name": "ansible_user", "state": state, "value": value, "at": ["user"]}

document(connection, plays) := {"deployments": [{"name": "live"}], "inventories": {
	"all": [{"deployment": "live", "hosts": [{"name": "web", "at": ["host"], "connection": connection}]}],
	"plays": plays,
}}

said(connection) := {finding.at | some finding in rule.deny with input as document(connection, [])}

open_questions(connection) := {found.at | some found in rule.unknown with input as document(connection, [])}

test_a_user_of_its_own if {
	said([user("literal", "deploy")]) == set()
	open_questions([user("literal", "deploy")]) == set()
	rule.subjects == {["user"]} with input as document([user("literal", "deploy")], [])
}

test_root if said([user("literal", "root")]) == {["user"]}

test_a_user_that_is_kept_elsewhere_is_unknown if {
	open_questions([object.remove(user("reference", ""), ["value"])]) == {["user"]}
	open_questions([]) == {["host"]}
	said([]) == set()
}

play(bootstrap, name) := {"name": "deploy", "at": ["play"], "bootstrap": bootstrap, "remote_user": {"state": "literal", "value": name, "at": ["remote"]}}

test_plays if {
	{finding.at | some finding in rule.deny} == {["remote"]} with input as document([user("literal", "deploy")], [play(false, "root")])
	rule.deny == set() with input as document([user("literal", "deploy")], [play(true, "root")])
	rule.deny == set() with input as document([user("literal", "deploy")], [play(false, "deploy")])
}

test_an_inventory_that_is_not_judged_is_no_subject if {
	rule.subjects == set() with input as object.union(document([user("literal", "root")], []), {"deployments": []})
	rule.deny == set() with input as object.union(document([user("literal", "root")], []), {"deployments": []})
}
