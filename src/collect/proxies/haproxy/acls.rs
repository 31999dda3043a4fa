//! Conditions of HAProxy: named and anonymous ACLs, and what they ask.
//!
//! Source: <https://docs.haproxy.org/3.0/configuration.html#7>.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::collect::proxies::condition::Condition;
use crate::collect::proxies::directives::Directive;
use crate::collect::proxies::haproxy::sections::{Section, Sections};
use crate::collect::proxies::pattern::Pattern;
use crate::input::edges::{Origin, RateLimit};
use crate::located::Value;
use crate::syntax::haproxy::VARIABLE;

/// A pattern of a path with the word that states it.
pub type Written<'a> = (Rc<Pattern>, Value<'a>);

/// What the conditions of a section may name.
#[derive(Default)]
pub struct Acls<'a> {
    named: BTreeMap<&'a str, Named<'a>>,
    /// Milliseconds over which requests are counted, by the number of the counter that follows them, and by the name of
    /// the table.
    counters: BTreeMap<String, u64>,
    /// Its own name, which is that of its table too.
    name: &'a str,
    /// Variables and captures that hold the origin that asks.
    pub origins: Vec<String>,
    /// Patterns of paths of the conditions that were read.
    pub paths: Vec<Written<'a>>,
}

/// What lines of one name ask, any one of which is enough.
#[derive(Default)]
struct Named<'a> {
    cases: Vec<Condition<'a>>,
    paths: Vec<Written<'a>>,
}

impl<'a> Acls<'a> {
    /// The ACLs of a section; `outer` are those of the one whose requests it takes, which may follow them already.
    pub fn of(section: &Section<'a>, outer: Option<&Self>, sections: &Sections<'a>) -> Self {
        let mut acls = Self { name: section.name, ..Self::default() };
        if let Some(outer) = outer {
            acls.counters.clone_from(&outer.counters);
            acls.origins.clone_from(&outer.origins);
        }
        acls.follow(section, sections);
        for line in section.all("acl") {
            let Some(name) = line.word(0) else { continue };
            let condition = acls.atom(&line.args[1..]);
            let paths = std::mem::take(&mut acls.paths);
            let named = acls.named.entry(name).or_default();
            named.cases.push(condition);
            named.paths.extend(paths);
        }
        acls
    }

    /// Counters and copies of the origin that a section makes.
    fn follow(&mut self, section: &Section<'a>, sections: &Sections<'a>) {
        let mut captured = 0;
        for line in &section.lines {
            let words: Vec<&str> = line.words().collect();
            for (at, word) in words.iter().enumerate() {
                if let Some(counter) = word.strip_prefix("track-sc") {
                    let table =
                        words[at..].windows(2).find(|pair| pair[0] == "table").map_or(section.name, |pair| pair[1]);
                    if let Some(period) = sections.period(table) {
                        self.counters.insert(counter.trim_matches(['(', ')']).to_string(), period);
                        self.counters.insert(format!("src {table}"), period);
                    }
                }
                let variable = word.strip_prefix("set-var(").and_then(|rest| rest.strip_suffix(')'));
                let from = words.get(at + 1).is_some_and(|value| self.is_origin(value));
                if let Some(name) = variable.filter(|_| from) {
                    self.origins.push(format!("var({name})"));
                }
            }
            if words.starts_with(&["request", "header"]) && line.name == "capture" {
                if words.get(2).is_some_and(|name| name.eq_ignore_ascii_case("origin")) {
                    self.origins.push(format!("capture.req.hdr({captured})"));
                }
                captured += 1;
            }
        }
    }

    /// Whether an expression is the origin that asks, or a copy of it.
    pub fn is_origin(&self, expression: &str) -> bool {
        let lower = expression.to_ascii_lowercase();
        let fetched = ["req.hdr(origin)", "req.fhdr(origin)", "hdr(origin)", "req.hdr(origin,"];
        fetched.iter().any(|one| lower.contains(one))
            || self.origins.iter().any(|one| lower.contains(&one.to_ascii_lowercase()))
    }

    /// The condition behind `if` or `unless` of a line; always where there is none.
    pub fn condition(&mut self, line: &Directive<'a>) -> Condition<'a> {
        let at =
            line.args.iter().rposition(|word| matches!(word.text(), Some("if" | "unless")) && word.tag().is_none());
        let Some(at) = at else { return Condition::Always };
        let condition = self.expression(&line.args[at + 1..]);
        if line.word(at) == Some("unless") { condition.not() } else { condition }
    }

    /// Cases with `||` or `or` between them, each of conditions that must hold together.
    fn expression(&mut self, words: &[Value<'a>]) -> Condition<'a> {
        let (mut cases, mut parts) = (Vec::new(), Vec::new());
        let mut negated = false;
        let mut rest = words;
        while let Some((word, behind)) = rest.split_first() {
            rest = behind;
            let mut text = word.text().unwrap_or_default();
            if matches!(text, "||" | "or" | "OR") {
                cases.push(Condition::all(std::mem::take(&mut parts)));
                continue;
            }
            while let Some(behind) = text.strip_prefix('!') {
                negated = !negated;
                text = behind;
            }
            if text.is_empty() {
                continue;
            }
            let condition = if text == "{" {
                let end = rest.iter().position(|word| word.text() == Some("}")).unwrap_or(rest.len());
                let atom = self.atom(&rest[..end]);
                rest = rest.get(end + 1..).unwrap_or_default();
                atom
            } else {
                self.name(text, *word)
            };
            parts.push(if std::mem::take(&mut negated) { condition.not() } else { condition });
        }
        cases.push(Condition::all(parts));
        Condition::any(cases)
    }

    fn name(&mut self, name: &str, at: Value<'a>) -> Condition<'a> {
        match name {
            "TRUE" => Condition::Always,
            "FALSE" => Condition::Never,
            "LOCALHOST" => Condition::From(vec![Origin::new("127.0.0.1/8".into(), at.into())]),
            _ => match self.named.get(name) {
                Some(Named { cases, paths }) => {
                    // Several paths of one condition are stated together, by its name.
                    let together = paths.len() > 1;
                    let written =
                        paths.iter().map(|(pattern, own)| (pattern.clone(), if together { at } else { *own }));
                    self.paths.extend(written);
                    Condition::any(cases.clone())
                }
                None => Condition::Other(at),
            },
        }
    }

    /// What a fetch, its flags and its patterns ask.
    fn atom(&mut self, words: &[Value<'a>]) -> Condition<'a> {
        let Some((fetch, rest)) = words.split_first() else { return Condition::Always };
        let (mut fold, mut method, mut in_file) = (false, "", false);
        let mut patterns: Vec<Value<'a>> = Vec::new();
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            match word.text().unwrap_or_default() {
                "-i" => fold = true,
                "-m" => method = rest.next().and_then(|word| word.text()).unwrap_or_default(),
                "-f" | "-M" => {
                    in_file = true;
                    rest.next();
                }
                "-n" | "-u" | "--" => {}
                _ => patterns.push(*word),
            }
        }
        let text = fetch.text().unwrap_or_default();
        let name = text.split(',').next().unwrap_or(text);
        fold |= text.contains(",lower");
        let name_alone = name.split('(').next().unwrap_or(name);
        let argument = name.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
        let variable = patterns.iter().any(|word| word.tag() == Some(VARIABLE));
        let other = Condition::Other(*fetch);
        if self.is_origin(name) || name_alone.starts_with("hdr_") && argument.eq_ignore_ascii_case("origin") {
            let way = if method.is_empty() { name_alone.strip_prefix("hdr_").unwrap_or_default() } else { method };
            return if in_file || variable { other } else { Condition::Asked(asked(way, &patterns)) };
        }
        match name_alone {
            "always_true" => Condition::Always,
            "always_false" => Condition::Never,
            "ssl_fc" => Condition::Tls,
            "src" | "hdr_ip" | "req.hdr_ip" | "req_ssl_src" if !in_file && !variable => Condition::From(
                patterns
                    .iter()
                    .map(|word| Origin::new(word.text().unwrap_or_default().into(), (*word).into()))
                    .collect(),
            ),
            "hdr" | "req.hdr" | "req.fhdr" if argument.eq_ignore_ascii_case("x-forwarded-proto") => Condition::Scheme,
            "http_auth" | "http_auth_group" => Condition::Known(*fetch),
            "req.body_size" | "req.body_len" => larger(&patterns).unwrap_or(other),
            "hdr_val" | "req.hdr_val" | "hdr" | "req.hdr" if argument.eq_ignore_ascii_case("content-length") => {
                larger(&patterns).unwrap_or(other)
            }
            _ if name_alone.ends_with("http_req_rate") => self.over(name_alone, argument, &patterns, *fetch),
            _ if in_file || variable => other,
            _ => match way(name_alone, method) {
                Some(way) => self.paths_of(way, fold, &patterns, *fetch),
                None => other,
            },
        }
    }

    fn paths_of(&mut self, way: &str, fold: bool, patterns: &[Value<'a>], fetch: Value<'a>) -> Condition<'a> {
        let mut any = Vec::new();
        for word in patterns {
            let text = word.text().unwrap_or_default();
            let pattern = Rc::new(match way {
                "beg" => Pattern::prefix(text, fold),
                "end" => Pattern::suffix(text, fold),
                "sub" => Pattern::part(text, fold),
                "dir" => Pattern::part(&format!("/{}/", text.trim_matches('/')), fold),
                "reg" => Pattern::expression(text, fold),
                _ => Pattern::exact(text, fold),
            });
            self.paths.push((pattern.clone(), if patterns.len() > 1 { fetch } else { *word }));
            any.push(Condition::Path(pattern));
        }
        Condition::any(any)
    }

    /// A rate is known only of requests that something follows; over a rate that nothing counts nobody is.
    fn over(&self, name: &str, argument: &str, patterns: &[Value<'a>], at: Value<'a>) -> Condition<'a> {
        let counter = match name.strip_suffix("http_req_rate").unwrap_or_default() {
            "sc_" => argument.split(',').next().unwrap_or_default().trim().to_string(),
            "src_" => format!("src {}", if argument.is_empty() { self.name } else { argument }),
            named => named.trim_start_matches("sc").trim_end_matches('_').to_string(),
        };
        let Some(period) = self.counters.get(&counter) else { return Condition::Never };
        let [.., sign, number] = patterns else { return Condition::Other(at) };
        match (sign.text(), number.text().and_then(|text| text.parse::<u64>().ok())) {
            (Some("gt" | "ge"), Some(most)) => {
                let milli = most.saturating_mul(1_000_000) / (*period).max(1);
                Condition::Over(RateLimit { at: (*number).into(), milli_per_second: Some(milli) })
            }
            _ => Condition::Other(at),
        }
    }
}

/// How a fetch of the path compares, where it is one.
fn way<'w>(name: &'w str, method: &'w str) -> Option<&'w str> {
    let rest = name.strip_prefix("path").or_else(|| name.strip_prefix("url")).or_else(|| name.strip_prefix("pathq"))?;
    match (rest, method) {
        ("", "") => Some("str"),
        ("", method) => Some(method),
        (rest, _) => rest.strip_prefix('_').filter(|way| ["beg", "end", "sub", "dir", "reg", "str"].contains(way)),
    }
}

/// `gt N` of a size.
fn larger<'a>(patterns: &[Value<'a>]) -> Option<Condition<'a>> {
    match patterns {
        [sign, number] if matches!(sign.text(), Some("gt" | "ge")) => {
            Some(Condition::Larger(number.text()?.parse().ok()?, *number))
        }
        _ => None,
    }
}

/// The origins that a test lets in, as patterns; none where it only asks whether there is one.
fn asked<'a>(way: &str, patterns: &[Value<'a>]) -> Vec<Origin<'a>> {
    let one = |word: &Value<'a>| {
        let text = word.text().unwrap_or_default();
        let shown = match way {
            "end" => format!("*{text}").into(),
            "beg" => format!("{text}*").into(),
            "sub" | "dir" | "dom" => format!("*{text}*").into(),
            _ => text.into(),
        };
        Origin::new(shown, (*word).into())
    };
    let found = patterns.iter().map(one);
    if way == "found" { Vec::new() } else { found.collect() }
}
