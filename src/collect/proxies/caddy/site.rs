//! What a site answers, found by going through its lines for requests of each kind that it tells apart.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::collect::proxies::answer::{Asked, Found, State};
use crate::collect::proxies::caddy::Options;
use crate::collect::proxies::caddy::directives::{self, Kind};
use crate::collect::proxies::caddy::header::Changes;
use crate::collect::proxies::caddy::lines::{Line, Source, Word};
use crate::collect::proxies::caddy::matchers::{Match, Matchers};
use crate::collect::proxies::condition::{Condition, Request};
use crate::collect::proxies::milliseconds;
use crate::collect::proxies::pattern;
use crate::input::edges::{Answers, Aspect, Edge, Matching, RateLimit, Redirect, Upload};
use crate::located::Value;

/// Paths of one site that are looked at, each at the cost of going through its lines.
const MOST_PATHS: usize = 200;

/// Lines that are gone through for the paths of one site.
const MOST_VISITS: usize = 1_000_000;

/// Adds what the lines of a site answer over TLS or without it.
pub fn answers<'a>(
    block: &[Line<'a>],
    edge: &Edge<'a>,
    tls: bool,
    source: &Source<'a>,
    options: &Options<'a>,
    found: &mut Found<'a>,
) {
    let order = directives::order(&options.orders);
    let mut walk = Walk { source, order: &order, hosts: &edge.hosts, found, candidate: None, depth: 0 };
    let matchers = Matchers::default();
    let mut paths = Vec::new();
    walk.paths(block, &matchers, "", &mut paths);
    // A finding about a path belongs where its requests are answered.
    paths.sort_by_key(|candidate: &Candidate<'a>| !candidate.answers);
    let mut seen = BTreeSet::new();
    paths.retain(|candidate: &Candidate<'a>| seen.insert(candidate.asked.path.clone()));
    let mut state = State::default();
    let most = (MOST_VISITS / count(block).max(1)).min(MOST_PATHS);
    if paths.len() > most {
        paths.truncate(most);
        let message = format!("the site has more than {most} paths, and only so many are looked at");
        state.hide(edge.at.0, &Aspect::ALL, message, "a file with fewer paths");
    }
    if let Some(line) = client_certificates(block) {
        state.access.authenticated = Some(line.name.at.into());
    }
    let candidates = std::iter::once(None).chain(paths.into_iter().map(Some));
    for candidate in candidates {
        let path = candidate.as_ref().map_or_else(pattern::anywhere, |candidate| candidate.sample.clone());
        walk.candidate = candidate.map(|candidate| candidate.asked);
        let request = Request { path: Some(path), tls };
        walk.sequence(
            block,
            &mut Scope { matchers: matchers.clone(), at: edge.at.0, late: Vec::new() },
            &request,
            &mut state.clone(),
            true,
        );
    }
}

fn count(lines: &[Line<'_>]) -> usize {
    lines.iter().map(|line| 1 + count(line.lines())).sum()
}

/// `tls { client_auth { mode require_and_verify } }`.
fn client_certificates<'l, 'a>(block: &'l [Line<'a>]) -> Option<&'l Line<'a>> {
    let named = |lines: &'l [Line<'a>], name: &str| lines.iter().find(|line| line.name.text == name);
    let clients =
        block.iter().filter(|line| line.name.text == "tls").find_map(|tls| named(tls.lines(), "client_auth"))?;
    let mode = named(clients.lines(), "mode").and_then(|mode| mode.word(0));
    matches!(mode, None | Some("require_and_verify")).then_some(clients)
}

/// Requests that are worth a look of their own.
struct Candidate<'a> {
    sample: String,
    asked: Asked<'a>,
    /// Whether the line that tells them apart answers them.
    answers: bool,
}

/// Whether anything behind a line still sees the request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Goes,
    Ends,
}

/// Where lines stand.
#[derive(Clone)]
struct Scope<'a> {
    matchers: Matchers<'a>,
    /// What states the lines: the address of the site, or the `handle` round them.
    at: Value<'a>,
    /// Changes of headers that wait for the answer, outermost first.
    late: Vec<Changes<'a>>,
}

struct Walk<'w, 'a> {
    source: &'w Source<'a>,
    order: &'w [String],
    hosts: &'w [Cow<'a, str>],
    found: &'w mut Found<'a>,
    candidate: Option<Asked<'a>>,
    depth: usize,
}

/// Blocks inside blocks, those of `invoke` included.
const DEEPEST: usize = 40;

impl<'a> Walk<'_, 'a> {
    /// The paths that lines tell apart; `prefix` is what was taken off them.
    fn paths(&mut self, lines: &[Line<'a>], outer: &Matchers<'a>, prefix: &str, found: &mut Vec<Candidate<'a>>) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        let mut matchers = outer.clone();
        matchers.define(lines, self.hosts);
        for line in lines {
            let kind = directives::kind(&line.name.text);
            if matches!(kind, Kind::Nothing | Kind::Unknown) {
                continue;
            }
            let about = matchers.of(line);
            let answers = !matches!(kind, Kind::Header | Kind::Authentication | Kind::BodyLimit | Kind::RateLimit);
            for (pattern, word) in &about.paths {
                let Some(sample) = pattern.sample() else { continue };
                let (path, matching) = pattern.shown();
                let path = if matching == Matching::Expression { path } else { format!("{prefix}{path}") };
                // Several paths of one matcher are stated together, by its name.
                let word = if about.paths.len() > 1 { line.args.first().unwrap_or(word) } else { word };
                let asked = Asked { at: word.at, path, matching };
                found.push(Candidate { sample: format!("{prefix}{sample}"), asked, answers });
            }
            match kind {
                Kind::HandlePath => {
                    let stripped =
                        about.paths.first().map(|(_, word)| word.text.trim_end_matches('*').trim_end_matches('/'));
                    self.paths(line.lines(), &matchers, &format!("{prefix}{}", stripped.unwrap_or_default()), found);
                }
                Kind::Handle | Kind::Route => self.paths(line.lines(), &matchers, prefix, found),
                Kind::Invoke => {
                    let source = self.source;
                    let named = line.word(about.words).and_then(|name| source.routes.get(name));
                    named.into_iter().for_each(|lines| self.paths(lines, &matchers, prefix, found));
                }
                _ => {}
            }
        }
        self.depth -= 1;
    }

    /// Goes through lines, which Caddy sorts unless they stand in a `route`.
    fn sequence(
        &mut self,
        lines: &[Line<'a>],
        scope: &mut Scope<'a>,
        request: &Request,
        state: &mut State<'a>,
        sorted: bool,
    ) -> Flow {
        if self.depth >= DEEPEST {
            return Flow::Ends;
        }
        self.depth += 1;
        scope.matchers.define(lines, self.hosts);
        let mut matched: Vec<(&Line<'a>, Match<'a>)> =
            lines.iter().map(|line| (line, scope.matchers.of(line))).collect();
        if sorted {
            matched.sort_by_key(|one| self.rank(one));
        }
        let mut handled = false;
        let mut flow = Flow::Goes;
        for (line, about) in matched {
            let kind = directives::kind(&line.name.text);
            let exclusive = matches!(kind, Kind::Handle | Kind::HandlePath);
            let condition = about.condition.given(request);
            if matches!(condition, Condition::Never) || exclusive && handled {
                continue;
            }
            let always = matches!(condition, Condition::Always);
            handled |= exclusive && always;
            flow = if always {
                self.line(line, kind, &about, scope, request, state)
            } else {
                self.line_under(line, kind, &about, &condition, scope, request, state)
            };
            if flow == Flow::Ends {
                break;
            }
        }
        self.depth -= 1;
        flow
    }

    /// The place of a line in the order: the more of a path it names, the earlier among its own kind.
    fn rank(&self, (line, about): &(&Line<'a>, Match<'a>)) -> (usize, usize, std::cmp::Reverse<usize>, usize) {
        let place = self.order.iter().position(|name| *name == *line.name.text).unwrap_or(0);
        let (path, star) = match &about.paths[..] {
            [(_, word)] => {
                let text = word.text.trim_end_matches('*');
                (text.len(), usize::from(text.len() < word.text.len()))
            }
            _ => (0, 0),
        };
        (place, usize::from(about.words == 0 || line.word(0) == Some("*")), std::cmp::Reverse(path), star)
    }

    /// A line that counts for all the requests.
    fn line(
        &mut self,
        line: &Line<'a>,
        kind: Kind,
        about: &Match<'a>,
        scope: &mut Scope<'a>,
        request: &Request,
        state: &mut State<'a>,
    ) -> Flow {
        let word = |n: usize| line.word(about.words + n);
        match kind {
            Kind::Header => {
                let changes = Changes::of(line, about.words, &Condition::Always);
                if changes.late {
                    scope.late.push(changes);
                } else {
                    changes.list.iter().for_each(|change| state.change(change));
                    scope.late.push(Changes { list: Vec::new(), ..changes });
                }
                Flow::Goes
            }
            Kind::Redirect => {
                let to_https = word(0).is_some_and(|to| to.starts_with("https://"));
                let redirect = Redirect { at: line.name.at.into(), to_https };
                self.emit(scope, state, line, Answers::Redirect, Some(redirect))
            }
            Kind::Respond => self.emit(scope, state, line, Answers::Fixed, None),
            Kind::Refuse => Flow::Ends,
            Kind::Handle | Kind::Route | Kind::HandlePath | Kind::Invoke => {
                self.block(line, kind, about, scope, request, state)
            }
            Kind::Proxy => {
                let down = Changes::down(line, &Condition::Always);
                let mut scope = scope.clone();
                scope.late.push(Changes { late: true, ..down });
                self.emit(&scope, state, line, Answers::Proxy, None)
            }
            Kind::Script => {
                self.emit(scope, state, line, Answers::Proxy, None);
                Flow::Goes
            }
            Kind::Files => {
                self.emit(scope, state, line, Answers::Files, None);
                let passes = line.lines().iter().any(|one| one.name.text == "pass_thru");
                if passes { Flow::Goes } else { Flow::Ends }
            }
            Kind::Authentication => {
                state.access.authenticated = Some(line.name.at.into());
                Flow::Goes
            }
            Kind::BodyLimit => {
                let size = line.lines().iter().find(|one| one.name.text == "max_size");
                if let Some(word) = size.and_then(|size| size.args.first()) {
                    match bytes(&word.text).filter(|_| !word.variable) {
                        Some(max_bytes) => state.upload = Some(Upload { max_bytes, at: Some(word.at.into()) }),
                        None => state.hide(
                            word.at,
                            &[Aspect::Upload],
                            "a variable decides the size".to_string(),
                            "its value",
                        ),
                    }
                }
                Flow::Goes
            }
            Kind::RateLimit => {
                state.limits.extend(rate_limits(line));
                Flow::Goes
            }
            Kind::Nothing => Flow::Goes,
            Kind::Unknown => {
                self.unknown(line, state);
                Flow::Goes
            }
        }
    }

    /// A line that counts for some of the requests, nobody knows which.
    #[expect(clippy::too_many_arguments, reason = "a line, what it is about, and where it stands")]
    fn line_under(
        &mut self,
        line: &Line<'a>,
        kind: Kind,
        about: &Match<'a>,
        condition: &Condition<'a>,
        scope: &Scope<'a>,
        request: &Request,
        state: &mut State<'a>,
    ) -> Flow {
        let word = |n: usize| line.word(about.words + n);
        let refuses = match kind {
            Kind::Refuse => true,
            Kind::Respond => status(line, about.words).is_some_and(|status| status >= 400),
            _ => false,
        };
        let mut inner = state.under(condition);
        let mut scope = Scope { at: line.name.at, ..scope.clone() };
        match kind {
            _ if refuses => state.refuse(condition),
            Kind::Header => {
                let changes = Changes::of(line, about.words, condition);
                changes.list.iter().chain(&changes.defaults).for_each(|change| state.may_change(change));
            }
            Kind::Redirect if condition.is_about_scheme() => {
                let to_https = word(0).is_some_and(|to| to.starts_with("https://"));
                state.redirect = Some(Redirect { at: line.name.at.into(), to_https });
            }
            // What counts for some requests alone is no promise for the others.
            Kind::Authentication | Kind::BodyLimit | Kind::RateLimit | Kind::Nothing => {}
            Kind::Unknown => self.unknown(line, state),
            _ => {
                self.line(line, kind, about, &mut scope, request, &mut inner);
            }
        }
        Flow::Goes
    }

    fn block(
        &mut self,
        line: &Line<'a>,
        kind: Kind,
        about: &Match<'a>,
        scope: &mut Scope<'a>,
        request: &Request,
        state: &mut State<'a>,
    ) -> Flow {
        let source = self.source;
        let lines = match kind {
            Kind::Invoke => line.word(about.words).and_then(|name| source.routes.get(name)).map(Vec::as_slice),
            _ => Some(line.lines()),
        };
        let Some(lines) = lines else {
            self.unknown(line, state);
            return Flow::Goes;
        };
        let mut request = request.clone();
        if kind == Kind::HandlePath
            && let (Some(path), Some((_, word))) = (&mut request.path, about.paths.first())
        {
            let prefix = word.text.trim_end_matches('*').trim_end_matches('/');
            if let Some(rest) = path.get(prefix.len()..) {
                *path = if rest.starts_with('/') { rest.to_string() } else { format!("/{rest}") };
            }
        }
        let exclusive = matches!(kind, Kind::Handle | Kind::HandlePath);
        let at = if exclusive { line.name.at } else { scope.at };
        let mut inner = Scope { at, ..scope.clone() };
        let flow = self.sequence(lines, &mut inner, &request, state, kind != Kind::Route);
        scope.late = inner.late;
        flow
    }

    /// A module that nobody here knows may answer, refuse, or change what others answer.
    fn unknown(&self, line: &Line<'a>, state: &mut State<'a>) {
        let message = match &line.unseen {
            Some(message) => message.clone(),
            None => format!("what `{}` does depends on a module of Caddy that is not known here", line.name.text),
        };
        let give = if line.unseen.is_some() { "the file or variable" } else { "the answer of a probe" };
        state.hide(line.name.at, &Aspect::ALL, message, give);
    }

    /// Adds the answer of a line.
    fn emit(
        &mut self,
        scope: &Scope<'a>,
        state: &State<'a>,
        line: &Line<'a>,
        answers: Answers,
        redirect: Option<Redirect<'a>>,
    ) -> Flow {
        let mut state = state.clone();
        // What waits is done innermost first, as each writes for the one round it.
        for changes in scope.late.iter().rev() {
            changes.list.iter().chain(&changes.defaults).for_each(|change| state.change(change));
        }
        let base = || Asked { at: scope.at, path: "/".to_string(), matching: Matching::Prefix };
        let asked = self.candidate.clone().unwrap_or_else(base);
        self.found.add(&asked, &state, line.name.at, answers, redirect);
        Flow::Ends
    }
}

/// The status of a `respond`: its only number, or its last argument.
fn status(line: &Line<'_>, skip: usize) -> Option<u16> {
    let words = line.args.get(skip..).unwrap_or_default();
    let number = |word: &Word<'_>| word.text.parse().ok().filter(|_| word.text.len() == 3);
    match words {
        [one] => number(one),
        [_, status, ..] => number(status),
        [] => None,
    }
}

/// `10MB`, `5MiB` or bytes.
fn bytes(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.find(|c: char| !c.is_ascii_digit()).unwrap_or(lower.len());
    let unit: u64 = match lower[digits..].trim() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "ki" | "kib" => 1 << 10,
        "mi" | "mib" => 1 << 20,
        "gi" | "gib" => 1 << 30,
        _ => return None,
    };
    lower[..digits].parse::<u64>().ok()?.checked_mul(unit)
}

/// The zones of a `rate_limit`: <https://github.com/mholt/caddy-ratelimit>.
fn rate_limits<'a>(line: &Line<'a>) -> Vec<RateLimit<'a>> {
    let zones: Vec<&Line<'a>> = line.lines().iter().filter(|one| one.name.text == "zone").collect();
    let limit = |zone: &&Line<'a>| {
        let option = |name: &str| zone.lines().iter().find(|one| one.name.text == name);
        let events = option("events").and_then(|one| one.word(0)).and_then(|events| events.parse::<u64>().ok());
        let window = option("window").and_then(|one| one.word(0)).and_then(milliseconds);
        let milli = events.zip(window).map(|(events, window)| events.saturating_mul(1_000_000) / window.max(1));
        RateLimit { at: zone.name.at.into(), milli_per_second: milli }
    };
    zones.iter().map(limit).collect()
}
