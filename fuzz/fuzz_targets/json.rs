#![no_main]

use plimsoll::syntax::Format;

libfuzzer_sys::fuzz_target!(|text: &str| {
    properties::check(Format::Json, text);
    // What serde_json writes is JSON without duplicate keys.
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
        properties::check_json(&value.to_string());
    }
});
