# METADATA
# title: Keycloak password policy is set
# description: >-
#   Without a policy Keycloak takes passwords of one character, and the name of the user as one.
# related_resources:
# - https://www.keycloak.org/docs/latest/server_admin/#_password-policies
# - https://pages.nist.gov/800-63-4/sp800-63b.html
# custom:
#   severity: high
#   input: [realms]
#   params:
#     min_length:
#       default: 12
#       meaning: Least length of a password
#       unit: characters
#   help: >-
#     Set `passwordPolicy` to `length(12) and notUsername` or more.
package rules.identity.keycloak_password_policy

import data.lib.realms

# Terms that keep out what a length lets in.
further := {
	"notUsername", "passwordHistory", "specialChars", "upperCase", "lowerCase", "digits", "notEmail", "passwordBlacklist",
	"regexPattern",
}

subjects contains realm.at if some realm in input.realms.all

unknown contains {"at": realm.at, "message": sprintf("the export of %s leaves the password policy out", [realm.name]), "give": realms.evidence} if {
	some realm in input.realms.all
	not realm.full
	not realm.password_policy
}

unknown contains {"at": realm.password_policy.at, "message": sprintf("a variable decides the password policy of %s", [realm.name]), "give": realms.evidence} if {
	some realm in input.realms.all
	realm.password_policy
	not realm.password_policy.terms
}

# Keycloak's default is no policy at all.
terms(realm) := realm.password_policy.terms if {
	realm.password_policy
} else := [] if {
	realm.full
	not realm.password_policy
}

deny contains {"at": realms.place(realm, "password_policy"), "message": message} if {
	some realm in input.realms.all
	list := terms(realm)
	not long_enough(list)
	message := sprintf("the realm %s takes passwords of less than %d characters", [realm.name, input.params.min_length])
}

long_enough(list) if {
	some term in list
	term.name == "length"
	term.number >= input.params.min_length
}

deny contains {"at": realms.place(realm, "password_policy"), "message": sprintf("the realm %s asks for a length and nothing else", [realm.name])} if {
	some realm in input.realms.all
	list := terms(realm)
	long_enough(list)
	count({term.name | some term in list} & further) == 0
}
