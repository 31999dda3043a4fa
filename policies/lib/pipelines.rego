# What pipelines run.
package lib.pipelines

# Steps of a kind in pipelines that a change of the code starts.
on_change(pipelines, kind) := [step |
	some pipeline in pipelines
	pipeline.on_change
	some step in pipeline.steps
	step.kind == kind
]

# Steps of a kind in any pipeline.
anywhere(pipelines, kind) := [step |
	some pipeline in pipelines
	some step in pipeline.steps
	step.kind == kind
]

# Scripts that the tree does not show; one of them may do anything.
unseen(steps) := {{"at": step.at, "message": sprintf("what %s runs is not in the tree", [step.what]), "give": "the script or workflow"} | some step in steps}
