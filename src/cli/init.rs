//! `plimsoll init`: what a repository needs to use plimsoll, never over what is there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::artefact::hooks_folder;
use crate::cli::{BROKEN, Init, complain, print};

/// A config that changes nothing yet.
const CONFIG: &str = "\
# What plimsoll goes by in this repository. Every key may be left out.

# Folders and files that are not looked at.
# exclude:
#   - third_party

# Rules that do not apply here, or matter less; a reason is required.
# rules:
#   web/cors-no-wildcard:
#     off: the API is public and takes no credentials

# What is deployed, where files alone do not tell.
# deployments:
#   - name: shop
#     environment: production
#     compose: [compose.yaml, compose.prod.yaml]
";

/// A missing program must not let a commit pass that nobody looked at.
const HOOK: &str = "\
#!/bin/sh
# Rejects commits with secrets or unsafe deployment configuration. Written by `plimsoll init --hook`.
if ! command -v plimsoll >/dev/null 2>&1; then
	echo 'plimsoll is not on PATH, so nobody looked at this commit.' >&2
	echo 'Install it, or commit once without hooks: git commit --no-verify' >&2
	exit 1
fi
exec plimsoll check --staged
";

pub fn run(arguments: &Init) -> io::Result<u8> {
    if arguments.hook { hook() } else { config() }
}

fn config() -> io::Result<u8> {
    let file = Path::new("plimsoll.yaml");
    if !create(file, CONFIG, false)? {
        complain("plimsoll: plimsoll.yaml is there already, and stays as it is\n");
        return Ok(BROKEN);
    }
    print("wrote plimsoll.yaml\n")?;
    Ok(0)
}

fn hook() -> io::Result<u8> {
    let folder = match hooks_folder() {
        Ok(folder) => folder,
        Err(problem) => {
            complain(&format!("plimsoll: {}\n  help: {}\n", problem.message, problem.help));
            return Ok(BROKEN);
        }
    };
    fs::create_dir_all(&folder).map_err(|error| named(&folder, &error))?;
    let file = folder.join("pre-commit");
    if !create(&file, HOOK, true)? {
        complain(&format!(
            "plimsoll: {} is there already, and stays as it is\n  help: add this line to it: plimsoll check --staged || exit 1\n",
            file.display()
        ));
        return Ok(BROKEN);
    }
    print(&format!("wrote {}\n", file.display()))?;
    Ok(0)
}

/// Writes a file that is not there yet; false if it is, also as a link to nothing.
fn create(file: &Path, text: &str, executable: bool) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o755 } else { 0o644 });
    match options.open(file) {
        Ok(mut opened) => opened.write_all(text.as_bytes()).map(|()| true).map_err(|error| named(file, &error)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(named(file, &error)),
    }
}

fn named(file: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", file.display()))
}
