# Ports of a host, as messages name them.
package lib.ports

# From where a published port can be reached.
reach(published) := sprintf("on %s", [published.host_ip]) if {
	published.host_ip
	not everywhere(published.host_ip)
} else := "on every address of the host"

everywhere(ip) if trim(ip, "[]") in {"", "0.0.0.0", "::", "*"}

# How a Service opens its ports to the outside of its cluster, and where it says so; undefined for one that does not.
opening(service) := {"as": sprintf("as %s", [service.kind]), "at": service.at} if {
	service.kind in public_types
} else := {"as": "at addresses outside of the cluster", "at": service.external_ips}

# The service types that open a port to the outside of a cluster.
public_types := {"NodePort", "LoadBalancer"}
