package lib.secrets_test

import data.lib.secrets

fine := {"length": 32, "empty": false, "known_default": false, "equals_user": false}

setting(measures) := {
	"name": "X",
	"equals_template": false,
	"measures": object.union(fine, measures),
}

test_a_secret_stands_where_its_variable_is_set if {
	secrets.place({"at": ["url"], "secret_at": ["variable"]}) == ["variable"]
	secrets.place({"at": ["url"]}) == ["url"]
}

test_values_that_nobody_chose if {
	secrets.unchosen(setting({"empty": true})) == "is empty"
	secrets.unchosen(setting({"known_default": true})) == "is a password that everybody tries first"
	placeholder := object.union(setting({}), {"placeholder": {"word": "changeme", "kind": "word"}})
	secrets.unchosen(placeholder) == "is still a placeholder"
	not secrets.unchosen(setting({}))
	not secrets.unchosen(object.union(setting({}), {"placeholder": {"word": "example.com", "kind": "example-domain"}}))
}

test_values_that_nobody_changed if {
	secrets.unchanged(setting({"empty": true})) == "is empty"
	secrets.unchanged(setting({"equals_user": true})) == "is the user name"
	secrets.unchanged(object.union(setting({}), {"equals_template": true})) == "is the value of the template beside it"
	not secrets.unchanged(setting({}))
}
