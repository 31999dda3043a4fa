package rules.workloads.liveness_probes_test

import data.rules.workloads.liveness_probes as rule

port := [{"port": 8080}]

workload(kind, containers) := {"workloads": {"all": [{"kind": kind, "at": ["workload"], "services": [], "containers": containers}]}}

bare := {"name": "api", "role": "main", "ports": port}

probed := object.union(bare, {"liveness": ["probe"]})

said(document) := {finding.at | some finding in rule.deny with input as document}

test_probed_containers_pass if {
	said(workload("Deployment", [probed])) == set()
	rule.subjects == {["workload"]} with input as workload("Deployment", [probed])
}

test_one_bare_container_is_a_finding if said(workload("DaemonSet", [probed, object.union(bare, {"name": "web"})])) == {["workload"]}

test_the_message_names_all_containers if {
	document := workload("StatefulSet", [bare, object.union(bare, {"name": "web"})])
	{finding.message | some finding in rule.deny} == {"no liveness probe on api, web"} with input as document
}

test_who_is_left_out if {
	every one in [
		workload("Job", [bare]),
		workload("CronJob", [bare]),
		workload("Pod", [bare]),
		workload("service", [bare]),
		workload("Deployment", [object.union(bare, {"ports": []})]),
		workload("Deployment", [object.union(bare, {"role": "sidecar"})]),
		workload("Deployment", [object.union(bare, {"role": "init"})]),
	] {
		said(one) == set()
		rule.subjects == set() with input as one
	}
}

test_a_probe_that_is_filled_in_later_is_unknown if {
	later := workload("Deployment", [object.union(bare, {"unclear": ["livenessProbe"]})])
	{found.at | some found in rule.unknown} == {["workload"]} with input as later
	said(later) == set()
	rule.unknown == set() with input as workload("Deployment", [bare])
}
