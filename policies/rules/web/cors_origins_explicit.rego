# METADATA
# title: CORS lists explicit allowed origins
# description: >-
#   An origin over plain HTTP, on a developer's machine or described by a pattern lets whoever controls that place read
#   what signed-in users see.
# related_resources:
# - https://developer.mozilla.org/docs/Web/HTTP/CORS
# - https://www.rfc-editor.org/rfc/rfc6454
# custom:
#   severity: high
#   input: [settings, edges]
#   roles: [cors_origins]
#   params:
#     allowed_origins:
#       default: []
#       meaning: The only origins that may be listed; none means any
#       unit: none
#   help: Write each origin in full, scheme and host without a path, for example `https://app.example.org`.
package rules.web.cors_origins_explicit

import data.lib.edges
import data.lib.origins
import data.lib.settings

# Wildcards belong to cors-no-wildcard: a list of nothing else is no subject here.
lists := [list |
	some list in array.concat(of_settings, of_edges)
	not only_wildcards(list)
]

# What is known to hold nothing but https origins needs no second look.
of_settings := [{"at": setting.at, "name": setting.name, "all": entries, "entries": explicit(entries)} |
	some setting in settings.known(input.settings, "cors_origins")
	not setting.https_origins
	entries := origins.entries(setting.value)
]

of_edges := [{"at": origin.at, "name": edge.name, "all": entries, "entries": explicit(entries)} |
	some edge in input.edges
	some origin in edge.cors.origins
	entries := origins.entries(origin.value)
]

explicit(entries) := [entry | some entry in entries; not origins.wildcard(entry)]

only_wildcards(list) if {
	list.entries == []
	list.all != []
}

subjects contains list.at if some list in lists

subjects contains setting.at if {
	some setting in settings.known(input.settings, "cors_origins")
	setting.https_origins
}

subjects contains setting.at if some setting in settings.unseen(input.settings, "cors_origins")

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in settings.unseen(input.settings, "cors_origins")
}

unknown contains open if some open in edges.open_cors(input.edges)

deny contains {"at": list.at, "message": sprintf("%s lists no origin", [list.name])} if {
	some list in lists
	list.entries == []
}

deny contains {"at": list.at, "message": sprintf("%s: `%s` %s", [list.name, entry, fault])} if {
	some list in lists
	some entry in list.entries
	fault := origins.fault(entry)
}

deny contains {
	"at": list.at,
	"message": sprintf("%s: `%s` ends in a slash, which the Origin header never does", [list.name, entry]),
	"severity": "low",
} if {
	some list in lists
	some entry in list.entries
	endswith(entry, "/")
	not origins.fault(entry)
}

deny contains {"at": list.at, "message": sprintf("%s: `%s` is not an allowed origin", [list.name, entry])} if {
	count(input.params.allowed_origins) > 0
	some list in array.concat(lists, plain_lists)
	some entry in list.entries
	not origins.fault(entry)
	not trim_suffix(entry, "/") in input.params.allowed_origins
}

plain_lists := [{"at": setting.at, "name": setting.name, "entries": origins.entries(setting.value)} |
	some setting in settings.known(input.settings, "cors_origins")
	setting.https_origins
]

# A reserved domain lets nobody in; the other domains of examples are somebody's.
reserved := {"example.com", "example.org", "example.net", "example.edu"}

deny contains {
	"at": setting.at,
	"message": sprintf("%s lists `%s` of an example, a domain of strangers", [setting.name, setting.placeholder.word]),
	"severity": "medium",
} if {
	some setting in settings.known(input.settings, "cors_origins")
	setting.placeholder.kind == "example-domain"
	not setting.placeholder.word in reserved
	some entry in origins.entries(setting.value)
	contains(entry, setting.placeholder.word)
	not origins.wildcard(entry)
}
