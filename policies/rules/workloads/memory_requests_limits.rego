# METADATA
# title: Memory requests and limits are set
# description: >-
#   A container without a memory limit can take the whole node down with it; one without a request is the first to be killed.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# - https://docs.docker.com/reference/compose-file/deploy/#resources
# custom:
#   severity: medium
#   input: [workloads.all]
#   absent_in: review
#   help: >-
#     Write `resources: {requests: {memory: 128Mi}, limits: {memory: 256Mi}}`; in compose
#     `deploy: {resources: {limits: {memory: 256M}}}`.
package rules.workloads.memory_requests_limits

import data.lib.resources

# What a task of a play starts is judged by no limits.
subjects contains container.at if {
	some workload in input.workloads.all
	workload.platform != "ansible"
	some container in workload.containers
}

unknown contains {
	"at": quantity.at,
	"message": sprintf("the memory of %s is filled in later", [container.name]),
	"give": "the rendered manifest or the env file that sets it",
} if {
	some workload in input.workloads.all
	some container in workload.containers
	some kind in ["requests", "limits"]
	quantity := container.resources[kind].memory
	not quantity.milli
}

deny contains {"at": container.at, "message": sprintf("%s requests no memory", [container.name])} if {
	some workload in input.workloads.all
	workload.platform == "kubernetes"
	some container in workload.containers
	not container.resources.requests.memory
	not resources.request(workload, container, "memory")
}

deny contains {"at": container.at, "message": sprintf("%s has no memory limit", [container.name])} if {
	some workload in input.workloads.all
	workload.platform == "kubernetes"
	some container in workload.containers
	not container.resources.limits.memory
	not resources.limit(workload, container, "memory")
}

# A limit under the request: the pod is refused, or never gets what it asks for.
deny contains {
	"at": container.resources.limits.memory.at,
	"message": sprintf("the memory limit of %s is below its request", [container.name]),
} if {
	some workload in input.workloads.all
	some container in workload.containers
	container.resources.limits.memory.milli < container.resources.requests.memory.milli
}

# The same where the limit comes from the namespace.
deny contains {"at": quantity.at, "message": message} if {
	some workload in input.workloads.all
	workload.limit_range
	some container in workload.containers
	quantity := resources.above_limit_range(workload, container, "memory")
	limit := resources.limit(workload, container, "memory")
	message := sprintf("the memory request of %s is above the limit of its namespace (%s)", [container.name, limit.text])
}

# Compose: what an overlay leaves out stands in a base that the tree does not hold.
unknown contains {
	"at": container.at,
	"message": sprintf("the file that %s overlays may state its memory", [container.name]),
	"give": "the compose file below it",
} if {
	some workload in input.workloads.all
	workload.overlay
	some container in workload.containers
	not resources.stated(container, "memory")
}

# Compose: a block of resources that leaves this one out was meant to hold it.
deny contains {
	"at": container.resources.at,
	"message": sprintf("the resources of %s say nothing of memory", [container.name]),
} if {
	some workload in input.workloads.all
	workload.platform == "compose"
	not workload.overlay
	some container in workload.containers
	container.resources.at
	not resources.stated(container, "memory")
}

deny contains {
	"at": container.at,
	"message": sprintf("%s states neither limit nor reservation of memory", [container.name]),
	"absent": true,
} if {
	some workload in input.workloads.all
	workload.platform == "compose"
	not workload.overlay
	some container in workload.containers
	not container.resources.at
	not resources.stated(container, "memory")
}
