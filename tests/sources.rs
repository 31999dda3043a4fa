//! Which files a run sees, and what it knows of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use plimsoll::artefact::{Gathered, Sources, Tracked, Wanted, gather};
use plimsoll::config::Config;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(folder)).expect("folders can be made");
        fs::write(file, text).expect("files can be written");
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git").arg("-C").arg(folder).args(arguments).status().expect("git is there");
    assert!(status.success(), "git {arguments:?}");
}

fn read(paths: &[&Path], config: &Config) -> Gathered {
    gather(
        &Sources { paths: paths.iter().map(|path| path.to_path_buf()).collect(), ..Sources::default() },
        config,
        Wanted::ALL,
    )
}

fn paths(gathered: &Gathered) -> Vec<&str> {
    gathered.bundle.artefacts().iter().map(|artefact| &*artefact.path).collect()
}

const COMPOSE: &str = "services:\n  api:\n    image: example/api:1.0\n    env_file: [conf/api.settings]\n";

#[test]
fn hidden_files_are_read_and_other_peoples_folders_are_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(
        folder.path(),
        &[
            (".hidden/.env", "A=1\n"),
            ("node_modules/x/.env", "A=1\n"),
            ("vendor/compose.yaml", COMPOSE),
            ("left/.env", "A=1\n"),
        ],
    );
    let config = Config { exclude: vec!["left".to_string()], ..Config::default() };
    assert_eq!(paths(&read(&[folder.path()], &config)), [".hidden/.env"]);
}

#[test]
fn secrets_are_looked_for_in_other_peoples_code_that_no_tool_copied() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        (
            "vendor/a.ini",
            "a = 1
",
        ),
        ("vendor/acme.io/x/a.ini", "a = 1\n"),
        ("node_modules/a/a.ini", "a = 1\n"),
        ("b.ini", ""),
    ];
    write(folder.path(), &files);
    let gathered = read(&[folder.path()], &Config::default());
    let scanned: Vec<&str> = gathered.bundle.scanned().iter().map(|one| &*one.artefact.path).collect();
    assert_eq!(scanned, ["b.ini", "vendor/a.ini"]);
}

#[test]
fn ignored_files_are_read_if_they_are_env_files_or_named_by_one_that_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        (".gitignore", ".env\nconf/\nlocal.yaml\n"),
        (".env", "A=1\n"),
        ("compose.yaml", COMPOSE),
        ("conf/api.settings", "B=2\n"),
        ("conf/other.settings", "C=3\n"),
        ("local.yaml", "apiVersion: v1\nkind: ConfigMap\n"),
    ];
    write(folder.path(), &files);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-A"]);
    let gathered = read(&[folder.path()], &Config::default());
    assert_eq!(paths(&gathered), [".env", ".gitignore", "compose.yaml", "conf/api.settings"]);
    let known = |path: &str| {
        let artefact = gathered.bundle.get(path).expect("it is read");
        (artefact.tracked, artefact.ignored)
    };
    assert_eq!(known(".env"), (Tracked::No, true));
    assert_eq!(known("compose.yaml"), (Tracked::Yes, false));
    assert_eq!(known("conf/api.settings"), (Tracked::No, true));
}

#[test]
fn outside_git_nothing_is_known_of_tracking() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &[(".env", "A=1\n")]);
    let gathered = read(&[folder.path()], &Config::default());
    assert!(!gathered.bundle.in_git);
    assert_eq!(gathered.bundle.artefacts()[0].tracked, Tracked::Unknown);
}

#[test]
fn paths_are_relative_to_the_git_root_else_to_the_argument() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &[("deep/er/.env", "A=1\n"), ("other/.env", "A=1\n")]);
    assert_eq!(paths(&read(&[&folder.path().join("deep")], &Config::default())), ["er/.env"]);
    let both = [folder.path().join("deep"), folder.path().join("other")];
    assert_eq!(paths(&read(&[&both[0], &both[1]], &Config::default())), ["deep/er/.env", "other/.env"]);
    git(folder.path(), &["init", "-q"]);
    assert_eq!(paths(&read(&[&folder.path().join("deep")], &Config::default())), ["deep/er/.env"]);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_is_read_at_its_own_path() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), &[("shared/prod.env", "A=1\n")]);
    std::os::unix::fs::symlink("shared/prod.env", folder.path().join(".env")).expect("links can be made");
    std::os::unix::fs::symlink("shared", folder.path().join("again")).expect("links can be made");
    let gathered = read(&[folder.path()], &Config::default());
    assert_eq!(paths(&gathered), [".env", "shared/prod.env"]);
    assert_eq!(gathered.problems, []);
}

#[test]
fn content_decides_where_a_name_does_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        ("stack.yml", "services:\n  a: {image: example/a:1}\n"),
        ("values.yaml", "services:\n  enabled: true\n"),
        ("app.json", "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}"),
        ("package.json", "{\"name\": \"x\", \"kind\": \"y\"}"),
        (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    services: {db: {image: example/db:1}}\n"),
    ];
    write(folder.path(), &files);
    let gathered = read(&[folder.path()], &Config::default());
    let found: Vec<(&str, &str)> =
        gathered.bundle.artefacts().iter().map(|artefact| (&*artefact.path, artefact.located.section)).collect();
    let expected = [(".github/workflows/ci.yml", "workflows"), ("app.json", "kubernetes"), ("stack.yml", "compose")];
    assert_eq!(found, expected);
}

#[test]
fn ignore_files_above_the_root_are_not_the_projects() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(
        folder.path(),
        &[(".gitignore", "compose.yaml\n"), ("inner/compose.yaml", COMPOSE), ("repo/compose.yaml", COMPOSE)],
    );
    git(&folder.path().join("repo"), &["init", "-q"]);
    assert_eq!(paths(&read(&[&folder.path().join("inner")], &Config::default())), ["compose.yaml"]);
    assert_eq!(paths(&read(&[&folder.path().join("repo")], &Config::default())), ["compose.yaml"]);
    // Below the root they are.
    write(folder.path(), &[("repo/.gitignore", "deep/compose.yaml\n"), ("repo/deep/compose.yaml", COMPOSE)]);
    assert_eq!(paths(&read(&[&folder.path().join("repo/deep")], &Config::default())), [".gitignore"]);
}
