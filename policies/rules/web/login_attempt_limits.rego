# METADATA
# title: Login attempts are limited
# description: >-
#   A login that answers as often as it is asked gives every weak password away.
# related_resources:
# - https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html
# - https://www.keycloak.org/docs/latest/server_admin/#password-guess-brute-force-attacks
# custom:
#   severity: high
#   input: [deployments, edges, realms, settings.known, settings.unseen]
#   roles: [login_attempts]
#   scope: bundle
#   absent_in: review
#   params:
#     max_attempts:
#       default: 10
#       meaning: Most failed logins until a user is locked out
#       unit: failed logins
#   help: >-
#     Turn on Keycloak's brute-force protection with `failureFactor` of 10 or less, set LOGIN_MAX_ATTEMPTS, or limit
#     requests to the login.
package rules.web.login_attempt_limits

import data.lib.realms

exported := [realm | some realm in input.realms.all]

attempts := [setting | some setting in input.settings.known.login_attempts]

# Locations of logins whose requests a proxy limits.
limited := [location |
	some edge in input.edges
	some location in edge.locations
	regex.match(`(?i)(log-?in|sign-?in|/auth|/token)`, location.path)
	location.rate_limits != []
]

subjects contains realm.at if some realm in exported

subjects contains setting.at if some setting in attempts

subjects contains location.at if some location in limited

subjects contains deployment.at if {
	some deployment in running
	nothing
}

running := [deployment | some deployment in input.deployments; deployment.kind in {"compose", "kubernetes"}]

nothing if {
	count(exported) + count(attempts) + count(limited) == 0
}

unknown contains {"at": realm.at, "message": sprintf("the export of %s leaves brute-force protection out", [realm.name]), "give": realms.evidence} if {
	some realm in exported
	not realm.full
	not realm.brute_force
}

unknown contains {"at": value.at, "message": sprintf("a variable decides the protection of %s", [realm.name]), "give": realms.evidence} if {
	some realm in exported
	some value in realms.undecided(realm)
}

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in input.settings.unseen.login_attempts
}

unknown contains {"at": setting.at, "message": sprintf("%s is no number", [setting.name]), "give": "a number of failed logins"} if {
	some setting in attempts
	not regex.match(`^-?[0-9]+$`, trim_space(setting.value))
}

deny contains {"at": realms.place(realm, "brute_force"), "message": sprintf("the realm %s does not limit failed logins", [realm.name])} if {
	some realm in exported
	realms.protection(realm) == false
}

deny contains {"at": realms.place(realm, "failure_factor"), "message": message} if {
	some realm in exported
	realms.protection(realm) == true
	realms.failures(realm) > input.params.max_attempts
	message := sprintf("the realm %s takes %d failed logins, not at most %d", [realm.name, realms.failures(realm), input.params.max_attempts])
}

deny contains {"at": setting.at, "message": sprintf("%s lets %d logins fail, not 1 to %d", [setting.name, number, input.params.max_attempts])} if {
	some setting in attempts
	regex.match(`^-?[0-9]+$`, trim_space(setting.value))
	number := to_number(trim_space(setting.value))
	outside(number)
}

outside(number) if number <= 0

outside(number) if number > input.params.max_attempts

deny contains {"at": deployment.at, "message": sprintf("nothing of %s limits failed logins", [deployment.name]), "absent": true} if {
	some deployment in running
	nothing
}
