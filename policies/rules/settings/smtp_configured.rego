# METADATA
# title: SMTP service is configured
# description: >-
#   Half a mail configuration fails at the first password reset, long after the release.
# related_resources:
# - https://www.rfc-editor.org/rfc/rfc6409
# custom:
#   severity: medium
#   input: [settings.known, settings.unseen, settings.inventory]
#   roles: [smtp_host, smtp_user, smtp_password, smtp_from]
#   scope: bundle
#   help: >-
#     Set host, sender, user and password together, each to the value of the mail service.
package rules.settings.smtp_configured

roles := ["smtp_host", "smtp_user", "smtp_password", "smtp_from"]

# What each consumer sets, by role; a reference counts as set, and an empty value does not.
consumers[name][role] contains setting if {
	some role in roles
	some setting in set_in[role]
	name := concat(" in ", [setting.consumer, setting.deployment])
}

set_in[role] := array.concat(known, unseen) if {
	some role in roles
	known := [setting | some setting in input.settings.known[role]; trim_space(setting.value) != ""]
	unseen := [setting | some setting in input.settings.unseen[role]]
}

all_of(consumer) := {setting | some role in roles; some setting in consumer[role]}

is_unseen(consumer) if {
	every setting in all_of(consumer) {
		setting.unseen
	}
}

subjects contains setting.at if {
	some consumer in consumers
	some setting in all_of(consumer)
}

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some consumer in consumers
	is_unseen(consumer)
	some setting in all_of(consumer)
}

deny contains {"at": setting.at, "message": sprintf("%s names a mail server, and nothing says who sends", [setting.name])} if {
	some consumer in consumers
	not is_unseen(consumer)
	not consumer.smtp_from
	some setting in consumer.smtp_host
}

deny contains {"at": setting.at, "message": sprintf("%s has no password", [setting.name])} if {
	some consumer in consumers
	not is_unseen(consumer)
	not consumer.smtp_password
	some setting in consumer.smtp_user
}

deny contains {"at": setting.at, "message": sprintf("%s still holds a placeholder", [setting.name])} if {
	some consumer in consumers
	some setting in all_of(consumer)
	setting.placeholder
}

# What an inventory leaves out, a role of Ansible may have; a placeholder in it is one all the same.
in_inventories := [setting |
	some role in roles
	some setting in input.settings.inventory.known[role]
]

subjects contains setting.at if some setting in in_inventories

deny contains {"at": setting.at, "message": sprintf("%s still holds a placeholder", [setting.name])} if {
	some setting in in_inventories
	setting.placeholder
}
