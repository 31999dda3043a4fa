# Twenty rules of the kind that plimsoll decides, as conftest takes them: for timing only.
package main

import rego.v1

workload if input.kind in {"Deployment", "StatefulSet", "DaemonSet"}

containers contains container if {
	workload
	some container in input.spec.template.spec.containers
}

env contains entry if {
	some container in containers
	some entry in container.env
}

deny_cpu_request contains container.name if {
	some container in containers
	not container.resources.requests.cpu
}

deny_memory_request contains container.name if {
	some container in containers
	not container.resources.requests.memory
}

deny_memory_limit contains container.name if {
	some container in containers
	not container.resources.limits.memory
}

deny_liveness contains container.name if {
	some container in containers
	not container.livenessProbe
}

deny_readiness contains container.name if {
	some container in containers
	not container.readinessProbe
}

deny_replicas contains input.metadata.name if {
	input.kind == "Deployment"
	input.spec.replicas < 2
}

deny_budget contains input.metadata.name if {
	input.kind == "PodDisruptionBudget"
	input.spec.maxUnavailable == 0
}

deny_policy contains input.metadata.name if {
	input.kind == "NetworkPolicy"
	some rule in input.spec.ingress
	not rule.from
}

deny_node_port contains input.metadata.name if {
	input.kind == "Service"
	input.spec.type in {"NodePort", "LoadBalancer"}
	some port in input.spec.ports
	port.port in {5432, 3306, 6379, 27017, 9200}
}

deny_debug contains entry.name if {
	some entry in env
	regex.match(`(?i)(^|_)debug$`, entry.name)
	lower(entry.value) in {"true", "1", "on", "yes"}
}

deny_log_level contains entry.name if {
	some entry in env
	regex.match(`(?i)log_?level$`, entry.name)
	lower(entry.value) in {"debug", "trace"}
}

deny_password contains entry.name if {
	some entry in env
	regex.match(`(?i)pass(word|wd)?$`, entry.name)
	entry.value
}

deny_short_password contains entry.name if {
	some entry in env
	regex.match(`(?i)pass(word|wd)?$`, entry.name)
	count(entry.value) < 16
}

deny_default_password contains entry.name if {
	some entry in env
	regex.match(`(?i)pass(word|wd)?$`, entry.name)
	lower(entry.value) in {"postgres", "password", "root", "admin"}
}

deny_jwt contains entry.name if {
	some entry in env
	regex.match(`(?i)jwt.*secret`, entry.name)
	count(entry.value) < 32
}

deny_dummy contains entry.name if {
	some entry in env
	regex.match(`(?i)changeme|placeholder|dummy`, entry.value)
}

deny_cors contains key if {
	input.kind == "ConfigMap"
	some key, value in input.data
	regex.match(`(?i)cors.*origins?$`, key)
	contains(value, "*")
}

deny_cors_http contains key if {
	input.kind == "ConfigMap"
	some key, value in input.data
	regex.match(`(?i)cors.*origins?$`, key)
	startswith(value, "http://")
}

deny_config_password contains key if {
	input.kind == "ConfigMap"
	some key, value in input.data
	regex.match(`(?i)pass(word|wd)?$`, key)
	value != ""
}

deny_ingress_cors contains input.metadata.name if {
	input.kind == "Ingress"
	input.metadata.annotations["nginx.ingress.kubernetes.io/cors-allow-origin"] == "*"
}
