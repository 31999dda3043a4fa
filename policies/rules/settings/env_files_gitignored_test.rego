package rules.settings.env_files_gitignored_test

import data.rules.settings.env_files_gitignored as rule

file(name, more) := object.union(
	{
		"at": [name],
		"path": name,
		"template": false,
		"judged": true,
		"tracked": "yes",
		"ignored": true,
		"credentials": [],
	},
	more,
)

key := {"name": "API_KEY", "at": ["key"]}

doc(files, coverage) := {"env_files": {"all": files}, "gitignore": {"coverage": coverage}}

test_tracked_files_with_credentials_are_denied if {
	given := doc(
		[
			file(".env", {"credentials": [key]}),
			file("prod.env", {"credentials": [key, {"name": "TOKEN", "at": ["token"]}], "judged": true}),
			file("plain.env", {}),
			file("untracked.env", {"credentials": [key], "tracked": "no"}),
			file(".env.example", {"credentials": [key], "template": true}),
			file(".env.test", {"credentials": [key], "judged": false}),
		],
		[],
	)
	found := rule.deny with input as given
	{[f.at[0], f.message] | some f in found} == {
		[".env", "git tracks this file and the credential API_KEY in it"],
		["prod.env", "git tracks this file and 2 credentials in it"],
	}
	{f.related[0].at | some f in found} == {["key"]}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {".env", "prod.env", "plain.env", "untracked.env"}
	unknown := rule.unknown with input as given
	unknown == set()
}

test_env_files_that_nothing_ignores_are_denied_as_absent if {
	given := doc([], [
		{"path": ".env", "ignored": false, "at": ["root"]},
		{"path": "deploy/prod.env", "ignored": false, "at": ["deploy"]},
		{"path": "api/.env", "ignored": true, "at": ["api"]},
	])
	found := rule.deny with input as given
	found == {
		{"at": ["root"], "message": "no pattern ignores `.env`", "absent": true},
		{"at": ["deploy"], "message": "no pattern ignores `deploy/prod.env`", "absent": true},
	}
	subjects := rule.subjects with input as given
	subjects == {["root"], ["deploy"], ["api"]}
}

test_outside_git_it_is_unknown if {
	given := doc([file(".env", {"credentials": [key], "tracked": "unknown"})], [])
	found := rule.deny with input as given
	found == set()
	unknown := rule.unknown with input as given
	{u.at[0] | some u in unknown} == {".env"}
}

test_nothing_to_look_at_is_no_subject if {
	given := doc([], [])
	subjects := rule.subjects with input as given
	subjects == set()
}
