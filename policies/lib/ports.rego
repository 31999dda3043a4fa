# Ports of a host, as messages name them.
package lib.ports

# From where a published port can be reached.
reach(published) := sprintf("on %s", [published.host_ip]) if {
	published.host_ip
	not everywhere(published.host_ip)
} else := "on every address of the host"

everywhere(ip) if trim(ip, "[]") in {"", "0.0.0.0", "::", "*"}

# The service types that open a port to the outside of a cluster.
public_types := {"NodePort", "LoadBalancer"}
