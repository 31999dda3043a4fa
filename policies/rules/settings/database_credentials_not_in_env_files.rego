# METADATA
# title: Database credentials are not in env files
# description: >-
#   A password in a repository is known to everybody who ever cloned it, to its backups and to its build servers, and it
#   stays in the history when the line is gone.
# related_resources:
# - https://docs.docker.com/compose/how-tos/use-secrets/
# - https://kubernetes.io/docs/concepts/configuration/secret/
# custom:
#   severity: high
#   input: [settings.by_role]
#   roles: [db_password, db_url]
#   help: >-
#     Give the password by reference, in compose with `secrets:` and `POSTGRES_PASSWORD_FILE` or an untracked `.env`, in
#     Kubernetes with `secretKeyRef`, and change the one that was here.
package rules.settings.database_credentials_not_in_env_files

import data.lib.secrets

# A file that is interpolated holds its passwords as much as one that a container reads; a variable that nothing sets
# stands in no file.
held := [setting |
	some role in ["db_password", "db_url"]
	some setting in input.settings.by_role[role]
	setting.reaches in {"container", "interpolation"}
]

subjects contains setting.at if some setting in held

# Its value is here, and whether a password is in it nobody can tell.
unknown contains {"at": setting.at, "message": setting.unseen.message, "give": setting.unseen.give} if {
	some setting in held
	setting.value
	setting.unseen
	public_place(setting)
}

deny contains {
	"at": secrets.place(setting),
	"message": sprintf("the database password in %s stands in %s", [setting.name, place]),
} if {
	some setting in held
	setting.measures.length > 0
	place := public_place(setting)
}

# Where everybody who has the repository can read a value. Outside git every file is part of what is shipped.
public_place(setting) := "an env file that git tracks" if {
	setting.holder == "env-file"
	setting.tracked == "yes"
} else := "an env file" if {
	setting.holder == "env-file"
	setting.tracked == "unknown"
} else := places[setting.holder]

places := {
	"compose": "the compose file",
	"config-map": "a ConfigMap",
	"pod": "the manifest of a pod",
	"dockerfile": "the Dockerfile",
	"inventory": "a task of Ansible",
}
