//! What a command of a pipeline is for, from `policies/data/ci_commands.yaml`.

use std::sync::LazyLock;

use crate::input::pipelines::StepKind;
use crate::input::tables;
use crate::located::Value;

struct Kind {
    kind: StepKind,
    commands: Vec<Vec<String>>,
    actions: Vec<String>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let table = tables::read("ci_commands");
    let entries = table.root().and_then(|root| root.get("ci_commands"));
    let kind = |entry: Value<'_>| {
        let kind = match entry.get("kind")?.text()? {
            "scan" => StepKind::Scan,
            "test" => StepKind::Test,
            "deploy" => StepKind::Deploy,
            _ => StepKind::Build,
        };
        let commands = tables::texts(entry.get("commands")).into_iter();
        let commands = commands.map(|command| command.split(' ').map(str::to_string).collect()).collect();
        Some(Kind { kind, commands, actions: tables::texts(entry.get("actions")) })
    };
    entries.into_iter().flat_map(Value::items).filter_map(kind).collect()
});

/// Words before a command that run it as it is.
const WRAPPERS: &[&str] =
    &["sudo", "time", "npx", "exec", "env", "command", "nohup", "xvfb-run", "retry", "timeout", "bunx", "uvx", "pipx"];

/// Several words that run what follows in an environment.
const RUNNERS: &[&[&str]] = &[
    &["poetry", "run"],
    &["uv", "run"],
    &["pipenv", "run"],
    &["hatch", "run"],
    &["pdm", "run"],
    &["rye", "run"],
    &["bundle", "exec"],
    &["pnpm", "exec"],
    &["pnpm", "dlx"],
    &["yarn", "exec"],
    &["yarn", "dlx"],
    &["npm", "exec"],
    &["mise", "exec"],
    &["dotnet", "tool", "run"],
    &["php", "artisan"],
];

/// Commands that set things up or say something, of which nothing else hangs.
const PLAIN: &[&str] = &[
    "echo",
    "cd",
    "export",
    "set",
    "mkdir",
    "cp",
    "mv",
    "rm",
    "cat",
    "ls",
    "pwd",
    "curl",
    "wget",
    "tar",
    "unzip",
    "chmod",
    "git",
    "npm",
    "yarn",
    "pnpm",
    "pip",
    "pip3",
    "apt-get",
    "apt",
    "apk",
    "brew",
    "sleep",
    "true",
    "if",
    "then",
    "else",
    "fi",
    "for",
    "do",
    "done",
    "while",
    "case",
    "esac",
    "exit",
    "source",
    ".",
    "test",
    "[",
    "[[",
    "jq",
    "sed",
    "awk",
    "grep",
    "tee",
    "docker",
    "go",
    "cargo",
    "rustup",
    "node",
    "corepack",
    "printf",
    "date",
    "head",
    "tail",
    "touch",
    "ln",
    "find",
    "sort",
    "uniq",
    "wc",
    "tr",
    "cut",
    "uv",
    "poetry",
    "bundle",
    "gem",
    "composer",
    "dotnet",
    "mvn",
    "gradle",
    "terraform",
    "helm",
    "kubectl",
    "aws",
    "gcloud",
    "az",
    "gh",
    "local",
    "return",
    "function",
    "}",
    "{",
    "read",
    "eval",
    "xargs",
    "base64",
    "sha256sum",
    "diff",
    "python",
    "python3",
    "rustc",
    "ruff",
    "black",
    "mypy",
    "flake8",
    "eslint",
    "prettier",
    "golangci-lint",
    "hadolint",
    "shellcheck",
    "actionlint",
    "yamllint",
    "EOF",
];

/// A command of a script.
pub struct Command<'t> {
    pub text: &'t str,
    pub kind: Option<StepKind>,
    /// The words that told its kind, or its first.
    pub what: String,
    /// What takes its failure away.
    pub neutered: Option<&'static str>,
}

/// The commands of a shell script, each with what it is for.
pub fn of_script(script: &str) -> Vec<Command<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    // A line that ends in a backslash goes on in the next.
    let mut logical = String::new();
    let mut begin = 0;
    for line in script.split_inclusive('\n') {
        if logical.is_empty() {
            begin = at;
        }
        at += line.len();
        let content = line.trim_end();
        match content.strip_suffix('\\') {
            Some(more) => {
                logical.push_str(more);
                logical.push(' ');
                continue;
            }
            None => logical.push_str(content),
        }
        let whole = std::mem::take(&mut logical);
        let text = whole.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let lead = whole.len() - whole.trim_start().len();
        let end = at.min(script.len());
        let shown = script[begin + lead.min(end - begin)..end].trim_end();
        let neutered = neutered(text);
        for part in parts(text) {
            let words = words(part);
            let Some(first) = words.first() else { continue };
            let (kind, what) = match kind_of(&words) {
                Some((kind, what)) => (Some(kind), what),
                None => unknown(&words).map_or((None, (*first).to_string()), |(kind, what)| (Some(kind), what)),
            };
            found.push(Command { text: shown, kind, what, neutered });
        }
    }
    found
}

/// `a && b; c | d` in parts; marks inside quotes divide nothing.
fn parts(line: &str) -> Vec<&str> {
    let mut quote = None;
    let divides = |c: char| {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            _ => {}
        }
        quote.is_none() && matches!(c, '&' | '|' | ';')
    };
    line.split(divides).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// What behind a command takes its failure away.
fn neutered(line: &str) -> Option<&'static str> {
    let (_, after) = line.rsplit_once("||")?;
    let first = after.trim().split([' ', ';']).next().unwrap_or_default();
    match (first, after.trim()) {
        ("true" | ":", _) => Some("|| true"),
        ("echo" | "printf", rest) if !rest.contains("exit 1") => Some("|| echo"),
        (_, "exit 0") => Some("|| exit 0"),
        _ => None,
    }
}

/// The words of a command without what stands before it: assignments, wrappers, runners.
fn words(part: &str) -> Vec<&str> {
    let mut words: Vec<&str> = part.split_whitespace().map(|word| word.trim_matches(['"', '\'', '(', ')'])).collect();
    loop {
        let before = words.len();
        while words.first().is_some_and(|word| {
            WRAPPERS.contains(word)
                || word.is_empty()
                || *word == "!"
                || word.split_once('=').is_some_and(|(name, _)| is_name(name))
        }) {
            words.remove(0);
            // Options of the wrapper, and the seconds of `timeout`.
            while words.first().is_some_and(|word| {
                word.starts_with('-') || word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty()
            }) {
                words.remove(0);
            }
        }
        if let Some(runner) = RUNNERS.iter().find(|runner| words.starts_with(runner)) {
            words.drain(..runner.len());
        }
        // `docker compose exec api pytest` runs what stands behind the service.
        for compose in [&["docker", "compose"][..], &["docker-compose"]] {
            if words.starts_with(compose)
                && let Some(verb) = words.get(compose.len()).filter(|verb| ["exec", "run"].contains(*verb))
            {
                let rest =
                    words.iter().skip_while(|word| *word != verb).skip(1).skip_while(|word| word.starts_with('-'));
                words = rest.skip(1).copied().collect();
                break;
            }
        }
        if words.len() == before || words.is_empty() {
            break;
        }
    }
    if let Some(first) = words.first_mut() {
        *first = first.strip_prefix("./").unwrap_or(first);
        *first =
            first.strip_prefix("vendor/bin/").or_else(|| first.strip_prefix("node_modules/.bin/")).unwrap_or(first);
    }
    words
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn kind_of(words: &[&str]) -> Option<(StepKind, String)> {
    KINDS.iter().find_map(|kind| {
        let command = kind.commands.iter().find(|command| begins(words, command))?;
        Some((kind.kind, command.join(" ").replace('*', "")))
    })
}

/// Whether a command begins with the words of a pattern; options between them, with a value or without, are passed over.
fn begins(words: &[&str], pattern: &[String]) -> bool {
    let Some((wanted, further)) = pattern.split_first() else { return true };
    let Some((word, rest)) = words.split_first() else { return false };
    let fits = wanted.strip_suffix('*').map_or(*word == wanted.as_str(), |start| word.starts_with(start));
    if fits {
        return begins(rest, further);
    }
    word.starts_with('-')
        && (begins(rest, pattern) || rest.split_first().is_some_and(|(_, rest)| begins(rest, pattern)))
}

/// A script of one's own: its name may say what it does; else nobody knows.
fn unknown(words: &[&str]) -> Option<(StepKind, String)> {
    // Code on the command line is no script.
    if words.iter().any(|word| matches!(*word, "-c" | "-e" | "-p" | "-m")) {
        return None;
    }
    let script = match words {
        [
            "bash" | "sh" | "zsh" | "python" | "python3" | "node" | "ruby" | "make" | "just" | "task" | "npm" | "yarn"
            | "pnpm",
            rest @ ..,
        ] => rest.iter().find(|word| !word.starts_with('-') && **word != "run"),
        [first, ..] => Some(first),
        [] => None,
    };
    let script = *script?;
    let own = script.contains('/') || [".sh", ".py", ".js", ".rb"].iter().any(|ending| script.ends_with(ending));
    let of_tool = matches!(words.first(), Some(&("make" | "just" | "task")));
    if !own && !of_tool {
        return None;
    }
    let name = script.rsplit('/').next().unwrap_or(script).to_lowercase();
    let says = |word: &str| name.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word));
    let kind = if says("test") {
        StepKind::Test
    } else if says("deploy") {
        StepKind::Deploy
    } else if says("build") {
        StepKind::Build
    } else if PLAIN.contains(&script) {
        return None;
    } else {
        StepKind::Unknown
    };
    let what = if of_tool { words.join(" ") } else { script.to_string() };
    Some((kind, what))
}

/// What an action is for.
pub fn of_action(uses: &str) -> Option<StepKind> {
    let name = uses.split('@').next().unwrap_or(uses).to_lowercase();
    let fits = |action: &String| {
        let action = action.to_lowercase();
        name == action || name.strip_prefix(&action).is_some_and(|rest| rest.starts_with('/'))
    };
    KINDS.iter().find(|kind| kind.actions.iter().any(fits)).map(|kind| kind.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_say_what_they_are_for() {
        for (script, kind) in [
            ("go test ./...", Some(StepKind::Test)),
            ("CGO_ENABLED=0 go test -race ./...", Some(StepKind::Test)),
            ("npm run test:unit", Some(StepKind::Test)),
            ("npm ci", None),
            ("poetry run pytest -q", Some(StepKind::Test)),
            ("docker compose exec -T api pytest", Some(StepKind::Test)),
            ("bash scripts/test.sh", Some(StepKind::Test)),
            ("make test-integration", Some(StepKind::Test)),
            ("./scripts/ci.sh", Some(StepKind::Unknown)),
            ("make all", Some(StepKind::Unknown)),
            ("docker build -t x .", Some(StepKind::Build)),
            ("sudo docker buildx --builder b build .", Some(StepKind::Build)),
            ("kubectl -n shop apply -f k8s", Some(StepKind::Deploy)),
            ("helm upgrade --install shop chart", Some(StepKind::Deploy)),
            ("trivy image x", Some(StepKind::Scan)),
            ("echo test", None),
            ("node -p \"require('./package.json').version; 1\"", None),
            ("pip install -e . 2>&1 | tee log", None),
            ("cargo \\\n  test", Some(StepKind::Test)),
        ] {
            let found: Vec<StepKind> = of_script(script).iter().filter_map(|command| command.kind).collect();
            let expected: Vec<StepKind> = kind.into_iter().collect();
            assert_eq!(found, expected, "{script}");
        }
    }

    #[test]
    fn what_takes_a_failure_away() {
        for (script, by) in [
            ("pytest || true", Some("|| true")),
            ("pytest || :", Some("|| true")),
            ("pytest || echo failed", Some("|| echo")),
            ("pytest || exit 0", Some("|| exit 0")),
            ("pytest || exit 1", None),
            ("pytest || (echo failed; exit 1)", None),
            ("pytest && echo ok", None),
        ] {
            let found = of_script(script);
            assert_eq!(found.first().and_then(|command| command.neutered), by, "{script}");
        }
    }

    #[test]
    fn actions_say_what_they_are_for() {
        assert_eq!(of_action("aquasecurity/trivy-action@0.30.0"), Some(StepKind::Scan));
        assert_eq!(of_action("snyk/actions/node@master"), Some(StepKind::Scan));
        assert_eq!(of_action("docker/build-push-action@v6"), Some(StepKind::Build));
        assert_eq!(of_action("actions/checkout@v5"), None);
    }
}
