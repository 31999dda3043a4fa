//! Embeds `policies/` and the fixtures that `explain` shows, so that the binary needs no files beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    embed(&root, "policies", "POLICIES", &mut code);
    embed(&root, "fixtures", "FIXTURES", &mut code);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("embedded.rs"), code).expect("OUT_DIR is writable");
}

/// Writes `pub static NAME: &[(&str, &[u8])]` with every file of `folder`, sorted by path.
fn embed(root: &Path, folder: &str, name: &str, code: &mut String) {
    println!("cargo::rerun-if-changed={folder}");
    let mut files = Vec::new();
    list(&root.join(folder), &mut files);
    files.sort();
    writeln!(code, "pub static {name}: &[(&str, &[u8])] = &[").expect("a String takes text");
    for file in files {
        let relative = file.strip_prefix(root).expect("listed below the root");
        let relative = relative.to_str().expect("file names of this repository are UTF-8").replace('\\', "/");
        writeln!(code, "    ({relative:?}, include_bytes!({:?})),", file.display().to_string())
            .expect("a String takes text");
    }
    writeln!(code, "];").expect("a String takes text");
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}
