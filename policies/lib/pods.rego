# Which containers of a workload probes are for.
package lib.pods

# Kinds that run until they are stopped.
long_running := {"Deployment", "StatefulSet", "DaemonSet"}

# Containers that serve a port for as long as the workload runs; native sidecars are watched by what they serve.
serving(workload) := [container |
	workload.kind in long_running
	some container in workload.containers
	container.role == "main"
	count(container.ports) > 0
]

# Containers that a Service leads to; where it names no port that one of them has, all that serve one.
targeted(workload) := named if {
	named := named_targets(workload)
	named != []
} else := serving(workload) if {
	count(workload.services) > 0
} else := []

named_targets(workload) := [container |
	workload.kind in long_running
	some container in workload.containers
	container.role == "main"
	some service in workload.services
	container.name in service.targets
]

service_names(workload) := concat(", ", sort({service.name | some service in workload.services}))
