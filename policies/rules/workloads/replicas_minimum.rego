# METADATA
# title: Workload has the minimum replicas
# description: >-
#   One copy is down with its node, and during every deployment and every eviction.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
# custom:
#   severity: high
#   input: [workloads.all]
#   params:
#     min_replicas:
#       default: 2
#       meaning: copies that a Deployment behind a Service runs at least
#       unit: copies
#     by_name:
#       default: {}
#       meaning: other minimums by the name of the workload, also of StatefulSets
#       unit: copies
#   help: >-
#     Write `replicas: 2` or more, or an autoscaler with that `minReplicas`.
package rules.workloads.replicas_minimum

# A workload that says 0 is switched off, not fragile; one that an autoscaler takes to 0 serves whoever asks next.
behind_services := [workload |
	some workload in input.workloads.all
	workload.kind == "Deployment"
	workload.services != []
	not is_off(workload)
]

is_off(workload) if {
	workload.replicas.source == "stated"
	workload.replicas.value == 0
}

named := [workload |
	count(input.params.by_name) > 0
	some workload in input.workloads.all
	input.params.by_name[workload.name]
	workload.kind in {"Deployment", "StatefulSet"}
]

judged := array.concat(behind_services, named)

minimum(workload) := number if {
	number := input.params.by_name[workload.name]
} else := input.params.min_replicas

subjects contains workload.at if {
	some workload in judged
}

subjects contains workload.replicas.at if some workload in of_swarm

unknown contains {
	"at": workload.replicas.at,
	"message": sprintf("the number of replicas of %s is no number", [workload.name]),
	"give": "the rendered manifest, or the env file that sets it",
} if {
	some workload in array.concat(judged, of_swarm)
	object.get(workload.replicas, "value", null) == null
}

deny contains {
	"at": workload.replicas.at,
	"message": sprintf("%s runs %d of at least %d replicas", [workload.name, workload.replicas.value, minimum(workload)]),
} if {
	some workload in judged
	workload.replicas.value < minimum(workload)
}

deny contains {
	"at": workload.replicas.at,
	"message": sprintf("%s publishes a port and runs one replica", [workload.name]),
	"severity": "low",
} if {
	some workload in of_swarm
	workload.replicas.value == 1
}

# Swarm services that say how many copies they run; one that says nothing is no Swarm service.
of_swarm := [workload |
	some workload in input.workloads.all
	workload.platform == "compose"
	workload.replicas.source == "stated"
	not is_off(workload)
	count(workload.published) > 0
]
