package rules.workloads.pod_disruption_budget_test

import data.rules.workloads.pod_disruption_budget as rule

threshold(pods) := {"text": "written", "pods": pods, "at": ["threshold"]}

budget(thresholds) := object.union(
	{"name": "api", "at": ["budget"], "selects": [["workload"]], "replicas": 3},
	thresholds,
)

document(budgets, workloads) := {"whole": true, "workloads": {"budgets": budgets, "all": workloads}}

workload(replicas) := {
	"kind": "Deployment",
	"name": "api",
	"at": ["workload"],
	"replicas": {"value": replicas},
	"budgets": [],
	"intended_budgets": [],
}

said(budgets, workloads) := {finding.at | some finding in rule.deny with input as document(budgets, workloads)}

test_budgets_that_work if {
	said([budget({"min_available": threshold(2)}), budget({"max_unavailable": threshold(1)})], []) == set()
	rule.subjects == {["budget"]} with input as document([budget({"min_available": threshold(2)})], [])
}

test_a_budget_that_selects_nothing if {
	one := object.union(budget({"min_available": threshold(1)}), {"selects": []})
	said([json.remove(one, ["replicas"])], []) == {["budget"]}
}

test_budgets_that_allow_no_eviction if {
	said([budget({"min_available": threshold(3)})], []) == {["threshold"]}
	said([budget({"max_unavailable": threshold(0)})], []) == {["threshold"]}
}

test_budgets_that_protect_nothing if {
	said([budget({"min_available": threshold(0)})], []) == {["threshold"]}
	said([budget({"max_unavailable": threshold(3)})], []) == {["threshold"]}
}

test_deployments_without_a_budget_are_absent if {
	{finding.absent | some finding in rule.deny} == {true} with input as document([], [workload(2)])
	said([], [workload(1)]) == set()
	said([], [object.union(workload(2), {"budgets": [["budget"]]})]) == set()
	said([], [object.union(workload(2), {"intended_budgets": [["budget"]]})]) == set()
}

test_unclear_replicas_are_unknown if {
	one := json.remove(budget({"min_available": threshold(3)}), ["replicas"])
	{found.at | some found in rule.unknown} == {["budget"]} with input as document([one], [])
}

unknowns(document) := {found.at | some found in rule.unknown with input as document}

test_thresholds_that_kubernetes_refuses_are_unknown if {
	one := budget({"max_unavailable": {"text": "one", "at": ["threshold"]}})
	unknowns(document([one], [])) == {["threshold"]}
	said([one], []) == set()
	both := budget({"min_available": threshold(1), "max_unavailable": {"text": "1", "pods": 1, "at": ["other"]}})
	unknowns(document([both], [])) == {["other"]}
}

test_a_budget_without_a_threshold if {
	said([budget({})], []) == {["budget"]}
	said([object.union(budget({}), {"selects": []})], []) == {["budget"]}
}

test_a_selector_that_depends_on_the_namespace_is_unknown if {
	one := object.union(budget({"min_available": threshold(1)}), {"selects": [], "unclear": "namespace"})
	unknowns(document([json.remove(one, ["replicas"])], [])) == {["budget"]}
	said([json.remove(one, ["replicas"])], []) == set()
}

test_what_is_switched_off_is_neither_blocked_nor_unprotected if {
	every key in ["min_available", "max_unavailable"] {
		every pods in [0, 1] {
			said([object.union(budget({key: threshold(pods)}), {"replicas": 0})], []) == set()
		}
	}
}

test_unknown_replicas_without_a_budget_are_unknown if {
	one := object.union(json.remove(workload(2), ["replicas/value"]), {"replicas": {"at": ["replicas"]}})
	unknowns(document([], [one])) == {["replicas"]}
	unknowns(document([], [object.union(one, {"budgets": [["budget"]]})])) == set()
	unknowns(document([], [workload(2)])) == set()
}

test_a_part_of_a_tree_tells_nothing if {
	part := object.union(document([object.union(budget({}), {"selects": []})], [workload(2)]), {"whole": false})
	rule.subjects == set() with input as part
	rule.deny == set() with input as part
}
