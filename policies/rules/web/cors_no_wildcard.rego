# METADATA
# title: CORS does not allow any origin
# description: >-
#   Whatever page a signed-in user opens can read the answers of an API that allows every origin, or hosts that others
#   can register.
# related_resources:
# - https://developer.mozilla.org/docs/Web/HTTP/CORS
# - https://fetch.spec.whatwg.org/#http-access-control-allow-origin
# custom:
#   severity: high
#   input: [settings, edges]
#   help: List the origins that need access one by one, for example `https://app.example.org,https://admin.example.org`.
package rules.web.cors_no_wildcard

import data.lib.origins
import data.lib.settings

roles := ["cors_origins", "cors_allow_all"]

subjects contains setting.at if {
	some role in roles
	some setting in input.settings.known[role]
}

subjects contains setting.at if {
	some role in roles
	some setting in input.settings.unseen[role]
}

subjects contains at if {
	some edge in input.edges
	at := edge.cors.at
}

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some role in roles
	some setting in input.settings.unseen[role]
}

deny contains {"at": setting.at, "message": sprintf("%s %s", [setting.name, fault])} if {
	some setting in input.settings.known.cors_origins
	not setting.https_origins
	some entry in origins.entries(setting.value)
	fault := origins.wildcard(entry)
}

deny contains {"at": setting.at, "message": sprintf("%s allows every origin", [setting.name])} if {
	some setting in input.settings.known.cors_allow_all
	settings.is_on(setting.value)
}

deny contains {"at": origin.at, "message": sprintf("%s %s", [edge.name, fault])} if {
	some edge in input.edges
	some origin in edge.cors.origins
	some entry in origins.entries(origin.value)
	fault := origins.wildcard(entry)
}

deny contains {
	"at": edge.cors.at,
	"message": sprintf("%s turns CORS on and names no origin, so the controller allows every one", [edge.name]),
} if {
	some edge in input.edges
	edge.cors.origins == []
}
