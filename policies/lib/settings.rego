# What values of settings mean.
package lib.settings

# What people write to turn a switch on.
is_on(value) if lower(trim_space(value)) in {"true", "yes", "on", "y", "t", "enable", "enabled"}

is_on(value) if regex.match(`^0*[1-9][0-9]*$`, trim_space(value))
