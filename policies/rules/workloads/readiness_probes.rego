# METADATA
# title: Services have readiness probes
# description: >-
#   Without a readiness probe a Service sends requests to a pod that is still starting, and every deployment drops some.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
# custom:
#   severity: high
#   input: [workloads.all]
#   help: >-
#     Give the container that the Service leads to a `readinessProbe` that asks whether it can serve, for example
#     `httpGet: {path: /ready, port: 8080}`.
package rules.workloads.readiness_probes

import data.lib.pods

targeted := [{"workload": workload, "container": container} |
	some workload in input.workloads.all
	workload.services != []
	some container in pods.targeted(workload)
]

subjects contains target.container.at if some target in targeted

unknown contains {
	"at": target.container.at,
	"message": sprintf("the readiness probe of %s is filled in later", [target.container.name]),
	"give": "the rendered manifest",
} if {
	some target in targeted
	"readinessProbe" in target.container.unclear
}

deny contains {
	"at": target.container.at,
	"message": sprintf("%s gets requests of %s without a readiness probe", [
		target.container.name,
		pods.service_names(target.workload),
	]),
} if {
	some target in targeted
	not target.container.readiness
	not pods.hides(target.container, "readinessProbe")
}
