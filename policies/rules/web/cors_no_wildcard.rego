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

subjects contains setting.at if {
	some setting in input.settings.by_role.cors_origins
	setting.reaches == "container"
}

subjects contains setting.at if {
	some setting in input.settings.by_role.cors_allow_all
	setting.reaches == "container"
}

subjects contains edge.cors.at if some edge in input.edges

unknown contains {
	"at": setting.at,
	"message": sprintf("the value of %s is not in the tree", [setting.name]),
	"give": "the env file or manifest that sets it",
} if {
	some role in ["cors_origins", "cors_allow_all"]
	some setting in input.settings.by_role[role]
	setting.reaches == "container"
	setting.state in {"unknown", "reference"}
}

deny contains {"at": setting.at, "message": sprintf("%s %s", [setting.name, origins.wildcard(entry)])} if {
	some setting in input.settings.by_role.cors_origins
	setting.reaches == "container"
	some entry in origins.entries(setting.value)
}

deny contains {"at": setting.at, "message": sprintf("%s allows every origin", [setting.name])} if {
	some setting in input.settings.by_role.cors_allow_all
	setting.reaches == "container"
	lower(setting.value) in {"true", "1", "yes", "on"}
}

deny contains {"at": origin.at, "message": sprintf("%s %s", [edge.name, origins.wildcard(entry)])} if {
	some edge in input.edges
	some origin in edge.cors.origins
	some entry in origins.entries(origin.value)
}

deny contains {
	"at": edge.cors.at,
	"message": sprintf("%s turns CORS on and names no origin, so the controller allows every one", [edge.name]),
} if {
	some edge in input.edges
	edge.cors.origins == []
}
