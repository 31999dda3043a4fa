package rules.delivery.ci_tests_run_test

import data.rules.delivery.ci_tests_run as rule

step(kind, changes) := object.union({"kind": kind, "what": "pytest", "job": "test", "at": [kind]}, changes)

document(on_change, steps) := {"workflows": {"pipelines": [{"at": ["pipeline"], "on_change": on_change, "steps": steps}]}}

said(on_change, steps) := {finding.at | some finding in rule.deny with input as document(on_change, steps)}

test_tests_that_count if {
	said(true, [step("test", {})]) == set()
	rule.subjects == {["test"], ["pipeline"]} with input as document(true, [step("test", {})])
	rule.unknown == set() with input as document(true, [step("test", {}), step("unknown", {})])
}

test_tests_that_may_fail if said(true, [step("test", {"neutered": {"at": ["neutered"], "by": "|| true"}})]) == {["neutered"]}

test_no_tests if {
	said(true, [step("build", {})]) == {["pipeline"]}
	said(false, [step("test", {})]) == {["pipeline"]}
}

test_an_unseen_script_is_unknown if {
	said(true, [step("unknown", {})]) == set()
	{found.at | some found in rule.unknown} == {["unknown"]} with input as document(true, [step("unknown", {})])
}
