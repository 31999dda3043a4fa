//! A place is true: the text that stands at a setting's `at` gives its value again.

use std::path::PathBuf;

use data_encoding::BASE64;
use plimsoll::artefact::{Sources, Wanted, gather};
use plimsoll::config::Config;
use plimsoll::input::InputDocument;
use plimsoll::input::settings::State;

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

#[test]
fn the_text_at_a_setting_gives_its_value() {
    let sources = Sources { paths: vec![fixtures()], ..Sources::default() };
    let gathered = gather(&sources, &Config::default(), Wanted::ALL);
    let (document, _) = InputDocument::build(&gathered.bundle, &Config { all: true, ..Config::default() });
    let mut literal = 0;
    for setting in document.settings.all.iter().filter(|setting| setting.state == State::Literal) {
        let value = setting.value.as_deref().unwrap_or_default();
        let text = setting.at.0.text().unwrap_or_default();
        let pair = text.split_once('=').map_or("", |(_, value)| value);
        let decoded = BASE64.decode(text.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let decoded = decoded.as_deref().map(|text| text.strip_suffix('\n').unwrap_or(text));
        let composed = text.contains('$') && !setting.via.is_empty();
        assert!(
            text == value || pair == value || decoded == Some(value) || composed,
            "{} of {} at {:?}",
            setting.name,
            setting.consumer,
            setting.at
        );
        literal += 1;
    }
    assert!(literal > 80, "only {literal} literals in the fixtures");
}

#[test]
fn every_place_of_a_view_is_found_again_by_its_route() {
    let sources = Sources { paths: vec![fixtures()], ..Sources::default() };
    let gathered = gather(&sources, &Config::default(), Wanted::ALL);
    let (document, _) = InputDocument::build(&gathered.bundle, &Config { all: true, ..Config::default() });
    let settings = document.settings.all.iter().map(|setting| setting.at);
    let workloads = document.workloads.all.iter().flat_map(|workload| {
        let containers = workload.containers.iter().map(|container| container.at);
        containers.chain([workload.at, workload.replicas.at]).chain(workload.published.iter().map(|port| port.at))
    });
    let mut seen = 0;
    for at in settings.chain(workloads) {
        let place = document.locate(&at.0.route()).unwrap_or_else(|error| panic!("{at:?}: {error}"));
        assert_eq!(place.value, Some(at.0), "{at:?}");
        assert!(place.span.end as usize <= at.0.located().text.len());
        seen += 1;
    }
    assert!(seen > 200, "only {seen} places in the fixtures");
}
