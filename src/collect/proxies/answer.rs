//! What a proxy answers to one kind of requests, while its rules are gone through one after the other.

use std::borrow::Cow;
use std::collections::BTreeSet;

use foldhash::HashMap;

use crate::collect::proxies::condition::Condition;
use crate::input::edges::{
    Access, Answers, Aspect, Cors, Edge, Header, Location, Matching, Origin, RateLimit, Redirect, Unseen, Upload,
};
use crate::input::settings::Via;
use crate::located::Value;

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// The word of the view for the origin that asked, sent back as it came.
pub const ECHO: &str = "$http_origin";

/// What counts for the requests so far.
#[derive(Clone, Debug, Default)]
pub struct State<'a> {
    pub headers: Vec<Header<'a>>,
    /// Origins that are let in, whether or not every answer says so.
    pub origins: Vec<Origin<'a>>,
    /// A redirection of the requests that came to a proxy in front unencrypted.
    pub redirect: Option<Redirect<'a>>,
    pub limits: Vec<RateLimit<'a>>,
    pub upload: Option<Upload<'a>>,
    pub access: Access<'a>,
    pub unseen: Vec<Unseen<'a>>,
    /// Clients that a rule before let in, whatever the rules behind it say.
    pub passed: Vec<Origin<'a>>,
}

/// How a rule changes a header of answers.
#[derive(Clone, Debug)]
pub enum Change<'a> {
    Set(Header<'a>, Vec<Origin<'a>>),
    Add(Header<'a>, Vec<Origin<'a>>),
    /// Sets it where nothing else did.
    Default(Header<'a>, Vec<Origin<'a>>),
    /// A name in lower case, which may have a star at one end.
    Remove(String),
    /// The value that is there becomes one that nobody knows.
    Rewrite(String),
}

impl<'a> State<'a> {
    pub fn change(&mut self, change: &Change<'a>) {
        match change {
            Change::Set(header, origins) => {
                self.remove(&header.name.clone());
                self.add(header, origins);
            }
            Change::Add(header, origins) => self.add(header, origins),
            Change::Default(header, origins) => {
                if !self.headers.iter().any(|one| one.name == header.name) {
                    self.add(header, origins);
                }
            }
            Change::Remove(name) => self.remove(name),
            Change::Rewrite(name) => {
                self.headers.iter_mut().filter(|one| one.name == *name).for_each(|one| one.value = None);
            }
        }
    }

    /// Notes what a change may let in that not every answer has.
    pub fn may_change(&mut self, change: &Change<'a>) {
        if let Change::Set(header, origins) | Change::Add(header, origins) | Change::Default(header, origins) = change
            && header.name == ALLOW_ORIGIN
        {
            self.origins.extend(origins.iter().cloned());
        }
    }

    fn add(&mut self, header: &Header<'a>, origins: &[Origin<'a>]) {
        if header.name == ALLOW_ORIGIN {
            self.origins.extend(origins.iter().cloned());
            if origins.is_empty() {
                let message = "a variable decides which origins are let in".to_string();
                self.hide(header.at.0, &[Aspect::Cors], message, "the answer of a probe");
            }
        }
        self.headers.push(header.clone());
    }

    fn remove(&mut self, name: &str) {
        let fits = |one: &str| match (name.strip_prefix('*'), name.strip_suffix('*')) {
            (Some(end), None) => one.ends_with(end),
            (None, Some(start)) => one.starts_with(start),
            (Some(part), Some(_)) => one.contains(part.trim_end_matches('*')),
            (None, None) => one == name,
        };
        self.headers.retain(|header| !fits(&header.name));
        if fits(ALLOW_ORIGIN) {
            self.origins.clear();
        }
    }

    /// Lets what is left of the condition of a refusal count: who is not in a list, asks too often, sends too much.
    pub fn refuse(&mut self, condition: &Condition<'a>) {
        for case in condition.cases() {
            let (mut allowed, mut others) = (Vec::new(), 0);
            for part in case.parts() {
                match part {
                    Condition::Not(inner) => match &**inner {
                        Condition::From(list) => allowed.extend(list.iter().cloned()),
                        Condition::Known(at) => self.access.authenticated = Some((*at).into()),
                        _ => others += 1,
                    },
                    Condition::Over(limit) => self.limits.push(limit.clone()),
                    Condition::Larger(max_bytes, at) => {
                        self.upload = Some(Upload { max_bytes: *max_bytes, at: Some((*at).into()) });
                    }
                    _ => others += 1,
                }
            }
            if !allowed.is_empty() && others == 0 {
                self.restrict(allowed);
            }
        }
    }

    /// Everybody is refused from here on but those whom a rule before let in; false if there are none.
    pub fn refuse_all(&mut self) -> bool {
        let passed = std::mem::take(&mut self.passed);
        let some = !passed.is_empty();
        if some {
            self.restrict(passed);
        }
        some
    }

    /// Only clients of a list get further.
    pub fn restrict(&mut self, mut allowed: Vec<Origin<'a>>) {
        allowed.append(&mut self.passed);
        self.access.allow = allowed;
        self.access.denies = true;
    }

    /// Notes that something is not in the tree that could set these aspects.
    pub fn hide(&mut self, at: Value<'a>, aspects: &[Aspect], message: String, give: &'static str) {
        self.unseen.push(Unseen {
            at: at.into(),
            aspects: aspects.to_vec(),
            message: message.into(),
            give: give.into(),
        });
    }

    /// The same for the requests that a condition leaves.
    pub fn under(&self, condition: &Condition<'a>) -> Self {
        let mut state = self.clone();
        if let Some(list) = condition.clients() {
            state.restrict(list.to_vec());
        }
        state
    }
}

/// A header of a rule, with the origins that it lets in where it is about that.
pub fn header<'a>(
    name: &str,
    value: Option<Cow<'a, str>>,
    at: Value<'a>,
    via: &[Via<'a>],
    asked: Option<Vec<Origin<'a>>>,
    echoes: bool,
) -> (Header<'a>, Vec<Origin<'a>>) {
    let name: Cow<'a, str> = name.to_ascii_lowercase().into();
    let origins = match (&value, asked) {
        _ if name != ALLOW_ORIGIN => Vec::new(),
        (_, Some(asked)) if echoes && !asked.is_empty() => asked,
        _ if echoes => vec![Origin::new(ECHO.into(), at.into())],
        (Some(value), _) => vec![Origin::new(value.clone(), at.into())],
        (None, _) => Vec::new(),
    };
    (Header { name, value, at: at.into(), via: via.to_vec() }, origins)
}

/// The locations and origins of a server.
#[derive(Debug, Default)]
pub struct Found<'a> {
    pub locations: Vec<Location<'a>>,
    origins: Vec<Origin<'a>>,
    /// Answers that all paths have, or those that an expression of a location names: the rule, and the places of all that
    /// counts.
    seen: HashMap<(Answers, Vec<Option<Value<'a>>>), Option<usize>>,
}

/// Which requests a location answers.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub at: Value<'a>,
    pub path: String,
    pub matching: Matching,
}

impl<'a> Found<'a> {
    /// Adds what answers in a state, unless all paths have the same answer of the same rule.
    pub fn add(
        &mut self,
        asked: &Asked<'a>,
        state: &State<'a>,
        rule: Value<'a>,
        answers: Answers,
        redirect: Option<Redirect<'a>>,
    ) {
        let redirect = redirect.or_else(|| state.redirect.clone());
        let denies = state.access.denies.then_some(rule);
        let mut key = vec![Some(rule), denies, state.access.authenticated.map(|at| at.0)];
        for list in [
            state.headers.iter().map(|header| header.at).collect::<Vec<_>>(),
            state.limits.iter().map(|limit| limit.at).collect(),
            state.access.allow.iter().map(|origin| origin.at).collect(),
            state.upload.iter().filter_map(|upload| upload.at).collect(),
            redirect.iter().map(|redirect| redirect.at).collect(),
            state.unseen.iter().map(|unseen| unseen.at).collect(),
        ] {
            key.push(None);
            key.extend(list.into_iter().map(|at| Some(at.0)));
        }
        let key = (answers, key);
        let expression = asked.matching == Matching::Expression;
        match self.seen.get(&key) {
            None if expression => _ = self.seen.insert(key, Some(self.locations.len())),
            None if asked.path == "/" => _ = self.seen.insert(key, None),
            Some(None) => return,
            // Several endings with one answer are one location.
            Some(Some(at)) if expression => {
                let path = &mut self.locations[*at].path;
                *path = format!("{path}|{}", asked.path).into();
                return;
            }
            None | Some(Some(_)) => {}
        }
        let credentials = state.headers.iter().any(|header| header.name == "access-control-allow-credentials");
        let files_only = answers == Answers::Files && !credentials;
        self.origins.extend(state.origins.iter().map(|origin| Origin { files_only, ..origin.clone() }));
        self.locations.push(Location {
            at: asked.at.into(),
            path: asked.path.clone().into(),
            matching: asked.matching,
            answers,
            headers: state.headers.clone(),
            redirect,
            rate_limits: state.limits.clone(),
            upload: state.upload.clone(),
            access: state.access.clone(),
            unseen: state.unseen.clone(),
        });
    }

    /// Puts all of it into an edge.
    pub fn into_edge(mut self, edge: &mut Edge<'a>) {
        // A place that counts for programs too counts for them.
        self.origins.sort_by_key(|origin| origin.files_only);
        let mut seen = BTreeSet::new();
        self.origins.retain(|origin| seen.insert((origin.at.0.span().start, origin.value.to_string())));
        edge.cors = self.origins.first().map(|first| Cors { at: first.at, origins: self.origins.clone() });
        edge.locations = self.locations;
    }
}
