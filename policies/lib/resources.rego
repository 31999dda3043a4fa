# What a container asks for and is held to.
package lib.resources

# Kubernetes: a limit stands in for a request, and a LimitRange of the namespace for both.
request(workload, container, name) := quantity if {
	quantity := container.resources.requests[name]
} else := quantity if {
	quantity := limit(workload, container, name)
} else := quantity if {
	quantity := workload.limit_range.requests[name]
}

limit(workload, container, name) := quantity if {
	quantity := container.resources.limits[name]
} else := quantity if {
	quantity := workload.limit_range.limits[name]
}

# The request of a container that states no limit, where the one that its namespace gives it is lower.
above_limit_range(workload, container, name) := quantity if {
	quantity := container.resources.requests[name]
	not container.resources.limits[name]
	workload.limit_range.limits[name].milli < quantity.milli
}

# A compose service that says anything of a resource.
stated(container, name) if container.resources.requests[name]

stated(container, name) if container.resources.limits[name]
