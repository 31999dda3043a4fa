# METADATA
# title: Pod egress rules are defined
# description: >-
#   A pod that may open connections to anywhere can carry data out and fetch whatever an attacker wants to run.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: medium
#   input: [workloads.network_policies, workloads.namespaces]
#   absent_in: review
#   help: >-
#     Write a NetworkPolicy with `policyTypes: [Egress]` whose rules name the peers, and ports for what must reach any
#     address.
package rules.workloads.network_policy_egress_defined

governing := [policy | some policy in input.workloads.network_policies; policy.governs_egress]

subjects contains policy.at if some policy in governing

subjects contains namespace.at if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
}

# Rules and peers that cannot be read may allow anything.
unknown contains {"at": at, "message": sprintf("where %s lets pods connect to cannot be told", [policy.name]), "give": "the rendered manifest"} if {
	some policy in governing
	some rule in policy.egress
	some at in rule.unclear
}

unknown contains {
	"at": namespace.at,
	"message": sprintf("whether a policy governs what leaves the namespace %s depends on where its objects are applied", [namespace.name]),
	"give": "the namespace of each workload and policy",
} if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
	object.get(namespace, "governs_egress", null) == null
}

deny contains {"at": rule.at, "message": sprintf("%s allows egress to everywhere", [policy.name])} if {
	some policy in governing
	some rule in policy.egress
	rule.any_peer
	not rule.ports
}

deny contains {"at": peer.at, "message": sprintf("%s allows egress to every address (%s) at every port", [policy.name, peer.cidr])} if {
	some policy in governing
	some rule in policy.egress
	not rule.ports
	some peer in rule.peers
	peer.every_address
}

deny contains {"at": namespace.at, "message": sprintf("no policy governs what leaves the namespace %s", [namespace.name]), "absent": true} if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
	namespace.governs_egress == false
	input.whole
}

unknown contains {
	"at": namespace.at,
	"message": sprintf("files that were not given may govern what leaves the namespace %s", [namespace.name]),
	"give": "the whole tree",
} if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
	namespace.governs_egress == false
	not input.whole
}
