//! Sections of HAProxy with what they take from `defaults`.

use std::collections::BTreeMap;

use crate::collect::proxies::directives::Directive;
use crate::collect::proxies::milliseconds;
use crate::located::Value;

/// Sections of defaults that take from others.
const DEEPEST: usize = 16;

#[derive(Clone, Debug)]
pub struct Section<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    pub at: Value<'a>,
    /// Its own lines.
    pub own: Vec<Directive<'a>>,
    /// Those of its defaults, and its own behind them.
    pub lines: Vec<Directive<'a>>,
}

impl<'a> Section<'a> {
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Directive<'a>> {
        self.lines.iter().filter(move |line| line.name == name)
    }

    pub fn last(&self, name: &str) -> Option<&Directive<'a>> {
        self.all(name).last()
    }

    /// Whether it reads HTTP; TCP is what HAProxy takes where nothing says so.
    pub fn is_http(&self) -> bool {
        self.last("mode").and_then(|mode| mode.word(0)) == Some("http")
    }
}

/// All sections of a file.
pub struct Sections<'a> {
    pub all: Vec<Section<'a>>,
    by_name: BTreeMap<&'a str, usize>,
    /// A `.if` of the file or a mark of a template, by which parts of it may or may not count.
    pub preprocessed: Option<Value<'a>>,
}

impl<'a> Sections<'a> {
    pub fn read(list: Value<'a>) -> Self {
        let mut sections = Self { all: Vec::new(), by_name: BTreeMap::new(), preprocessed: None };
        let mut defaults: BTreeMap<&'a str, Vec<Directive<'a>>> = BTreeMap::new();
        let mut current: Vec<Directive<'a>> = Vec::new();
        for directive in list.items().filter_map(Directive::read) {
            let lines = directive.block.into_iter().flat_map(Value::items).filter_map(Directive::read);
            let own: Vec<Directive<'a>> = lines.collect();
            let marks = std::iter::once(&directive).chain(&own);
            sections.preprocessed = sections.preprocessed.or_else(|| {
                marks
                    .into_iter()
                    .find(|line| line.name.starts_with(".if") || line.name.starts_with("{%"))
                    .map(|line| line.at)
            });
            if !matches!(directive.name, "defaults" | "frontend" | "backend" | "listen") {
                continue;
            }
            let words: Vec<&'a str> = directive.words().collect();
            let from = words.iter().position(|word| *word == "from");
            let base = from.and_then(|at| words.get(at + 1));
            let inherited = match base {
                Some(name) => defaults.get(name).cloned().unwrap_or_default(),
                None if directive.name == "defaults" => Vec::new(),
                None => current.clone(),
            };
            let mut lines = inherited;
            lines.extend(own.iter().cloned());
            let named = words.first().copied().filter(|_| from != Some(0)).unwrap_or_default();
            if directive.name == "defaults" {
                if !named.is_empty() && defaults.len() < DEEPEST * DEEPEST {
                    defaults.insert(named, lines.clone());
                }
                current = lines;
                continue;
            }
            let at = directive.args.first().copied().unwrap_or(directive.at);
            sections.by_name.entry(named).or_insert(sections.all.len());
            let lines = old_bind(&directive, lines);
            sections.all.push(Section { kind: directive.name, name: named, at, own, lines });
        }
        sections
    }

    /// A section that takes requests of others.
    pub fn backend(&self, name: &str) -> Option<&Section<'a>> {
        let find = |section: &&Section<'a>| section.name == name && matches!(section.kind, "backend" | "listen");
        self.by_name.get(name).map(|at| &self.all[*at]).filter(find).or_else(|| self.all.iter().find(find))
    }

    /// Milliseconds over which a table counts requests, where it does.
    pub fn period(&self, table: &str) -> Option<u64> {
        let section = self.all.iter().find(|section| section.name == table)?;
        let line = section.own.iter().rfind(|line| line.name == "stick-table")?;
        let stored = line.words().flat_map(|word| word.split(','));
        stored.filter_map(|word| word.trim().strip_prefix("http_req_rate(")?.strip_suffix(')')).find_map(milliseconds)
    }
}

/// `listen NAME ADDRESS` of old versions.
fn old_bind<'a>(directive: &Directive<'a>, mut lines: Vec<Directive<'a>>) -> Vec<Directive<'a>> {
    if let Some(address) = directive.args.get(1).filter(|word| word.text().is_some_and(|text| text.contains(':'))) {
        lines.push(Directive { name: "bind", at: *address, args: vec![*address], block: None, via: Vec::new() });
    }
    lines
}
