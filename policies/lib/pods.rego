# Which containers of a workload probes are for.
package lib.pods

# Kinds that run until they are stopped.
long_running := {"Deployment", "StatefulSet", "DaemonSet"}

# Kinds that end by themselves, so that nothing waits for their ports.
run_once := {"Job", "CronJob"}

# Containers that serve a port; native sidecars are watched by what they serve.
with_ports(workload) := [container |
	some container in workload.containers
	container.role == "main"
	serves(container)
]

# A port that a tool fills in later is one all the same.
serves(container) if {
	count(container.ports) > 0
} else if "ports" in container.unclear

# Whether the value of a key cannot be told before a tool fills it in.
hides(container, key) if key in container.unclear

# Containers that a Service leads to, also those of a bare Pod or a custom resource; where it names no port that one of
# them has, all that serve one.
targeted(workload) := [] if {
	workload.kind in run_once
} else := named if {
	named := named_targets(workload)
	named != []
} else := with_ports(workload) if {
	count(workload.services) > 0
} else := []

named_targets(workload) := [container |
	some container in workload.containers
	container.role != "init"
	some service in workload.services
	container.name in service.targets
]

service_names(workload) := concat(", ", sort({service.name | some service in workload.services}))
