package rules.workloads.replicas_minimum_test

import data.rules.workloads.replicas_minimum as rule

workload(kind, value) := {
	"platform": "kubernetes",
	"kind": kind,
	"name": "api",
	"at": ["name"],
	"replicas": {"value": value, "source": "stated", "at": ["replicas"]},
	"services": [{"name": "api"}],
	"published": [],
}

document(one) := {"workloads": {"all": [one]}, "params": {"min_replicas": 2, "by_name": {}}}

said(one) := {finding.at | some finding in rule.deny with input as document(one)}

test_two_are_enough if {
	said(workload("Deployment", 2)) == set()
	rule.subjects == {["name"]} with input as document(workload("Deployment", 2))
}

test_one_is_a_finding if said(workload("Deployment", 1)) == {["replicas"]}

test_who_is_left_out if {
	every one in [
		workload("StatefulSet", 1),
		workload("DaemonSet", 1),
		workload("Deployment", 0),
		object.union(workload("Deployment", 1), {"services": []}),
	] {
		said(one) == set()
		rule.subjects == set() with input as document(one)
	}
}

test_minimums_by_name if {
	params := {"params": {"min_replicas": 2, "by_name": {"api": 3}}}
	{finding.at | some finding in rule.deny} == {["replicas"]} with input as object.union(document(workload("Deployment", 2)), params)
	{finding.at | some finding in rule.deny} == {["replicas"]} with input as object.union(document(workload("StatefulSet", 1)), params)
}

test_a_number_that_is_none_is_unknown if {
	one := object.union(workload("Deployment", 2), {"replicas": {"source": "stated", "at": ["replicas"]}})
	templated := json.remove(one, ["replicas/value"])
	{found.at | some found in rule.unknown} == {["replicas"]} with input as document(templated)
	said(templated) == set()
}

test_a_swarm_service_that_is_alone_is_a_mild_finding if {
	one := object.union(workload("service", 1), {"platform": "compose", "services": [], "published": [{"host_port": 80}]})
	{finding.severity | some finding in rule.deny} == {"low"} with input as document(one)
	said(object.union(one, {"published": []})) == set()
	said(object.union(one, {"replicas": {"value": 1, "source": "default", "at": ["replicas"]}})) == set()
}

test_an_autoscaler_that_goes_to_nothing_is_a_finding if {
	one := object.union(workload("Deployment", 0), {"replicas": {"source": "autoscaler"}})
	said(one) == {["replicas"]}
}

test_swarm_services_that_say_how_many_are_subjects if {
	one := object.union(workload("service", 2), {"platform": "compose", "services": [], "published": [{"host_port": 80}]})
	rule.subjects == {["replicas"]} with input as document(one)
	said(one) == set()
	rule.subjects == set() with input as document(object.union(one, {"replicas": {"value": 0}}))
	later := json.remove(one, ["replicas/value"])
	{found.at | some found in rule.unknown} == {["replicas"]} with input as document(later)
}
