# METADATA
# title: Autoscaling thresholds are defined
# description: >-
#   A threshold near 100 % scales when it is too late, and one near 0 % keeps copies that nobody needs.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
# custom:
#   severity: medium
#   input: [workloads.autoscalers]
#   absent_in: review
#   params:
#     utilization_min:
#       default: 40
#       meaning: Least use of the request at which to scale
#       unit: percent
#     utilization_max:
#       default: 90
#       meaning: Largest use of the request at which to scale
#       unit: percent
#   help: >-
#     Write Resource metrics of cpu and memory with `averageUtilization` from 40 to 90.
package rules.workloads.hpa_thresholds_defined

subjects contains scaler.at if some scaler in input.workloads.autoscalers

of_resources(scaler) := [metric | some metric in scaler.metrics; metric.resource]

unknown contains {"at": metric.at, "message": message, "give": "what the metric measures and its usual values"} if {
	some scaler in input.workloads.autoscalers
	some metric in scaler.metrics
	not metric.resource
	message := sprintf("whether the threshold of %s fits its metric is not known", [scaler.name])
}

unknown contains {"at": metric.at, "message": sprintf("a threshold of %s is no number", [scaler.name]), "give": "the rendered manifest"} if {
	some scaler in input.workloads.autoscalers
	some metric in of_resources(scaler)
	not decided(metric)
}

decided(metric) if metric.target == "AverageValue"

decided(metric) if {
	metric.target == "Utilization"
	is_number(metric.percent)
}

deny contains {"at": metric.at, "message": message} if {
	some scaler in input.workloads.autoscalers
	some metric in of_resources(scaler)
	metric.target == "Utilization"
	outside(metric.percent)
	message := sprintf("%s scales at %d %% of %s, not at %d to %d", [scaler.name, metric.percent, metric.resource, input.params.utilization_min, input.params.utilization_max])
}

outside(percent) if percent < input.params.utilization_min

outside(percent) if percent > input.params.utilization_max

deny contains {"at": metric.at, "message": message} if {
	some scaler in input.workloads.autoscalers
	some metric in of_resources(scaler)
	metric.target == "AverageValue"
	message := sprintf("%s scales by an amount of %s, which does not follow the request", [scaler.name, metric.resource])
}

deny contains {"at": scaler.at, "message": sprintf("%s does not scale by %s", [scaler.name, resource]), "absent": true} if {
	some scaler in input.workloads.autoscalers
	scaler.api != "autoscaling/v1"
	some resource in {"cpu", "memory"} - scaled_by(scaler)
}

# Without metrics Kubernetes scales by 80 % of cpu.
scaled_by(scaler) := {"cpu"} if {
	scaler.kind == "HorizontalPodAutoscaler"
	scaler.metrics == []
} else := {metric.resource | some metric in scaler.metrics; metric.resource}
