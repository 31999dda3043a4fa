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
#   input: [settings, edges, realms]
#   roles: [cors_origins, cors_allow_all]
#   help: List the origins that need access one by one, for example `https://app.example.org,https://admin.example.org`.
package rules.web.cors_no_wildcard

import data.lib.edges
import data.lib.origins
import data.lib.settings

roles := ["cors_origins", "cors_allow_all"]

subjects contains setting.at if {
	some role in roles
	some setting in settings.known(input.settings, role)
}

subjects contains setting.at if {
	some role in roles
	some setting in settings.unseen(input.settings, role)
}

subjects contains at if {
	some edge in input.edges
	at := edge.cors.at
}

subjects contains origin.at if {
	some realm in input.realms.all
	some origin in realm.web_origins
}

unknown contains open if some open in edges.open_cors(input.edges)

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some role in roles
	some setting in settings.unseen(input.settings, role)
}

deny contains {"at": setting.at, "message": sprintf("%s %s", [setting.name, fault])} if {
	some setting in settings.known(input.settings, "cors_origins")
	not setting.https_origins
	some entry in origins.entries(setting.value)
	fault := origins.wildcard(entry)
}

deny contains {"at": setting.at, "message": sprintf("%s allows every origin", [setting.name])} if {
	some setting in settings.known(input.settings, "cors_allow_all")
	settings.is_on(setting.value)
}

deny contains {"at": origin.at, "message": sprintf("%s %s", [edge.name, fault])} if {
	some edge in input.edges
	some origin in edge.cors.origins
	not origin.files_only
	some entry in origins.entries(origin.value)
	fault := origins.wildcard(entry)
}

# Files that everybody may fetch anyway, asked for without credentials.
deny contains {"at": origin.at, "message": sprintf("%s %s for files", [edge.name, fault]), "severity": "low"} if {
	some edge in input.edges
	some origin in edge.cors.origins
	origin.files_only
	some entry in origins.entries(origin.value)
	fault := origins.wildcard(entry)
}

# `+` stands for the origins of a client's own redirections.
deny contains {"at": origin.at, "message": sprintf("the client %s of the realm %s %s", [origin.client, realm.name, fault])} if {
	some realm in input.realms.all
	some origin in realm.web_origins
	fault := origins.wildcard(origin.value)
}

deny contains {
	"at": edge.cors.at,
	"message": sprintf("%s turns CORS on and names no origin, so the controller allows every one", [edge.name]),
} if {
	some edge in input.edges
	edge.cors.origins == []
}
