# METADATA
# title: Liveness thresholds are appropriate
# description: >-
#   A probe that gives up after one slow answer restarts healthy containers, and one that asks hourly leaves dead ones
#   running.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
# custom:
#   severity: low
#   input: [workloads.all]
#   params:
#     period_min:
#       default: 5
#       meaning: Least time from one probe to the next
#       unit: seconds
#     period_max:
#       default: 60
#       meaning: Longest time from one probe to the next
#       unit: seconds
#   help: >-
#     Write `periodSeconds` of 5 to 60, a shorter `timeoutSeconds`, `failureThreshold` of 2 or more, and a startupProbe
#     for what takes long to start.
package rules.workloads.liveness_thresholds

import data.lib.pods

probed := [{"container": container, "probe": container.liveness} |
	some workload in input.workloads.all
	workload.kind in pods.long_running
	some container in workload.containers
	container.liveness
]

subjects contains one.probe.at if some one in probed

unknown contains {"at": number.at, "message": "a threshold of the liveness probe is no number", "give": "the rendered manifest"} if {
	some one in probed
	some key in ["period", "timeout", "failures", "initial_delay"]
	number := one.probe[key]
	not number.value
}

# What Kubernetes takes where a probe says nothing; one that is filled in later has no value.
timeout(probe) := object.get(probe, "timeout", {"value": 1}).value

period(probe) := object.get(probe, "period", {"value": 10}).value

initial_delay(probe) := object.get(probe, "initial_delay", {"value": 0}).value

# Where a probe says it, else the probe.
place(probe, key) := object.get(probe, key, probe).at

deny contains {"at": place(one.probe, "timeout"), "message": message} if {
	some one in probed
	waits := timeout(one.probe)
	every_seconds := period(one.probe)
	waits >= every_seconds
	message := sprintf("the liveness probe of %s waits %d s for an answer and asks every %d s", [one.container.name, waits, every_seconds])
}

deny contains {"at": one.probe.failures.at, "message": message} if {
	some one in probed
	one.probe.failures.value == 1
	message := sprintf("one missed answer restarts %s", [one.container.name])
}

deny contains {"at": place(one.probe, "period"), "message": message} if {
	some one in probed
	every_seconds := period(one.probe)
	outside(every_seconds)
	message := sprintf("the liveness probe of %s asks every %d s, not every %d to %d", [one.container.name, every_seconds, input.params.period_min, input.params.period_max])
}

outside(every_seconds) if every_seconds < input.params.period_min

outside(every_seconds) if every_seconds > input.params.period_max

deny contains {"at": place(one.probe, "initial_delay"), "message": message, "severity": "info"} if {
	some one in probed
	not one.container.startup
	not pods.hides(one.container, "startupProbe")
	initial_delay(one.probe) == 0
	message := sprintf("%s is probed from its first second and has no startup probe", [one.container.name])
}
