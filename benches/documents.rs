//! Prints each document of Kubernetes YAML or JSON files that says something as one line of JSON, as plimsoll reads it:
//! `cargo run --example documents FILE...`. `benches/agreement.py` compares it with what Kubernetes reads.

use std::process::ExitCode;

use plimsoll::located::Limits;
use plimsoll::syntax::{Format, parse};

fn main() -> ExitCode {
    let mut status = ExitCode::SUCCESS;
    for path in std::env::args().skip(1) {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{path}: {error}");
                status = ExitCode::from(2);
                continue;
            }
        };
        let format = if path.ends_with(".json") { Format::Json } else { Format::Yaml };
        let parsed = parse(format, path.as_str().into(), text.into(), Limits::default());
        for fault in &parsed.faults {
            eprintln!("{path} at byte {}: {}", fault.span.start, fault.message);
            status = ExitCode::from(1);
        }
        for document in parsed.located.documents().filter(|document| !document.is_null()) {
            match serde_json::to_string(&document) {
                Ok(line) => println!("{line}"),
                Err(error) => {
                    eprintln!("{path}: {error}");
                    status = ExitCode::from(1);
                }
            }
        }
    }
    status
}
