package lib.settings_test

import data.lib.settings

# The section `settings` as the view makes it of settings by role, for tests of rules; those without a role stand under
# `none`.
section(by_role) := {
	"all": [setting | some list in by_role; some setting in list],
	"by_role": object.remove(by_role, ["none"]),
	"known": known_by(by_role, "container"),
	"unseen": unseen_by(by_role, "container"),
	"inventory": {"known": known_by(by_role, "inventory"), "unseen": unseen_by(by_role, "inventory")},
	"placeholders": [setting | some list in by_role; some setting in list; setting.placeholder],
}

known_by(by_role, reach) := {role: found |
	some role, list in by_role
	found := reaching(list, reach, {"literal", "default"})
}

unseen_by(by_role, reach) := {role: found |
	some role, list in by_role
	found := [object.union(setting, {"unseen": unseen(setting)}) |
		some setting in reaching(list, reach, {"unknown", "reference"})
	]
}

reaching(list, reach, states) := [setting |
	some setting in list
	setting.reaches == reach
	setting.state in states
]

unseen(setting) := {"message": sprintf("the value of %s is not in the tree", [setting.name]), "give": "what sets it"} if {
	setting.state == "unknown"
} else := {"message": sprintf("%s is kept outside the tree", [setting.name]), "give": "the facts of a host"}

one(name, reach, state) := {"name": name, "reaches": reach, "state": state}

test_settings_of_containers_and_inventories if {
	given := section({"debug": [
		one("a", "container", "literal"),
		one("b", "inventory", "literal"),
		one("c", "build", "literal"),
		one("d", "ci", "literal"),
		one("e", "inventory", "unknown"),
		one("f", "container", "reference"),
		one("g", "ci", "reference"),
	]})
	[setting.name | some setting in settings.known(given, "debug")] == ["a", "b"]
	[setting.name | some setting in settings.unseen(given, "debug")] == ["f", "e"]
	settings.known(given, "log_level") == []
}

test_switches if {
	every value in ["true", "True", "TRUE", "1", "yes", "on", " on ", "2", "enabled", "(true)"] {
		settings.is_on(value)
	}
	every value in ["false", "0", "no", "off", "", "none", "app:*", "00"] {
		not settings.is_on(value)
	}
}
