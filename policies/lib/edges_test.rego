package lib.edges_test

import data.lib.edges

test_what_answers if {
	locations := [{"path": path, "answers": answers} |
		some [path, answers] in [["/", "proxy"], ["/a", "redirect"], ["/.well-known/acme-challenge/", "files"], ["@x", "internal"]]
	]
	[location.path | some location in edges.answering({"locations": locations})] == ["/"]
}

test_what_is_hidden if {
	unseen := {"at": ["x"], "aspects": ["headers"], "message": "m", "give": "g"}
	edges.open_at({"unseen": [unseen]}, "headers") == {{"at": ["x"], "message": "m", "give": "g"}}
	edges.open_at({"unseen": [unseen]}, "access") == set()
	edges.open_at({}, "headers") == set()
}

gap(name) := {"at": [name], "aspects": ["cors"], "message": "m", "give": "g"}

answering(name) := {"path": "/", "answers": "proxy", "unseen": [gap(name)]}

test_open_answers_to_other_origins if {
	list := [
		{"locations": [answering("a")], "unseen": [gap("b")]},
		{"locations": [answering("c")], "unseen": [gap("d")], "cors": {"at": ["x"], "origins": []}},
		{"locations": [object.union(answering("e"), {"answers": "internal"})]},
	]
	{open.at[0] | some open in edges.open_cors(list)} == {"a", "b", "d"}
}

test_values_of_headers if {
	location := {"headers": [{"name": "a", "value": "1"}, {"name": "a"}, {"name": "b", "value": "2"}]}
	edges.values(location, "a") == ["1", null]
	edges.values(location, "c") == []
}
