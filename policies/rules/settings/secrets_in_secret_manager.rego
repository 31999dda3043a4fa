# METADATA
# title: Secrets are in a secret manager
# description: >-
#   A key in a file is copied with the file, is never rotated, and nobody knows who has read it.
# related_resources:
# - https://external-secrets.io/latest/
# - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   severity: critical
#   input: [settings.known, settings.unseen]
#   roles: [encryption_key, db_password, db_url]
#   absent_in: review
#   help: >-
#     Keep it in Vault, a cloud's secret manager or a SealedSecret, and let the container refer to it.
package rules.settings.secrets_in_secret_manager

import data.lib.secrets

roles := ["encryption_key", "db_password", "db_url"]

held := [setting |
	some role in roles
	some setting in input.settings.known[role]
	setting.measures.length > 0
]

referred := [setting |
	some role in roles
	some setting in input.settings.unseen[role]
]

subjects contains setting.at if some setting in held

subjects contains setting.at if some setting in referred

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": "the ExternalSecret, SealedSecret or policy of the secret manager"} if {
	some setting in referred
	not setting.manager
}

deny contains {
	"at": secrets.place(setting),
	"message": sprintf("%s stands in %s instead of a secret manager", [setting.name, places[setting.holder]]),
	"absent": true,
} if {
	some setting in held
}

places := {
	"env-file": "an env file",
	"compose": "the compose file",
	"config-map": "a ConfigMap",
	"secret": "a plain Secret",
	"pod": "the manifest of a pod",
	"dockerfile": "the Dockerfile",
	"inventory": "a task of Ansible",
}
