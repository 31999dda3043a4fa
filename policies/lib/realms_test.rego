package lib.realms_test

import data.lib.realms

test_defaults_count_in_full_exports_alone if {
	realms.protection({"full": true}) == false
	[on | on := realms.protection({"full": false})] == []
	realms.failures({"full": true}) == 30
	not realms.failures({"full": false})
}

test_what_is_stated_counts if {
	realms.protection({"full": true, "brute_force": {"on": true}}) == true
	realms.failures({"full": false, "failure_factor": {"value": 5}}) == 5
	realms.place({"at": ["realm"], "failure_factor": {"at": ["factor"]}}, "failure_factor") == ["factor"]
	realms.place({"at": ["realm"]}, "failure_factor") == ["realm"]
}

test_variables if {
	realms.undecided({"brute_force": {"at": ["x"]}, "failure_factor": {"at": ["y"]}}) == {{"at": ["x"]}, {"at": ["y"]}}
	realms.undecided({"brute_force": {"on": false, "at": ["x"]}, "failure_factor": {"value": 0, "at": ["y"]}}) == set()
	realms.undecided({}) == set()
}
