# What is detected in texts: where it stands, and how much it matters there.
package lib.detections

# Everybody who has the repository has what git tracks, and the next `git add` takes what nothing ignores; outside git every
# file is part of what is shipped.
shipped(secret) if secret.tracked in {"yes", "unknown"}

shipped(secret) if not object.get(secret, "ignored", false)

# A literal that a program's code gives to the name of a credential, as opposed to a token that a provider's format tells.
hard_coded(secret) if {
	secret.code
	secret.detector == "credential"
}

# What nobody guesses is worst where it is deployed; what templates and tests hold lets nobody in, if it is no real one.
severity(secret) := order[min({rank(by_place(secret)), rank(object.get(secret, "severity", "critical"))})]

order := ["info", "low", "medium", "high", "critical"]

rank(name) := [n | some n, one in order; one == name][0]

by_place(secret) := "medium" if {
	elsewhere(secret)
	secret.strength == "known"
} else := "low" if {
	elsewhere(secret)
} else := "high" if {
	secret.strength == "weak"
} else := "critical"

elsewhere(secret) if secret.template

elsewhere(secret) if not secret.judged

# How a message calls it, and why it counts.
described(secret, place) := sprintf("the %s stands in %s: %s", [secret.title, place, strength(secret)]) if {
	secret.key == ""
} else := sprintf("the %s in %s stands in %s: %s", [secret.title, secret.key, place, strength(secret)])

place(secret) := "a template" if {
	secret.template
} else := sprintf("a %s file", [secret.environment]) if {
	not secret.judged
} else := "the repository" if {
	secret.tracked == "yes"
} else := "the tree"

strength(secret) := "written as its provider writes it" if {
	secret.strength == "known"
} else := "weak, but no placeholder" if {
	secret.strength == "weak"
} else := sprintf("%d characters that no word explains", [secret.length])
