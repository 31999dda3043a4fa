package rules.delivery.ci_security_scanning_test

import data.rules.delivery.ci_security_scanning as rule

scan(changes) := object.union({"kind": "scan", "what": "trivy", "job": "scan", "at": ["scan"], "reports_only": false}, changes)

document(steps) := {"workflows": {"pipelines": [{"at": ["pipeline"], "on_change": true, "steps": steps}]}}

said(steps) := {[finding.at, object.get(finding, "absent", false)] | some finding in rule.deny with input as document(steps)}

open_questions(steps) := {found.at | some found in rule.unknown with input as document(steps)}

test_a_scan_that_blocks if {
	said([scan({})]) == set()
	open_questions([scan({})]) == set()
	open_questions([scan({}), scan({"reports_only": true, "at": ["codeql"]})]) == set()
}

test_a_scan_whose_failure_counts_for_nothing if said([scan({"neutered": {"at": ["neutered"], "by": "exit-code"}})]) == {[["neutered"], false]}

test_a_scan_that_only_reports_is_unknown if {
	open_questions([scan({"reports_only": true})]) == {["scan"]}
	said([scan({"reports_only": true})]) == set()
}

test_no_scan if {
	said([]) == {[["pipeline"], true]}
	unseen := {"kind": "unknown", "what": "ci.sh", "job": "x", "at": ["script"]}
	said([unseen]) == set()
	open_questions([unseen]) == {["script"]}
}
