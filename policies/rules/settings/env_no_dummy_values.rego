# METADATA
# title: No test or dummy values remain
# description: >-
#   A value that was to be filled in and was not makes a payment, a mail or a login fail in front of users, or points
#   them to somebody else's domain.
# related_resources:
# - https://12factor.net/config
# - https://www.rfc-editor.org/rfc/rfc2606
# custom:
#   severity: high
#   input: [deployments, settings.known, settings.unseen, settings.inventory, settings.placeholders]
#   help: Give the real value, or remove the line where nothing needs it.
package rules.settings.env_no_dummy_values

# Other rules judge what these hold, placeholders too.
elsewhere := {
	"app_mode", "cors_allow_all", "cors_origins", "db_password", "db_trust", "db_url", "debug", "jwt_secret",
	"log_level", "smtp_from", "smtp_host", "smtp_password", "smtp_user",
}

own(setting) if {
	setting.reaches == "container"
	not object.get(setting, "role", "") in elsewhere
}

subjects contains setting.at if {
	some role, list in input.settings.known
	not role in elsewhere
	some setting in list
}

subjects contains setting.at if some setting in unset

# Most variables of an inventory steer the roles that set a host up; those that are secret end in programs.
in_inventories contains setting if {
	some role, list in input.settings.inventory.known
	not role in elsewhere
	some setting in list
	setting.secret
}

subjects contains setting.at if some setting in in_inventories

deny contains {
	"at": setting.at,
	"message": sprintf("%s still holds %s", [setting.name, placeholder(setting)]),
} if {
	some setting in in_inventories
	setting.placeholder.kind == "word"
}

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in unset
}

unset := [setting |
	some role, list in input.settings.unseen
	not role in elsewhere
	some setting in list
	setting.state == "unknown"
]

deny contains {
	"at": setting.at,
	"message": sprintf("%s still holds %s", [setting.name, placeholder(setting)]),
} if {
	some setting in input.settings.placeholders
	own(setting)
	setting.placeholder.kind == "word"
}

deny contains {
	"at": setting.at,
	"message": sprintf("%s uses `%s`, which stands in examples", [setting.name, setting.placeholder.word]),
	"severity": "low",
} if {
	some setting in input.settings.placeholders
	own(setting)
	setting.placeholder.kind == "example-domain"
}

deny contains {
	"at": setting.at,
	"message": sprintf("%s sends users to `%s`, their own machine", [setting.name, setting.placeholder.word]),
} if {
	some setting in input.settings.placeholders
	own(setting)
	setting.placeholder.kind == "localhost"
}

# The word may be all of a secret, which no report shows.
placeholder(setting) := "a placeholder" if {
	setting.secret
} else := sprintf("the placeholder `%s`", [setting.placeholder.word])

production := {deployment.name | some deployment in input.deployments; deployment.environment == "production"}

deny contains {
	"at": setting.at,
	"message": sprintf("%s names the database `%s` in production", [setting.name, setting.value]),
	"severity": "medium",
} if {
	some setting in input.settings.known.db_name
	setting.deployment in production
	regex.match(`(^|[_-])(test|testing|dev|demo|example|sample|dummy)([_-]|$)`, lower(setting.value))
	not setting.placeholder
}
