package lib.network_test

import data.lib.network

test_what_can_be_read_is_clear if network.unclear({"at": ["rule"], "peers": [{"at": ["peer"], "every_address": false}]}) == set()

test_a_peer_that_cannot_be_told if network.unclear({"at": ["rule"], "peers": [{"at": ["peer"]}]}) == {["peer"]}

test_a_text_in_place_of_a_list if network.unclear({"at": ["rule"], "unclear": true, "peers": []}) == {["rule"]}
