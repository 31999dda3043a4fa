# Where the internet meets a deployment, and what answers there.
package lib.edges

# Locations that answer requests themselves; what certificate authorities ask for is no page of anybody.
answering(edge) := [location |
	some location in edge.locations
	location.answers in {"proxy", "files", "fixed"}
	not contains(location.path, "/.well-known/acme-challenge")
]

# What the tree does not show of an edge or a location, as far as an aspect of it goes.
hidden(one, aspect) := {unseen |
	some unseen in object.get(one, "unseen", [])
	aspect in unseen.aspects
}

# What stays unknown at a location that lacks something: its own gaps.
open_at(location, aspect) := {{"at": unseen.at, "message": unseen.message, "give": unseen.give} |
	some unseen in hidden(location, aspect)
}

# What stays unknown of the answers to other origins; at a location only where the edge sends none that are known.
open_cors(list) := of_edges | of_locations if {
	of_edges := {open | some edge in list; some open in open_at(edge, "cors")}
	of_locations := {open |
		some edge in list
		not edge.cors
		some location in answering(edge)
		some open in open_at(location, "cors")
	}
}

# The values that a location sends of a header; null where a variable decides.
values(location, name) := [object.get(header, "value", null) |
	some header in location.headers
	header.name == name
]
