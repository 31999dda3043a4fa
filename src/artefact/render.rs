//! Runs the programs that render charts and overlays, where they are installed: without network, without plugins, and not
//! for longer than a minute each.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rayon::prelude::*;

/// What is to be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Path of the rendered text in the run: the command that makes it, as one would type it.
    pub path: String,
    /// Programs with their arguments; the first that is installed runs, in the run's root.
    pub commands: Vec<Vec<String>>,
    /// Path of the problem that it settles.
    pub problem: String,
}

/// Longest that a program may run.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Largest text that is taken.
const MOST: u64 = 64 << 20;

/// The rendered text of each build, or why there is none.
pub fn run(root: &Path, builds: &[Build]) -> Vec<Result<Vec<u8>, String>> {
    builds.par_iter().map(|build| one(root, build)).collect()
}

fn one(root: &Path, build: &Build) -> Result<Vec<u8>, String> {
    for command in &build.commands {
        let Some((program, arguments)) = command.split_first() else { continue };
        match start(root, program, arguments) {
            Ok(child) => return finish(child, program),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{program} cannot be started: {error}")),
        }
    }
    let names: Vec<&str> = build.commands.iter().filter_map(|command| command.first()).map(String::as_str).collect();
    Err(format!("{} is not installed", names.join(" or ")))
}

fn start(root: &Path, program: &str, arguments: &[String]) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root);
    // Nobody answers at this address, so what would be fetched fails at once.
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        command.env(name, "http://127.0.0.1:9");
    }
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "none");
    command.env("HELM_PLUGINS", "/nonexistent").env("HELM_NO_PLUGINS", "1").env("KUBECONFIG", "/nonexistent");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

fn finish(mut child: Child, program: &str) -> Result<Vec<u8>, String> {
    let (out, errors) = (child.stdout.take(), child.stderr.take());
    // Full pipes would stop the program, so both are read while it runs.
    let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What cannot be read is missing, and the exit code says whether all is there.
            let _ = pipe.map(|pipe| pipe.take(MOST).read_to_end(&mut bytes));
            bytes
        })
    };
    let out = read(out.map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>));
    let errors = read(errors.map(|pipe| Box::new(pipe) as Box<dyn std::io::Read + Send>));
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begun.elapsed() > TIME_LIMIT => {
                // Whether it dies or is gone already makes no difference here.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{program} took longer than {} seconds", TIME_LIMIT.as_secs()));
            }
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Err(error) => return Err(format!("{program} was lost: {error}")),
        }
    };
    let (text, said) = (out.join().unwrap_or_default(), errors.join().unwrap_or_default());
    if status.success() {
        return Ok(text);
    }
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    Err(format!("{program} failed: {}", last.trim()))
}
