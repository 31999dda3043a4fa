# METADATA
# title: Env files are git-ignored
# description: >-
#   A credential that was committed once stays in the history of every clone; one `git add .` is enough where nothing
#   ignores the file.
# related_resources:
# - https://git-scm.com/docs/gitignore
# - https://docs.github.com/en/code-security/secret-scanning/introduction/about-secret-scanning
# custom:
#   severity: high
#   input: [env_files, gitignore]
#   help: >-
#     Write `.env` and `.env.*` into `.gitignore` (with `!.env.example` for the template), take the file out with
#     `git rm --cached` and change every credential that was in it.
package rules.settings.env_files_gitignored

# Templates may be tracked; files for development and tests are not judged.
judged contains file if {
	some file in input.env_files.all
	not file.template
	file.judged
}

subjects contains file.at if some file in judged

subjects contains file.at if some file in input.gitignore.coverage

unknown contains {
	"at": file.at,
	"message": "whether git tracks the file is not known",
	"give": "the git repository that it comes from",
} if {
	some file in judged
	file.tracked == "unknown"
}

deny contains {
	"at": file.at,
	"message": sprintf("git tracks this file and %s in it", [names(file)]),
	"related": [{"at": credential.at, "label": "a credential"} | some credential in file.credentials],
} if {
	some file in judged
	file.tracked == "yes"
	count(file.credentials) > 0
}

names(file) := sprintf("the credential %s", [file.credentials[0].name]) if {
	count(file.credentials) == 1
} else := sprintf("%v credentials", [count(file.credentials)])

deny contains {"at": file.at, "message": sprintf("no pattern ignores `%s`", [file.path]), "absent": true} if {
	some file in input.gitignore.coverage
	not file.ignored
}
