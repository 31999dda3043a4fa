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
