//! Runs the programs that render charts and overlays, where they are installed: without network, without plugins, with
//! nothing of the machine but the files of the run, and not for longer than a time limit each.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rayon::prelude::*;

/// What is to be rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Path of the rendered text in the run: the command that makes it, as one would type it.
    pub path: String,
    /// Programs with their arguments; the first that is installed runs, in the run's root. None where nothing is to run,
    /// since what it deploys is rendered with something else.
    pub commands: Vec<Vec<String>>,
    /// Path of the problem that it settles.
    pub problem: String,
    /// Why nothing may run.
    pub refusal: Option<String>,
    /// Files and folders that it reads.
    pub reads: Vec<String>,
    /// Files of values, the one that counts least first.
    pub values: Vec<String>,
}

/// The files of a run, for those who say what to render and where the rendered text comes from.
pub struct Files<'f> {
    /// Files that the run looks at, sorted.
    pub paths: &'f [&'f str],
    /// Paths of all files below a folder, also where single files were given; sorted.
    pub below: &'f (dyn Fn(&str) -> Vec<String> + Sync),
    /// The text at a path; None for what is no file, or no text.
    pub read: &'f (dyn Fn(&str) -> Option<Arc<str>> + Sync),
}

/// How the help of a limit begins that rendering would take away.
pub const ASK: &str = "check with --render, or pipe it: ";

/// How it begins where that was tried.
pub const MEND: &str = "mend that, or pipe it: ";

/// Longest that a program may run, unless the config says otherwise.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Largest text that is taken, in bytes.
const MOST: u64 = 64 << 20;

/// The rendered text of each build, or why there is none.
pub fn run(root: &Path, builds: &[Build], limit: Duration) -> Vec<Result<Vec<u8>, String>> {
    if builds.is_empty() {
        return Vec::new();
    }
    match Nothing::make() {
        Ok(nothing) => builds.par_iter().map(|build| one(root, build, &nothing, limit)).collect(),
        Err(error) => vec![Err(format!("no temporary folder can be made: {error}")); builds.len()],
    }
}

/// An empty folder that stands for everything that a program would look for on the machine; it goes with the value.
struct Nothing(PathBuf);

impl Nothing {
    fn make() -> std::io::Result<Self> {
        let name = |n: u32| format!("plimsoll-render-{}-{n}", std::process::id());
        for n in 0..1_000 {
            let folder = std::env::temp_dir().join(name(n));
            match std::fs::create_dir(&folder) {
                Ok(()) => return Ok(Self(folder)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(std::io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Nothing {
    fn drop(&mut self) {
        // A folder that stays in the temporary one does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn one(root: &Path, build: &Build, nothing: &Nothing, limit: Duration) -> Result<Vec<u8>, String> {
    if let Some(refusal) = &build.refusal {
        return Err(refusal.clone());
    }
    for command in &build.commands {
        let Some((program, arguments)) = command.split_first() else { continue };
        let Some(file) = find(program) else { continue };
        if let Some(link) = build.reads.iter().find_map(|path| outside(root, &root.join(path))) {
            return Err(format!("`{}` leads out of the tree", shown(root, &link)));
        }
        let child =
            start(root, &file, arguments, nothing).map_err(|error| format!("{program} cannot be started: {error}"))?;
        return finish(child, program, limit);
    }
    let names: Vec<&str> = build.commands.iter().filter_map(|command| command.first()).map(String::as_str).collect();
    if names.is_empty() { Ok(Vec::new()) } else { Err(format!("{} is not installed", names.join(" or "))) }
}

/// A link at or below a path that leads out of the root: what it leads to is not under review, and may be nobody's
/// business.
fn outside(root: &Path, path: &Path) -> Option<PathBuf> {
    let metadata = std::fs::symlink_metadata(path).ok()?;
    if metadata.is_symlink() {
        let inside = std::fs::canonicalize(path).is_ok_and(|to| to.starts_with(root));
        return (!inside).then(|| path.to_path_buf());
    }
    let entries = metadata.is_dir().then(|| std::fs::read_dir(path).ok()).flatten()?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter(|path| !path.ends_with(".git")).find_map(|path| outside(root, path))
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Where a program is installed.
fn find(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH")?;
    // A relative entry would be looked up in the tree under review.
    let mut folders = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
    folders.find_map(|folder| Some(folder.join(&name)).filter(|file| file.is_file()))
}

fn start(root: &Path, file: &Path, arguments: &[String], nothing: &Nothing) -> std::io::Result<Child> {
    let mut command = Command::new(file);
    command.args(arguments).current_dir(root).env_clear();
    // Programs that it would start (git, plugins, credential helpers) are not found, nor anybody's settings.
    for name in ["PATH", "HOME", "TMPDIR", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP"] {
        command.env(name, &nothing.0);
    }
    for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "KUSTOMIZE_PLUGIN_HOME"] {
        command.env(name, &nothing.0);
    }
    for name in ["HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME", "HELM_PLUGINS"] {
        command.env(name, &nothing.0);
    }
    command.env("KUBECONFIG", nothing.0.join("kubeconfig")).env("HELM_NO_PLUGINS", "1");
    // Nobody answers at this address, so what would be fetched fails at once.
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, "http://127.0.0.1:9");
    }
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "none");
    if let Some(system) = std::env::var_os("SystemRoot") {
        command.env("SystemRoot", system);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// Ends a program, and on Unix all that it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // Whether it is gone already makes no difference here.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn finish(mut child: Child, program: &str, limit: Duration) -> Result<Vec<u8>, String> {
    // Full pipes would stop the program, so both are read while it runs.
    let (out, errors) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ok(status),
            Ok(None) if begun.elapsed() > limit => {
                break Err(format!("{program} took longer than {} seconds", limit.as_secs()));
            }
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Err(error) => break Err(format!("{program} was lost: {error}")),
        }
    };
    // What it left running in the background would keep the pipes open.
    end(&mut child);
    let status = status?;
    let (text, said) = (out.join().unwrap_or_default(), errors.join().unwrap_or_default());
    if text.len() as u64 > MOST {
        return Err(format!("{program} printed more than {} MiB", MOST >> 20));
    }
    if status.success() {
        return Ok(text);
    }
    Err(format!("{program} failed: {}", reason(&String::from_utf8_lossy(&said))))
}

/// Reads a pipe to its end; of what is over the limit only that it is.
fn reader(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What cannot be read is missing, and the exit code says whether all is there.
            let _ = pipe.by_ref().take(MOST + 1).read_to_end(&mut bytes);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        bytes
    })
}

/// Characters of a reason that are repeated.
const REASON: usize = 300;

/// Why a program failed, by what it said: the line that names the error, else the last one. Objects that it prints whole
/// are left out, since some hold secrets.
fn reason(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().find(|line| line.starts_with("Error:") || line.starts_with("error:"));
    let line = error.or_else(|| lines().next_back()).unwrap_or("it gave no reason");
    let end = line.find("{\"").or_else(|| line.char_indices().nth(REASON).map(|(at, _)| at));
    end.map_or_else(|| line.to_string(), |end| format!("{}...", &line[..end]))
}
