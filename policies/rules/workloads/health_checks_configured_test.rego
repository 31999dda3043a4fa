package rules.workloads.health_checks_configured_test

import data.rules.workloads.health_checks_configured as rule

workload(container) := {
	"platform": "compose",
	"name": "api",
	"at": ["service"],
	"published": [{"host_port": 8080}],
	"containers": [object.union({"ports": [{"port": 8080}]}, container)],
}

check(test) := {"healthcheck": {"at": ["check"], "disabled": false, "test": [{"text": text, "at": ["word"]} | some text in test]}}

document(one) := {"workloads": {"all": [one]}}

said(container) := {finding.at | some finding in rule.deny with input as document(workload(container))}

open_questions(container) := {found.at | some found in rule.unknown with input as document(workload(container))}

test_a_check_of_a_port_that_is_served if {
	said(check(["CMD", "curl", "-f", "http://localhost:8080/health"])) == set()
	open_questions(check(["CMD", "true"])) == set()
	rule.subjects == {["check"]} with input as document(workload(check(["CMD", "true"])))
}

test_a_check_of_another_port if {
	other := check(["CMD-SHELL", "wget -qO- http://127.0.0.1:9000/"])
	said(object.union(other, built({}))) == {["word"]}
	said(other) == set()
	open_questions(other) == {["word"]}
	said(object.union(other, built({"exposed": [{"text": "8080 9000/tcp"}]}))) == set()
}

test_a_check_that_is_turned_off if {
	said({"healthcheck": {"at": ["check"], "disabled": true, "test": []}}) == {["check"]}
}

built(stage) := {"build": {"stage": object.union({"exposed": []}, stage)}}

test_dockerfiles if {
	said(built({"healthcheck": {"text": "CMD curl localhost:8080", "at": ["instruction"]}})) == set()
	said(built({"healthcheck": {"text": "NONE", "at": ["instruction"]}})) == {["instruction"]}
	said(built({})) == {["service"]}
}

test_an_image_of_others_is_unknown if {
	said({}) == set()
	open_questions({}) == {["service"]}
}

test_who_publishes_nothing_and_checks_nothing_is_no_subject if {
	one := object.union(workload({}), {"published": []})
	rule.subjects == set() with input as document(one)
	rule.unknown == set() with input as document(one)
}

test_what_an_overlay_leaves_out_is_unknown if {
	one := document(object.union(workload(built({})), {"overlay": true}))
	rule.deny == set() with input as one
	{found.at | some found in rule.unknown} == {["service"]} with input as one
}
