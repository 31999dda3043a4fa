package lib.databases_test

import data.lib.databases

container(role, kind, ports) := {
	"role": role,
	"product": {"name": "some", "kind": kind},
	"ports": [{"port": port} | some port in ports],
}

test_ports_come_from_the_table if {
	{5432, 3306, 27017, 6379, 11211, 9200, 1433} - databases.ports == set()
	{80, 443, 8080, 8123} & databases.ports == set()
}

test_a_port_leads_to_a_database_by_number_or_by_container if {
	app := {"role": "main", "ports": [{"port": 8000}]}
	db := container("main", "database", [5433])
	databases.leads_to_database({"containers": [app]}, {"container_port": 5432})
	databases.leads_to_database({"containers": [app]}, {"host_port": 5432})
	databases.leads_to_database({"containers": [db]}, {"container_port": 7000})
	databases.leads_to_database({"containers": [app, db]}, {"container_port": 5433})
	not databases.leads_to_database({"containers": [app, db]}, {"container_port": 8000})
	not databases.leads_to_database({"containers": [app]}, {"container_port": 8000, "host_port": 5432})
	not databases.leads_to_database({"containers": []}, {"container_port": 8000})
}

test_an_init_container_makes_no_database if {
	workload := {"containers": [container("init", "database", []), {"role": "main", "ports": []}]}
	not databases.leads_to_database(workload, {"container_port": 8000})
}

test_services_count_by_what_they_select_and_by_their_ports if {
	databases.is_database_service({"products": [{"kind": "database"}], "ports": []})
	databases.is_database_service({"products": [], "ports": [{"port": 15432, "target": 5432}]})
	databases.is_database_service({"products": [{"kind": "proxy"}], "ports": [{"port": 5432}]})
	not databases.is_database_service({"products": [], "ports": [{"port": 80}]})
}
