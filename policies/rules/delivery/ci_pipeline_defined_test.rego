package rules.delivery.ci_pipeline_defined_test

import data.rules.delivery.ci_pipeline_defined as rule

step(kind) := {"kind": kind, "what": kind, "job": "x", "at": [kind]}

document(kinds) := {"workflows": {"pipelines": [{"at": ["pipeline"], "on_change": true, "steps": [step(kind) | some kind in kinds]}]}}

said(kinds) := {finding.at | some finding in rule.deny with input as document(kinds)}

test_all_three if {
	said(["build", "test", "deploy"]) == set()
	rule.subjects == {["pipeline"]} with input as document(["build", "test", "deploy"])
}

test_each_is_missed if {
	every kinds in [["build", "test"], ["build", "deploy"], ["test", "deploy"], []] {
		said(kinds) == {["pipeline"]}
	}
}

test_an_unseen_script_may_do_it if {
	said(["build", "test", "unknown"]) == set()
	{found.at | some found in rule.unknown} == {["unknown"]} with input as document(["build", "test", "unknown"])
	rule.unknown == set() with input as document(["build", "test", "deploy", "unknown"])
}

test_no_pipeline_is_absent if {
	{[finding.at, finding.absent] | some finding in rule.deny} == {[["ignore"], true]} with input as {"gitignore": {"coverage": [{"at": ["ignore"]}]}}
}
