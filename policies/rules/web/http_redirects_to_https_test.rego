package rules.web.http_redirects_to_https_test

import data.rules.web.http_redirects_to_https as rule

edge(changes) := object.union({"name": "shop", "at": ["edge"], "ports": [80], "also_https": true}, changes)

answering := {"at": ["location"], "path": "/", "answers": "proxy"}

redirecting(to_https) := {"at": ["location"], "path": "/", "answers": "redirect", "redirect": {"at": ["redirect"], "to_https": to_https}}

document(one) := {"edges": [one]}

said(one) := {finding.at | some finding in rule.deny with input as document(one)}

open_questions(one) := {found.at | some found in rule.unknown with input as document(one)}

test_everything_is_redirected if {
	said(edge({"locations": [redirecting(true)]})) == set()
	rule.subjects == {["edge"]} with input as document(edge({"locations": [redirecting(true)]}))
	said(edge({"locations": [redirecting(true), object.union(answering, {"path": "/.well-known/acme-challenge/"})]})) == set()
}

test_what_answers_is_a_finding if said(edge({"locations": [redirecting(true), object.union(answering, {"at": ["other"]})]})) == {["other"]}

test_a_redirection_elsewhere_is_a_finding if said(edge({"locations": [redirecting(false)]})) == {["redirect"]}

test_port_80_alone_is_unknown if {
	one := edge({"also_https": false, "locations": [answering]})
	said(one) == set()
	open_questions(one) == {["edge"]}
	open_questions(edge({"also_https": false, "locations": [redirecting(true)]})) == set()
}

test_what_is_hidden_is_unknown if {
	one := object.union(answering, {"unseen": [{"at": ["gap"], "aspects": ["redirect"], "message": "m", "give": "g"}]})
	said(edge({"locations": [one]})) == set()
	open_questions(edge({"locations": [one]})) == {["gap"]}
}

test_port_443_is_no_subject if rule.subjects == set() with input as document(edge({"ports": [443], "locations": [answering]}))
