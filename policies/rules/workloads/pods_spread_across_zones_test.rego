package rules.workloads.pods_spread_across_zones_test

import data.rules.workloads.pods_spread_across_zones as rule

workload(replicas, spread) := {
	"kind": "Deployment",
	"name": "api",
	"at": ["name"],
	"replicas": {"value": replicas, "at": ["replicas"]},
	"spread": spread,
}

term(kind, key, own) := {"kind": kind, "key": key, "selects_own": own, "at": ["term"]}

zone := "topology.kubernetes.io/zone"

document(one) := {"workloads": {"all": [one]}}

said(one) := {[finding.at, object.get(finding, "absent", false)] | some finding in rule.deny with input as document(one)}

test_by_zone if {
	said(workload(2, [term("constraint", zone, true)])) == set()
	said(workload(2, [term("anti-affinity", "topology.kubernetes.io/region", true)])) == set()
}

test_nothing_by_zone_is_absent if {
	said(workload(2, [])) == {[["name"], true]}
	said(workload(2, [term("constraint", "kubernetes.io/hostname", true)])) == {[["name"], true]}
	said(workload(1, [])) == set()
	rule.subjects == set() with input as document(workload(1, []))
}

test_a_constraint_that_selects_others_is_a_finding if {
	said(workload(2, [term("constraint", zone, false)])) == {[["term"], false], [["name"], true]}
	said(workload(1, [term("constraint", "kubernetes.io/hostname", false)])) == {[["term"], false]}
}

test_anti_affinity_may_keep_away_from_others if {
	said(workload(1, [term("anti-affinity", "kubernetes.io/hostname", false)])) == set()
	said(workload(2, [term("anti-affinity", zone, false)])) == {[["name"], true]}
}

test_unknown_replicas if {
	templated := json.remove(workload(2, []), ["replicas/value"])
	{found.at | some found in rule.unknown} == {["replicas"]} with input as document(templated)
}
