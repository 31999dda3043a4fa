package rules.workloads.rolling_update_strategy_test

import data.rules.workloads.rolling_update_strategy as rule

workload(replicas, strategy) := object.union(
	{"kind": "Deployment", "platform": "kubernetes", "name": "api", "at": ["name"], "replicas": {"value": replicas}},
	strategy,
)

stated(kind, pods) := {"strategy": {"kind": kind, "at": ["kind"], "max_unavailable": {"pods": pods, "at": ["number"]}}}

document(one) := {"workloads": {"all": [one]}}

said(one) := {finding.at | some finding in rule.deny with input as document(one)}

recreate := {"strategy": {"kind": "Recreate", "at": ["kind"]}}

test_an_absent_strategy_is_right if {
	said(workload(3, {})) == set()
	rule.subjects == {["name"]} with input as document(workload(3, {}))
	rule.unknown == set() with input as document(workload(3, {}))
}

test_recreate if {
	said(workload(3, recreate)) == {["kind"]}
	said(workload(1, recreate)) == set()
}

test_all_at_once if {
	said(workload(2, stated("RollingUpdate", 2))) == {["number"]}
	said(workload(2, stated("RollingUpdate", 1))) == set()
	said(workload(0, stated("RollingUpdate", 1))) == set()
	said(workload(2, {"strategy": {"kind": "RollingUpdate", "at": ["kind"]}})) == set()
}

test_swarm if {
	service := {"kind": "service", "platform": "compose"}
	said(object.union(workload(2, stated("stop-first", 2)), service)) == {["number"]}
	said(object.union(workload(2, stated("start-first", 2)), service)) == set()
	said(object.union(workload(3, stated("stop-first", 1)), service)) == set()
	rule.subjects == set() with input as document(object.union(workload(2, {}), service))
}

places(one) := {found.at | some found in rule.unknown with input as document(one)}

test_what_is_no_number_is_unknown if {
	templated := {"strategy": {"kind": "RollingUpdate", "at": ["kind"], "max_unavailable": {"at": ["number"]}}}
	places(workload(2, templated)) == {["kind"]}
	places(json.remove(workload(2, recreate), ["replicas/value"])) == {["kind"]}
	places(workload(2, recreate)) == set()
}
