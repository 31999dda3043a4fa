# What settings a rule asks for, and what their values mean.
package lib.settings

# Settings of a role whose value is known, of containers and of hosts that an inventory sets up.
known(section, role) := array.concat(
	object.get(section, ["known", role], []),
	object.get(section, ["inventory", "known", role], []),
)

# The same of those whose value the tree does not hold.
unseen(section, role) := array.concat(
	object.get(section, ["unseen", role], []),
	object.get(section, ["inventory", "unseen", role], []),
)

# What people write to turn a switch on.
is_on(value) if lower(trim_space(value)) in {"true", "yes", "on", "y", "t", "enable", "enabled", "(true)"}

is_on(value) if regex.match(`^0*[1-9][0-9]*$`, trim_space(value))
