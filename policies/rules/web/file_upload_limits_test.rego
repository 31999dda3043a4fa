package rules.web.file_upload_limits_test

import data.lib.settings_test
import data.rules.web.file_upload_limits as rule

location(upload) := object.union({"at": ["location"], "path": "/", "answers": "proxy"}, upload)

upload(bytes) := {"upload": {"max_bytes": bytes, "at": ["limit"]}}

document(one, settings) := {
	"params": {"max_upload": 104857600},
	"edges": [{"at": ["edge"], "locations": [one]}],
	"settings": settings_test.section({"upload_limit": settings}),
}

said(one) := {finding.at | some finding in rule.deny with input as document(one, [])}

test_a_limit if {
	said(location(upload(104857600))) == set()
	said(location({"upload": {"max_bytes": 1048576}})) == set()
	rule.subjects == {["location"]} with input as document(location(upload(1)), [])
}

test_none_or_too_large if {
	said(location(upload(0))) == {["limit"]}
	said(location({"upload": {"max_bytes": 0}})) == {["location"]}
	said(location(upload(104857601))) == {["limit"]}
}

test_files_and_redirects_take_no_bodies if {
	rule.subjects == set() with input as document(object.union(location(upload(0)), {"answers": "files"}), [])
}

setting(value) := {"name": "MAX_UPLOAD_SIZE", "state": "literal", "value": value, "reaches": "container", "at": ["setting"]}

of_setting(value) := {finding.at | some finding in rule.deny with input as document(location(upload(1)), [setting(value)])}

test_settings if {
	of_setting("0") == {["setting"]}
	of_setting("-1") == {["setting"]}
	of_setting("10") == set()
	of_setting("") == set()
	of_setting("20mb") == set()
}

test_what_is_hidden_is_unknown if {
	gap := {"unseen": [{"at": ["gap"], "aspects": ["upload"], "message": "m", "give": "g"}]}
	{found.at | some found in rule.unknown} == {["gap"]} with input as document(object.union(location({}), gap), [])
	rule.unknown == set() with input as document(object.union(location(upload(1)), gap), [])
}
