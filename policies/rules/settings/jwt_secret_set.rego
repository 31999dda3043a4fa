# METADATA
# title: JWT secret is set
# description: >-
#   Whoever knows or guesses the secret that signs tokens can sign in as any user. An empty or well-known one is known
#   to everybody.
# related_resources:
# - https://cheatsheetseries.owasp.org/cheatsheets/JSON_Web_Token_for_Java_Cheat_Sheet.html
# custom:
#   severity: critical
#   input: [settings]
#   roles: [jwt_secret]
#   help: Generate one with `openssl rand -base64 48` and give it by a secret reference, not in the file.
package rules.settings.jwt_secret_set

import data.lib.secrets
import data.lib.settings

subjects contains setting.at if some setting in settings.known(input.settings, "jwt_secret")

subjects contains setting.at if some setting in settings.unseen(input.settings, "jwt_secret")

# A reference passes here: the value is kept elsewhere on purpose.
unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in settings.unseen(input.settings, "jwt_secret")
	setting.state == "unknown"
}

deny contains {"at": setting.at, "message": sprintf("%s %s", [setting.name, fault])} if {
	some setting in settings.known(input.settings, "jwt_secret")
	fault := secrets.unchosen(setting)
}
