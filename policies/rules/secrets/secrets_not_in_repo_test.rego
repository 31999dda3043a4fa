package rules.secrets.secrets_not_in_repo_test

import data.lib.detections_test
import data.rules.secrets.secrets_not_in_repo as rule

given := {"secrets": {
	"files": {"a": {}, "b": null},
	"found": [
		detections_test.secret("tracked", {}),
		detections_test.secret("bundled", {"tracked": "unknown", "strength": "weak"}),
		detections_test.secret("kept", {"tracked": "no", "ignored": true}),
		detections_test.secret("next", {"tracked": "no", "ignored": false}),
		detections_test.secret("template", {"template": true}),
		detections_test.secret("test", {"judged": false, "environment": "test", "detector": "github-token", "strength": "known"}),
	],
}}

test_what_is_shipped_is_denied if {
	found := rule.deny with input as given
	{[f.at[3], f.severity] | some f in found} == {
		["tracked", "critical"],
		["bundled", "high"],
		["next", "critical"],
		["template", "low"],
		["test", "medium"],
	}
}

test_every_text_is_a_subject if {
	subjects := rule.subjects with input as given
	subjects == {["secrets", "files", "a"], ["secrets", "files", "b"]}
}

test_a_tree_without_texts_has_no_subject if {
	subjects := rule.subjects with input as {"secrets": {"files": {}, "found": []}}
	subjects == set()
}
