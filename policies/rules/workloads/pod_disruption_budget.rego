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

subjects contains budget.at if some budget in budgets

subjects contains workload.at if some workload in replicated

# A part of a tree does not tell what a budget selects, nor that there is none.
budgets := [budget | input.whole; some budget in input.workloads.budgets]

deployments := [workload | input.whole; some workload in input.workloads.all; workload.kind == "Deployment"]

replicated := [workload | some workload in deployments; workload.replicas.value >= 2]

unknown contains {
	"at": budget.at,
	"message": sprintf("how many pods %s governs is not known", [budget.name]),
	"give": "the rendered manifest",
} if {
	some budget in budgets
	count(budget.selects) > 0
	not budget.replicas
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
	some threshold in thresholds(budget)
	object.get(threshold, "pods", null) == null
}

unknown contains {
	"at": budget.max_unavailable.at,
	"message": sprintf("Kubernetes refuses %s: it states minAvailable and maxUnavailable", [budget.name]),
	"give": "a budget that states one of them",
} if {
	some budget in budgets
	count(thresholds(budget)) > 1
}

# Whether a Deployment needs a budget.
unknown contains {
	"at": workload.replicas.at,
	"message": sprintf("how many replicas %s runs without a disruption budget is not known", [workload.name]),
	"give": "the rendered manifest",
} if {
	some workload in deployments
	object.get(workload.replicas, "value", null) == null
	unguarded(workload)
}

deny contains {"at": budget.at, "message": sprintf("%s selects no workload of the tree", [budget.name])} if {
	some budget in budgets
	budget.selects == []
	not budget.unclear
}

deny contains {"at": budget.at, "message": sprintf("%s states neither minAvailable nor maxUnavailable", [budget.name])} if {
	some budget in budgets
	budget.selects != []
	count(thresholds(budget)) == 0
}

deny contains {"at": threshold.at, "message": sprintf("%s allows no eviction, so no node can be drained", [budget.name])} if {
	some budget in budgets
	some threshold in blocking(budget)
}

deny contains {"at": threshold.at, "message": sprintf("%s protects no pod", [budget.name])} if {
	some budget in budgets
	some threshold in idle(budget)
}

deny contains {"at": workload.at, "message": sprintf("%s has no disruption budget", [workload.name]), "absent": true} if {
	some workload in replicated
	unguarded(workload)
}

unguarded(workload) if {
	workload.budgets == []
	workload.intended_budgets == []
}

thresholds(budget) := {threshold | some threshold in [object.get(budget, "min_available", null), object.get(budget, "max_unavailable", null)]; threshold != null}

# A budget of workloads that are switched off neither blocks nor protects.
blocking(budget) := set() if {
	budget.replicas == 0
} else := {budget.min_available | budget.min_available.pods >= budget.replicas} | {budget.max_unavailable | budget.max_unavailable.pods == 0}

idle(budget) := set() if {
	budget.replicas == 0
} else := {budget.min_available | budget.min_available.pods == 0} | {budget.max_unavailable | budget.max_unavailable.pods >= budget.replicas}
