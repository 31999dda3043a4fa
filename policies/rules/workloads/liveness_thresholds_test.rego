package rules.workloads.liveness_thresholds_test

import data.rules.workloads.liveness_thresholds as rule

document(probe, startup) := {
	"params": {"period_min": 5, "period_max": 60},
	"workloads": {"all": [{
		"kind": "Deployment",
		"containers": [object.union({"name": "api", "liveness": object.union({"at": ["probe"]}, probe)}, startup)],
	}]},
}

number(key, value) := {key: {"value": value, "at": [key]}}

late := number("initial_delay", 10)

said(probe) := {finding.at | some finding in rule.deny with input as document(object.union(late, probe), {})}

test_defaults_of_kubernetes_are_right if {
	said({}) == set()
	rule.subjects == {["probe"]} with input as document(late, {})
}

test_a_timeout_as_long_as_the_period if {
	said(number("timeout", 10)) == {["timeout"]}
	said(number("timeout", 9)) == set()
	said(object.union(number("timeout", 30), number("period", 30))) == {["timeout"]}
	said(number("period", 1)) == {["probe"], ["period"]}
}

test_one_failure if {
	said(number("failures", 1)) == {["failures"]}
	said(number("failures", 2)) == set()
}

test_periods if {
	every value in [5, 60] {
		said(number("period", value)) == set()
	}
	every value in [4, 61] {
		said(number("period", value)) == {["period"]}
	}
}

test_a_probe_from_the_first_second_is_a_hint if {
	{[finding.at, finding.severity] | some finding in rule.deny} == {[["probe"], "info"]} with input as document({}, {})
	rule.deny == set() with input as document({}, {"startup": ["startup"]})
	{finding.severity | some finding in rule.deny} == {"info"} with input as document(number("initial_delay", 0), {})
}

test_what_is_no_number_is_unknown if {
	{found.at | some found in rule.unknown} == {["period"]} with input as document({"period": {"at": ["period"]}}, {})
	rule.unknown == set() with input as document(number("initial_delay", 0), {})
}
