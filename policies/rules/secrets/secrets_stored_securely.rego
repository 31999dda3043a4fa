# METADATA
# title: Secrets are stored as references or encrypted
# description: >-
#   A server's disk has more readers than its owner knows: other accounts, backups, images. What stands there in plain text
#   is theirs too.
# related_resources:
# - https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
# - https://docs.docker.com/compose/how-tos/use-secrets/
# custom:
#   severity: critical
#   input: [settings.all, secrets]
#   scope: bundle
#   absent_in: review
#   help: >-
#     Name the secret by reference (secretKeyRef, compose `secrets:`, vault, sops), or keep it in a file that git ignores and
#     only its owner may read (`chmod 600`).
package rules.secrets.secrets_stored_securely

import data.lib.detections

subjects contains setting.at if {
	some setting in input.settings.all
	setting.secret
}

subjects contains secret.at if some secret in input.secrets.found

# What is shipped in plain text is for secrets-not-in-repo and its like to report; it is not stored securely either.
unknown contains {
	"at": secret.at,
	"message": "a secret stands here in plain text",
	"give": "a reference, as secrets/secrets-not-in-repo says",
} if {
	some secret in input.secrets.found
	detections.shipped(secret)
}

# A setting that is no literal of the tree is a reference; one that nothing sets may be anything.
unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in input.settings.all
	setting.secret
	setting.unseen
	setting.state == "unknown"
}

deny contains {
	"at": secret.at,
	"absent": true,
	"message": "other accounts of the machine may read the file of this secret",
} if {
	some secret in input.secrets.found
	not detections.shipped(secret)
	secret.private == false
}
