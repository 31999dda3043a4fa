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
#   absent_in: review
#   help: >-
#     Write a PodDisruptionBudget with the labels of the pods and `maxUnavailable: 1`.
package rules.workloads.pod_disruption_budget

# A part of a tree does not tell what a budget selects, nor that there is none.
budgets := [budget | input.whole; some budget in input.workloads.budgets]

deployments := [workload | input.whole; some workload in input.workloads.all; workload.kind == "Deployment"]

unguarded := [workload | some workload in deployments; workload.budgets == []; workload.intended_budgets == []]

# How many of the pods that they select budgets keep running.
kept := array.concat(
	[{"name": budget.name, "at": budget.min_available.at, "pods": budget.min_available.pods, "of": budget.replicas} |
		some budget in budgets
		budget.replicas > 0
	],
	[{"name": budget.name, "at": limit.at, "pods": budget.replicas - limit.pods, "of": budget.replicas} |
		some budget in budgets
		budget.replicas > 0
		limit := budget.max_unavailable
	],
)

subjects contains budget.at if some budget in budgets

subjects contains workload.at if {
	some workload in deployments
	workload.replicas.value >= 2
}

unknown contains {
	"at": budget.at,
	"message": sprintf("how many pods %s governs is not known", [budget.name]),
	"give": "the rendered manifest",
} if {
	some budget in budgets
	not budget.replicas
	count(budget.selects) > 0
}

unknown contains {
	"at": budget.at,
	"message": sprintf("which workloads %s selects depends on its %s", [budget.name, budget.unclear]),
	"give": sprintf("the %s of the budget and of the workloads", [budget.unclear]),
} if {
	some budget in budgets
	budget.unclear
}

# Kubernetes takes whole numbers and percentages up to 100, and one of the two keys.
unknown contains {
	"at": threshold.at,
	"message": sprintf("Kubernetes takes `%s` of %s for no number of pods, unless a tool fills it in", [threshold.text, budget.name]),
	"give": "a number that is not negative and not quoted, or a percentage up to 100%",
} if {
	some budget in budgets
	budget.replicas
	some key in ["min_available", "max_unavailable"]
	threshold := budget[key]
	not threshold.pods
}

unknown contains {
	"at": budget.max_unavailable.at,
	"message": sprintf("Kubernetes refuses %s: it states minAvailable and maxUnavailable", [budget.name]),
	"give": "a budget that states one of them",
} if {
	some budget in budgets
	budget.max_unavailable
	budget.min_available
}

# Whether a Deployment needs a budget.
unknown contains {
	"at": workload.replicas.at,
	"message": sprintf("how many replicas %s runs without a disruption budget is not known", [workload.name]),
	"give": "the rendered manifest",
} if {
	some workload in unguarded
	object.get(workload.replicas, "value", null) == null
}

deny contains {"at": budget.at, "message": sprintf("%s selects no workload of the tree", [budget.name])} if {
	some budget in budgets
	budget.selects == []
	not budget.unclear
}

deny contains {"at": budget.at, "message": sprintf("%s states neither minAvailable nor maxUnavailable", [budget.name])} if {
	some budget in budgets
	not budget.min_available
	not budget.max_unavailable
	budget.selects != []
}

deny contains {"at": one.at, "message": sprintf("%s allows no eviction, so no node can be drained", [one.name])} if {
	some one in kept
	one.pods >= one.of
}

deny contains {"at": one.at, "message": sprintf("%s protects no pod", [one.name])} if {
	some one in kept
	one.pods <= 0
}

deny contains {"at": workload.at, "message": sprintf("%s has no disruption budget", [workload.name]), "absent": true} if {
	some workload in unguarded
	workload.replicas.value >= 2
}
