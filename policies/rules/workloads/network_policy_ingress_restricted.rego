# METADATA
# title: Pod ingress is default-deny
# description: >-
#   Without policies every pod of a cluster reaches every other: one that is broken into leads to the database. A rule
#   without `from` allows exactly that again.
# related_resources:
# - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: high
#   input: [workloads.network_policies, workloads.namespaces]
#   absent_in: review
#   help: >-
#     Deny all in each namespace (`podSelector: {}` with `policyTypes: [Ingress]`), then allow by `from` with a
#     podSelector or a named namespace.
package rules.workloads.network_policy_ingress_restricted

subjects contains policy.at if {
	some policy in input.workloads.network_policies
	policy.governs_ingress
}

subjects contains namespace.at if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
}

# Rules and peers that cannot be read may allow anybody.
unknown contains {"at": at, "message": sprintf("whom %s lets in cannot be told", [policy.name]), "give": "the rendered manifest"} if {
	some policy in input.workloads.network_policies
	policy.governs_ingress
	some rule in policy.ingress
	some at in rule.unclear
}

unknown contains {
	"at": namespace.at,
	"message": sprintf("whether ingress is denied by default in the namespace %s depends on where its objects are applied", [namespace.name]),
	"give": "the namespace of each workload and policy",
} if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
	object.get(namespace, "default_deny_ingress", null) == null
}

deny contains {"at": rule.at, "message": sprintf("%s allows ingress from everywhere", [policy.name])} if {
	some policy in input.workloads.network_policies
	policy.governs_ingress
	some rule in policy.ingress
	rule.any_peer
}

deny contains {"at": peer.at, "message": sprintf("%s allows ingress from %s", [policy.name, wide])} if {
	some policy in input.workloads.network_policies
	policy.governs_ingress
	some rule in policy.ingress
	some peer in rule.peers
	some wide in too_wide(peer)
}

deny contains {
	"at": namespace.at,
	"message": sprintf("nothing denies ingress by default in the namespace %s", [namespace.name]),
	"absent": true,
} if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
	namespace.default_deny_ingress == false
	input.whole
}

unknown contains {
	"at": namespace.at,
	"message": sprintf("files that were not given may deny ingress in the namespace %s", [namespace.name]),
	"give": "the whole tree",
} if {
	some namespace in input.workloads.namespaces
	namespace.has_workloads
	namespace.default_deny_ingress == false
	not input.whole
}

too_wide(peer) := {"every namespace" | peer.every_namespace} | {sprintf("every address (%s)", [peer.cidr]) | peer.every_address; peer.except == []}
