# METADATA
# title: Rolling update strategy is set
# description: >-
#   A deployment that stops every copy before the new ones answer is down each time something is released.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
# - https://docs.docker.com/reference/compose-file/deploy/#update_config
# custom:
#   severity: medium
#   input: [workloads.all]
#   help: >-
#     Write `type: RollingUpdate` with a `maxUnavailable` below the replicas; in compose `order: start-first`, or a
#     `parallelism` below the replicas.
package rules.workloads.rolling_update_strategy

subjects contains workload.at if some workload in judged

judged := [workload |
	some workload in input.workloads.all
	is_judged(workload)
]

is_judged(workload) if workload.kind == "Deployment"

is_judged(workload) if {
	workload.platform == "compose"
	workload.strategy
}

unknown contains {"at": workload.strategy.at, "message": message, "give": "the rendered manifest"} if {
	some workload in judged
	workload.strategy
	not decided(workload)
	message := sprintf("how many copies of %s an update stops at once is not known", [workload.name])
}

decided(workload) if {
	workload.strategy.kind in {"Recreate", "start-first"}
	is_number(workload.replicas.value)
}

decided(workload) if {
	is_number(workload.replicas.value)
	is_number(workload.strategy.max_unavailable.pods)
}

# An absent number is a quarter of the copies at most, which is right.
decided(workload) if {
	workload.strategy.kind == "RollingUpdate"
	not workload.strategy.max_unavailable
}

deny contains {"at": workload.strategy.at, "message": message} if {
	some workload in judged
	workload.strategy.kind == "Recreate"
	workload.replicas.value > 1
	message := sprintf("an update of %s stops all %d replicas before it starts new ones", [workload.name, workload.replicas.value])
}

deny contains {"at": workload.strategy.max_unavailable.at, "message": message} if {
	some workload in judged
	workload.strategy.kind in {"RollingUpdate", "stop-first"}
	workload.replicas.value > 0
	workload.strategy.max_unavailable.pods >= workload.replicas.value
	message := sprintf("an update of %s may stop %d of %d replicas at once", [workload.name, workload.strategy.max_unavailable.pods, workload.replicas.value])
}
