# METADATA
# title: Database connections need TLS
# description: >-
#   Without TLS everybody on the way to the database reads its password and every row.
# related_resources:
# - https://www.postgresql.org/docs/current/libpq-ssl.html
# - https://dev.mysql.com/doc/refman/8.4/en/using-encrypted-connections.html
# custom:
#   severity: high
#   input: [settings.known, settings.unseen]
#   roles: [db_url, db_tls, db_host]
#   help: >-
#     Write `sslmode=verify-full` (or `require` at least), or the variable that the driver takes for it.
package rules.settings.database_tls_required

roles := ["db_url", "db_tls", "db_host"]

# A network that only the deployment uses needs none.
beyond := [setting |
	some role in roles
	some setting in input.settings.known[role]
	setting.connection
	not setting.connection.place in {"own", "this-machine"}
]

subjects contains setting.at if some setting in beyond

subjects contains setting.at if some setting in input.settings.unseen.db_url

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in input.settings.unseen.db_url
}

unknown contains {
	"at": setting.at,
	"message": sprintf("%s does not say whether the connection is encrypted", [setting.name]),
	"give": "`sslmode` or the like, or that the server refuses connections without TLS",
} if {
	some setting in beyond
	setting.connection.tls in {"unstated", "unknown"}
}

unknown contains {
	"at": setting.at,
	"message": sprintf("where %s leads is not in the tree", [setting.name]),
	"give": "the deployment that runs the database, or an encrypted connection",
} if {
	some setting in beyond
	setting.connection.tls == "off"
	setting.connection.place != "elsewhere"
}

deny contains {"at": setting.at, "message": sprintf("%s lets the connection to %s go unencrypted", [setting.name, hosts])} if {
	some setting in beyond
	setting.connection.place == "elsewhere"
	setting.connection.tls == "off"
	hosts := concat(", ", setting.connection.hosts)
}
