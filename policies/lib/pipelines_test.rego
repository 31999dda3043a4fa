package lib.pipelines_test

import data.lib.pipelines

step(kind) := {"kind": kind, "what": "x", "at": [kind]}

two := [
	{"on_change": true, "steps": [step("test")]},
	{"on_change": false, "steps": [step("test"), step("scan")]},
]

test_steps_by_kind_and_trigger if {
	count(pipelines.on_change(two, "test")) == 1
	count(pipelines.anywhere(two, "test")) == 2
	pipelines.on_change(two, "scan") == []
}

test_unseen_scripts if {
	pipelines.unseen([step("unknown")]) == {{"at": ["unknown"], "message": "what x runs is not in the tree", "give": "the script or workflow"}}
	pipelines.unseen([]) == set()
}
