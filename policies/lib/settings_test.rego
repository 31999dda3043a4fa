package lib.settings_test

import data.lib.settings

# The section `settings` as the view makes it of settings by role, for tests of rules; those without a role stand under
# `none`.
section(by_role) := {
	"all": [setting | some list in by_role; some setting in list],
	"by_role": object.remove(by_role, ["none"]),
	"known": {role: found | some role, list in by_role; found := in_container(list, {"literal", "default"})},
	"unseen": {role: found |
		some role, list in by_role
		found := [object.union(setting, {"unseen": unseen(setting)}) |
			some setting in in_container(list, {"unknown", "reference"})
		]
	},
	"placeholders": [setting | some list in by_role; some setting in list; setting.placeholder],
}

in_container(list, states) := [setting |
	some setting in list
	setting.reaches == "container"
	setting.state in states
]

unseen(setting) := {"message": sprintf("the value of %s is not in the tree", [setting.name]), "give": "what sets it"} if {
	setting.state == "unknown"
} else := {"message": sprintf("%s is kept outside the tree", [setting.name]), "give": "the facts of a host"}

test_switches if {
	every value in ["true", "True", "TRUE", "1", "yes", "on", " on ", "2", "enabled"] {
		settings.is_on(value)
	}
	every value in ["false", "0", "no", "off", "", "none", "app:*", "00"] {
		not settings.is_on(value)
	}
}
