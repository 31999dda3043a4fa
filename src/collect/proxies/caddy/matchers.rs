//! Matchers: which requests a line is about.
//!
//! Source: <https://caddyserver.com/docs/caddyfile/matchers>.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::collect::proxies::caddy::lines::{Line, Word};
use crate::collect::proxies::condition::Condition;
use crate::collect::proxies::pattern::Pattern;
use crate::input::edges::Origin;

/// A pattern of a path with the word that states it.
pub type Written<'a> = (Rc<Pattern>, Word<'a>);

/// A matcher that is known by name.
#[derive(Clone, Debug)]
pub struct Named<'a> {
    condition: Condition<'a>,
    paths: Vec<Written<'a>>,
}

/// The matchers of a site, by their name with its `@`.
#[derive(Clone, Debug, Default)]
pub struct Matchers<'a> {
    named: BTreeMap<String, Named<'a>>,
}

/// What a line is about.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    pub condition: Condition<'a>,
    pub paths: Vec<Written<'a>>,
    /// Arguments that the matcher takes.
    pub words: usize,
}

impl<'a> Matchers<'a> {
    /// Adds the definitions among lines; `hosts` are those of the site.
    pub fn define(&mut self, lines: &[Line<'a>], hosts: &[Cow<'a, str>]) {
        for line in lines.iter().filter(|line| line.name.text.starts_with('@')) {
            let mut paths = Vec::new();
            let condition = match (&line.block, line.args.split_first()) {
                (Some(block), None) => set(block, hosts, &mut paths),
                (_, Some((kind, args))) if !kind.quoted => one(kind, args, line.lines(), hosts, &mut paths),
                _ => Condition::Other(line.name.at),
            };
            self.named.insert(line.name.text.to_string(), Named { condition, paths });
        }
    }

    /// The matcher of a line: `*`, a path or a name as its first argument.
    pub fn of(&self, line: &Line<'a>) -> Match<'a> {
        let whole = Match { condition: Condition::Always, paths: Vec::new(), words: 0 };
        let Some(word) = line.args.first().filter(|word| !word.quoted) else { return whole };
        if word.variable && word.text.starts_with('/') {
            return Match { condition: Condition::Other(word.at), words: 1, ..whole };
        }
        match &*word.text {
            "*" => Match { words: 1, ..whole },
            text if text.starts_with('/') => {
                let pattern = Rc::new(Pattern::stars(text));
                let paths = vec![(pattern.clone(), word.clone())];
                Match { condition: Condition::Path(pattern), paths, words: 1 }
            }
            text if text.starts_with('@') => match self.named.get(text) {
                Some(Named { condition, paths }) => {
                    Match { condition: condition.clone(), paths: paths.clone(), words: 1 }
                }
                None => Match { condition: Condition::Other(word.at), words: 1, ..whole },
            },
            _ => whole,
        }
    }
}

/// All lines of a set must fit; of several of one kind, one.
fn set<'a>(lines: &[Line<'a>], hosts: &[Cow<'a, str>], paths: &mut Vec<Written<'a>>) -> Condition<'a> {
    let mut kinds: BTreeMap<String, Vec<Condition<'a>>> = BTreeMap::new();
    for (n, line) in lines.iter().enumerate() {
        let kind = match &*line.name.text {
            // Each of these is a condition of its own.
            "not" | "expression" => format!("{} {n}", line.name.text),
            "header" => format!("header {}", line.word(0).unwrap_or_default()),
            kind => kind.to_string(),
        };
        kinds.entry(kind).or_default().push(one(&line.name, &line.args, line.lines(), hosts, paths));
    }
    Condition::all(kinds.into_values().map(Condition::any).collect())
}

fn one<'a>(
    kind: &Word<'a>,
    args: &[Word<'a>],
    block: &[Line<'a>],
    hosts: &[Cow<'a, str>],
    paths: &mut Vec<Written<'a>>,
) -> Condition<'a> {
    let text = |n: usize| args.get(n).map(|word| &*word.text).unwrap_or_default();
    let other = || Condition::Other(kind.at);
    if args.iter().any(|word| word.variable) {
        return other();
    }
    match &*kind.text {
        "path" => {
            let written = args.iter().map(|word| (Rc::new(Pattern::stars(&word.text)), word.clone()));
            let written: Vec<Written<'a>> = written.collect();
            paths.extend(written.iter().cloned());
            Condition::any(written.into_iter().map(|(pattern, _)| Condition::Path(pattern)).collect())
        }
        "path_regexp" => {
            let Some(word) = args.last() else { return other() };
            let pattern = Rc::new(Pattern::expression(&word.text, false));
            paths.push((pattern.clone(), word.clone()));
            Condition::Path(pattern)
        }
        "not" => {
            let inner = match args.split_first() {
                Some((kind, args)) => one(kind, args, block, hosts, paths),
                None => set(block, hosts, paths),
            };
            inner.not()
        }
        "protocol" => match text(0) {
            "https" => Condition::Tls,
            "http" => Condition::Tls.not(),
            _ => other(),
        },
        "remote_ip" | "client_ip" => {
            let ranges = args.iter().filter(|word| word.text != "forwarded");
            Condition::From(ranges.map(|word| Origin::new(word.text.clone(), word.at.into())).collect())
        }
        "host" => {
            let named = |host: &Cow<'a, str>| args.iter().any(|word| word.text.eq_ignore_ascii_case(host));
            let sure = !hosts.is_empty() && !hosts.iter().any(|host| host.contains(['*', '{']));
            let open = args.iter().any(|word| word.text.contains(['*', '{']));
            match (hosts.iter().all(named), hosts.iter().any(named)) {
                (true, _) if sure => Condition::Always,
                (_, false) if sure && !open => Condition::Never,
                _ => other(),
            }
        }
        "header" if text(0).eq_ignore_ascii_case("origin") => asked(args.get(1..).unwrap_or_default()),
        "header_regexp" => match args {
            [.., field, value] if field.text.eq_ignore_ascii_case("origin") => asked(std::slice::from_ref(value)),
            _ => other(),
        },
        "header" if text(0).eq_ignore_ascii_case("x-forwarded-proto") => Condition::Scheme,
        "expression" if text(0).contains("scheme}") || text(0).contains("protocol(") => Condition::Scheme,
        _ => other(),
    }
}

/// A test of the origin that asks; a star alone is any.
fn asked<'a>(values: &[Word<'a>]) -> Condition<'a> {
    let values = values.iter().filter(|word| word.text != "*");
    Condition::Asked(values.map(|word| Origin::new(word.text.clone(), word.at.into())).collect())
}
