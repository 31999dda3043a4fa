package rules.secrets.git_history_secret_free_test

import data.rules.secrets.git_history_secret_free as rule

secret := {
	"at": ["history", "files", "0123456789ab:deploy/.env", "SMTP_PASSWORD"],
	"path": "deploy/.env",
	"detector": "credential",
	"title": "password",
	"key": "SMTP_PASSWORD",
	"strength": "strong",
	"length": 16,
	"tracked": "yes",
	"code": false,
	"environment": "unknown",
	"judged": true,
	"template": false,
	"commit": "0123456789ab",
	"date": "2026-03-01",
	"in_head": false,
}

described := "the password in SMTP_PASSWORD stands in the repository: 16 characters that no word explains, since commit 0123456789ab of 2026-03-01"

history(found) := {"history": {"files": {}, "found": found, "commits": 2, "texts": 3}}

said(found) := {[d.at, d.severity, d.message] | some d in denied} if {
	denied := rule.deny with input as history(found)
}

test_a_secret_that_is_gone_is_found_with_commit_and_date if {
	message := sprintf("%s; HEAD holds it no more", [described])
	said([secret]) == {[secret.at, "critical", message]}
}

test_it_says_where_the_secret_still_is if {
	message := sprintf("%s; HEAD still holds it", [described])
	said([object.union(secret, {"in_head": true})]) == {[secret.at, "critical", message]}
}

test_templates_and_tests_are_milder if {
	template := object.union(secret, {"template": true})
	staging := object.union(secret, {"at": ["history", "files", "b:c", "k"], "judged": false, "environment": "test", "strength": "known"})
	{[at, severity] | some [at, severity, _] in said([template, staging])} == {
		[template.at, "low"],
		[staging.at, "medium"],
	}
}

test_literals_of_code_count_as_nobody_else_reads_the_history if {
	{at | some [at, _, _] in said([object.union(secret, {"code": true})])} == {secret.at}
}

test_a_history_without_secrets_is_a_subject if {
	rule.subjects == {["history", "texts"]} with input as history([])
	said([]) == set()
}

test_an_empty_history_is_none if {
	rule.subjects == set() with input as {"history": {"files": {}, "found": [], "commits": 0, "texts": 0}}
}
