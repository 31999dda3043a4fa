package rules.workloads.network_policy_egress_defined_test

import data.rules.workloads.network_policy_egress_defined as rule

policy(rules) := {"name": "p", "at": ["policy"], "governs_egress": true, "egress": rules}

to(cidr, all, ports) := {
	"at": ["rule"],
	"any_peer": false,
	"ports": ports,
	"peers": [{"at": ["peer"], "cidr": cidr, "every_address": all, "except": ["10.0.0.0/8"]}],
}

document(policies, namespaces) := {"whole": true, "workloads": {"network_policies": policies, "namespaces": namespaces}}

said(rules) := {finding.at | some finding in rule.deny with input as document([policy(rules)], [])}

test_named_peers if {
	said([]) == set()
	said([to("10.1.0.0/16", false, false)]) == set()
	rule.subjects == {["policy"]} with input as document([policy([])], [])
}

test_every_address_at_every_port if {
	said([to("0.0.0.0/0", true, false)]) == {["peer"]}
	said([to("::/0", true, false)]) == {["peer"]}
	said([to("0.0.0.0/0", true, true)]) == set()
}

test_everywhere if {
	said([{"at": ["rule"], "any_peer": true, "ports": false, "peers": []}]) == {["rule"]}
	said([{"at": ["rule"], "any_peer": true, "ports": true, "peers": []}]) == set()
}

test_a_policy_for_ingress_alone_is_no_subject if {
	one := object.union(policy([to("0.0.0.0/0", true, false)]), {"governs_egress": false})
	rule.deny == set() with input as document([one], [])
	rule.subjects == set() with input as document([one], [])
}

namespace := {"name": "shop", "at": ["namespace"], "has_workloads": true, "governs_egress": false}

test_a_namespace_that_nothing_governs if {
	{[finding.at, finding.absent] | some finding in rule.deny} == {[["namespace"], true]} with input as document([], [namespace])
	rule.deny == set() with input as document([], [object.union(namespace, {"governs_egress": true})])
	rule.subjects == set() with input as document([], [object.union(namespace, {"has_workloads": false})])
}

test_what_cannot_be_read_is_unknown if {
	peer := object.union(to("${CIDR}", false, false), {"unclear": [["peer"]], "peers": [{"at": ["peer"], "cidr": "${CIDR}", "except": []}]})
	unclear := {"at": ["rule"], "any_peer": false, "unclear": [["rule"]], "ports": false, "peers": []}
	{found.at | some found in rule.unknown} == {["peer"], ["rule"]} with input as document([policy([peer, unclear])], [])
	said([peer, unclear]) == set()
}

test_a_namespace_that_is_given_later_is_unknown if {
	later := {"name": "default", "at": ["namespace"], "has_workloads": true}
	{found.at | some found in rule.unknown} == {["namespace"]} with input as document([], [later])
	rule.deny == set() with input as document([], [later])
}

test_a_part_of_a_tree_leaves_open_what_other_files_govern if {
	part := object.union(document([], [namespace]), {"whole": false})
	rule.deny == set() with input as part
	{found.at | some found in rule.unknown} == {["namespace"]} with input as part
}
