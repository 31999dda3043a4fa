# METADATA
# title: CPU requests and limits are set
# description: >-
#   A container without a CPU request gets what is left over; under load it starves, or starves its neighbours.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# - https://docs.docker.com/reference/compose-file/deploy/#resources
# custom:
#   severity: medium
#   input: [workloads.all]
#   absent_in: review
#   params:
#     require_cpu_limit:
#       default: false
#       meaning: whether a CPU limit is required beside the request
#       unit: none
#   help: >-
#     Write `resources: {requests: {cpu: 100m}}`; in compose `deploy: {resources: {limits: {cpus: "0.5"}}}`.
package rules.workloads.cpu_requests_limits

import data.lib.resources

# What a task of a play starts is judged by no limits.
subjects contains container.at if {
	some workload in input.workloads.all
	workload.platform != "ansible"
	some container in workload.containers
}

unknown contains {
	"at": quantity.at,
	"message": sprintf("the cpu of %s is filled in later", [container.name]),
	"give": "the rendered manifest or the env file that sets it",
} if {
	some workload in input.workloads.all
	some container in workload.containers
	some kind in ["requests", "limits"]
	quantity := container.resources[kind].cpu
	not quantity.milli
}

deny contains {"at": container.at, "message": sprintf("%s requests no cpu", [container.name])} if {
	some workload in input.workloads.all
	workload.platform == "kubernetes"
	some container in workload.containers
	not container.resources.requests.cpu
	not resources.request(workload, container, "cpu")
}

# A limit throttles even on an idle node, so it is required only where a checklist asks for it.
deny contains {"at": container.at, "message": sprintf("%s has no cpu limit", [container.name])} if {
	input.params.require_cpu_limit
	some workload in input.workloads.all
	workload.platform == "kubernetes"
	some container in workload.containers
	resources.request(workload, container, "cpu")
	not resources.limit(workload, container, "cpu")
}

# A limit under the request: the pod is refused, or never gets what it asks for.
deny contains {
	"at": container.resources.limits.cpu.at,
	"message": sprintf("the cpu limit of %s is below its request", [container.name]),
} if {
	some workload in input.workloads.all
	some container in workload.containers
	container.resources.limits.cpu.milli < container.resources.requests.cpu.milli
}

# The same where the limit comes from the namespace.
deny contains {"at": quantity.at, "message": message} if {
	some workload in input.workloads.all
	workload.limit_range
	some container in workload.containers
	quantity := resources.above_limit_range(workload, container, "cpu")
	limit := resources.limit(workload, container, "cpu")
	message := sprintf("the cpu request of %s is above the limit of its namespace (%s)", [container.name, limit.text])
}

# Compose: what an overlay leaves out stands in a base that the tree does not hold.
unknown contains {
	"at": container.at,
	"message": sprintf("the file that %s overlays may state its cpu", [container.name]),
	"give": "the compose file below it",
} if {
	some workload in input.workloads.all
	workload.overlay
	some container in workload.containers
	not resources.stated(container, "cpu")
}

# Compose: a block of resources that leaves this one out was meant to hold it.
deny contains {
	"at": container.resources.at,
	"message": sprintf("the resources of %s say nothing of cpu", [container.name]),
} if {
	some workload in input.workloads.all
	workload.platform == "compose"
	not workload.overlay
	some container in workload.containers
	container.resources.at
	not resources.stated(container, "cpu")
}

deny contains {
	"at": container.at,
	"message": sprintf("%s states neither limit nor reservation of cpu", [container.name]),
	"absent": true,
} if {
	some workload in input.workloads.all
	workload.platform == "compose"
	not workload.overlay
	some container in workload.containers
	not container.resources.at
	not resources.stated(container, "cpu")
}
