# METADATA
# title: Database password is strong
# description: >-
#   Databases take passwords as fast as a client can send them, and few lock an account. A short or simple one is found
#   by trying.
# related_resources:
# - https://pages.nist.gov/800-63-4/sp800-63b.html
# custom:
#   severity: critical
#   input: [settings]
#   roles: [db_password, db_url]
#   params:
#     db_password_min:
#       default: 16
#       meaning: Least length of a database password
#       unit: characters
#     db_password_bits_min:
#       default: 64
#       meaning: Least strength, the length times log2 of the size of the character classes used
#       unit: bits
#   help: Generate a password with `openssl rand -hex 24`, which needs no percent-encoding in connection URLs.
package rules.settings.database_password_strong

import data.lib.secrets
import data.lib.settings

roles := ["db_password", "db_url"]

# Defaults, placeholders and empty passwords belong to database-password-changed.
changed := [setting |
	some role in roles
	some setting in settings.known(input.settings, role)
	setting.measures
	not secrets.unchanged(setting)
]

subjects contains setting.at if some setting in changed

subjects contains setting.at if {
	some role in roles
	some setting in settings.unseen(input.settings, role)
}

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some role in roles
	some setting in settings.unseen(input.settings, role)
}

deny contains {"at": secrets.place(setting), "message": sprintf("the password in %s %s", [setting.name, fault])} if {
	some setting in changed
	fault := weakness(setting)
}

weakness(setting) := sprintf("has %v characters, fewer than %v", [
	setting.measures.length,
	input.params.db_password_min,
]) if {
	setting.measures.length < input.params.db_password_min
} else := "is one pattern repeated" if {
	setting.measures.repeated
} else := sprintf("is worth %v bits, fewer than %v", [
	floor(setting.measures.pool_bits),
	input.params.db_password_bits_min,
]) if {
	setting.measures.pool_bits < input.params.db_password_bits_min
}
