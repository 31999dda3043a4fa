package rules.web.security_headers_configured_test

import data.rules.web.security_headers_configured as rule

all := {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}

location(headers, answers) := {
	"at": ["location"],
	"path": "/",
	"answers": answers,
	"headers": [{"name": name, "value": value, "at": [name]} | some name, value in headers],
}

document(one) := {
	"params": {"required_headers": ["x-content-type-options", "x-frame-options", "referrer-policy"]},
	"edges": [{"name": "shop", "at": ["edge"], "locations": [one]}],
}

said(one) := {finding.at | some finding in rule.deny with input as document(one)}

open_questions(one) := {found.at | some found in rule.unknown with input as document(one)}

test_all_of_them if {
	said(location(all, "proxy")) == set()
	rule.subjects == {["location"]} with input as document(location(all, "proxy"))
	open_questions(location(all, "proxy")) == set()
}

test_each_is_missed if {
	every name in ["x-content-type-options", "x-frame-options", "referrer-policy"] {
		said(location(object.remove(all, [name]), "files")) == {["location"]}
	}
}

test_values_that_do_nothing if {
	said(location(object.union(all, {"x-content-type-options": "sniff"}), "proxy")) == {["location"]}
	said(location(object.union(all, {"x-frame-options": "ALLOWALL"}), "proxy")) == {["location"]}
	said(location(object.union(all, {"referrer-policy": "unsafe-url"}), "proxy")) == {["location"]}
}

test_a_policy_of_frames_stands_for_the_header if {
	csp := {"content-security-policy": "default-src 'self'; frame-ancestors 'none'"}
	said(location(object.union(object.remove(all, ["x-frame-options"]), csp), "proxy")) == set()
	said(location(object.union(object.remove(all, ["x-frame-options"]), {"content-security-policy": "default-src 'self'"}), "proxy")) == {["location"]}
}

test_what_does_not_answer_is_no_subject if {
	every answers in ["redirect", "internal"] {
		rule.subjects == set() with input as document(location({}, answers))
	}
}

test_what_is_hidden_is_unknown if {
	gap := {"unseen": [{"at": ["include"], "aspects": ["headers"], "message": "m", "give": "g"}]}
	said(object.union(location({}, "proxy"), gap)) == set()
	open_questions(object.union(location({}, "proxy"), gap)) == {["include"]}
	open_questions(object.union(location(all, "proxy"), gap)) == set()
}

test_a_variable_is_unknown if {
	one := object.union(location({}, "proxy"), {"headers": [{"name": "x-frame-options", "at": ["variable"]}]})
	open_questions(one) == {["variable"]}
	said(one) == {["location"]}
}
