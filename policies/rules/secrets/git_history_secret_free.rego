# METADATA
# title: Git history holds no secrets
# description: >-
#   A secret that was taken out of a file is still in every clone: whoever may read the repository may read all of its
#   commits.
# related_resources:
# - https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository
# - https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
# custom:
#   severity: critical
#   input: [history]
#   needs: [history]
#   scope: bundle
#   help: >-
#     Revoke it where it was issued; only then does it matter no more who has it. Then take it out of the history with `git
#     filter-repo`, or accept it with a waiver that says that it is revoked.
package rules.secrets.git_history_secret_free

import data.lib.detections

subjects contains ["history", "texts"] if input.history.texts > 0

deny contains {
	"at": secret.at,
	"severity": detections.severity(secret),
	"message": sprintf("%s, since commit %s of %s; %s", [detections.described(secret, detections.place(secret)), secret.commit, secret.date, now(secret)]),
} if {
	some secret in input.history.found
}

now(secret) := "HEAD still holds it" if {
	secret.in_head
} else := "HEAD holds it no more"
