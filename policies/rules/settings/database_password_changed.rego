# METADATA
# title: Database password differs from default
# description: >-
#   Default passwords, those of a published template and the user's own name are what every attacker and every worm
#   tries first, from inside the network too.
# related_resources:
# - https://hub.docker.com/_/postgres
# - https://cwe.mitre.org/data/definitions/1392.html
# custom:
#   severity: critical
#   input: [settings]
#   roles: [db_password, db_url, db_trust]
#   help: Generate a password of its own with `openssl rand -base64 24` and give it by a secret reference.
package rules.settings.database_password_changed

import data.lib.secrets
import data.lib.settings

roles := ["db_password", "db_url"]

# A connection URL without a password has no measures.
subjects contains setting.at if {
	some role in roles
	some setting in settings.known(input.settings, role)
	setting.measures
}

subjects contains setting.at if some setting in settings.known(input.settings, "db_trust")

subjects contains setting.at if {
	some role in ["db_password", "db_url", "db_trust"]
	some setting in settings.unseen(input.settings, role)
}

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some role in ["db_password", "db_url", "db_trust"]
	some setting in settings.unseen(input.settings, role)
}

deny contains {"at": secrets.place(setting), "message": sprintf("the password in %s %s", [setting.name, fault])} if {
	some role in roles
	some setting in settings.known(input.settings, role)
	setting.measures
	fault := secrets.unchanged(setting)
}

deny contains {"at": setting.at, "message": sprintf("%s lets every client in", [setting.name])} if {
	some setting in settings.known(input.settings, "db_trust")
	trusts(setting.value)
}

trusts(value) if settings.is_on(value)

trusts(value) if lower(trim_space(value)) == "trust"
