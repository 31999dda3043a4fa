# METADATA
# title: Services have liveness probes
# description: >-
#   A process that hangs without ending looks healthy to Kubernetes for ever; only a liveness probe gets it restarted.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
# custom:
#   severity: high
#   input: [workloads.all]
#   help: >-
#     Give each container that serves a port a `livenessProbe`, for example `httpGet: {path: /healthz, port: 8080}`.
package rules.workloads.liveness_probes

import data.lib.pods

serving := [{"workload": workload, "containers": containers} |
	some workload in input.workloads.all
	workload.kind in pods.long_running
	containers := pods.with_ports(workload)
	containers != []
]

subjects contains one.workload.at if some one in serving

unknown contains {"at": one.workload.at, "message": message, "give": "the rendered manifest"} if {
	some one in serving
	hidden := [container.name | some container in one.containers; "livenessProbe" in container.unclear]
	hidden != []
	message := sprintf("the liveness probe of %s is filled in later", [concat(", ", hidden)])
}

# One finding a workload: its containers are mended together.
deny contains {
	"at": one.workload.at,
	"message": sprintf("no liveness probe on %s", [concat(", ", missing)]),
} if {
	some one in serving
	missing := [container.name |
		some container in one.containers
		not container.liveness
		not pods.hides(container, "livenessProbe")
	]
	missing != []
}
