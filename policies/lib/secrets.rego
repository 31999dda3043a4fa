# What is wrong with the value of a secret, told without the value.
package lib.secrets

# Where the secret stands: a connection URL may take its password from a line of an env file.
place(setting) := object.get(setting, "secret_at", setting.at)

# Why a value was never chosen, said as the end of a sentence; undefined for one that was.
unchosen(setting) := "is empty" if {
	setting.measures.empty
} else := "is still a placeholder" if {
	setting.placeholder.kind == "word"
} else := "is a password that everybody tries first" if {
	setting.measures.known_default
}

# The same for passwords of databases, of which templates and user names give more away.
unchanged(setting) := unchosen(setting) if {
	unchosen(setting)
} else := "is the user name" if {
	setting.measures.equals_user
} else := "is the value of the template beside it" if {
	setting.equals_template
}
