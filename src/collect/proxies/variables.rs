//! What variables of nginx may hold when an answer is sent, and how the origin that asks was tested before they do.
//!
//! Source: <https://nginx.org/en/docs/http/ngx_http_rewrite_module.html>: the `set`s and `if`s of a server run in their order,
//! then those of the location; a location runs none of the location around it.

use std::borrow::Cow;
use std::cell::Cell;

use foldhash::HashMap;

use crate::artefact::Bundle;
use crate::collect::proxies::context::{Http, Map, is_known};
use crate::collect::proxies::directives::{Block, Directive};
use crate::input::edges::Origin;
use crate::located::Value;

/// The origin that asks.
const ASKING: &str = "http_origin";
/// The same as views name it.
const ECHO: &str = "$http_origin";
/// Values of one variable that are told apart.
const MOST: usize = 32;
/// Maps inside maps.
const DEEPEST: usize = 4;
/// Entries of maps that are looked at for one block.
const ENTRIES: usize = 100_000;

/// Variables that the request fills, beside those of its headers, arguments and cookies; none of them tests the origin.
const OF_REQUEST: &[&str] = &[
    "args",
    "host",
    "is_args",
    "query_string",
    "remote_addr",
    "request_filename",
    "request_method",
    "request_uri",
    "scheme",
    "server_name",
    "server_port",
    "uri",
];

/// How the origin that asks was tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test<'a> {
    None,
    /// It fits this expression, or is this text.
    Fits(Value<'a>),
    /// Somehow, by what the tree does not show.
    Unclear,
}

impl<'a> Test<'a> {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Test::None, test) | (test, Test::None) => test,
            (Test::Fits(at), _) | (_, Test::Fits(at)) => Test::Fits(at),
            _ => Test::Unclear,
        }
    }
}

/// One value that a text may come to. Variables that nothing sets stand in it by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Possible<'a> {
    text: Cow<'a, str>,
    at: Value<'a>,
    test: Test<'a>,
}

impl Possible<'_> {
    fn is_asking(&self) -> bool {
        self.text.contains(ECHO)
    }
}

/// How the origin was tested where a condition holds, and where it does not; empty for what never comes.
struct Tests<'a> {
    inside: Vec<Test<'a>>,
    outside: Vec<Test<'a>>,
}

impl Tests<'_> {
    fn same(test: Test<'_>) -> Tests<'_> {
        Tests { inside: vec![test], outside: vec![test] }
    }
}

/// The origins of a header, and whether they are all.
#[derive(Default)]
pub struct Allowed<'a> {
    pub origins: Vec<Origin<'a>>,
    /// Whether something that the tree does not show decides too.
    pub open: bool,
}

/// The variables of a server or a location.
#[derive(Clone)]
pub struct Variables<'h, 'a> {
    http: &'h Http<'a>,
    bundle: &'a Bundle,
    set: HashMap<&'a str, Vec<Possible<'a>>>,
    /// How the origin was tested by all requests that are still there.
    passed: Vec<Test<'a>>,
    /// Entries of maps that may still be looked at.
    left: Cell<usize>,
}

impl<'h, 'a> Variables<'h, 'a> {
    pub fn new(http: &'h Http<'a>, bundle: &'a Bundle) -> Self {
        Self { http, bundle, set: HashMap::default(), passed: vec![Test::None], left: Cell::new(ENTRIES) }
    }

    /// The variables after the directives of a block.
    pub fn after(&self, block: &Block<'a>) -> Self {
        let mut after = self.clone();
        after.left.set(ENTRIES);
        for directive in &block.directives {
            match directive.name {
                "set" => {
                    if let Some((name, values)) = after.setting(directive) {
                        after.set.insert(name, values);
                    }
                }
                "if" => after.branch(directive),
                _ => {}
            }
        }
        after
    }

    fn setting(&self, directive: &Directive<'a>) -> Option<(&'a str, Vec<Possible<'a>>)> {
        let name = directive.word(0)?.strip_prefix('$')?;
        let value = *directive.args.get(1)?;
        Some((name, self.expand(value.text()?, value, 0)))
    }

    fn branch(&mut self, condition: &Directive<'a>) {
        let Some(list) = condition.block else { return };
        let inner = Block::read(list, self.bundle);
        let tests = self.tests(condition);
        for directive in inner.all("set") {
            let Some((name, values)) = self.setting(directive) else { continue };
            let unset = || vec![Possible { text: "".into(), at: directive.at, test: Test::None }];
            let before = self.set.get(name).cloned().or_else(|| self.mapped(name, 0)).unwrap_or_else(unset);
            let mut all = tested(&before, &tests.outside);
            all.extend(tested(&values, &tests.inside));
            self.set.insert(name, limited(all, directive.at));
        }
        if returns(&inner) && !tests.outside.is_empty() {
            let all = self.passed.iter().flat_map(|test| tests.outside.iter().map(|other| test.and(*other)));
            let mut passed: Vec<Test<'a>> = all.collect();
            passed.dedup();
            self.passed = if passed.len() > MOST { vec![Test::Unclear] } else { passed };
        }
    }

    /// The variables inside an `if` and how the origin was tested there; `before` are those before its level's directives.
    pub fn inside(&self, condition: &Directive<'a>, inner: &Block<'a>, before: &Self) -> (Self, Vec<Test<'a>>) {
        let mut inside = self.clone();
        if returns(inner) {
            // What refuses requests further on never sees this one.
            inside.passed.clone_from(&before.passed);
        }
        (inside, self.tests(condition).inside)
    }

    fn tests(&self, condition: &Directive<'a>) -> Tests<'a> {
        // The parentheses of the condition may be words of their own.
        let words: Vec<Value<'a>> =
            condition.args.iter().copied().filter(|word| !matches!(word.text(), Some("(" | ")"))).collect();
        let text = |n: usize| words.get(n).and_then(|word| word.text()).unwrap_or_default();
        let Some(name) = variable(text(0).trim_start_matches('(').trim_end_matches(')')) else {
            return Tests::same(Test::None);
        };
        let Some(values) = self.values(name, words[0], 0) else {
            return Tests::same(if is_of_request(name) { Test::None } else { Test::Unclear });
        };
        let (operator, right) = (text(1), words.get(2).copied());
        let negative = operator.starts_with('!');
        if !values.is_empty() && values.iter().all(Possible::is_asking) {
            let fits = right.map_or(Test::None, Test::Fits);
            let (inside, outside) = if negative { (Test::None, fits) } else { (fits, Test::None) };
            return Tests { inside: vec![inside], outside: vec![outside] };
        }
        let wanted = right.map(closed);
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for value in &values {
            let holds = match (operator, wanted) {
                _ if !is_known(&value.text) => None,
                ("", _) => Some(!value.text.is_empty() && value.text != "0"),
                ("=", Some(wanted)) => Some(value.text == wanted),
                ("!=", Some(wanted)) => Some(value.text != wanted),
                _ => None,
            };
            match holds {
                Some(true) => inside.push(value.test),
                Some(false) => outside.push(value.test),
                None => {
                    inside.push(Test::Unclear);
                    outside.push(Test::Unclear);
                }
            }
        }
        Tests { inside, outside }
    }

    /// The origins that a value of Access-Control-Allow-Origin lets in, where the origin was tested in one of these ways.
    pub fn origins(&self, text: &'a str, at: Value<'a>, tests: &[Test<'a>]) -> Allowed<'a> {
        let mut allowed = Allowed::default();
        for value in tested(&self.expand(text, at, 0), tests) {
            // For an empty value nginx sends no header.
            if value.text.trim().is_empty() {
                continue;
            }
            if !value.is_asking() {
                match is_known(&value.text) {
                    true => allowed.origins.push(Origin::new(value.text, value.at.into())),
                    false => allowed.open = true,
                }
                continue;
            }
            for test in tested(&[value], &self.passed) {
                match test.test {
                    Test::None => allowed.origins.push(Origin::new(ECHO.into(), test.at.into())),
                    Test::Unclear => allowed.open = true,
                    Test::Fits(at) if closed(at).is_empty() => {}
                    Test::Fits(at) => allowed.origins.push(Origin::new(closed(at).into(), at.into())),
                }
            }
        }
        allowed
    }

    /// What a text may come to.
    fn expand(&self, text: &'a str, at: Value<'a>, depth: usize) -> Vec<Possible<'a>> {
        if let Some(values) = variable(text).and_then(|name| self.values(name, at, depth)) {
            return values;
        }
        let mut all = vec![Possible { text: "".into(), at, test: Test::None }];
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            let (before, after) = rest.split_at(dollar);
            let (name, behind) = leading(after);
            let values = self.values(name, at, depth);
            let shown = &after[..after.len() - behind.len()];
            let values = values.unwrap_or_else(|| vec![Possible { text: shown.into(), at, test: Test::None }]);
            let joined = |one: &Possible<'a>, value: &Possible<'a>| Possible {
                text: format!("{}{before}{}", one.text, value.text).into(),
                at,
                test: one.test.and(value.test),
            };
            let product = all.iter().flat_map(|one| values.iter().map(move |value| joined(one, value)));
            all = limited(product.take(MOST + 1).collect(), at);
            rest = behind;
        }
        for one in &mut all {
            one.text = if one.text.is_empty() { rest.into() } else { format!("{}{rest}", one.text).into() };
        }
        all
    }

    /// What a variable may hold; None for one that nothing here sets.
    fn values(&self, name: &'a str, at: Value<'a>, depth: usize) -> Option<Vec<Possible<'a>>> {
        if name == ASKING {
            return Some(vec![Possible { text: ECHO.into(), at, test: Test::None }]);
        }
        self.set.get(name).cloned().or_else(|| self.mapped(name, depth))
    }

    fn mapped(&self, name: &str, depth: usize) -> Option<Vec<Possible<'a>>> {
        let map = self.http.maps.get(name).filter(|_| depth < DEEPEST)?;
        let by = variable(map.by);
        let known = by.filter(|by| *by != ASKING).and_then(|by| self.values(by, map.entries.first()?.0, depth + 1));
        let mut all = Vec::new();
        for (key, value) in &map.entries {
            let tests = match (&known, by) {
                (Some(values), _) => of_entry(map, *key, values),
                (None, Some(ASKING)) if key.text() == Some("default") => vec![Test::None],
                (None, Some(ASKING)) => vec![Test::Fits(*key)],
                (None, Some(by)) if is_of_request(by) => vec![Test::None],
                _ => vec![Test::Unclear],
            };
            all.extend(tested(&self.expand(value, *key, depth + 1), &tests));
            let Some(left) = self.left.get().checked_sub(1) else { return Some(vec![unclear(*key)]) };
            self.left.set(left);
        }
        Some(all)
    }
}

/// How the origin was tested where a map goes by a variable with these values and chooses this entry.
fn of_entry<'a>(map: &Map<'a>, key: Value<'a>, values: &[Possible<'a>]) -> Vec<Test<'a>> {
    let text = key.text().unwrap_or_default();
    let names = |value: &&Possible<'a>| map.entries.iter().any(|(key, _)| key.text() == Some(&*value.text));
    if text.starts_with('~') || values.iter().any(|value| !is_known(&value.text)) {
        return vec![Test::Unclear];
    }
    match text {
        "default" => values.iter().filter(|value| !names(value)).map(|value| value.test).collect(),
        _ => values.iter().filter(|value| value.text == text).map(|value| value.test).collect(),
    }
}

/// The same values where the origin was tested in one of these ways before.
fn tested<'a>(values: &[Possible<'a>], tests: &[Test<'a>]) -> Vec<Possible<'a>> {
    let with = |value: &Possible<'a>, test: Test<'a>| Possible { test: value.test.and(test), ..value.clone() };
    let mut all = Vec::with_capacity(values.len());
    for value in values {
        for test in tests {
            let one = with(value, *test);
            if all.last() != Some(&one) {
                all.push(one);
            }
        }
    }
    all
}

/// Too many values are one that nobody knows.
fn limited<'a>(values: Vec<Possible<'a>>, at: Value<'a>) -> Vec<Possible<'a>> {
    if values.len() <= MOST {
        return values;
    }
    vec![unclear(at)]
}

fn unclear(at: Value<'_>) -> Possible<'_> {
    Possible { text: "$".into(), at, test: Test::Unclear }
}

fn returns(block: &Block<'_>) -> bool {
    block.all("return").next().is_some()
}

/// The name in a text that is one variable.
pub fn variable(text: &str) -> Option<&str> {
    let (name, behind) = leading(text);
    (!name.is_empty() && behind.is_empty()).then_some(name)
}

/// The name of the variable that a text begins with (empty for none), and what stands behind it.
fn leading(text: &str) -> (&str, &str) {
    let Some(rest) = text.strip_prefix('$') else { return ("", text) };
    if let Some((name, behind)) = rest.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
        return (name, behind);
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    rest.split_at(end)
}

fn is_of_request(name: &str) -> bool {
    OF_REQUEST.contains(&name) || ["http_", "arg_", "cookie_"].iter().any(|start| name.starts_with(start))
}

/// The last word of a condition without the parenthesis that ends it.
fn closed(word: Value<'_>) -> &str {
    let text = word.text().unwrap_or_default();
    let closes = text.matches(')').count() > text.matches('(').count();
    text.strip_suffix(')').filter(|_| closes).unwrap_or(text)
}
