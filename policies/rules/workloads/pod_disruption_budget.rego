# METADATA
# title: Pod disruption budgets are defined
# description: >-
#   Draining a node evicts all pods at once unless a budget says how many must stay; a budget that allows nothing blocks
#   the drain, and one that selects nothing protects nobody.
# related_resources:
# - https://kubernetes.io/docs/tasks/run-application/configure-pdb/
# custom:
#   severity: medium
#   input: [workloads.all, workloads.budgets]
#   scope: bundle
#   absent_in: review
#   help: >-
#     Write a PodDisruptionBudget with the labels of the pods and `maxUnavailable: 1`.
package rules.workloads.pod_disruption_budget

subjects contains budget.at if some budget in input.workloads.budgets

subjects contains workload.at if some workload in replicated

replicated := [workload |
	some workload in input.workloads.all
	workload.kind == "Deployment"
	workload.replicas.value >= 2
]

unknown contains {
	"at": budget.at,
	"message": sprintf("how many pods %s governs is not known", [budget.name]),
	"give": "the rendered manifest",
} if {
	some budget in input.workloads.budgets
	count(budget.selects) > 0
	not budget.replicas
}

deny contains {"at": budget.at, "message": sprintf("%s selects no workload of the tree", [budget.name])} if {
	some budget in input.workloads.budgets
	budget.selects == []
}

deny contains {"at": threshold.at, "message": sprintf("%s allows no eviction, so no node can be drained", [budget.name])} if {
	some budget in input.workloads.budgets
	some threshold in blocking(budget)
}

deny contains {"at": threshold.at, "message": sprintf("%s protects no pod", [budget.name])} if {
	some budget in input.workloads.budgets
	some threshold in idle(budget)
}

deny contains {"at": workload.at, "message": sprintf("%s has no disruption budget", [workload.name]), "absent": true} if {
	some workload in replicated
	workload.budgets == []
	workload.intended_budgets == []
}

blocking(budget) := {budget.min_available | budget.min_available.pods >= budget.replicas} | {budget.max_unavailable | budget.max_unavailable.pods == 0}

idle(budget) := {budget.min_available | budget.min_available.pods == 0} | {budget.max_unavailable | budget.max_unavailable.pods >= budget.replicas}
