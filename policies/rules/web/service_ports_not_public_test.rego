package rules.web.service_ports_not_public_test

import data.rules.web.database_not_public
import data.rules.web.service_ports_not_public as rule

container(kind) := {"role": "main", "ports": [], "product": {"name": "some", "kind": kind}}

workload(name, edge, container_given, port) := {
	"at": [name],
	"name": name,
	"containers": [container_given],
	"published": [object.union(
		{"at": [name, "port"], "loopback": false, "known": true, "protocol": "tcp", "container_port": 8000},
		port,
	)],
	"host_network": false,
	"edge_in_deployment": edge,
}

app := {"role": "main", "ports": []}

doc(workloads, services) := {
	"workloads": {"all": workloads, "services": services},
	"params": {"internal_ports": [9090, 15672], "application_ports": [8000, 8080]},
}

test_internal_ports_are_denied_and_application_ports_behind_a_proxy if {
	given := doc(
		[
			workload("metrics", false, app, {"host_port": 9090}),
			workload("queue", true, app, {"host_port": 15672, "host_ip": "192.0.2.7"}),
			workload("behind", true, app, {"host_port": 8000}),
			workload("alone", false, app, {"host_port": 8000}),
			workload("proxy", true, container("proxy"), {"host_port": 8080}),
			workload("web", true, container("proxy"), {"host_port": 443}),
			workload("loopback", true, app, {"host_port": 9090, "loopback": true}),
			workload("moved", true, app, {"host_port": 18000}),
			workload("udp", false, app, {"host_port": 9090, "protocol": "udp"}),
		],
		[],
	)
	found := rule.deny with input as given
	{f.message | some f in found} == {
		"metrics opens port 9090 on every address of the host",
		"queue opens port 15672 on 192.0.2.7",
		"behind opens port 8000 on every address of the host, past the proxy of the same deployment",
	}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"metrics", "queue", "behind", "alone", "proxy", "web", "loopback", "moved"}
	unknown := rule.unknown with input as given
	unknown == set()
}

test_a_variable_that_nothing_sets_is_unknown if {
	given := doc([workload("api", true, app, {"known": false})], [])
	unknown := rule.unknown with input as given
	{u.at | some u in unknown} == {["api", "port"]}
	found := rule.deny with input as given
	found == set()
}

test_databases_belong_to_the_other_rule if {
	given := doc([workload("db", true, container("database"), {"host_port": 8000, "container_port": 5432})], [])
	subjects := rule.subjects with input as given
	subjects == set()
	found := rule.deny with input as given
	found == set()
	other := database_not_public.deny with input as given
	count(other) == 1
}

service(kind, port) := {
	"at": [kind],
	"name": "metrics",
	"kind": kind,
	"products": [],
	"ports": [{"port": port, "at": [kind, port]}],
}

test_load_balancers_open_their_own_ports if {
	given := doc([], [service("LoadBalancer", 9090), service("LoadBalancer", 443), service("ClusterIP", 9090)])
	found := rule.deny with input as given
	{f.at | some f in found} == {["LoadBalancer", 9090]}
	subjects := rule.subjects with input as given
	subjects == {["LoadBalancer", 9090], ["LoadBalancer", 443]}
}

on_host(name, command) := {
	"at": [name],
	"name": name,
	"containers": [{"role": "main", "ports": [], "command": command, "product": {"name": "prometheus", "kind": "metrics"}}],
	"published": [],
	"host_network": true,
	"edge_in_deployment": false,
}

test_what_a_known_product_serves_is_open_on_the_hosts_network if {
	given := doc([on_host("plain", []), on_host("loopback", [{"text": "--web.listen-address=127.0.0.1:9090"}])], [])
	found := rule.deny with input as given
	{f.at | some f in found} == {["plain"]}
	subjects := rule.subjects with input as given
	subjects == {["plain"], ["loopback"]}
}

test_external_addresses_open_ports if {
	services := [object.union(
		{"at": [name], "name": name, "kind": "ClusterIP", "products": [], "ports": [{"port": 9090, "at": [name, "port"]}]},
		more,
	) |
		some name, more in {"inside": {}, "outside": {"external_ips": ["ips"]}}
	]
	found := rule.deny with input as doc([], services)
	{f.at | some f in found} == {["outside", "port"]}
}
