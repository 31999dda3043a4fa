# Lists of CORS origins as people write them, and what an entry lets in.
package lib.origins

# Origins of a JSON array or of a list with commas, semicolons or spaces; quotes and brackets are no part of them.
entries(text) := [entry | some entry in json.unmarshal(text); is_string(entry)] if {
	startswith(trim_space(text), "[")
	json.is_valid(text)
} else := [entry |
	some part in regex.split(`[\s,;]+`, trim_suffix(trim_prefix(trim_space(text), "["), "]"))
	entry := trim(part, `"'`)
	entry != ""
] if {
	bracketed(text)
} else := [entry |
	some part in regex.split(`[\s,;]+`, text)
	entry := trim(part, `"'`)
	entry != ""
]

bracketed(text) if regex.match(`^\s*\[.*\]\s*$`, text)

# What an entry lets in beyond one origin, said as the end of a sentence; undefined for what is no wildcard.
wildcard(entry) := "allows every origin" if {
	everything(entry)
} else := "allows `null`, which sandboxed pages and local files send" if {
	lower(entry) == "null"
} else := "sends back whatever origin asks" if {
	contains(entry, "$http_origin")
} else := sprintf("allows every host that fits `%s`", [entry]) if {
	any_host(entry)
} else := sprintf("allows hosts of others, since `%s` has an open end", [entry]) if {
	is_pattern(entry)
	some branch in branches(entry)
	open_ended(branch)
} else := sprintf("allows hosts of others, since a dot of `%s` stands for any sign", [entry]) if {
	is_pattern(entry)
	regex.match(`[A-Za-z0-9]\.[A-Za-z0-9]`, entry)
	not regex.match(`[^:/\\]\\?/\$?$`, inner(entry))
}

everything(entry) if regex.match(`^((\*|https?)://)?\*(:(\*|[0-9]+))?/?$`, entry)

# Origins that nobody lists; a pattern that takes one takes all.
everything(entry) if {
	is_pattern(entry)
	pattern := inner(entry)
	regex.is_valid(pattern)
	some stranger in ["https://stranger.invalid", "http://stranger.invalid"]
	regex.match(pattern, stranger)
}

any_host(entry) if {
	not is_pattern(entry)
	contains(host(entry), "*")
}

any_host(entry) if {
	is_pattern(entry)
	regex.match(`\.[*+]|\\S[*+]|\[\^/?\][*+]`, entry)
	every branch in branches(entry) {
		not open_ended(branch)
	}
}

host(entry) := split(regex.replace(entry, `^[A-Za-z*+.-]+://`, ""), "/")[0]

# A regular expression and no origin: origins hold none of these signs, but for the brackets of an IPv6 address.
is_pattern(entry) if regex.match(`[\\^|()]|[.\])]\+|\$$|\.\*|https\?|\[[^:\]]*\]`, entry)

# The expression without the slashes that JavaScript puts round it, or the mark that nginx puts before it.
inner(entry) := regex.replace(trim_prefix(entry, "/"), `/[a-z]*$`, "") if {
	startswith(entry, "/")
} else := regex.replace(entry, `^~\*?`, "")

# Alternatives at the outermost level, as far as no group hides them.
branches(entry) := split(inner(entry), "|") if {
	not contains(entry, "(")
} else := [inner(entry)]

# Anything may follow a branch without an end, or stand before a name without a beginning. A slash is an end, since no
# origin has one behind its host: nothing fits.
open_ended(branch) if not regex.match(`(\$|\\z|\\Z|[^:/\\]\\?/)\)*$`, branch)

open_ended(branch) if not regex.match(`^\(*(\?:)?(\^|\\A|https?|\(?https|:?//|\\?/\\?/|\\\.|\(\^)`, branch)

# Why an entry is no https origin, said as the end of a sentence; undefined for one that is.
fault(entry) := "is a pattern, not an origin" if {
	is_pattern(entry)
} else := "is this machine, not an origin of users" if {
	regex.match(`^([a-z.+-]+://)?(localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1?\]|[^/:]+\.localhost)([:/]|$)`, lower(entry))
} else := "is not encrypted" if {
	startswith(lower(entry), "http://")
} else := "has no scheme" if {
	not contains(entry, "://")
} else := "is not an https origin" if {
	not startswith(lower(entry), "https://")
} else := "has a path, which the Origin header never has" if {
	regex.match(`^https://[^/?#]+[/?#].`, lower(entry))
} else := "is not an https origin" if {
	not regex.match(`^https://([^\s/:@*?#\[\]]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?/?$`, lower(entry))
}
