//! What a frontend answers, found by going through its rules and those of its backends for requests of each kind.
//!
//! Rules about requests count in this order: `tcp-request`, `http-request`, `redirect`, `use_backend`; then those of the
//! backend. Rules about answers count the other way round, the backend's first; `http-after-response` also for what
//! HAProxy answers itself.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::collect::proxies::answer::{Asked, Change, Found, State, header};
use crate::collect::proxies::condition::{Condition, Request};
use crate::collect::proxies::directives::Directive;
use crate::collect::proxies::haproxy::Bind;
use crate::collect::proxies::haproxy::acls::{Acls, Written};
use crate::collect::proxies::haproxy::sections::{Section, Sections};
use crate::collect::proxies::pattern;
use crate::input::edges::{Answers, Aspect, Edge, Matching, Redirect};
use crate::located::Value;
use crate::syntax::haproxy::VARIABLE;

/// Paths of one frontend that are looked at, each at the cost of going through its backends.
const MOST_PATHS: usize = 200;

/// Backends that are gone through for the paths of one frontend.
const MOST_VISITS: usize = 40_000;

/// Puts what a frontend answers into its edge.
pub fn answers<'a>(section: &Section<'a>, sections: &Sections<'a>, bind: &Bind<'a>, edge: &mut Edge<'a>) {
    let mut state = State::default();
    let mut found = Found::default();
    if let Some(at) = sections.preprocessed {
        let message = "a condition of the start decides which parts of the file count".to_string();
        state.hide(at, &Aspect::ALL, message, "a file without `.if`");
    }
    if let Some(at) = bind.clients {
        state.access.authenticated = Some(at.into());
    }
    let base = Asked { at: section.at, path: "/".to_string(), matching: Matching::Prefix };
    if !section.is_http() {
        let message = format!("{} passes TCP on, so what answers stands behind it", section.name);
        state.hide(section.at, &Aspect::ALL, message, "the configuration of what stands behind, or a probe");
        let rule = section.last("default_backend").map_or(section.at, |line| line.at);
        found.add(&base, &state, rule, Answers::Proxy, None);
        return found.into_edge(edge);
    }
    let mut walk = Walk { section, sections, found: &mut found, rules: BTreeMap::new() };
    let mut paths = walk.paths();
    let most = (MOST_VISITS / (1 + section.all("use_backend").count())).min(MOST_PATHS);
    if paths.len() > most {
        paths.truncate(most);
        let message = format!("the frontend has more than {most} paths, and only so many are looked at");
        state.hide(section.at, &Aspect::ALL, message, "a file with fewer paths");
    }
    let all = paths.into_iter().filter_map(|(pattern, at)| {
        let (path, matching) = pattern.shown();
        Some((pattern.sample()?, Asked { at, path, matching }))
    });
    let all: Vec<(String, Asked<'a>)> = std::iter::once((pattern::anywhere(), base)).chain(all).collect();
    for (path, asked) in all {
        walk.frontend(&Request { path: Some(path), tls: bind.tls }, &asked, state.clone());
    }
    found.into_edge(edge);
}

struct Walk<'w, 'a> {
    section: &'w Section<'a>,
    sections: &'w Sections<'a>,
    found: &'w mut Found<'a>,
    /// Rules that were read, by the name of their section.
    rules: BTreeMap<&'a str, Rc<Rules<'w, 'a>>>,
}

/// The lines of a section with their conditions.
struct Rules<'w, 'a> {
    section: &'w Section<'a>,
    acls: Acls<'a>,
    lines: Vec<(&'w Directive<'a>, Condition<'a>)>,
}

impl<'w, 'a> Rules<'w, 'a> {
    fn read(section: &'w Section<'a>, outer: Option<&Acls<'a>>, sections: &Sections<'a>) -> Self {
        let mut acls = Acls::of(section, outer, sections);
        // A finding about a path belongs where the path is told from others.
        let (uses, others): (Vec<_>, Vec<_>) =
            section.lines.iter().filter(|line| line.name != "acl").partition(|line| line.name == "use_backend");
        let mut lines = Vec::with_capacity(section.lines.len());
        for line in uses.into_iter().chain(others) {
            let paths = acls.paths.len();
            lines.push((line, acls.condition(line)));
            // Rules about answers do not know the path.
            if line.name.ends_with("-response") {
                acls.paths.truncate(paths);
            }
        }
        Self { section, acls, lines }
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &(&'w Directive<'a>, Condition<'a>)> {
        self.lines.iter().filter(move |(line, _)| line.name == name)
    }
}

impl<'w, 'a> Walk<'w, 'a> {
    fn rules(&mut self, section: &'w Section<'a>) -> Rc<Rules<'w, 'a>> {
        if let Some(known) = self.rules.get(section.name) {
            return known.clone();
        }
        let outer = self.behind(section).map(|_| self.rules(self.section));
        let rules = Rc::new(Rules::read(section, outer.as_ref().map(|outer| &outer.acls), self.sections));
        self.rules.insert(section.name, rules.clone());
        rules
    }

    /// The paths that rules of the frontend and its backends tell apart.
    fn paths(&mut self) -> Vec<Written<'a>> {
        let (section, sections) = (self.section, self.sections);
        let uses = section.lines.iter().filter(|line| matches!(line.name, "use_backend" | "default_backend"));
        let backends: BTreeSet<&str> = uses.filter_map(|line| line.word(0)).collect();
        let backends = backends.into_iter().filter_map(|name| sections.backend(name));
        let all = std::iter::once(section).chain(backends);
        let mut found: Vec<Written<'a>> = all.flat_map(|one| self.rules(one).acls.paths.clone()).collect();
        let mut seen = BTreeSet::new();
        found.retain(|(pattern, _)| seen.insert(pattern.shown().0));
        found
    }

    fn frontend(&mut self, request: &Request, asked: &Asked<'a>, mut state: State<'a>) {
        let rules = self.rules(self.section);
        if self.requests(&rules, request, asked, &mut state).is_none() {
            return;
        }
        if self.section.kind == "listen" && self.section.lines.iter().any(|line| serves(line.name)) {
            return self.passed(self.section, None, request, asked, state, self.section.at);
        }
        for (line, condition) in rules.all("use_backend") {
            let condition = condition.given(request);
            let inner = match &condition {
                Condition::Never => continue,
                condition => state.under(condition),
            };
            // A backend for some of the requests is told by the word that names it.
            let always = matches!(condition, Condition::Always);
            let at = line.args.first().copied().unwrap_or(line.at);
            let asked = if always { asked.clone() } else { Asked { at, ..asked.clone() } };
            self.backend(at, request, &asked, inner);
            if always {
                return;
            }
        }
        if let Some(line) = self.section.last("default_backend") {
            self.backend(line.args.first().copied().unwrap_or(line.at), request, asked, state);
        }
    }

    fn backend(&mut self, name: Value<'a>, request: &Request, asked: &Asked<'a>, mut state: State<'a>) {
        let text = name.text().unwrap_or_default();
        let Some(backend) = self.sections.backend(text).filter(|_| name.tag() != Some(VARIABLE)) else {
            let message = format!("the backend {text} is not in the file");
            state.hide(name, &Aspect::ALL, message, "the file that defines the backend");
            self.answer(None, request, &mut state);
            return self.found.add(asked, &state, name, Answers::Proxy, None);
        };
        let rules = self.rules(backend);
        if self.requests(&rules, request, asked, &mut state).is_none() {
            return;
        }
        self.passed(backend, Some(backend), request, asked, state, name);
    }

    /// Requests that no rule answered go to the servers of a section.
    fn passed(
        &mut self,
        section: &Section<'a>,
        backend: Option<&'w Section<'a>>,
        request: &Request,
        asked: &Asked<'a>,
        mut state: State<'a>,
        rule: Value<'a>,
    ) {
        // Without a server all that is left is an error.
        if !section.lines.iter().any(|line| serves(line.name)) {
            return;
        }
        self.answer(backend, request, &mut state);
        self.found.add(asked, &state, rule, Answers::Proxy, None);
    }

    /// Lets rules about answers count.
    fn answer(&mut self, backend: Option<&'w Section<'a>>, request: &Request, state: &mut State<'a>) {
        for names in [&["http-response", "rspadd"][..], &["http-after-response"]] {
            for section in backend.into_iter().chain([self.section]) {
                change(&self.rules(section), names, request, state);
            }
        }
    }

    /// A section, unless it is the frontend itself.
    fn behind(&self, section: &'w Section<'a>) -> Option<&'w Section<'a>> {
        (section.name != self.section.name).then_some(section)
    }

    /// Goes through the rules about requests of a section; None where one of them answers all of the requests.
    fn requests(
        &mut self,
        rules: &Rules<'w, 'a>,
        request: &Request,
        asked: &Asked<'a>,
        state: &mut State<'a>,
    ) -> Option<()> {
        let section = rules.section;
        for name in ["tcp-request", "http-request", "redirect"] {
            for (line, condition) in rules.all(name) {
                let condition = condition.given(request);
                if matches!(condition, Condition::Never) {
                    continue;
                }
                let always = matches!(condition, Condition::Always);
                // `tcp-request` says first at what time.
                let skip = usize::from(name == "tcp-request");
                let action = if name == "redirect" { "redirect" } else { line.word(skip).unwrap_or_default() };
                match action {
                    "deny" | "reject" | "tarpit" | "silent-drop" => {
                        if always && !state.refuse_all() {
                            return None;
                        }
                        if !always {
                            self.lists(line, &condition, state);
                            state.refuse(&condition);
                        }
                    }
                    "allow" if always => return Some(()),
                    "allow" => state.passed.extend(condition.clients().unwrap_or_default().iter().cloned()),
                    "auth" => state.refuse(&condition),
                    "redirect" => {
                        let to_https = leads_to_https(line);
                        let redirect = Redirect { at: line.at.into(), to_https };
                        if always {
                            self.itself(section, line, request, asked, state, Answers::Redirect, Some(redirect));
                            return None;
                        }
                        if condition.is_about_scheme() {
                            state.redirect = Some(redirect);
                        }
                    }
                    "return" => {
                        self.itself(section, line, request, asked, &state.under(&condition), Answers::Fixed, None);
                        if always {
                            return None;
                        }
                    }
                    "use-service" => {
                        let mut inner = state.under(&condition);
                        self.answer(self.behind(section), request, &mut inner);
                        self.found.add(asked, &inner, line.at, Answers::Proxy, None);
                        if always {
                            return None;
                        }
                    }
                    _ => {}
                }
            }
        }
        Some(())
    }

    /// What HAProxy answers itself has only what `http-after-response` and the rule itself set.
    #[expect(clippy::too_many_arguments, reason = "a rule, where it stands, and what it answers")]
    fn itself(
        &mut self,
        section: &'w Section<'a>,
        line: &Directive<'a>,
        request: &Request,
        asked: &Asked<'a>,
        state: &State<'a>,
        answers: Answers,
        redirect: Option<Redirect<'a>>,
    ) {
        let mut state = state.clone();
        for words in line.args.windows(3).filter(|words| words[0].text() == Some("hdr")) {
            let change = set(line, words[1], words[2], &Condition::Always, &Acls::default());
            state.change(&change);
        }
        for one in self.behind(section).into_iter().chain([self.section]) {
            change(&self.rules(one), &["http-after-response"], request, &mut state);
        }
        self.found.add(asked, &state, line.at, answers, redirect);
    }

    /// A refusal that goes by a list elsewhere.
    fn lists(&self, line: &Directive<'a>, condition: &Condition<'a>, state: &mut State<'a>) {
        let elsewhere = |part: &Condition<'a>| match part {
            Condition::Not(inner) => match &**inner {
                Condition::Other(at) => at.text().is_some_and(|text| text.starts_with("src")),
                _ => false,
            },
            _ => false,
        };
        if condition.cases().iter().any(|case| case.parts().iter().all(elsewhere)) {
            let message = "the list of the clients that may ask is not in the file".to_string();
            state.hide(line.at, &[Aspect::Access], message, "the file with the addresses");
        }
    }
}

fn serves(name: &str) -> bool {
    matches!(name, "server" | "server-template" | "dispatch")
}

/// Lets the rules about answers of a section count.
fn change<'a>(rules: &Rules<'_, 'a>, names: &[&str], request: &Request, state: &mut State<'a>) {
    // The path is not known any more.
    let request = Request { path: None, ..request.clone() };
    for (line, condition) in rules.lines.iter().filter(|(line, _)| names.contains(&line.name)) {
        let left = condition.given(&request);
        if matches!(left, Condition::Never) {
            continue;
        }
        let lower = || line.word(1).unwrap_or_default().to_ascii_lowercase();
        let change = match (line.name, line.word(0), line.args.get(1), line.args.get(2)) {
            ("rspadd", Some(text), ..) => old(line, text),
            (_, Some("set-header" | "add-header"), Some(name), Some(value)) => {
                Some(set(line, *name, *value, &left, &rules.acls))
            }
            (_, Some("del-header"), Some(_), _) => Some(Change::Remove(lower())),
            (_, Some("replace-header" | "replace-value"), Some(_), _) => Some(Change::Rewrite(lower())),
            _ => None,
        };
        match (change, left) {
            (Some(change), Condition::Always) => state.change(&change),
            (Some(change), _) => state.may_change(&change),
            (None, _) => {}
        }
    }
}

fn set<'a>(
    line: &Directive<'a>,
    name: Value<'a>,
    value: Value<'a>,
    condition: &Condition<'a>,
    acls: &Acls<'a>,
) -> Change<'a> {
    let text = value.text().unwrap_or_default();
    let known = value.tag() != Some(VARIABLE) && !text.contains("%[");
    let shown = known.then(|| if text.contains("%%") { text.replace("%%", "%").into() } else { Cow::Borrowed(text) });
    let asked = condition.origins().map(<[_]>::to_vec);
    let echoes = text.contains("%[") && acls.is_origin(text);
    let (header, origins) = header(name.text().unwrap_or_default(), shown, value, &line.via, asked, echoes);
    if line.word(0) == Some("add-header") { Change::Add(header, origins) } else { Change::Set(header, origins) }
}

/// `rspadd Name:\ value` of old versions.
fn old<'a>(line: &Directive<'a>, text: &'a str) -> Option<Change<'a>> {
    let (name, value) = text.split_once(':')?;
    let at = line.args.first().copied().unwrap_or(line.at);
    let (header, origins) = header(name.trim(), Some(value.trim().into()), at, &line.via, None, false);
    Some(Change::Add(header, origins))
}

/// `scheme https`, `location https://...` or `prefix https://...`.
fn leads_to_https(line: &Directive<'_>) -> bool {
    let words: Vec<&str> = line.words().collect();
    words.windows(2).any(|pair| match pair {
        ["scheme", to] => to.starts_with("https"),
        ["location" | "prefix", to] => to.starts_with("https://"),
        _ => false,
    })
}
