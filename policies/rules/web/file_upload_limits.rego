# METADATA
# title: File upload limits are set
# description: >-
#   Without a limit one request fills the disk or the memory of a server.
# related_resources:
# - https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size
# - https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/buffering/
# custom:
#   severity: medium
#   input: [edges, settings.known, settings.unseen]
#   roles: [upload_limit]
#   params:
#     max_upload:
#       default: 104857600
#       meaning: Largest body of a request
#       unit: bytes
#   help: >-
#     State what the application needs and not more, e.g. `client_max_body_size 20m`.
package rules.web.file_upload_limits

import data.lib.edges

taking := [location |
	some edge in input.edges
	some location in edge.locations
	location.answers == "proxy"
]

limited := [location | some location in taking; location.upload]

subjects contains location.at if some location in limited

subjects contains setting.at if some setting in input.settings.known.upload_limit

subjects contains setting.at if some setting in input.settings.unseen.upload_limit

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in input.settings.unseen.upload_limit
}

unknown contains open if {
	some edge in input.edges
	some open in edges.open_at(edge, "upload")
}

unknown contains open if {
	some location in taking
	not location.upload.at
	some open in edges.open_at(location, "upload")
}

deny contains {"at": object.get(location.upload, "at", location.at), "message": sprintf("%s takes bodies of any size", [location.path])} if {
	some location in limited
	location.upload.max_bytes == 0
}

deny contains {"at": location.upload.at, "message": message} if {
	some location in limited
	location.upload.max_bytes > input.params.max_upload
	message := sprintf("%s takes bodies of %d bytes, not at most %d", [location.path, location.upload.max_bytes, input.params.max_upload])
}

deny contains {"at": setting.at, "message": sprintf("%s is 0, so uploads have no limit", [setting.name])} if {
	some setting in input.settings.known.upload_limit
	trim(trim_space(setting.value), "0") in {"", "-1"}
	trim_space(setting.value) != ""
}
