package lib.levels_test

import data.lib.levels

test_levels_of_every_form if {
	levels.named("INFO") == {"info"}
	levels.named(`"debug"`) == {"debug"}
	levels.named(":info") == {"info"}
	levels.named("info,hyper=debug,sqlx=warn") == {"info", "debug", "warn"}
	levels.named("") == set()
}

test_synonyms_have_a_common_name if {
	levels.common("information") == "info"
	levels.common("crit") == "critical"
	levels.common("debug") == "debug"
	levels.common("none") == "fatal"
}

test_numbers_are_no_names if {
	levels.is_number("20")
	levels.is_number("-1")
	not levels.is_number("info")
	not levels.is_number("")
}
