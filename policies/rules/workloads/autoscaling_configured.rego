# METADATA
# title: Autoscaling is configured
# description: >-
#   A fixed number of copies fails under the first peak that is larger than whoever chose it expected.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
# - https://keda.sh/docs/latest/concepts/scaling-deployments/
# custom:
#   severity: medium
#   input: [workloads.all, workloads.autoscalers]
#   absent_in: review
#   help: >-
#     Let a HorizontalPodAutoscaler name the Deployment in `scaleTargetRef`, with `maxReplicas` above `minReplicas`.
package rules.workloads.autoscaling_configured

deployments := [workload | some workload in input.workloads.all; workload.kind == "Deployment"]

subjects contains scaler.at if some scaler in input.workloads.autoscalers

subjects contains workload.at if some workload in deployments

unknown contains {"at": bound.at, "message": sprintf("a bound of %s is no number", [scaler.name]), "give": "the rendered manifest"} if {
	some scaler in input.workloads.autoscalers
	some key in ["min", "max"]
	bound := scaler[key]
	object.get(bound, "value", null) == null
}

deny contains {"at": scaler.target_at, "message": sprintf("%s scales %s, which the tree does not hold", [scaler.name, scaler.target])} if {
	some scaler in input.workloads.autoscalers
	not scaler.target_exists
	input.whole
}

unknown contains {"at": scaler.target_at, "message": sprintf("files that were not given may hold %s", [scaler.target]), "give": "the whole tree"} if {
	some scaler in input.workloads.autoscalers
	not scaler.target_exists
	not input.whole
}

# Kubernetes takes 1 for an absent minimum, KEDA 0 with a maximum of 100.
least(scaler) := scaler.min.value if {
	scaler.min
} else := 0 if {
	scaler.kind == "ScaledObject"
} else := 1

deny contains {"at": scaler.max.at, "message": message} if {
	some scaler in input.workloads.autoscalers
	scaler.max.value <= least(scaler)
	message := sprintf("%s scales from %d to %d, so it never scales", [scaler.name, least(scaler), scaler.max.value])
}

deny contains {"at": workload.at, "message": sprintf("nothing scales %s", [workload.name]), "absent": true} if {
	some workload in deployments
	not workload.autoscaled
	input.whole
}

unknown contains {"at": workload.at, "message": sprintf("files that were not given may scale %s", [workload.name]), "give": "the whole tree"} if {
	some workload in deployments
	not workload.autoscaled
	not input.whole
}
