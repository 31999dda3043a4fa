# METADATA
# title: CI runs automated tests
# description: >-
#   A pipeline that lets failing tests through is worse than none, since everybody believes it.
# related_resources:
# - https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
# - https://docs.gitlab.com/ci/yaml/#allow_failure
# custom:
#   severity: high
#   input: [workflows, github]
#   needs:
#   - {section: github, when: review}
#   scope: bundle
#   help: >-
#     Run the tests on push and pull request in a step whose failure fails the job.
package rules.delivery.ci_tests_run

import data.lib.pipelines

defined := [pipeline | some pipeline in input.workflows.pipelines]

tests := pipelines.on_change(defined, "test")

running := [step | some step in tests; not step.neutered]

subjects contains step.at if some step in tests

subjects contains pipeline.at if some pipeline in defined

unknown contains open if {
	tests == []
	some open in pipelines.unseen(pipelines.on_change(defined, "unknown"))
}

deny contains {"at": step.neutered.at, "message": sprintf("%s of %s may fail and nothing stops (%s)", [step.what, step.job, step.neutered.by])} if {
	some step in tests
	step.neutered
}

deny contains {"at": pipeline.at, "message": "no pipeline runs tests when code changes"} if {
	tests == []
	pipelines.on_change(defined, "unknown") == []
	pipeline := defined[0]
}
