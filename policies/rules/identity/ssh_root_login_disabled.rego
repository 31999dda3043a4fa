# METADATA
# title: SSH root login is off
# description: >-
#   Who logs in as root leaves no name behind, and every guessed or stolen key is the whole machine.
# related_resources:
# - https://man.openbsd.org/sshd_config#PermitRootLogin
# - https://docs.ansible.com/projects/ansible/latest/inventory_guide/connection_details.html
# custom:
#   severity: critical
#   input: [deployments, inventories, hosts]
#   needs: [hosts]
#   help: >-
#     Let Ansible log in as a user of its own and write `become: true`; set `PermitRootLogin no` on every server.
package rules.identity.ssh_root_login_disabled

# Inventories of deployments that are judged.
inventories := [inventory |
	some inventory in input.inventories.all
	inventory.deployment in {deployment.name | some deployment in input.deployments}
]

users := [{"host": host, "variable": variable} |
	some inventory in inventories
	some host in inventory.hosts
	some variable in host.connection
	variable.name in {"ansible_user", "ansible_ssh_user"}
]

plays := [play |
	some play in input.inventories.plays
	play.remote_user
	not play.bootstrap
]

subjects contains one.variable.at if some one in users

subjects contains play.remote_user.at if some play in plays

subjects contains host.at if some host in unnamed

# Hosts of which nothing says who logs in.
unnamed := [host |
	some inventory in inventories
	some host in inventory.hosts
	not named(host)
]

named(host) if {
	some variable in host.connection
	variable.name in {"ansible_user", "ansible_ssh_user"}
}

unknown contains {"at": host.at, "message": sprintf("nothing says who logs in to %s", [host.name]), "give": "the facts of the host"} if {
	some host in unnamed
}

unknown contains {"at": one.variable.at, "message": sprintf("who logs in to %s is kept outside the tree", [one.host.name]), "give": "the facts of the host"} if {
	some one in users
	one.variable.state != "literal"
}

unknown contains {"at": play.remote_user.at, "message": sprintf("who logs in for %s is kept outside the tree", [play.name]), "give": "the facts of the host"} if {
	some play in plays
	play.remote_user.state != "literal"
}

deny contains {"at": one.variable.at, "message": sprintf("Ansible logs in to %s as root", [one.host.name])} if {
	some one in users
	one.variable.value == "root"
}

deny contains {"at": play.remote_user.at, "message": sprintf("%s logs in as root", [play.name])} if {
	some play in plays
	play.remote_user.value == "root"
}
