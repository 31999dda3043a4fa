package rules.workloads.memory_requests_limits_test

import data.rules.workloads.memory_requests_limits as rule

amount(milli) := {"text": "written", "milli": milli, "at": ["limit"]}

container(requests, limits) := {
	"name": "api",
	"at": ["name"],
	"resources": {"requests": requests, "limits": limits},
}

kubernetes(one) := {"workloads": {"all": [{"platform": "kubernetes", "containers": [one]}]}, "params": {"require_cpu_limit": false}}

compose(one) := {"workloads": {"all": [{"platform": "compose", "containers": [one]}]}, "params": {"require_cpu_limit": false}}

with_block(one) := object.union(one, {"resources": object.union(one.resources, {"at": ["block"]})})

said(document) := {finding.at | some finding in rule.deny with input as document}

test_both_are_enough if {
	said(kubernetes(container({"memory": amount(1)}, {"memory": amount(2)}))) == set()
	rule.subjects == {["name"]} with input as kubernetes(container({}, {}))
}

test_nothing_is_a_finding if said(kubernetes(container({}, {}))) == {["name"]}

test_another_resource_does_not_count if said(kubernetes(container({"cpu": amount(1)}, {"cpu": amount(1)}))) == {["name"]}

test_a_limit_stands_in_for_a_request if said(kubernetes(container({}, {"memory": amount(2)}))) == set()

test_a_limit_below_the_request if said(kubernetes(container({"memory": amount(3)}, {"memory": amount(2)}))) == {["limit"]}

test_a_limit_range_counts if {
	workload := {
		"platform": "kubernetes",
		"containers": [container({}, {})],
		"limit_range": {"requests": {"memory": amount(1)}, "limits": {"memory": amount(1)}},
	}
	said({"workloads": {"all": [workload]}, "params": {"require_cpu_limit": false}}) == set()
}

test_compose_blocks_that_leave_it_out if said(compose(with_block(container({}, {"cpu": amount(1)})))) == {["block"]}

test_compose_with_a_limit if said(compose(with_block(container({}, {"memory": amount(1)})))) == set()

test_compose_without_a_word_is_absent if {
	{finding.absent | some finding in rule.deny} == {true} with input as compose(container({}, {}))
}

test_what_is_filled_in_later_is_unknown if {
	document := kubernetes(container({"memory": {"text": "${LATER}", "at": ["request"]}}, {"memory": amount(1)}))
	{one.at | some one in rule.unknown} == {["request"]} with input as document
}

test_a_request_without_a_limit if said(kubernetes(container({"memory": amount(1)}, {}))) == {["name"]}

test_containers_of_tasks_are_no_subjects if {
	task := {"workloads": {"all": [{"platform": "ansible", "containers": [container({}, {})]}]}}
	rule.subjects == set() with input as task
	said(task) == set()
}

test_a_request_above_the_limit_that_a_limit_range_gives if {
	one := container({"memory": {"text": "written", "milli": 3, "at": ["request"]}}, {})
	workload := {"platform": "kubernetes", "containers": [one], "limit_range": {"requests": {}, "limits": {"memory": amount(2)}}}
	said({"workloads": {"all": [workload]}}) == {["request"]}
}

test_what_an_overlay_leaves_out_is_unknown if {
	every one in [container({}, {}), with_block(container({}, {}))] {
		document := {"workloads": {"all": [{"platform": "compose", "overlay": true, "containers": [one]}]}}
		said(document) == set()
		{found.at | some found in rule.unknown} == {["name"]} with input as document
	}
}
