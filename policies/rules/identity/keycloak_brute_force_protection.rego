# METADATA
# title: Keycloak brute-force protection is on
# description: >-
#   Without it anybody may try passwords against every account for as long as they like.
# related_resources:
# - https://www.keycloak.org/docs/latest/server_admin/#password-guess-brute-force-attacks
# custom:
#   severity: high
#   input: [realms]
#   params:
#     max_failure_factor:
#       default: 10
#       meaning: Most failed logins until a user is locked out
#       unit: failed logins
#     min_wait_increment:
#       default: 60
#       meaning: Shortest time that a user is locked out for
#       unit: seconds
#   help: >-
#     Set `bruteForceProtected` to true, `failureFactor` to 10 or less and `waitIncrementSeconds` to 60 or more, in master
#     too.
package rules.identity.keycloak_brute_force_protection

import data.lib.realms

subjects contains realm.at if some realm in input.realms.all

unknown contains {"at": realm.at, "message": message, "give": realms.evidence} if {
	some realm in input.realms.all
	not realm.full
	not realm.brute_force
	message := sprintf("the export of %s leaves brute-force protection out", [realm.name])
}

unknown contains {"at": value.at, "message": sprintf("a variable decides the protection of %s", [realm.name]), "give": realms.evidence} if {
	some realm in input.realms.all
	some value in realms.undecided(realm)
}

# The realm that administers all others.
unknown contains {"at": realm.at, "message": "no export of the realm master is here", "give": "an export of the realm master", "in": "review"} if {
	some realm in input.realms.all
	not "master" in {one.name | some one in input.realms.all}
}

deny contains {"at": realms.place(realm, "brute_force"), "message": sprintf("the realm %s lets everybody try passwords without end", [realm.name])} if {
	some realm in input.realms.all
	realms.protection(realm) == false
}

deny contains {"at": realms.place(realm, "failure_factor"), "message": message} if {
	some realm in input.realms.all
	realms.protection(realm) == true
	failures := realms.failures(realm)
	failures > input.params.max_failure_factor
	message := sprintf("the realm %s takes %d failed logins, not at most %d", [realm.name, failures, input.params.max_failure_factor])
}

deny contains {"at": realm.wait_increment.at, "message": message} if {
	some realm in input.realms.all
	realms.protection(realm) == true
	seconds := realm.wait_increment.value
	seconds < input.params.min_wait_increment
	message := sprintf("the realm %s locks users out for %d s, not at least %d", [realm.name, seconds, input.params.min_wait_increment])
}
