# METADATA
# title: JWT secret is strong
# description: >-
#   A token carries all that is needed to try out secrets offline, at billions a second. A phrase or a short word falls
#   within hours; then anyone signs tokens for any user.
# related_resources:
# - https://www.rfc-editor.org/rfc/rfc7518#section-3.2
# - https://www.rfc-editor.org/rfc/rfc8725
# custom:
#   severity: critical
#   input: [settings.known, settings.unseen]
#   roles: [jwt_secret]
#   params:
#     jwt_secret_min:
#       default: 32
#       meaning: Least length of a secret that signs tokens
#       unit: characters
#     jwt_secret_bits_min:
#       default: 160
#       meaning: Least Shannon estimate of the secret, its length times the entropy of its characters
#       unit: bits
#   help: Generate one with `openssl rand -base64 48`; a phrase that somebody made up is not random enough.
package rules.settings.jwt_secret_strong

import data.lib.secrets

# Empty values, placeholders and known defaults belong to jwt-secret-set.
chosen := [setting |
	some setting in input.settings.known.jwt_secret
	not secrets.unchosen(setting)
]

subjects contains setting.at if some setting in chosen

subjects contains setting.at if some setting in input.settings.unseen.jwt_secret

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in input.settings.unseen.jwt_secret
}

deny contains {"at": setting.at, "message": sprintf("%s %s", [setting.name, fault])} if {
	some setting in chosen
	fault := weakness(setting)
}

weakness(setting) := "is the value of the template beside it" if {
	setting.equals_template
} else := sprintf("has %v characters, fewer than %v", [setting.measures.length, input.params.jwt_secret_min]) if {
	setting.measures.length < input.params.jwt_secret_min
} else := sprintf("is not random: some %v bits, fewer than %v", [
	floor(setting.measures.shannon_bits),
	input.params.jwt_secret_bits_min,
]) if {
	setting.measures.shannon_bits < input.params.jwt_secret_bits_min
}
