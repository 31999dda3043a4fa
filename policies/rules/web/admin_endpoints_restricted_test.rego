package rules.web.admin_endpoints_restricted_test

import data.rules.web.admin_endpoints_restricted as rule

location(path, matching, access) := {"at": [path], "path": path, "matching": matching, "answers": "proxy", "access": access}

nobody := {"allow": [], "denies": false}

office := {"allow": [{"value": "10.8.0.0/16", "at": ["allow"]}], "denies": true}

document(locations, workloads, services) := {
	"params": {"admin_paths": ["/admin", "/metrics"]},
	"edges": [{"name": "shop", "at": ["edge"], "locations": locations}],
	"workloads": {"all": workloads, "services": services},
}

said(one) := {finding.at | some finding in rule.deny with input as document([one], [], [])}

test_paths_of_administrators if {
	said(location("/admin", "prefix", nobody)) == {["/admin"]}
	said(location("/admin/", "prefix", nobody)) == {["/admin/"]}
	said(location("/admin/users", "exact", nobody)) == {["/admin/users"]}
	said(location(`^/(metrics|x)\.?`, "expression", nobody)) == set()
	said(location(`^/metrics$`, "expression", nobody)) == {[`^/metrics$`]}
}

test_other_paths_are_no_subjects if {
	every path in ["/", "/administration", "/api/metrics"] {
		rule.subjects == set() with input as document([location(path, "prefix", nobody)], [], [])
	}
}

test_a_list_that_denies_all_others if {
	said(location("/admin", "prefix", office)) == set()
	rule.subjects == {["/admin"]} with input as document([location("/admin", "prefix", office)], [], [])
	everybody := {"allow": [{"value": "0.0.0.0/0", "at": ["allow"]}], "denies": true}
	said(location("/admin", "prefix", everybody)) == {["allow"]}
}

test_what_is_hidden_is_unknown if {
	one := object.union(location("/admin", "prefix", nobody), {"unseen": [{"at": ["gap"], "aspects": ["access"], "message": "m", "give": "g"}]})
	said(one) == set()
	{found.at | some found in rule.unknown} == {["gap"]} with input as document([one], [], [])
}

traefik(flag, loopback) := {
	"containers": [{"command": [{"text": flag, "at": ["flag"]}]}],
	"published": [{"container_port": 8080, "loopback": loopback}],
}

of(one) := {finding.at | some finding in rule.deny with input as document([], [one], [])}

test_the_dashboard_of_traefik if {
	of(traefik("--api.insecure=true", false)) == {["flag"]}
	of(traefik("--API.Insecure", false)) == {["flag"]}
	of(traefik("--api.insecure=true", true)) == set()
	of(traefik("--api.insecure=false", false)) == set()
}

service(kind) := {"name": "adminer", "kind": kind, "at": ["service"], "products": [{"kind": "admin-ui"}]}

consoles(kind) := {finding.at | some finding in rule.deny with input as document([], [], [service(kind)])}

test_consoles if {
	consoles("LoadBalancer") == {["service"]}
	consoles("ClusterIP") == set()
}
