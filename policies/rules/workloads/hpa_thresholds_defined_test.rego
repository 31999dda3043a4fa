package rules.workloads.hpa_thresholds_defined_test

import data.rules.workloads.hpa_thresholds_defined as rule

metric(resource, target, percent) := {"at": [resource], "resource": resource, "target": target, "percent": percent}

cpu := metric("cpu", "Utilization", 70)

memory := metric("memory", "Utilization", 80)

scaler(api, metrics) := {"kind": "HorizontalPodAutoscaler", "api": api, "name": "api", "at": ["scaler"], "metrics": metrics}

document(one) := {
	"params": {"utilization_min": 40, "utilization_max": 90},
	"workloads": {"autoscalers": [one]},
}

said(metrics) := {[finding.at, object.get(finding, "absent", false)] |
	some finding in rule.deny with input as document(scaler("autoscaling/v2", metrics))
}

test_both_within_bounds if {
	said([cpu, memory]) == set()
	said([metric("cpu", "Utilization", 40), metric("memory", "Utilization", 90)]) == set()
	rule.subjects == {["scaler"]} with input as document(scaler("autoscaling/v2", [cpu]))
}

test_outside if {
	said([metric("cpu", "Utilization", 39), memory]) == {[["cpu"], false]}
	said([cpu, metric("memory", "Utilization", 91)]) == {[["memory"], false]}
}

test_amounts if said([cpu, metric("memory", "AverageValue", 0)]) == {[["memory"], false]}

test_what_is_absent if {
	said([cpu]) == {[["scaler"], true]}
	said([]) == {[["scaler"], true]}
	rule.deny == set() with input as document(scaler("autoscaling/v1", [cpu]))
	rule.deny == set() with input as document(scaler("autoscaling/v1", []))
}

places(metrics) := {found.at | some found in rule.unknown with input as document(scaler("autoscaling/v2", metrics))}

test_other_metrics_are_unknown if {
	custom := {"at": ["custom"], "target": "Pods"}
	places([cpu, memory, custom]) == {["custom"]}
	places([json.remove(cpu, ["percent"]), memory]) == {["cpu"]}
	places([metric("cpu", "", 0), memory]) == {["cpu"]}
	places([cpu, memory]) == set()
}
