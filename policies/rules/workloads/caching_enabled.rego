# METADATA
# title: Caching is enabled
# description: >-
#   An application that cannot reach its cache asks the database for everything, and is slow or fails under load.
# related_resources:
# - https://docs.docker.com/compose/how-tos/networking/
# custom:
#   severity: low
#   input: [deployments, settings.known, settings.unseen]
#   roles: [cache_url, cache_host]
#   scope: bundle
#   absent_in: review
#   help: >-
#     Run Redis, Valkey or Memcached beside the application and let REDIS_URL (or the like) name that service.
package rules.workloads.caching_enabled

roles := ["cache_url", "cache_host"]

known := [setting |
	some role in roles
	some setting in input.settings.known[role]
	setting.connection
]

unseen := [setting |
	some role in roles
	some setting in input.settings.unseen[role]
]

subjects contains setting.at if some setting in known

subjects contains setting.at if some setting in unseen

subjects contains deployment.at if some deployment in running

running := [deployment | some deployment in input.deployments; deployment.kind in {"compose", "kubernetes"}]

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in unseen
}

unknown contains {
	"at": setting.at,
	"message": sprintf("whether a cache answers where %s leads is not in the tree", [setting.name]),
	"give": "the deployment that runs the cache",
} if {
	some setting in known
	undecided(setting)
}

undecided(setting) if setting.connection.place in {"elsewhere", "unknown"}

# Beside a program that runs on the host itself there may be anything.
undecided(setting) if {
	setting.connection.place == "this-machine"
	not in_container(setting)
}

in_container(setting) if setting.deployment in {deployment.name | some deployment in running}

deny contains {"at": setting.at, "message": sprintf("%s leads to `%s`, which no service of the deployment is", [setting.name, hosts])} if {
	some setting in known
	setting.connection.place in {"nowhere", "this-machine"}
	not undecided(setting)
	hosts := concat(", ", setting.connection.hosts)
}

deny contains {"at": deployment.at, "message": sprintf("no setting of %s names a cache", [deployment.name]), "absent": true} if {
	some deployment in running
	not deployment.name in {setting.deployment | some setting in array.concat(known, unseen)}
}
