# METADATA
# title: Credentials come from environment or secret manager
# description: >-
#   A credential in a program's code is the same in every environment, travels with every copy of the program, and needs a
#   release to be changed.
# related_resources:
# - https://cwe.mitre.org/data/definitions/798.html
# - https://12factor.net/config
# custom:
#   severity: high
#   input: [secrets]
#   scope: bundle
#   help: >-
#     Read it from the environment or from a secret manager at start, fail where it is missing, and change the value that
#     was here.
package rules.secrets.secrets_via_env_or_manager

import data.lib.detections

subjects contains ["secrets", "files", path] if some path in input.secrets.code

deny contains {
	"at": secret.at,
	"severity": severity(secret),
	"message": sprintf("the code gives %s a literal: %s", [secret.key, detections.strength(secret)]),
} if {
	some secret in input.secrets.found
	detections.shipped(secret)
	detections.hard_coded(secret)
}

severity(secret) := "low" if {
	detections.elsewhere(secret)
} else := "medium" if {
	secret.strength == "weak"
} else := "high"
