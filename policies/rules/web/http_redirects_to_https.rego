# METADATA
# title: HTTP redirects to HTTPS
# description: >-
#   What answers over plain HTTP sends passwords and sessions where everybody on the way can read them.
# related_resources:
# - https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return
# - https://doc.traefik.io/traefik/reference/install-configuration/entrypoints/
# custom:
#   severity: high
#   input: [edges, probes.http]
#   needs:
#   - {section: probes.http, when: targets}
#   help: >-
#     Answer on port 80 with `return 301 https://$host$request_uri` alone, or let the entry point redirect.
package rules.web.http_redirects_to_https

import data.lib.edges

plain := [edge | some edge in input.edges; 80 in edge.ports]

# Names that the same proxy serves on 443 as well.
twofold := [edge | some edge in plain; edge.also_https]

subjects contains edge.at if some edge in plain

unknown contains {"at": edge.at, "message": sprintf("%s serves port 80 alone; TLS may end in front of it", [edge.name]), "give": "what terminates TLS in front, or a probe"} if {
	some edge in plain
	not edge.also_https
	not redirected(edge)
}

unknown contains open if {
	some edge in plain
	some open in edges.open_at(edge, "redirect")
}

unknown contains open if {
	some edge in twofold
	some location in edges.answering(edge)
	not to_https(location)
	some open in edges.open_at(location, "redirect")
}

redirected(edge) if {
	edge.locations != []
	every location in edge.locations {
		to_https(location)
	}
}

to_https(location) if location.redirect.to_https

deny contains {"at": location.at, "message": sprintf("%s of %s answers over plain HTTP", [location.path, edge.name])} if {
	some edge in twofold
	some location in edges.answering(edge)
	not to_https(location)
	edges.hidden(location, "redirect") == set()
}

deny contains {"at": location.redirect.at, "message": sprintf("%s redirects plain HTTP, but not to https", [edge.name])} if {
	some edge in twofold
	some location in edge.locations
	location.answers == "redirect"
	not to_https(location)
}
