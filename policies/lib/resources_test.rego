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

asks(milli) := {"resources": {"requests": {"cpu": {"text": "written", "milli": milli, "at": []}}, "limits": {}}}

test_a_request_above_the_limit_that_a_limit_range_gives if {
	resources.above_limit_range(ranged, asks(3001), "cpu").milli == 3001
	not resources.above_limit_range(ranged, asks(3000), "cpu")
	not resources.above_limit_range(ranged, object.union(asks(3001), limited), "cpu")
	not resources.above_limit_range({}, asks(3001), "cpu")
}
