package lib.ports_test

import data.lib.ports

test_reach_names_the_address_unless_it_is_every_one if {
	ports.reach({}) == "on every address of the host"
	every ip in ["0.0.0.0", "::", "[::]", ""] {
		ports.reach({"host_ip": ip}) == "on every address of the host"
	}
	ports.reach({"host_ip": "192.0.2.7"}) == "on 192.0.2.7"
}

test_how_services_open_ports if {
	ports.opening({"kind": "NodePort", "at": ["type"], "external_ips": ["ips"]}) == {"as": "as NodePort", "at": ["type"]}
	ports.opening({"kind": "ClusterIP", "at": ["type"], "external_ips": ["ips"]}).at == ["ips"]
	not ports.opening({"kind": "ClusterIP", "at": ["type"]})
}
