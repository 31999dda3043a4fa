# What NetworkPolicies allow.
package lib.network

# Places of a rule of a policy that cannot be read, so that they may allow anything.
unclear(rule) := {rule.at | rule.unclear} | {peer.at |
	some peer in rule.peers
	object.get(peer, "every_address", null) == null
}
