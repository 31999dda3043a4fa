package lib.settings_test

import data.lib.settings

setting(state, reaches) := {"at": ["place"], "name": "X", "state": state, "reaches": reaches}

test_only_what_containers_get_is_unseen if {
	every reach in ["build", "ci", "interpolation", "inventory"] {
		not settings.unseen(setting("unknown", reach))
	}
}

test_unseen_says_what_would_decide if {
	settings.unseen(setting("unknown", "container")).message == "the value of X is not in the tree"
	settings.unseen(setting("reference", "container")).message == "X is kept outside the tree"
	not settings.unseen(setting("literal", "container"))
	not settings.unseen(setting("unknown", "build"))
}

test_switches if {
	every value in ["true", "True", "TRUE", "1", "yes", "on", " on ", "2", "enabled"] {
		settings.is_on(value)
	}
	every value in ["false", "0", "no", "off", "", "none", "app:*", "00"] {
		not settings.is_on(value)
	}
}
