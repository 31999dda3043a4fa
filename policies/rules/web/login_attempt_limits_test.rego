package rules.web.login_attempt_limits_test

import data.lib.settings_test
import data.rules.web.login_attempt_limits as rule

base := {
	"params": {"max_attempts": 10},
	"deployments": [{"name": "d", "kind": "compose", "at": ["deployment"]}],
	"settings": settings_test.section({}),
}

said(changes) := {[finding.at, object.get(finding, "absent", false)] | some finding in rule.deny with input as object.union(base, changes)}

realm(failures) := {"realms": {"all": [{
	"name": "shop",
	"at": ["realm"],
	"full": true,
	"brute_force": {"on": true, "at": ["brute"]},
	"failure_factor": {"value": failures, "at": ["factor"]},
}]}}

attempts(value) := {"settings": settings_test.section({"login_attempts": [{
	"name": "LOGIN_MAX_ATTEMPTS",
	"state": "literal",
	"value": value,
	"reaches": "container",
	"at": ["setting"],
}]})}

test_realms if {
	said(realm(10)) == set()
	said(realm(11)) == {[["factor"], false]}
	said({"realms": {"all": [{"name": "shop", "at": ["realm"], "full": true}]}}) == {[["realm"], false]}
	rule.subjects == {["realm"]} with input as object.union(base, realm(10))
}

test_settings if {
	said(attempts("10")) == set()
	said(attempts("0")) == {[["setting"], false]}
	said(attempts("11")) == {[["setting"], false]}
	{found.at | some found in rule.unknown} == {["setting"]} with input as object.union(base, attempts("few"))
}

test_a_limit_on_the_login_proves if {
	location := {"at": ["location"], "path": "/login", "rate_limits": [{"at": ["limit"]}]}
	said({"edges": [{"locations": [location]}]}) == set()
	rule.subjects == {["location"]} with input as object.union(base, {"edges": [{"locations": [location]}]})
}

test_nothing_at_all_is_absent if said({}) == {[["deployment"], true]}

test_a_partial_export_is_unknown if {
	one := {"realms": {"all": [{"name": "shop", "at": ["realm"], "full": false}]}}
	said(one) == set()
	{found.at | some found in rule.unknown} == {["realm"]} with input as object.union(base, one)
}
