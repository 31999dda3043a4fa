//! `.gitleaks.toml` and `.gitleaksignore`: what a repository told gitleaks counts here too.
//!
//! Its rules are tried beside the built-in detectors, its allowlists accept what either finds, and `disabledRules` turns
//! detectors off. `extend.path` is followed inside of the repository. Without `useDefault` gitleaks looks for the file's own
//! rules alone; here the built-in detectors stay on, because less is never looked for than without the file, and a notice
//! says so.

use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use crate::artefact::git_root;
use crate::input::{measures, tables};
use crate::located::Span;
use crate::problem::{Problem, ProblemKind};
use crate::secrets::control::foreign;
use crate::secrets::literals::line_around;
use crate::secrets::{Detection, detectors};

/// Names of the files.
const CONFIG: &str = ".gitleaks.toml";
const IGNORE: &str = ".gitleaksignore";

/// Files that extend one another, the first not counted: <https://github.com/gitleaks/gitleaks/releases/tag/v8.9.0>
const DEPTH: usize = 2;

/// What the files of a repository say.
#[derive(Debug, Default)]
pub struct Gitleaks {
    rules: Vec<ForeignRule>,
    allow: Vec<Allow>,
    /// Ids of built-in detectors that are off.
    disabled: Vec<String>,
    /// Paths and lines, from 1, of `.gitleaksignore`.
    ignored: Vec<(String, usize)>,
    /// Whether one of the files takes over gitleaks' own rules.
    extends_default: bool,
    /// What to say of them: rules that cannot be taken over.
    pub notices: Vec<Problem>,
}

#[derive(Debug)]
struct ForeignRule {
    id: String,
    title: String,
    regex: Regex,
    group: Option<usize>,
    entropy: f64,
    /// In lower case; one of them stands in every text that the rule is tried on.
    keywords: Vec<String>,
    path: Option<Regex>,
    allow: Vec<Allow>,
}

#[derive(Debug)]
struct Allow {
    all: bool,
    paths: Vec<Regex>,
    regexes: Vec<Regex>,
    target: Target,
    /// In lower case.
    stopwords: Vec<String>,
    rules: Vec<String>,
    /// Whole names of commits, in lower case.
    commits: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Target {
    #[default]
    Secret,
    Match,
    Line,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    extend: Extend,
    #[serde(default)]
    rules: Vec<RuleEntry>,
    allowlist: Option<AllowEntry>,
    #[serde(default)]
    allowlists: Vec<AllowEntry>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extend {
    #[serde(default)]
    use_default: bool,
    #[serde(default)]
    disabled_rules: Vec<Spanned<String>>,
    path: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleEntry {
    id: Spanned<String>,
    #[serde(default)]
    description: String,
    regex: Option<Spanned<String>>,
    secret_group: Option<usize>,
    #[serde(default)]
    entropy: f64,
    #[serde(default)]
    keywords: Vec<String>,
    path: Option<Spanned<String>>,
    allowlist: Option<AllowEntry>,
    #[serde(default)]
    allowlists: Vec<AllowEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AllowEntry {
    #[serde(default)]
    condition: String,
    #[serde(default)]
    paths: Vec<Spanned<String>>,
    #[serde(default)]
    regexes: Vec<Spanned<String>>,
    #[serde(default)]
    regex_target: Target,
    #[serde(default)]
    stopwords: Vec<String>,
    #[serde(default)]
    target_rules: Vec<String>,
    #[serde(default)]
    commits: Vec<String>,
}

/// A config on its way in: where it lies, and which file it is.
struct Source<'s> {
    root: &'s Path,
    /// Relative to the root, for what is said of it.
    name: String,
    depth: usize,
}

/// What is wrong with a file, and its text.
type Broken = Box<(Problem, String)>;

impl Gitleaks {
    /// Reads the files of the tree that a path lies in; None where there are none.
    ///
    /// # Errors
    ///
    /// What is wrong with `.gitleaks.toml`, at its place, and its text.
    pub fn find(start: &Path) -> Result<Option<Self>, Broken> {
        let Ok(start) = std::fs::canonicalize(start) else { return Ok(None) };
        let folder = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
        let root: PathBuf = git_root(folder).unwrap_or_else(|| folder.to_path_buf());
        let read = |name: &'static str| match std::fs::read_to_string(root.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            // Of a folder that nobody may look into the walk says so.
            Err(_) if std::fs::read_dir(&root).is_err() => Ok(None),
            Err(error) => {
                let problem = Problem::new(ProblemKind::Fault, name, format!("cannot be read: {error}"));
                Err(Box::new((problem.help("give read permission, or remove it"), String::new())))
            }
        };
        let (config, ignore) = (read(CONFIG)?, read(IGNORE)?);
        if config.is_none() && ignore.is_none() {
            return Ok(None);
        }
        let mut gitleaks = match config {
            Some(text) => Self::read(&Source { root: &root, name: CONFIG.to_string(), depth: 0 }, text)?,
            None => Self::default(),
        };
        gitleaks.ignored = ignore.unwrap_or_default().lines().filter_map(fingerprint).collect();
        Ok(Some(gitleaks))
    }

    /// Reads a file and those that it extends.
    fn read(source: &Source<'_>, text: String) -> Result<Self, Broken> {
        let broken = |problem: Box<Problem>| {
            let mut problem = *problem;
            problem.path = source.name.as_str().into();
            Box::new((problem, text.clone()))
        };
        let file: File = toml::from_str(&text).map_err(|error| {
            let place = error.span().unwrap_or_default();
            let help = "mend the file as gitleaks' README describes it";
            broken(fault(place, error.message().to_string(), help))
        })?;
        let mut gitleaks = Self::default();
        for entry in file.allowlist.into_iter().chain(file.allowlists) {
            gitleaks.allow.push(allow(entry).map_err(broken)?);
        }
        for entry in file.rules {
            gitleaks.rule(source, entry).map_err(broken)?;
        }
        gitleaks.extends_default = file.extend.use_default;
        if let Some(path) = file.extend.path {
            if file.extend.use_default {
                let message = "`extend` has both `path` and `useDefault`, which gitleaks refuses".to_string();
                return Err(broken(fault(path.span(), message, "keep one of the two")));
            }
            gitleaks.extend(source, &text, &path)?;
        }
        gitleaks.disable(source, file.extend.disabled_rules);
        if source.depth == 0 && !gitleaks.extends_default && !gitleaks.rules.is_empty() {
            let message = "gitleaks looks for the rules of this file alone, without `useDefault = true`; \
                           the built-in detectors stay on here";
            let start = text.find("[[rules]]").unwrap_or_default();
            let help = "add `useDefault = true` below `[extend]`, or turn off what is not wanted with `disabledRules`";
            gitleaks.notice(source, start..start, message.to_string(), help);
        }
        Ok(gitleaks)
    }

    /// Takes over what another file of the repository says; this one's rules count before its.
    fn extend(&mut self, source: &Source<'_>, text: &str, path: &Spanned<String>) -> Result<(), Broken> {
        let refused = |why: &str| format!("`extend.path` is not followed: {} {why}", path.get_ref());
        if source.depth >= DEPTH {
            let message = refused("would be the third file of the chain, and gitleaks follows two");
            self.notice(source, path.span(), message, "copy its rules into a file nearer to the first");
            return Ok(());
        }
        // gitleaks takes it from where it was called, which is the root of the repository.
        let wanted = source.root.join(path.get_ref());
        let Ok(file) = std::fs::canonicalize(&wanted) else {
            let message = format!("`extend.path` names {}, which is not there", path.get_ref());
            let problem = fault(path.span(), message, "write a path from the root of the repository");
            let mut problem = *problem;
            problem.path = source.name.as_str().into();
            return Err(Box::new((problem, text.to_string())));
        };
        let Ok(name) = file.strip_prefix(source.root) else {
            let message = refused("lies outside of the repository");
            self.notice(source, path.span(), message, "copy its rules into this file");
            return Ok(());
        };
        let name = name.to_string_lossy().replace('\\', "/");
        let content = std::fs::read_to_string(&file).map_err(|error| {
            let problem = Problem::new(ProblemKind::Fault, name.as_str(), format!("cannot be read: {error}"));
            Box::new((problem.help("give read permission, or remove `extend.path`"), String::new()))
        })?;
        let further = Self::read(&Source { root: source.root, name, depth: source.depth + 1 }, content)?;
        let known: Vec<String> = self.rules.iter().map(|rule| rule.id.clone()).collect();
        self.rules.extend(further.rules.into_iter().filter(|rule| !known.contains(&rule.id)));
        self.allow.extend(further.allow);
        self.disabled.extend(further.disabled);
        self.notices.extend(further.notices);
        self.extends_default |= further.extends_default;
        Ok(())
    }

    /// Turns detectors off, and rules of the files that this one extends.
    fn disable(&mut self, source: &Source<'_>, ids: Vec<Spanned<String>>) {
        let table = tables::read("gitleaks_ids");
        let ours = table.root().and_then(|root| root.get("gitleaks_ids"));
        for id in ids {
            let before = self.rules.len();
            self.rules.retain(|rule| rule.id != **id.get_ref());
            let mapped = tables::texts(ours.and_then(|ours| ours.get(id.get_ref())));
            let same = detectors::builtin().iter().any(|detector| *detector.id == **id.get_ref());
            match (mapped.is_empty(), same) {
                (false, _) => self.disabled.extend(mapped),
                (true, true) => self.disabled.push(id.get_ref().clone()),
                (true, false) if self.rules.len() < before => {}
                (true, false) => {
                    let message = format!("`disabledRules` names {}, which no detector here is called", id.get_ref());
                    let help = "`plimsoll explain secrets/secrets-not-in-repo` says how to accept one";
                    self.notice(source, id.span(), message, help);
                }
            }
        }
    }

    /// Says something of a file at its place.
    fn notice(&mut self, source: &Source<'_>, place: std::ops::Range<usize>, message: String, help: &str) {
        let problem = Problem::new(ProblemKind::Notice, source.name.as_str(), message);
        self.notices.push(problem.at(Span::new(place.start, place.end)).help(help));
    }

    fn rule(&mut self, source: &Source<'_>, entry: RuleEntry) -> Result<(), Box<Problem>> {
        let Some(pattern) = entry.regex else {
            let message = format!("the rule {} has no regex: it reports files by name alone", entry.id.get_ref());
            let help = "leave the files out with `exclude`, or give the rule a regex";
            self.notice(source, entry.id.span(), message, help);
            return Ok(());
        };
        let regex = compiled(&pattern)?;
        if regex.is_match("") {
            return Err(fault(
                pattern.span(),
                "the pattern matches the empty text".to_string(),
                "let it match something",
            ));
        }
        let lists = entry.allowlist.into_iter().chain(entry.allowlists);
        self.rules.push(ForeignRule {
            id: entry.id.into_inner(),
            title: entry.description,
            regex,
            group: entry.secret_group.filter(|group| *group > 0),
            entropy: entry.entropy,
            keywords: entry.keywords.iter().map(|word| word.to_lowercase()).collect(),
            path: entry.path.as_ref().map(compiled).transpose()?,
            allow: lists.map(allow).collect::<Result<_, _>>()?,
        });
        Ok(())
    }

    /// Whether a global allowlist leaves a file out.
    pub fn leaves_out(&self, path: &str) -> bool {
        let whole = |allow: &&Allow| !allow.all && allow.rules.is_empty();
        self.allow.iter().filter(whole).any(|allow| allow.paths.iter().any(|one| one.is_match(path)))
    }

    /// What the file's own rules find.
    pub fn scan(&self, path: &str, text: &str) -> Vec<Detection> {
        let lower = text.to_lowercase();
        let mut found = Vec::new();
        for rule in &self.rules {
            let tried = rule.keywords.is_empty() || rule.keywords.iter().any(|word| lower.contains(word.as_str()));
            if !tried || rule.path.as_ref().is_some_and(|one| !one.is_match(path)) {
                continue;
            }
            for captures in rule.regex.captures_iter(text) {
                let Some(whole) = captures.get(0) else { continue };
                let first = || (1..captures.len()).find_map(|n| captures.get(n).filter(|group| !group.is_empty()));
                let Some(secret) = rule.group.map_or_else(|| first().or(Some(whole)), |n| captures.get(n)) else {
                    continue;
                };
                let measures = measures::of(secret.as_str(), None);
                let entropy = measures.shannon_bits / measures.length.max(1) as f64;
                let seen = Seen { path, text, whole: whole.range(), secret: secret.range(), rule: &rule.id };
                if secret.is_empty()
                    || rule.entropy > 0.0 && entropy <= rule.entropy
                    || rule.allow.iter().any(|one| one.accepts(&seen))
                {
                    continue;
                }
                found.push(foreign(&rule.id, &rule.title, text, secret.range()));
            }
        }
        found
    }

    /// Whether an allowlist accepts all that a commit brought; `oid` is its whole name.
    pub fn allows_commit(&self, oid: &str) -> bool {
        let whole = |allow: &&Allow| !allow.all && allow.rules.is_empty();
        self.allow.iter().filter(whole).any(|allow| allow.commits.iter().any(|commit| commit == oid))
    }

    /// Whether an allowlist accepts a detection, or `disabledRules` turned its detector off.
    pub fn accepts(&self, path: &str, text: &str, detection: &Detection) -> bool {
        let place = detection.span.range();
        let seen = Seen { path, text, whole: place.clone(), secret: place, rule: &detection.detector };
        self.disabled.iter().any(|id| **id == *detection.detector) || self.allow.iter().any(|one| one.accepts(&seen))
    }

    /// Whether `.gitleaksignore` names a line of a file.
    pub fn ignores(&self, path: &str, line: usize) -> bool {
        self.ignored.iter().any(|(known, at)| known == path && *at == line)
    }
}

/// What an allowlist looks at.
struct Seen<'s> {
    path: &'s str,
    text: &'s str,
    whole: std::ops::Range<usize>,
    secret: std::ops::Range<usize>,
    rule: &'s str,
}

impl Allow {
    fn accepts(&self, seen: &Seen<'_>) -> bool {
        if !self.rules.is_empty() && !self.rules.iter().any(|rule| rule == seen.rule) {
            return false;
        }
        let secret = &seen.text[seen.secret.clone()];
        let target = match self.target {
            Target::Secret => secret,
            Target::Match => &seen.text[seen.whole.clone()],
            Target::Line => &seen.text[line_around(seen.text, seen.secret.start)],
        };
        let lower = secret.to_lowercase();
        let mut criteria = Vec::new();
        if !self.paths.is_empty() {
            criteria.push(self.paths.iter().any(|one| one.is_match(seen.path)));
        }
        if !self.regexes.is_empty() {
            criteria.push(self.regexes.iter().any(|one| one.is_match(target)));
        }
        if !self.stopwords.is_empty() {
            criteria.push(self.stopwords.iter().any(|word| lower.contains(word.as_str())));
        }
        if self.all { !criteria.is_empty() && criteria.iter().all(|met| *met) } else { criteria.contains(&true) }
    }
}

fn allow(entry: AllowEntry) -> Result<Allow, Box<Problem>> {
    Ok(Allow {
        all: matches!(entry.condition.to_ascii_uppercase().as_str(), "AND" | "&&"),
        paths: entry.paths.iter().map(compiled).collect::<Result<_, _>>()?,
        regexes: entry.regexes.iter().map(compiled).collect::<Result<_, _>>()?,
        target: entry.regex_target,
        stopwords: entry.stopwords.iter().map(|word| word.to_lowercase()).collect(),
        rules: entry.target_rules,
        commits: entry.commits.iter().map(|commit| commit.to_lowercase()).collect(),
    })
}

fn compiled(pattern: &Spanned<String>) -> Result<Regex, Box<Problem>> {
    Regex::new(pattern.get_ref()).map_err(|error| {
        let message = error.to_string().lines().last().unwrap_or_default().trim().to_string();
        fault(
            pattern.span(),
            format!("the pattern cannot be compiled: {message}"),
            "write it without what only other engines know",
        )
    })
}

fn fault(place: std::ops::Range<usize>, message: String, help: &str) -> Box<Problem> {
    Problem::new(ProblemKind::Fault, CONFIG, message).at(Span::new(place.start, place.end)).help(help).into()
}

/// `file:rule:line`, or the same with a commit before it.
fn fingerprint(line: &str) -> Option<(String, usize)> {
    let parts: Vec<&str> = line.trim().split(':').collect();
    let (path, line) = match parts[..] {
        [path, _, line] | [_, path, _, line] if !path.starts_with('#') => (path, line),
        _ => return None,
    };
    Some((path.to_string(), line.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
title = "t"
[extend]
useDefault = true
disabledRules = ["generic-api-key", "nobody-knows"]
[[rules]]
id = "harbour-key"
description = "Harbour key"
regex = '''hbr_([a-z0-9]{12})'''
keywords = ["hbr_"]
entropy = 2.0
[[rules.allowlists]]
stopwords = ["test"]
[allowlist]
paths = ['''docs/.*''']
regexes = ['''^q8Zr''']
"#;

    fn source() -> Source<'static> {
        Source { root: Path::new("."), name: CONFIG.to_string(), depth: 0 }
    }

    #[test]
    fn its_rules_find_and_its_allowlists_accept() {
        let gitleaks = Gitleaks::read(&source(), FILE.to_string()).expect("the file is right");
        let found = gitleaks.scan("a.txt", "x = hbr_a1b2c3d4e5f6\ny = hbr_testc3d4e5f6\nz = hbr_aaaaaaaaaaaa\n");
        assert_eq!(
            found.iter().map(|one| (&*one.detector, one.span)).collect::<Vec<_>>(),
            [("harbour-key", Span::new(8, 20))]
        );
        assert!(gitleaks.leaves_out("docs/a.md") && !gitleaks.leaves_out("src/a.md"));
        let credential = |text: &str| crate::secrets::scan("a.ini", text).remove(0);
        let text = "api_token = 7fK2mQx9Lr4Zv8Tb1Wn6\n";
        assert!(gitleaks.accepts("a.ini", text, &credential(text)), "generic-api-key is disabled");
        let messages: Vec<&str> = gitleaks.notices.iter().map(|one| one.message.as_str()).collect();
        assert_eq!(messages, ["`disabledRules` names nobody-knows, which no detector here is called"]);
    }

    #[test]
    fn what_is_wrong_stands_at_its_place() {
        for (from, to, expected) in [
            ("{12})", "{12}", "the pattern cannot be compiled"),
            ("'''hbr_([a-z0-9]{12})'''", "'''x*'''", "the pattern matches the empty text"),
            ("id = \"harbour-key\"", "id = 3", "invalid type"),
            ("[extend]", "[extend", ""),
        ] {
            let text = FILE.replacen(from, to, 1);
            let problem = Gitleaks::read(&source(), text).expect_err(to).0;
            assert!(problem.message.contains(expected) && problem.span.is_some(), "{to}: {problem:?}");
        }
    }

    #[test]
    fn fingerprints_name_a_line() {
        assert_eq!(fingerprint("a/b.env:generic-api-key:3"), Some(("a/b.env".to_string(), 3)));
        assert_eq!(fingerprint("0a1b:a/b.env:generic-api-key:3"), Some(("a/b.env".to_string(), 3)));
        assert_eq!(fingerprint("# a comment: with: 3"), None);
    }
}
