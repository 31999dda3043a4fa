# METADATA
# title: No secrets in the source tree
# description: >-
#   A secret in a repository is known to everybody who ever cloned it, to its backups and to its build servers, and it
#   stays in the history when the line is gone.
# related_resources:
# - https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
# - https://docs.github.com/en/code-security/tutorials/remediate-leaked-secrets/remediating-a-leaked-secret
# custom:
#   severity: critical
#   input: [secrets]
#   scope: bundle
#   yields_to: [settings/database-credentials-not-in-env-files, secrets/secrets-via-env-or-manager]
#   help: >-
#     Revoke it where it was issued, keep the new one in a secret manager or a file that git ignores, and name it here by
#     reference.
package rules.secrets.secrets_not_in_repo

import data.lib.detections

subjects contains ["secrets", "files", path] if some path, _ in input.secrets.files

deny contains {
	"at": secret.at,
	"severity": detections.severity(secret),
	"message": detections.described(secret, detections.place(secret)),
} if {
	some secret in input.secrets.found
	detections.shipped(secret)
}
