# METADATA
# title: Pods spread across zones
# description: >-
#   Copies in one zone are down together with that zone.
# related_resources:
# - https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
# custom:
#   severity: medium
#   input: [workloads.all]
#   absent_in: review
#   help: >-
#     Add a topologySpreadConstraint with `topologyKey: topology.kubernetes.io/zone` and the labels of the pods.
package rules.workloads.pods_spread_across_zones

# Labels that cloud providers give to the nodes of a zone or region.
zones := {
	"topology.kubernetes.io/zone",
	"topology.kubernetes.io/region",
	"failure-domain.beta.kubernetes.io/zone",
	"failure-domain.beta.kubernetes.io/region",
}

replicated := [workload |
	some workload in input.workloads.all
	workload.kind == "Deployment"
	workload.replicas.value >= 2
]

subjects contains workload.at if some workload in replicated

subjects contains spread.at if {
	some workload in input.workloads.all
	some spread in workload.spread
	spread.kind == "constraint"
}

unknown contains {"at": workload.replicas.at, "message": message, "give": "the rendered manifest"} if {
	some workload in input.workloads.all
	workload.kind == "Deployment"
	object.get(workload.replicas, "value", null) == null
	message := sprintf("how many replicas %s runs is not known", [workload.name])
}

deny contains {"at": spread.at, "message": message} if {
	some workload in input.workloads.all
	some spread in workload.spread
	spread.kind == "constraint"
	not spread.selects_own
	message := sprintf("what keeps the pods of %s apart selects none of them", [workload.name])
}

deny contains {"at": workload.at, "message": sprintf("nothing spreads %s across zones", [workload.name]), "absent": true} if {
	some workload in replicated
	not by_zone(workload)
}

by_zone(workload) if {
	some spread in workload.spread
	spread.key in zones
	spread.selects_own
}
