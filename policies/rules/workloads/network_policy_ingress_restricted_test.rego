package rules.workloads.network_policy_ingress_restricted_test

import data.rules.workloads.network_policy_ingress_restricted as restricted

policy(entries) := {"name": "api", "at": ["policy"], "governs_ingress": true, "ingress": entries}

entry(peers) := {"at": ["entry"], "any_peer": peers == [], "peers": peers, "ports": false}

peer(fields) := object.union({"at": ["peer"], "every_namespace": false, "every_address": false, "except": []}, fields)

document(policies, namespaces) := {"whole": true, "workloads": {"network_policies": policies, "namespaces": namespaces}}

said(policies) := {finding.at | some finding in restricted.deny with input as document(policies, [])}

namespace(denied) := {"name": "shop", "at": ["namespace"], "has_workloads": true, "default_deny_ingress": denied}

test_policies_that_restrict if {
	said([policy([]), policy([entry([peer({})])])]) == set()
	restricted.subjects == {["policy"]} with input as document([policy([])], [])
}

test_entries_without_a_peer if said([policy([entry([])])]) == {["entry"]}

test_peers_that_are_everybody if {
	said([policy([entry([peer({"every_namespace": true})])])]) == {["peer"]}
	said([policy([entry([peer({"cidr": "0.0.0.0/0", "every_address": true})])])]) == {["peer"]}
	said([policy([entry([peer({"cidr": "::/0", "every_address": true})])])]) == {["peer"]}
}

test_addresses_with_exceptions_or_narrow_ones_pass if {
	said([policy([entry([peer({"cidr": "0.0.0.0/0", "every_address": true, "except": ["10.0.0.0/8"]})])])]) == set()
	said([policy([entry([peer({"cidr": "10.0.0.0/8"})])])]) == set()
}

test_policies_for_egress_are_left_out if {
	one := object.union(policy([entry([])]), {"governs_ingress": false})
	said([one]) == set()
	restricted.subjects == set() with input as document([one], [])
}

test_namespaces_without_default_deny_are_absent if {
	{finding.absent | some finding in restricted.deny} == {true} with input as document([], [namespace(false)])
	restricted.deny == set() with input as document([], [namespace(true)])
	restricted.subjects == {["namespace"]} with input as document([], [namespace(true)])
}

test_what_cannot_be_read_is_unknown if {
	rules := [
		object.union(entry([json.remove(peer({"cidr": "${CIDR}"}), ["every_address"])]), {"unclear": [["peer"]]}),
		{"at": ["entry"], "any_peer": false, "unclear": [["entry"]], "peers": [], "ports": false},
	]
	{found.at | some found in restricted.unknown} == {["peer"], ["entry"]} with input as document([policy(rules)], [])
	said([policy(rules)]) == set()
}

test_a_namespace_that_is_given_later_is_unknown if {
	open := json.remove(namespace(false), ["default_deny_ingress"])
	{found.at | some found in restricted.unknown} == {["namespace"]} with input as document([], [open])
	restricted.deny == set() with input as document([], [open])
	restricted.unknown == set() with input as document([], [namespace(false)])
}

test_a_part_of_a_tree_leaves_open_what_other_files_deny if {
	part := object.union(document([], [namespace(false)]), {"whole": false})
	restricted.deny == set() with input as part
	{found.at | some found in restricted.unknown} == {["namespace"]} with input as part
}
