package lib.resources_test

import data.lib.resources

bare := {"resources": {"requests": {}, "limits": {}}}

limited := {"resources": {"requests": {}, "limits": {"cpu": {"text": "1", "milli": 1000, "at": []}}}}

ranged := {"limit_range": {"requests": {}, "limits": {"cpu": {"text": "3", "milli": 3000, "at": []}}}}

test_a_limit_is_a_request if resources.request({}, limited, "cpu").milli == 1000

test_a_limit_range_is_both if {
	resources.request(ranged, bare, "cpu").milli == 3000
	resources.limit(ranged, bare, "cpu").milli == 3000
}

test_nothing_is_nothing if {
	not resources.request({}, bare, "cpu")
	not resources.limit({}, bare, "cpu")
	not resources.stated(bare, "cpu")
}
