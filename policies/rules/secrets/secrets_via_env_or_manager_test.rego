package rules.secrets.secrets_via_env_or_manager_test

import data.lib.detections_test
import data.rules.secrets.secrets_via_env_or_manager as rule

given := {"secrets": {
	"files": {"a": {}, "b.py": null},
	"code": ["a"],
	"found": [
		detections_test.secret("strong", {"code": true}),
		detections_test.secret("weak", {"code": true, "strength": "weak"}),
		detections_test.secret("in a test", {"code": true, "judged": false, "environment": "test"}),
		detections_test.secret("token", {"code": true, "detector": "github-token", "strength": "known"}),
		detections_test.secret("configuration", {}),
		detections_test.secret("ignored", {"code": true, "tracked": "no", "ignored": true}),
	],
}}

test_literals_in_code_are_denied if {
	found := rule.deny with input as given
	{[f.at[3], f.severity] | some f in found} == {["strong", "high"], ["weak", "medium"], ["in a test", "low"]}
}

test_code_is_the_subject if {
	subjects := rule.subjects with input as given
	subjects == {["secrets", "files", "a"]}
}

test_a_tree_without_code_has_no_subject if {
	subjects := rule.subjects with input as {"secrets": {"files": {"a": null}, "code": [], "found": []}}
	subjects == set()
}
