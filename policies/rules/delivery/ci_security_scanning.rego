# METADATA
# title: CI runs security scanning
# description: >-
#   A known hole in a dependency or an image goes live unless something looks for it before.
# related_resources:
# - https://trivy.dev/latest/docs/configuration/others/#exit-code
# - https://docs.github.com/en/code-security/code-scanning
# custom:
#   severity: high
#   input: [workflows, github]
#   needs:
#   - {section: github, when: review}
#   scope: bundle
#   absent_in: review
#   help: >-
#     Run a scanner of code, dependencies or images in the pipeline, and let what it finds fail the job (`exit-code: 1`).
package rules.delivery.ci_security_scanning

import data.lib.pipelines

defined := [pipeline | some pipeline in input.workflows.pipelines]

scans := pipelines.anywhere(defined, "scan")

subjects contains step.at if some step in scans

subjects contains pipeline.at if some pipeline in defined

blocking := [step | some step in scans; not step.neutered; not step.reports_only]

unknown contains {
	"at": step.at,
	"message": sprintf("%s reports what it finds and stops nothing by itself", [step.what]),
	"give": "the rule of the repository that requires its result",
} if {
	blocking == []
	some step in scans
	step.reports_only
	not step.neutered
}

unknown contains open if {
	scans == []
	some open in pipelines.unseen(pipelines.anywhere(defined, "unknown"))
}

deny contains {"at": step.neutered.at, "message": sprintf("%s of %s may find anything and nothing stops (%s)", [step.what, step.job, step.neutered.by])} if {
	some step in scans
	step.neutered
}

deny contains {"at": pipeline.at, "message": "no pipeline scans for known holes", "absent": true} if {
	scans == []
	pipelines.anywhere(defined, "unknown") == []
	pipeline := defined[0]
}
