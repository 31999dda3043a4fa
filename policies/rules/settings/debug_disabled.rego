# METADATA
# title: Debug mode is off
# description: >-
#   In debug mode programs show source code, settings and secrets to whoever causes an error; some let the visitor run
#   code.
# related_resources:
# - https://flask.palletsprojects.com/en/stable/debugging/
# - https://docs.djangoproject.com/en/stable/ref/settings/#debug
# - https://cwe.mitre.org/data/definitions/489.html
# custom:
#   severity: high
#   input: [settings, workloads.all, deployments, dockerfiles]
#   roles: [debug, app_mode]
#   help: Set the switch to `false` and the mode to `production`, and start the server without `--reload` and `--debug`.
package rules.settings.debug_disabled

import data.lib.commands
import data.lib.products
import data.lib.settings

roles := ["debug", "app_mode"]

subjects contains setting.at if {
	some role in roles
	some setting in settings.known(input.settings, role)
}

subjects contains setting.at if {
	some role in roles
	some setting in settings.unseen(input.settings, role)
}

subjects contains one.container.at if some one in serving

serving := [{"workload": workload, "container": container} |
	some workload in input.workloads.all
	some container in workload.containers
	container.command != []
	commands.serves(container)
]

# What starts in an image that no service of the tree builds: its last stage.
images := [image |
	some file in input.dockerfiles.all
	file.path in stray
	stage := file.stages[count(file.stages) - 1]
	image := {"name": file.path, "command": array.concat(stage.entrypoint, stage.command)}
	commands.serves(image)
]

stray := {deployment.name | some deployment in input.deployments; deployment.kind == "dockerfile"}

subjects contains word.at if {
	some image in images
	some word in image.command
}

deny contains {"at": fault.at, "message": sprintf("the image of %s %s", [image.name, fault.said])} if {
	some image in images
	some fault in commands.faults(image)
}

unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some role in roles
	some setting in settings.unseen(input.settings, role)
}

deny contains {"at": setting.at, "message": sprintf("%s is on", [setting.name])} if {
	some setting in turned_on
	not object.get(setting, "image", "") in third_party
}

deny contains {"at": setting.at, "message": sprintf("%s is on", [setting.name]), "severity": "low"} if {
	some setting in turned_on
	setting.image in third_party
}

deny contains {
	"at": setting.at,
	"message": sprintf("%s makes the parts named by `%s` talk", [setting.name, setting.value]),
	"severity": "low",
} if {
	some setting in switches
	setting.value in filters
}

deny contains {"at": setting.at, "message": sprintf("%s is `%s`", [setting.name, setting.value])} if {
	some setting in settings.known(input.settings, "app_mode")
	setting.value in unfinished
}

# Many settings hold the same few values, so each value is judged once.
unfinished := {value |
	some value in {setting.value | some setting in settings.known(input.settings, "app_mode")}
	lower(trim_space(value)) in {"development", "develop", "devel", "dev", "debug", "local", "test", "testing"}
}

deny contains {"at": fault.at, "message": sprintf("%s %s", [one.workload.name, fault.said])} if {
	some one in serving
	some fault in commands.faults(one.container)
}

switches := settings.known(input.settings, "debug")

turned_on := [setting | some setting in switches; setting.value in on]

# Many settings hold the same few values and images, so each is judged once.
values := {setting.value | some setting in switches}

on := {value | some value in values; is_debug(value)}

filters := {value | some value in values; is_filter(value)}

third_party := {image | some image in {setting.image | some setting in turned_on}; products.is_known(image)}

is_debug(value) if settings.is_on(value)

is_debug(value) if lower(trim_space(value)) in {"debug", "trace", "verbose"}

# Namespaces of Node's debug module: `app:*`, `express:router,-send`.
is_filter(value) if regex.match(`^[\w.:*,\s-]*[:*][\w.:*,\s-]*$`, value)
