//! What reading YAML costs by itself, to measure the rest against: `parse events FOLDER` runs the parser alone, `parse tree
//! FOLDER` builds the located trees too. Both use all cores, as `plimsoll check` does.

use std::path::{Path, PathBuf};

use plimsoll::located::Limits;
use plimsoll::syntax::{Format, parse};
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, folder] = arguments.as_slice() else {
        eprintln!("usage: parse events|tree FOLDER");
        std::process::exit(2);
    };
    let mut files = Vec::new();
    list(Path::new(folder), &mut files);
    let count = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        match what.as_str() {
            "events" => granit_parser::Parser::new_from_str(&text).filter(Result::is_ok).count(),
            _ => parse(Format::Yaml, "".into(), text.into(), Limits::default()).located.len(),
        }
    };
    println!("{}", files.par_iter().map(count).sum::<usize>());
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
    }
}
