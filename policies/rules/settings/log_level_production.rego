# METADATA
# title: Log level fits production
# description: >-
#   At debug level programs write tokens, passwords and personal data into logs that many may read, and fill disks.
# related_resources:
# - https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html
# custom:
#   severity: medium
#   input: [settings]
#   roles: [log_level]
#   params:
#     allowed_log_levels:
#       default: [info, notice, warn, warning, error, critical, fatal]
#       meaning: Levels that a deployment may log at, in lower case
#       unit: none
#   help: Set the level to `info` or, where that is too much, to `warning`.
package rules.settings.log_level_production

import data.lib.levels
import data.lib.settings

subjects contains setting.at if some setting in settings.known(input.settings, "log_level")

subjects contains setting.at if some setting in settings.unseen(input.settings, "log_level")

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in settings.unseen(input.settings, "log_level")
}

unknown contains {
	"at": setting.at,
	"message": sprintf("%s names no level", [setting.name]),
	"give": "the level by its name, for example `info`",
} if {
	some setting in settings.known(input.settings, "log_level")
	setting.value in nameless
}

deny contains {"at": setting.at, "message": sprintf("%s is `%s`", [setting.name, level])} if {
	some setting in settings.known(input.settings, "log_level")
	some level in forbidden[setting.value]
}

# Many settings hold the same few values, so each value is judged once.
values := {setting.value | some setting in settings.known(input.settings, "log_level")}

nameless := {value | some value in values; names_no_level(value)}

forbidden[value] := unwanted if {
	some value in values - nameless
	unwanted := {level |
		some level in levels.named(value)
		not levels.common(level) in input.params.allowed_log_levels
	}
}

names_no_level(value) if levels.is_number(value)

# An empty value leaves the level to the program.
names_no_level(value) if trim_space(value) == ""
