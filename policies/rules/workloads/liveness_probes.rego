# METADATA
# title: Services have liveness probes
# description: >-
#   A process that hangs without ending looks healthy to Kubernetes for ever; only a liveness probe gets it restarted.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
# custom:
#   severity: high
#   input: [workloads]
#   help: >-
#     Give each container that serves a port a `livenessProbe`, for example `httpGet: {path: /healthz, port: 8080}`.
package rules.workloads.liveness_probes

import data.lib.pods

subjects contains workload.at if {
	some workload in input.workloads.all
	count(pods.serving(workload)) > 0
}

# One finding a workload: its containers are mended together.
deny contains {
	"at": workload.at,
	"message": sprintf("no liveness probe on %s", [concat(", ", missing)]),
} if {
	some workload in input.workloads.all
	missing := [container.name | some container in pods.serving(workload); not container.liveness]
	count(missing) > 0
}
