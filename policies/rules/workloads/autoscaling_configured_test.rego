package rules.workloads.autoscaling_configured_test

import data.rules.workloads.autoscaling_configured as rule

scaler(changes) := object.union(
	{
		"kind": "HorizontalPodAutoscaler",
		"name": "api",
		"at": ["scaler"],
		"target": "Deployment/api",
		"target_at": ["target"],
		"target_exists": true,
		"min": {"value": 2, "at": ["min"]},
		"max": {"value": 6, "at": ["max"]},
	},
	changes,
)

workload(scaled) := {"kind": "Deployment", "name": "api", "at": ["name"], "autoscaled": scaled}

document(scalers, workloads) := {"whole": true, "workloads": {"autoscalers": scalers, "all": workloads}}

said(one) := {finding.at | some finding in rule.deny with input as document([one], [workload(true)])}

test_a_scaler_with_room if {
	said(scaler({})) == set()
	rule.subjects == {["scaler"], ["name"]} with input as document([scaler({})], [workload(true)])
}

test_a_target_that_does_not_exist if said(scaler({"target_exists": false})) == {["target"]}

test_bounds_without_room if {
	said(scaler({"max": {"value": 2, "at": ["max"]}})) == {["max"]}
	said(json.remove(scaler({"max": {"value": 1, "at": ["max"]}}), ["min"])) == {["max"]}
	said(json.remove(scaler({"max": {"value": 2, "at": ["max"]}}), ["min"])) == set()
	keda := json.remove(scaler({"kind": "ScaledObject", "max": {"value": 1, "at": ["max"]}}), ["min"])
	said(keda) == set()
	said(json.remove(keda, ["max"])) == set()
}

test_a_deployment_that_nothing_scales_is_absent if {
	{[finding.at, finding.absent] | some finding in rule.deny} == {[["name"], true]} with input as document([], [workload(false)])
}

test_a_bound_that_is_no_number_is_unknown if {
	templated := json.remove(scaler({}), ["max/value"])
	{found.at | some found in rule.unknown} == {["max"]} with input as document([templated], [])
}

test_a_part_of_a_tree_leaves_open_what_other_files_hold if {
	part := object.union(document([scaler({"target_exists": false})], [workload(false)]), {"whole": false})
	rule.deny == set() with input as part
	{found.at | some found in rule.unknown} == {["target"], ["name"]} with input as part
}
