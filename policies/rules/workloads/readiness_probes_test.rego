package rules.workloads.readiness_probes_test

import data.rules.workloads.readiness_probes as rule

container(name, ports) := {"name": name, "at": [name], "role": "main", "ports": ports}

port := [{"port": 8080}]

workload(kind, containers, services) := {"workloads": {"all": [{"kind": kind, "containers": containers, "services": services}]}}

said(document) := {finding.at | some finding in rule.deny with input as document}

service(targets) := [{"name": "api", "targets": targets}]

both := [container("web", port), container("metrics", port)]

test_only_the_targeted_container_counts if said(workload("Deployment", both, service(["web"]))) == {["web"]}

test_all_that_serve_count_where_none_is_named if said(workload("StatefulSet", both, service([]))) == {["web"], ["metrics"]}

test_ready_containers_pass if {
	document := workload("Deployment", [object.union(container("web", port), {"readiness": ["probe"]})], service(["web"]))
	said(document) == set()
	rule.subjects == {["web"]} with input as document
}

test_without_a_service_nothing_is_judged if {
	rule.subjects == set() with input as workload("Deployment", both, [])
	said(workload("Deployment", both, [])) == set()
}

test_a_probe_that_is_filled_in_later_is_unknown if {
	later := object.union(container("web", port), {"unclear": ["readinessProbe"]})
	document := workload("Deployment", [later, container("metrics", port)], service(["web", "metrics"]))
	{found.at | some found in rule.unknown} == {["web"]} with input as document
	said(document) == {["metrics"]}
}
