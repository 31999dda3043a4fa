#![no_main]

use plimsoll::located::Step;

// The first line is a route, its steps between slashes; the rest is YAML.
libfuzzer_sys::fuzz_target!(|input: &str| {
    let (route, text) = input.split_once('\n').unwrap_or((input, ""));
    let step = |step: &str| step.parse().map_or_else(|_| Step::Key(step.into()), Step::Index);
    let steps: Vec<Step> = route.split('/').map(step).collect();
    properties::check_route(text, &steps);
});
