#![no_main]

use plimsoll::syntax::Format;

libfuzzer_sys::fuzz_target!(|text: &str| properties::check(Format::Properties, text));
