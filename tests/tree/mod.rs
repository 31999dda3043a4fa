//! Small trees of files for tests of what they come to.

use std::fs;
use std::path::Path;

use plimsoll::artefact::{Gathered, Sources, Wanted, gather};
use plimsoll::config::Config;
use plimsoll::input::InputDocument;
use plimsoll::problem::Problem;

/// Runs a check on the document of a small tree.
pub fn with<T>(files: &[(&str, &str)], check: impl FnOnce(&InputDocument<'_>, &[Problem]) -> T) -> T {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap_or(Path::new(""))).expect("folders can be made");
        fs::write(file, text).expect("files can be written");
    }
    let sources = Sources { paths: vec![folder.path().to_path_buf()], ..Sources::default() };
    let Gathered { bundle, mut problems, .. } = gather(&sources, &Config::default(), Wanted::ALL);
    let (document, found) = InputDocument::build(&bundle, &Config::default());
    problems.extend(found);
    check(&document, &problems)
}
