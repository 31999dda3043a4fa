# Which ports of the host lead to a database or a cache.
package lib.databases

kinds := {"database", "cache"}

# Ports that databases and caches answer at. ClickHouse's HTTP port is left out: Home Assistant and others use it too.
ports := {port |
	some product in data.data.products
	product.kind in kinds
	some port in product.ports
} - {8123}

is_database(container) if container.product.kind in kinds

# A published port leads to a database if its number says so, or if the container that takes it is one.
leads_to_database(_, published) if inner_port(published) in ports

leads_to_database(workload, _) if {
	running := [container | some container in workload.containers; container.role != "init"]
	count(running) > 0
	every container in running {
		is_database(container)
	}
}

leads_to_database(workload, published) if {
	some container in workload.containers
	is_database(container)
	some port in container.ports
	port.port == published.container_port
}

# On the host's network the two are one.
inner_port(published) := object.get(published, "container_port", object.get(published, "host_port", 0))

# A Service leads to a database if what it selects is one, or by its ports.
is_database_service(service) if {
	some product in service.products
	product.kind in kinds
}

is_database_service(service) if {
	some port in service.ports
	some key in ["port", "target"]
	port[key] in ports
}
