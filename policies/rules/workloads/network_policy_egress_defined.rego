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
	peer.cidr in {"0.0.0.0/0", "::/0"}
}

deny contains {"at": namespace.at, "message": sprintf("no policy governs what leaves the namespace %s", [namespace.name]), "absent": true} if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
	not namespace.governs_egress
}
