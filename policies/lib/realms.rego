# Keycloak realms with the defaults of Keycloak, which count where a full export leaves a key out.
# Source: https://www.keycloak.org/docs-api/latest/rest-api/index.html#RealmRepresentation
package lib.realms

evidence := "a full export of the realm (`kc.sh export`)"

# Whether brute-force protection is on; undefined where nobody can say.
protection(realm) := realm.brute_force.on if {
	realm.brute_force
} else := false if {
	realm.full
	not realm.brute_force
}

# Failed logins until a user is locked out.
failures(realm) := realm.failure_factor.value if {
	realm.failure_factor
} else := 30 if {
	realm.full
	not realm.failure_factor
}

# The value itself, or the realm that leaves it out.
place(realm, key) := realm[key].at if {
	realm[key]
} else := realm.at

# Values about failed logins that a variable sets at import.
undecided(realm) := {value |
	some key, part in {"brute_force": "on", "failure_factor": "value", "wait_increment": "value"}
	value := realm[key]
	not stated(value, part)
}

stated(value, part) if is_boolean(value[part])

stated(value, part) if is_number(value[part])
