# METADATA
# title: CI/CD pipeline is defined
# description: >-
#   What people build, test and deploy by hand is done differently each time, and not at all under pressure.
# related_resources:
# - https://docs.github.com/en/actions/get-started/understand-github-actions
# - https://docs.gitlab.com/ci/pipelines/
# custom:
#   severity: high
#   input: [workflows, gitignore]
#   scope: bundle
#   absent_in: review
#   help: >-
#     Let a workflow of the repository build, test and deploy.
package rules.delivery.ci_pipeline_defined

import data.lib.pipelines

kinds := ["build", "test", "deploy"]

defined := [pipeline | some pipeline in input.workflows.pipelines]

missing := [kind | some kind in kinds; pipelines.anywhere(defined, kind) == []]

subjects contains pipeline.at if some pipeline in defined

unknown contains open if {
	defined != []
	missing != []
	some open in pipelines.unseen(pipelines.anywhere(defined, "unknown"))
}

deny contains {"at": defined[0].at, "message": sprintf("no pipeline does this: %s", [concat(", ", missing)])} if {
	defined != []
	missing != []
	pipelines.anywhere(defined, "unknown") == []
}

deny contains {"at": folder.at, "message": "the repository has no pipeline", "absent": true} if {
	defined == []
	folder := input.gitignore.coverage[0]
}
