# What any rule asks of a setting before its value.
package lib.settings

# The entry of `unknown` for a setting whose value the tree does not hold; undefined for all others.
unseen(setting) := {
	"at": setting.at,
	"message": sprintf("the value of %s is not in the tree", [setting.name]),
	"give": "the env file or manifest that sets it",
} if {
	setting.reaches == "container"
	setting.state == "unknown"
} else := {
	"at": setting.at,
	"message": sprintf("%s is kept outside the tree", [setting.name]),
	"give": "the facts of a host or cluster where it is set",
} if {
	setting.reaches == "container"
	setting.state == "reference"
}

# What people write to turn a switch on.
is_on(value) if lower(trim_space(value)) in {"true", "yes", "on", "y", "t", "enable", "enabled"}

is_on(value) if regex.match(`^0*[1-9][0-9]*$`, trim_space(value))
