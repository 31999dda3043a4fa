package lib.origins_test

import data.lib.origins

test_lists_of_every_form_hold_the_same_origins if {
	every text in [
		"https://a.example.org,https://b.example.org",
		"https://a.example.org, https://b.example.org",
		"https://a.example.org https://b.example.org",
		"https://a.example.org;https://b.example.org;",
		`["https://a.example.org", "https://b.example.org"]`,
		`['https://a.example.org', 'https://b.example.org']`,
		"[https://a.example.org,https://b.example.org]",
		`"https://a.example.org","https://b.example.org"`,
	] {
		origins.entries(text) == ["https://a.example.org", "https://b.example.org"]
	}
}

test_empty_lists_hold_nothing if {
	every text in ["", " ", "[]", `""`, `[""]`, ","] {
		count([entry | some entry in origins.entries(text); entry != ""]) == 0
	}
}

test_escapes_of_json_are_undone if {
	origins.entries(`["https://app\\.example\\.org"]`) == [`https://app\.example\.org`]
}

test_wildcards_are_known if {
	entries := {
		"*", "https://*", "http://*", "*://*", "https://*:8443", "*:*", "null", "NULL",
		"https://*.example.org", "*.example.org", "https://app-*.example.org", "https://*.example.org:8443",
		".*", "^.*$", `^https?://.*$`, `https?://.+`, "/.*/", `/^https:\/\//`, `^https://`, `(.*)`,
		`example\.org`, `^https://app\.example\.org`, `https://.*\.example\.org$`, `^https://.*\.example\.org$`,
		`^https?://[^/]+\.example\.org$`, `/example\.org$/`, `~*example\.org$`,
		`^https://a\.example\.org$|b\.example\.org`, "$http_origin",
	}
	entries == {entry | some entry in entries; origins.wildcard(entry)}
}

test_one_origin_is_no_wildcard if {
	entries := {
		"https://app.example.org", "http://app.example.org", "https://app.example.org:8443", "app.example.org",
		"https://app.example.org/", "https://app.example.org/*", "http://localhost:3000", "http://[::1]:3000", "+",
		`^https://app\.example\.org$`, `^https://(app|admin)\.example\.org$`, `/^https:\/\/app\.example\.org$/`,
		`^https://[a-z0-9-]+\.example\.org$`, `https://app\.example\.org$`, `^https://a\.example\.org(:\d+)?$`,
		`^https://a\.example\.org$|^https://b\.example\.org$`, "capacitor://localhost", "",
	}
	{entry | some entry in entries; origins.wildcard(entry)} == set()
}

test_what_is_said_names_the_kind if {
	origins.wildcard("*") == "allows every origin"
	origins.wildcard(".*") == "allows every origin"
	origins.wildcard("https://*.example.org") == "allows every host that fits `https://*.example.org`"
	origins.wildcard(`example\.org`) == "allows hosts of others, since `example\\.org` has an open end"
}

test_faults_of_origins_are_told if {
	every entry, said in {
		`^https://[a-z]+\.harbour\.se$`: "is a pattern, not an origin",
		"http://localhost:3000": "is this machine, not an origin of users",
		"https://127.0.0.1": "is this machine, not an origin of users",
		"capacitor://localhost": "is this machine, not an origin of users",
		"http://[::1]:3000": "is this machine, not an origin of users",
		"localhost": "is this machine, not an origin of users",
		"http://app.harbour.se": "is not encrypted",
		"app.harbour.se": "has no scheme",
		"chrome-extension://abcdef": "is not an https origin",
		"https://app.harbour.se/login": "has a path, which the Origin header never has",
		"https://user@app.harbour.se": "is not an https origin",
		"https://app.harbour.se:": "is not an https origin",
		"https://": "is not an https origin",
	} {
		origins.fault(entry) == said
	}
}

test_https_origins_have_no_fault if {
	entries := {
		"https://app.harbour.se", "HTTPS://APP.HARBOUR.SE", "https://app.harbour.se:8443", "https://[2001:db8::1]:8443",
		"https://app.harbour.se/", "https://localhost.harbour.se", "https://bücher.se",
	}
	{entry | some entry in entries; origins.fault(entry)} == set()
}

# No origin has a slash behind its host, so the first fits none; the others still have open ends.
test_a_pattern_that_ends_in_a_path_fits_no_origin if {
	closed := {`~^https?:\/\/harbour\.se\/`, `^https://harbour\.se/$`, `/^https:\/\/harbour\.se$/`}
	open := {`~^https?:\/\/harbour\.se`, `/^https:\/\/harbour\.se/`, `~^https?://`}
	{entry | some entry in closed | open; origins.wildcard(entry)} == open
}

test_a_dot_of_a_pattern_stands_for_any_sign if {
	bare := {`~^https://www.harbour\.se$`, `^https://(app|www)\.harbour.se$`}
	escaped := {`~^https://www\.harbour\.se$`, `^https://(app|www)\.harbour\.se$`, `^https://www.harbour.se/$`, "https://www.harbour.se"}
	{entry | some entry in bare | escaped; origins.wildcard(entry)} == bare
}
