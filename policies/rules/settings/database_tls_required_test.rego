package rules.settings.database_tls_required_test

import data.lib.settings_test
import data.rules.settings.database_tls_required as rule

setting(role, place, tls) := {
	"name": role,
	"role": role,
	"state": "literal",
	"value": "postgres://app@db.acme.io/app",
	"reaches": "container",
	"at": [role],
	"connection": {"hosts": ["db.acme.io"], "place": place, "tls": tls},
}

document(one) := {"settings": settings_test.section({one.role: [one]})}

said(one) := {finding.at | some finding in rule.deny with input as document(one)}

open_questions(one) := {found.at | some found in rule.unknown with input as document(one)}

test_encrypted_wherever_it_leads if {
	every place in ["elsewhere", "unknown", "nowhere"] {
		said(setting("db_url", place, "on")) == set()
		open_questions(setting("db_url", place, "on")) == set()
	}
	rule.subjects == {["db_url"]} with input as document(setting("db_url", "elsewhere", "on"))
}

test_unencrypted_beyond_the_deployment if {
	said(setting("db_url", "elsewhere", "off")) == {["db_url"]}
	said(setting("db_tls", "elsewhere", "off")) == {["db_tls"]}
}

test_the_own_network_needs_none if {
	every place in ["own", "this-machine"] {
		rule.subjects == set() with input as document(setting("db_url", place, "off"))
		said(setting("db_url", place, "off")) == set()
	}
}

test_what_is_not_said_is_unknown if {
	open_questions(setting("db_url", "elsewhere", "unstated")) == {["db_url"]}
	open_questions(setting("db_host", "elsewhere", "unstated")) == {["db_host"]}
	open_questions(setting("db_url", "elsewhere", "unknown")) == {["db_url"]}
	open_questions(setting("db_url", "nowhere", "off")) == {["db_url"]}
	said(setting("db_url", "nowhere", "off")) == set()
	reference := object.union(json.remove(setting("db_url", "own", "on"), ["value", "connection"]), {"state": "reference"})
	open_questions(reference) == {["db_url"]}
}
