//! Lines of Caddy with their imports in their place, and variables and arguments filled in.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use globset::GlobBuilder;

use crate::artefact::{Artefact, Bundle};
use crate::collect::paths;
use crate::collect::proxies::caddy::{address, root};
use crate::collect::proxies::directives::Directive;
use crate::collect::proxies::environment::Environment;
use crate::input::settings::Via;
use crate::located::{Style, Value};
use crate::syntax::caddyfile::{DIRECTIVES, is_variable};

/// Imports inside imports.
const DEEPEST: usize = 16;

/// Lines of one file after its imports, of which a snippet may repeat many.
const MOST: usize = 20_000;

/// Folders in which Caddy finds its configuration inside its image.
const PREFIX: &str = "/etc/caddy/";

#[derive(Clone, Debug)]
pub struct Word<'a> {
    pub text: Cow<'a, str>,
    pub at: Value<'a>,
    /// Whether a variable of the environment decides it that has no default.
    pub variable: bool,
    /// Whether it stands in quotes, where marks mean nothing.
    pub quoted: bool,
}

#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub name: Word<'a>,
    pub args: Vec<Word<'a>>,
    pub block: Option<Vec<Line<'a>>>,
    /// The imports that brought it in.
    pub via: Vec<Via<'a>>,
    /// For lines that stand for others that the tree does not hold: what is missing.
    pub unseen: Option<String>,
}

impl<'a> Line<'a> {
    /// The text of an argument.
    pub fn word(&self, n: usize) -> Option<&str> {
        self.args.get(n).map(|word| &*word.text)
    }

    /// The lines of its block.
    pub fn lines(&self) -> &[Line<'a>] {
        self.block.as_deref().unwrap_or_default()
    }
}

/// All lines of a file.
#[derive(Default)]
pub struct Source<'a> {
    pub options: Vec<Line<'a>>,
    pub sites: Vec<Line<'a>>,
    /// Blocks that `invoke` names.
    pub routes: BTreeMap<String, Vec<Line<'a>>>,
    /// Imports of sites that are not in the tree.
    pub missing: Vec<Line<'a>>,
    snippets: BTreeMap<&'a str, Value<'a>>,
}

impl<'a> Source<'a> {
    pub fn read(bundle: &'a Bundle, list: Value<'a>, environment: Environment<'a>) -> Self {
        let mut source = Self::default();
        source.gather(bundle, list, 0);
        let expander =
            |source: &mut Self| Expander { bundle, snippets: std::mem::take(&mut source.snippets), left: MOST };
        let mut expand = expander(&mut source);
        let place = Place { environment: Arc::new(environment), ..Place::default() };
        source.add(&mut expand, list, &place);
        source
    }

    /// Snippets of the file and of those that it imports.
    fn gather(&mut self, bundle: &'a Bundle, list: Value<'a>, depth: usize) {
        for directive in list.items().filter_map(Directive::read) {
            if let (Some(name), Some(block)) = (snippet(directive.name), directive.block) {
                self.snippets.entry(name).or_insert(block);
            } else if directive.name == "import" && depth < DEEPEST {
                let pattern = directive.word(0).unwrap_or_default();
                for artefact in files(bundle, list.located().key(), pattern) {
                    root(artefact).into_iter().for_each(|list| self.gather(bundle, list, depth + 1));
                }
            }
        }
    }

    fn add(&mut self, expand: &mut Expander<'a>, list: Value<'a>, place: &Place<'a>) {
        for item in list.items() {
            let Some(directive) = Directive::read(item) else {
                let lines = item.get("block").map(|block| expand.lines(block, place)).unwrap_or_default();
                self.options.extend(lines);
                continue;
            };
            if snippet(directive.name).is_some() {
                continue;
            }
            if directive.name == "import" && directive.block.is_none() {
                let (found, place) = expand.import(&directive, place, list);
                match found {
                    Some(lists) => lists.into_iter().for_each(|list| self.add(expand, list, &place)),
                    None => self.missing.push(expand.unseen(&directive, &place)),
                }
                continue;
            }
            let mut line = expand.line(&directive, place);
            line.block = directive.block.map(|block| expand.lines(block, place));
            if let Some(name) = directive.name.strip_prefix("&(").and_then(|rest| rest.strip_suffix(')')) {
                self.routes.insert(name.to_string(), line.block.unwrap_or_default());
            } else if line.block.is_none() && is_variable(directive.name) && line.name.variable {
                let message = format!("the variable {} may add sites", directive.name);
                self.missing.push(Line { unseen: Some(message), ..line });
            } else if !DIRECTIVES.contains(&directive.name) && !directive.name.starts_with('@') {
                // Lines of a site that nothing imports are no site.
                self.sites.push(line);
            }
        }
    }
}

/// Where lines are put in.
#[derive(Clone, Default)]
struct Place<'a> {
    via: Vec<Via<'a>>,
    args: Vec<Word<'a>>,
    /// What stands in the block of the import.
    block: Vec<Line<'a>>,
    environment: Arc<Environment<'a>>,
}

impl<'a> Place<'a> {
    /// A word with variables and arguments filled in.
    fn expand(&self, at: Value<'a>) -> Word<'a> {
        let raw = at.text().unwrap_or_default();
        let quoted = at.style() != Style::Plain;
        if let Some(n) = raw.strip_prefix("{args").and_then(|rest| rest.strip_suffix('}')).and_then(index)
            && let Some(word) = self.args.get(n)
        {
            return Word { quoted: quoted || word.quoted, ..word.clone() };
        }
        // What a template fills in is as unknown as a variable.
        let mut variable = raw.contains("{{") || raw.contains("{%");
        let mut text = String::new();
        let mut done = 0;
        let mut from = 0;
        while let Some(start) = raw[from..].find('{').map(|start| from + start) {
            let Some(end) = raw[start..].find('}').map(|end| start + end) else { break };
            let inside = &raw[start + 1..end];
            from = end + 1;
            let new = if let Some(name) = inside.strip_prefix('$') {
                let (bare, default) = name.split_once(':').unwrap_or((name, ""));
                match (self.environment.get(bare), default) {
                    // What is one word stays one.
                    (Some(Some(value)), _)
                        if !value.is_empty() && !value.contains([' ', '\t', '\n', '{', '}', '"']) =>
                    {
                        value
                    }
                    // A default of this machine is replaced wherever anybody else asks.
                    (None, default) if name.contains(':') && !address::is_local(default) => default,
                    _ => {
                        variable = true;
                        continue;
                    }
                }
            } else if let Some(word) = inside.strip_prefix("args").and_then(index).and_then(|n| self.args.get(n)) {
                variable |= word.variable;
                &word.text
            } else {
                continue;
            };
            text.push_str(&raw[done..start]);
            text.push_str(new);
            done = from;
        }
        let text = if done == 0 {
            Cow::Borrowed(raw)
        } else {
            text.push_str(&raw[done..]);
            text.into()
        };
        Word { text, at, variable, quoted }
    }
}

/// `[0]` or `.0`.
fn index(text: &str) -> Option<usize> {
    text.strip_prefix('.').or_else(|| text.strip_prefix('[')?.strip_suffix(']'))?.parse().ok()
}

fn snippet(name: &str) -> Option<&str> {
    name.strip_prefix('(')?.strip_suffix(')')
}

struct Expander<'a> {
    bundle: &'a Bundle,
    snippets: BTreeMap<&'a str, Value<'a>>,
    /// Lines that may still be made.
    left: usize,
}

impl<'a> Expander<'a> {
    fn line(&mut self, directive: &Directive<'a>, place: &Place<'a>) -> Line<'a> {
        self.left = self.left.saturating_sub(1);
        let words = directive.args.iter();
        let mut args: Vec<Word<'a>> = Vec::with_capacity(directive.args.len());
        for word in words {
            match word.text() {
                Some("{args[:]}" | "{args.*}") => args.extend(place.args.iter().cloned()),
                _ => args.push(place.expand(*word)),
            }
        }
        Line { name: place.expand(directive.at), args, block: None, via: place.via.clone(), unseen: None }
    }

    /// A line that stands for an import whose file is missing.
    fn unseen(&mut self, directive: &Directive<'a>, place: &Place<'a>) -> Line<'a> {
        let name = directive.word(0).unwrap_or_default();
        let message = if self.left == 0 {
            "the imports of the file come to too many lines".to_string()
        } else {
            format!("the imported {name} is not in the tree")
        };
        Line { unseen: Some(message), ..self.line(directive, place) }
    }

    fn lines(&mut self, list: Value<'a>, place: &Place<'a>) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        for directive in list.items().filter_map(Directive::read) {
            if directive.name == "import" {
                let (found, inner) = self.import(&directive, place, list);
                match found {
                    Some(lists) => {
                        for list in lists {
                            lines.extend(self.lines(list, &inner));
                        }
                    }
                    None => lines.push(self.unseen(&directive, place)),
                }
                continue;
            }
            if directive.name == "{block}" {
                lines.extend(place.block.iter().cloned());
                continue;
            }
            let mut line = self.line(&directive, place);
            line.block = directive.block.map(|block| self.lines(block, place));
            if is_variable(directive.name) && line.name.variable {
                line.unseen = Some(format!("the variable {} may add lines", directive.name));
            }
            lines.push(line);
        }
        lines
    }

    /// What an import names, and the place of its lines; None where the tree holds nothing of the kind.
    fn import(
        &mut self,
        directive: &Directive<'a>,
        place: &Place<'a>,
        list: Value<'a>,
    ) -> (Option<Vec<Value<'a>>>, Place<'a>) {
        let mut inner = place.clone();
        let line = self.line(directive, place);
        let Some((name, args)) = line.args.split_first() else { return (None, inner) };
        inner.via.push(Via { at: name.at.into(), label: "imported here".into() });
        inner.args = args.to_vec();
        inner.block = directive.block.map(|block| self.lines(block, place)).unwrap_or_default();
        if inner.via.len() > DEEPEST || self.left == 0 || name.variable {
            return (None, inner);
        }
        if let Some(block) = self.snippets.get(&*name.text) {
            return (Some(vec![*block]), inner);
        }
        let found = files(self.bundle, list.located().key(), &name.text);
        let lists: Vec<Value<'a>> = found.into_iter().filter_map(root).collect();
        ((!lists.is_empty()).then_some(lists), inner)
    }
}

/// A path as seen from the folder of Caddy; None for a file elsewhere on the machine.
fn relative(pattern: &str) -> Option<&str> {
    match pattern.strip_prefix(PREFIX) {
        Some(rest) => Some(rest),
        None => (!pattern.starts_with('/')).then_some(pattern),
    }
}

/// The artefacts that an import of a file names; empty where the tree holds none.
fn files<'a>(bundle: &'a Bundle, from: &str, pattern: &str) -> Vec<&'a Artefact> {
    let Some(path) = relative(pattern).and_then(|pattern| paths::join(paths::folder(from), pattern)) else {
        return Vec::new();
    };
    if !path.contains(['*', '?', '[']) {
        return bundle.get(&path).filter(|artefact| root(artefact).is_some()).into_iter().collect();
    }
    let Ok(glob) = GlobBuilder::new(&path).literal_separator(true).build() else { return Vec::new() };
    let glob = glob.compile_matcher();
    let fits = |artefact: &&Artefact| glob.is_match(&*artefact.path) && *artefact.path != *from;
    bundle.section("proxies").filter(fits).filter(|artefact| root(artefact).is_some()).collect()
}

/// The imports of a file, wherever they stand.
fn imports(artefact: &Artefact) -> Vec<Value<'_>> {
    let mut found = Vec::new();
    let mut lists: Vec<Value<'_>> = root(artefact).into_iter().collect();
    while let Some(list) = lists.pop() {
        for item in list.items() {
            lists.extend(item.get("block"));
            if let Some(directive) = Directive::read(item).filter(|directive| directive.name == "import") {
                found.extend(directive.args.first());
            }
        }
    }
    found
}

/// Paths of files that a file imports.
pub fn imported(bundle: &Bundle, artefact: &Artefact) -> Vec<Arc<str>> {
    let patterns = imports(artefact).into_iter().filter_map(Value::text);
    patterns.flat_map(|pattern| files(bundle, &artefact.path, pattern)).map(|found| found.path.clone()).collect()
}

/// Paths that the imports of a file may mean, stars included, to be read if they are there.
pub fn named(artefact: &Artefact) -> Vec<String> {
    let patterns = imports(artefact).into_iter().filter_map(Value::text).filter_map(relative);
    patterns.filter_map(|pattern| paths::join(paths::folder(&artefact.path), pattern)).collect()
}
