# METADATA
# title: Health checks are configured
# description: >-
#   A container that hangs keeps its port open and its users waiting until somebody looks; a check lets the engine see it.
# related_resources:
# - https://docs.docker.com/reference/compose-file/services/#healthcheck
# - https://docs.docker.com/reference/dockerfile/#healthcheck
# custom:
#   severity: high
#   input: [workloads.all, probes.http]
#   help: >-
#     Write a `healthcheck` for the service, or a HEALTHCHECK in its Dockerfile, that asks a port which the service serves.
package rules.workloads.health_checks_configured

services := [{"workload": workload, "container": container} |
	some workload in input.workloads.all
	workload.platform == "compose"
	some container in workload.containers
]

checked := [one | some one in services; one.container.healthcheck; not one.container.healthcheck.disabled]

disabled := [one | some one in services; one.container.healthcheck.disabled]

# Services that others reach and that check nothing themselves.
unchecked := [one |
	some one in services
	not one.container.healthcheck
	count(one.workload.published) > 0
]

subjects contains one.container.healthcheck.at if some one in checked

subjects contains one.container.healthcheck.at if some one in disabled

subjects contains one.workload.at if some one in unchecked

unknown contains {"at": one.workload.at, "message": message, "give": "a healthcheck of the service, or the Dockerfile of the image"} if {
	some one in unchecked
	not one.container.build.stage
	not one.workload.overlay
	message := sprintf("whether the image of %s checks its health is not in the tree", [one.workload.name])
}

unknown contains {"at": one.workload.at, "message": message, "give": "the compose file below it"} if {
	some one in unchecked
	one.workload.overlay
	message := sprintf("the file that %s overlays may check its health", [one.workload.name])
}

deny contains {"at": one.container.healthcheck.at, "message": sprintf("the health check of %s is turned off", [one.workload.name])} if {
	some one in disabled
}

deny contains {"at": one.container.build.stage.healthcheck.at, "message": sprintf("the image of %s turns its health check off", [one.workload.name])} if {
	some one in unchecked
	not one.workload.overlay
	upper(trim_space(one.container.build.stage.healthcheck.text)) == "NONE"
}

deny contains {"at": one.workload.at, "message": sprintf("nothing checks the health of %s", [one.workload.name])} if {
	some one in unchecked
	not one.workload.overlay
	one.container.build.stage
	not one.container.build.stage.healthcheck
}

# A port that a check asks for and that neither the service nor its Dockerfile names.
elsewhere contains {"one": one, "word": word, "port": port} if {
	some one in checked
	count(served(one.container)) > 0
	some word in one.container.healthcheck.test
	some port in asked(word.text)
	not port in served(one.container)
}

deny contains {"at": found.word.at, "message": sprintf("the health check of %s asks port %d, which nothing of it serves", [found.one.workload.name, found.port])} if {
	some found in elsewhere
	found.one.container.build.stage
}

# The image of somebody else may serve ports that nothing here names.
unknown contains {"at": found.word.at, "message": message, "give": "the ports that the image serves"} if {
	some found in elsewhere
	not found.one.container.build.stage
	message := sprintf("whether %s serves port %d is not in the tree", [found.one.workload.name, found.port])
}

# Ports that the service declares, or its Dockerfile.
served(container) := {port.port | some port in container.ports} | {to_number(text) |
	some exposed in container.build.stage.exposed
	some text in regex.find_n(`[0-9]{1,5}`, exposed.text, -1)
}

asked(text) := {to_number(found[1]) |
	some found in regex.find_all_string_submatch_n(`(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):([0-9]{1,5})`, text, -1)
}
