package rules.settings.smtp_configured_test

import data.lib.settings_test
import data.rules.settings.smtp_configured as rule

setting(role, value) := {
	"name": role,
	"role": role,
	"state": "literal",
	"value": value,
	"reaches": "container",
	"deployment": "d",
	"consumer": "api",
	"at": [role],
}

reference(role) := object.union(json.remove(setting(role, ""), ["value"]), {"state": "reference"})

document(all) := {"settings": settings_test.section({role: [one | some one in all; one.role == role] | some found in all; role := found.role})}

said(all) := {finding.at | some finding in rule.deny with input as document(all)}

whole := [setting("smtp_host", "mail.acme.io"), setting("smtp_user", "app"), setting("smtp_password", "x"), setting("smtp_from", "shop@acme.io")]

test_a_whole_configuration if {
	said(whole) == set()
	count(rule.subjects) == 4 with input as document(whole)
	said(array.concat(array.slice(whole, 0, 2), [reference("smtp_password"), whole[3]])) == set()
}

test_a_server_without_a_sender if {
	said(array.slice(whole, 0, 3)) == {["smtp_host"]}
	said(array.concat(array.slice(whole, 0, 3), [setting("smtp_from", "")])) == {["smtp_host"]}
}

test_a_user_without_a_password if said([whole[0], whole[1], whole[3]]) == {["smtp_user"]}

test_an_empty_server_is_no_configuration if {
	said([setting("smtp_host", "")]) == set()
	rule.subjects == set() with input as document([setting("smtp_host", "")])
}

test_consumers_are_judged_each_by_itself if {
	other := object.union(whole[3], {"consumer": "worker"})
	said([whole[0], other]) == {["smtp_host"]}
}

test_placeholders if {
	one := object.union(whole[2], {"placeholder": {"kind": "word", "word": "changeme"}})
	said([whole[0], whole[1], one, whole[3]]) == {["smtp_password"]}
}

test_nothing_known_is_unknown if {
	all := [reference("smtp_host"), reference("smtp_user")]
	{found.at | some found in rule.unknown} == {["smtp_host"], ["smtp_user"]} with input as document(all)
	said(all) == set()
}

test_of_inventories_only_placeholders_count if {
	bare := object.union(setting("smtp_host", "mail.acme.io"), {"reaches": "inventory"})
	said([bare]) == set()
	rule.subjects == {["smtp_host"]} with input as document([bare])
	said([object.union(bare, {"placeholder": {"word": "changeme"}})]) == {["smtp_host"]}
}
