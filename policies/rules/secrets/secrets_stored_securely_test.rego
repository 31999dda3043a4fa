package rules.secrets.secrets_stored_securely_test

import data.lib.detections_test
import data.rules.secrets.secrets_stored_securely as rule

doc(settings, found) := {"settings": {"all": settings}, "secrets": {"files": {}, "code": [], "found": found}}

test_an_ignored_file_that_others_read_is_denied if {
	given := doc([], [
		detections_test.secret("open", {"tracked": "no", "ignored": true, "private": false}),
		detections_test.secret("private", {"tracked": "no", "ignored": true, "private": true}),
		detections_test.secret("no modes here", {"tracked": "no", "ignored": true}),
		detections_test.secret("tracked", {"private": false}),
	])
	found := rule.deny with input as given
	{[f.at[3], f.absent] | some f in found} == {["open", true]}
	unknown := rule.unknown with input as given
	{u.at[3] | some u in unknown} == {"tracked"}
	subjects := rule.subjects with input as given
	{subject[3] | some subject in subjects} == {"open", "private", "no modes here", "tracked"}
}

test_references_are_subjects_and_what_nothing_sets_is_unknown if {
	unseen := {"message": "m", "give": "g"}
	given := doc(
		[
			{"at": ["reference"], "secret": true, "state": "reference", "unseen": unseen},
			{"at": ["unset"], "secret": true, "state": "unknown", "unseen": unseen},
			{"at": ["plain"], "secret": false, "state": "unknown", "unseen": unseen},
		],
		[],
	)
	subjects := rule.subjects with input as given
	subjects == {["reference"], ["unset"]}
	unknown := rule.unknown with input as given
	{u.at | some u in unknown} == {["unset"]}
	found := rule.deny with input as given
	found == set()
}
