# Log levels as loggers of many languages spell them.
package lib.levels

# Levels that a value sets: one, or one for each module (`info,hyper=debug`).
named(value) := {level |
	some part in regex.split(`[\s,;]+`, value)
	level := lower(trim(regex.replace(part, `^.*=`, ""), `"':`))
	level != ""
}

# The spelling that `allowed_log_levels` uses.
common(level) := synonyms[level]

common(level) := level if not synonyms[level]

synonyms := {
	"information": "info",
	"informational": "info",
	"warnings": "warning",
	"err": "error",
	"errors": "error",
	"severe": "error",
	"crit": "critical",
	"alert": "critical",
	"emerg": "critical",
	"emergency": "critical",
	"panic": "fatal",
	"dpanic": "fatal",
	"off": "fatal",
	"none": "fatal",
}

# Numbers mean one thing in syslog, another in Python, a third in pino.
is_number(value) if regex.match(`^\s*-?[0-9]+\s*$`, value)
