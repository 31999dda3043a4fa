package lib.detections_test

import data.lib.detections

# An entry of `input.secrets.found`; rules' tests use it too.
secret(name, more) := object.union(
	{
		"at": ["secrets", "files", "a", name],
		"path": "a",
		"detector": "credential",
		"title": "password",
		"key": name,
		"strength": "strong",
		"length": 24,
		"code": false,
		"environment": "unknown",
		"judged": true,
		"template": false,
		"tracked": "yes",
	},
	more,
)

test_severity_is_by_place_and_strength if {
	detections.severity(secret("a", {})) == "critical"
	detections.severity(secret("a", {"strength": "weak"})) == "high"
	detections.severity(secret("a", {"template": true})) == "low"
	detections.severity(secret("a", {"judged": false})) == "low"
	detections.severity(secret("a", {"judged": false, "strength": "known"})) == "medium"
	detections.severity(secret("a", {"severity": "low"})) == "low"
	detections.severity(secret("a", {"template": true, "severity": "high"})) == "low"
}

test_what_git_ignores_is_not_shipped if {
	detections.shipped(secret("a", {}))
	detections.shipped(secret("a", {"tracked": "unknown"}))
	detections.shipped(secret("a", {"tracked": "no", "ignored": false}))
	detections.shipped(secret("a", {"tracked": "yes", "ignored": true}))
	not detections.shipped(secret("a", {"tracked": "no", "ignored": true}))
}

test_tokens_of_providers_in_code_are_no_hard_coded_settings if {
	detections.hard_coded(secret("a", {"code": true}))
	not detections.hard_coded(secret("a", {"code": true, "detector": "github-token"}))
	not detections.hard_coded(secret("a", {}))
}

test_messages_say_what_where_and_why if {
	detections.described(secret("K", {}), "the tree") == "the password in K stands in the tree: 24 characters that no word explains"
	detections.described(secret("", {"strength": "weak"}), "the tree") == "the password stands in the tree: weak, but no placeholder"
	detections.place(secret("", {"template": true})) == "a template"
	detections.place(secret("", {"judged": false, "environment": "test"})) == "a test file"
	detections.place(secret("", {})) == "the repository"
	detections.place(secret("", {"tracked": "unknown"})) == "the tree"
}
