package rules.web.database_not_public_test

import data.rules.web.database_not_public as rule

import data.rules.web.service_ports_not_public

postgres := {"role": "main", "product": {"name": "postgres", "kind": "database"}, "ports": []}

exporter := {"role": "main", "ports": []}

workload(name, container, published) := {
	"at": [name],
	"name": name,
	"containers": [container],
	"published": published,
	"host_network": false,
	"edge_in_deployment": false,
}

published(name, more) := object.union(
	{"at": [name, "port"], "loopback": false, "known": true, "protocol": "tcp", "container_port": 5432},
	more,
)

doc(workloads, services) := {
	"workloads": {"all": workloads, "services": services},
	"params": {"internal_ports": [9090], "application_ports": [8000]},
}

test_published_databases_are_denied_wherever_but_on_loopback if {
	given := doc(
		[
			workload("plain", postgres, [published("plain", {"host_port": 5432})]),
			workload("moved", postgres, [published("moved", {"host_port": 15432})]),
			workload("random", postgres, [published("random", {})]),
			workload("v6", postgres, [published("v6", {"host_port": 5432, "host_ip": "::"})]),
			workload("address", postgres, [published("address", {"host_port": 5432, "host_ip": "192.0.2.7"})]),
			workload("own", exporter, [published("own", {"host_port": 5433})]),
			workload("loopback", postgres, [published("loopback", {"host_port": 5432, "loopback": true})]),
			workload("inside", postgres, []),
			workload("exporter", exporter, [published("exporter", {"host_port": 9187, "container_port": 9187})]),
		],
		[],
	)
	found := rule.deny with input as given
	{[f.at[0], f.message] | some f in found} == {
		["plain", "plain publishes its database as port 5432 on every address of the host"],
		["moved", "moved publishes its database as port 15432 on every address of the host"],
		["random", "random publishes its database as a random port on every address of the host"],
		["v6", "v6 publishes its database as port 5432 on every address of the host"],
		["address", "address publishes its database as port 5432 on 192.0.2.7"],
		["own", "own publishes its database as port 5433 on every address of the host"],
	}
	subjects := rule.subjects with input as given
	{subject[0] | some subject in subjects} == {"plain", "moved", "random", "v6", "address", "own", "loopback", "inside"}
	other := service_ports_not_public.subjects with input as given
	other == {["exporter", "port"]}
}

test_a_variable_that_nothing_sets_is_unknown if {
	given := doc([workload("db", postgres, [published("db", {"known": false})])], [])
	found := rule.deny with input as given
	found == set()
	unknown := rule.unknown with input as given
	{u.at | some u in unknown} == {["db", "port"]}
}

test_the_hosts_network_opens_the_port if {
	given := doc(
		[
			object.union(workload("db", postgres, []), {"host_network": true}),
			object.union(
				workload("idle", postgres, [published("idle", {"loopback": true})]),
				{"host_network": true},
			),
			object.union(
				workload("listed", postgres, [object.remove(
					published("listed", {"host_port": 5432}),
					["container_port"],
				)]),
				{"host_network": true},
			),
		],
		[],
	)
	found := rule.deny with input as given
	{f.at | some f in found} == {["db"], ["idle"], ["listed", "port"]}
}

service(kind) := {"at": [kind], "name": "db", "kind": kind, "products": [], "ports": [{"port": 5432, "at": [kind]}]}

test_services_that_open_a_database_are_denied if {
	given := doc([], [service(kind) | some kind in ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]])
	found := rule.deny with input as given
	{f.at[0] | some f in found} == {"NodePort", "LoadBalancer"}
	subjects := rule.subjects with input as given
	count(subjects) == 4
	other := service_ports_not_public.subjects with input as given
	other == set()
}

test_a_tree_without_databases_has_no_subject if {
	given := doc([workload("api", exporter, [])], [])
	subjects := rule.subjects with input as given
	subjects == set()
}

test_an_init_container_makes_no_database if {
	waiting := {"at": ["wait"], "name": "wait", "role": "init", "product": {"kind": "database"}, "ports": []}
	given := doc([object.union(workload("api", exporter, []), {"containers": [waiting]})], [])
	subjects := rule.subjects with input as given
	subjects == set()
}

test_external_addresses_open_a_database if {
	given := doc([], [object.union(service("ClusterIP"), {"external_ips": ["ips"]})])
	found := rule.deny with input as given
	found == {{"at": ["ips"], "message": "db opens a database to the outside at addresses outside of the cluster"}}
}
