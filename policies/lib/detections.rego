# What is detected in texts: where it stands, and how much it matters there.
package lib.detections

# Everybody who has the repository has what git tracks; outside git every file is part of what is shipped.
shipped(secret) if secret.tracked in {"yes", "unknown"}

# A literal that a program's code gives to the name of a credential, as opposed to a token that a provider's format tells.
hard_coded(secret) if {
	secret.code
	secret.detector == "credential"
}

# What nobody guesses is worst where it is deployed; what templates and tests hold lets nobody in, if it is no real one.
severity(secret) := "low" if {
	elsewhere(secret)
	secret.strength != "known"
} else := "medium" if {
	elsewhere(secret)
} else := "high" if {
	secret.strength == "weak"
} else := "critical"

elsewhere(secret) if secret.template

elsewhere(secret) if not secret.judged

# How a message calls it.
called(secret) := sprintf("a %s", [secret.title]) if {
	secret.key == ""
} else := sprintf("the %s %s", [secret.title, secret.key])

place(secret) := "a template" if {
	secret.template
} else := sprintf("a file for %s", [secret.environment]) if {
	not secret.judged
} else := "an env file" if {
	regex.match(`(^|/)(\.env[^/]*|[^/]*\.env)$`, secret.path)
} else := "the tree"

strength(secret) := "which its format gives away" if {
	secret.strength == "known"
} else := "a word that may be guessed" if {
	secret.strength == "weak"
} else := "long enough to be real"
