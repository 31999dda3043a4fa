package lib.pods_test

import data.lib.pods

container(name, ports) := {"name": name, "role": "main", "ports": ports}

port := [{"port": 8080}]

workload(kind, services) := {
	"kind": kind,
	"containers": [container("web", port), container("worker", []), {"name": "mesh", "role": "sidecar", "ports": port}],
	"services": services,
}

names(containers) := [one.name | some one in containers]

test_only_main_containers_with_ports_serve if names(pods.with_ports(workload("Deployment", []))) == ["web"]

test_a_port_that_is_filled_in_later_is_served if {
	later := object.union(container("web", []), {"unclear": ["ports"]})
	names(pods.with_ports({"containers": [later]})) == ["web"]
	pods.hides(later, "ports")
	not pods.hides(later, "livenessProbe")
	not pods.hides(container("web", []), "ports")
}

test_a_service_may_target_a_sidecar if {
	names(pods.targeted(workload("Deployment", [{"name": "s", "targets": ["mesh"]}]))) == ["mesh"]
}

test_a_service_targets_what_it_names if {
	names(pods.targeted(workload("Deployment", [{"name": "s", "targets": ["worker"]}]))) == ["worker"]
}

test_a_service_that_names_nothing_targets_all_that_serve if {
	names(pods.targeted(workload("StatefulSet", [{"name": "s", "targets": []}]))) == ["web"]
}

test_a_bare_pod_is_targeted_and_a_job_is_not if {
	service := {"name": "s", "targets": ["web"]}
	names(pods.targeted(workload("Pod", [service]))) == ["web"]
	pods.targeted(workload("Job", [service])) == []
}

test_without_a_service_nothing_is_targeted if pods.targeted(workload("Deployment", [])) == []

test_names_of_services if pods.service_names({"services": [{"name": "b"}, {"name": "a"}]}) == "a, b"
