//! Where the time of a check goes: wall and CPU seconds and memory of each stage, and of each rule alone.
//! usage: stages FOLDER

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Instant;

use plimsoll::Request;
use plimsoll::artefact::{self, Sources, Wanted};
use plimsoll::config::Config;
use plimsoll::input::InputDocument;
use plimsoll::mask::Mask;
use plimsoll::policy::Policies;
use plimsoll::report::{self, Format, Style};
use plimsoll::verdict::{self, Circumstances};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// CPU seconds of this process so far, of all threads.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Megabytes of memory in use now, and at most so far.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() / 1000
    };
    (of("VmRSS:"), of("VmHWM:"))
}

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let (wall, before) = (Instant::now(), cpu());
    let result = run();
    let (now, most) = memory();
    let seconds = wall.elapsed().as_secs_f64();
    println!("{seconds:7.3} wall {:7.2} cpu {now:5} MB now {most:5} at most  {what}", cpu() - before);
    result
}

fn main() {
    // SAFETY: no other thread runs yet that could read the environment.
    unsafe { std::env::set_var("RUST_LIB_BACKTRACE", "0") };
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let (sources, config) = (Sources { paths: vec![folder], ..Sources::default() }, Config::default());
    let gathered = timed("find, read and parse", || artefact::gather(&sources, &config, Wanted::ALL));
    let (policies, _) = timed("load policies", || Policies::load(&[]));
    let (document, _) = timed("collect and views", || InputDocument::build(&gathered.bundle, &config));
    let mask = timed("mask", || Mask::new(&document));
    let params = HashMap::new();
    let evaluated = timed("convert and all rules", || policies.evaluate(policies.rules(), &document, "check", &params));
    let named = HashSet::new();
    let circumstances = Circumstances { config: &config, command: "check", named: &named, problems: &[], mask: &mask };
    timed("locate", || verdict::locate(&document, evaluated, &circumstances));
    let request = Request { sources: sources.clone(), ..Request::default() };
    let run = timed("all of this once more, waivers and summary", || plimsoll::check(&request));
    let style = Style { color: false, unicode: false, width: 80, quiet: false, verbose: false, why: false };
    timed("render as JSON", || report::render(&run, Format::Json, style));
    timed("render as text", || report::render(&run, Format::Text, style));
    for rule in policies.rules() {
        timed(&rule.id, || policies.evaluate(std::slice::from_ref(rule), &document, "check", &params));
    }
}
