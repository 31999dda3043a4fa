//! `Value`: the cursor over a tree.

use std::collections::hash_map::Entry;

use foldhash::HashMap;
use serde::{Serialize, Serializer};

use super::{DUPLICATE, Dialect, EXTRA, Kind, Located, MERGE, NONE, Node, NodeId, NodeKind, Span, Step, Style};
use crate::syntax::scalar::{self, Scalar};

/// A node of a tree: a cheap copy that leads to its content, its place and its route.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub(crate) located: &'a Located,
    pub(crate) id: NodeId,
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.located, other.located) && self.id == other.id
    }
}

impl Eq for Value<'_> {}

impl std::hash::Hash for Value<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (std::ptr::from_ref(self.located) as usize, self.id).hash(state);
    }
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}..{}", self.located.path, self.span().start, self.span().end)
    }
}

impl<'a> Value<'a> {
    pub(super) fn node(self) -> &'a Node {
        &self.located.nodes[self.id as usize]
    }

    fn at_id(self, id: NodeId) -> Self {
        Value { located: self.located, id }
    }

    /// The value itself: where an alias stands, the anchored value that it repeats.
    pub fn resolved(self) -> Self {
        let mut at = self;
        while at.node().kind == NodeKind::Alias {
            at = self.at_id(at.node().a);
        }
        at
    }

    pub fn is_alias(self) -> bool {
        self.node().kind == NodeKind::Alias
    }

    pub fn located(self) -> &'a Located {
        self.located
    }

    pub fn kind(self) -> Kind {
        match self.resolved().node().kind {
            NodeKind::Sequence => Kind::Sequence,
            NodeKind::Mapping => Kind::Mapping,
            NodeKind::Scalar(_) | NodeKind::Alias => Kind::Scalar,
        }
    }

    pub fn is_mapping(self) -> bool {
        self.kind() == Kind::Mapping
    }

    pub fn is_sequence(self) -> bool {
        self.kind() == Kind::Sequence
    }

    /// The text of a scalar with quotes and escapes undone; None for collections.
    pub fn text(self) -> Option<&'a str> {
        let value = self.resolved();
        let node = value.node();
        if !node.is_scalar() {
            return None;
        }
        let (start, len) = ((node.a & !EXTRA) as usize, node.b as usize);
        let from: &'a str = if node.a & EXTRA == 0 { &value.located.text } else { &value.located.extra };
        Some(&from[start..start + len])
    }

    pub fn style(self) -> Style {
        match self.resolved().node().kind {
            NodeKind::Scalar(style) => style,
            NodeKind::Sequence | NodeKind::Mapping | NodeKind::Alias => Style::Plain,
        }
    }

    /// The tag as written after resolution, e.g. `!reset` or `tag:yaml.org,2002:str`.
    pub fn tag(self) -> Option<&'a str> {
        let value = self.resolved();
        match value.node().tag {
            0 => None,
            n => Some(&value.located.tags[n as usize - 1]),
        }
    }

    /// What the artefact's own reader makes of a scalar; None for collections.
    pub fn scalar(self) -> Option<Scalar<'a>> {
        Some(scalar::resolve(self.text()?, self.style(), self.tag(), self.located.dialect))
    }

    /// Whether this is a scalar that the artefact's reader takes for null.
    pub fn is_null(self) -> bool {
        matches!(self.scalar(), Some(Scalar::Null))
    }

    /// The value of a key, merge keys followed; of duplicate keys the last.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        let value = self.resolved();
        let node = value.node();
        if node.kind != NodeKind::Mapping {
            return None;
        }
        // What stands in the mapping itself counts more than what it merges, wherever the merge key stands; only
        // goyaml.v2 lets the later of the two win.
        let in_order = value.located.dialect == Dialect::Kubernetes;
        let (mut own, mut merged) = (None, None);
        for child in value.children() {
            if node.is(MERGE) && child.is_merge() {
                let found = child.merge_sources().find_map(|source| source.get(key));
                match in_order {
                    true => own = found.or(own),
                    false => merged = merged.or(found),
                }
            } else if child.key_text() == Some(key) {
                own = Some(child);
                let may_be_replaced = node.is(DUPLICATE) || (node.is(MERGE) && in_order);
                if !may_be_replaced {
                    break;
                }
            }
        }
        own.or(merged)
    }

    /// Follows keys one after the other.
    pub fn path(self, keys: &[&str]) -> Option<Value<'a>> {
        keys.iter().try_fold(self, |at, key| at.get(key))
    }

    /// Keys and values of a mapping in order, those of its merge keys included; every key once.
    pub fn entries(self) -> Vec<(&'a str, Value<'a>)> {
        let value = self.resolved();
        let node = value.node();
        if node.kind != NodeKind::Mapping {
            return Vec::new();
        }
        let own = |child: Value<'a>| (child.key_text().unwrap_or_default(), child);
        if !node.is(DUPLICATE) && !node.is(MERGE) {
            return value.children().map(own).collect();
        }
        let mut entries = Entries::default();
        let in_order = value.located.dialect == Dialect::Kubernetes;
        for child in value.children() {
            if !child.is_merge() {
                let (key, child) = own(child);
                entries.set(key, child);
            } else if in_order {
                child.merged().into_iter().for_each(|(key, child)| entries.set(key, child));
            }
        }
        if !in_order {
            for child in value.children().filter(|child| child.is_merge()) {
                child.merged().into_iter().for_each(|(key, child)| entries.add(key, child));
            }
        }
        entries.list
    }

    /// The values of a mapping as they are written: merge keys are not followed, keys that stand twice come twice.
    pub fn own_entries(self) -> impl Iterator<Item = Value<'a>> {
        let value = self.resolved();
        let children = value.is_mapping().then(|| value.children());
        children.into_iter().flatten()
    }

    /// What a merge key's value brings in.
    fn merged(self) -> Vec<(&'a str, Value<'a>)> {
        if self.is_mapping() {
            return self.entries();
        }
        let mut entries = Entries::default();
        for source in self.merge_sources() {
            source.entries().into_iter().for_each(|(key, child)| entries.add(key, child));
        }
        entries.list
    }

    /// The mappings that a merge key's value names, the one that counts most first.
    fn merge_sources(self) -> impl Iterator<Item = Value<'a>> {
        std::iter::once(self).chain(self.items()).filter(|source| source.is_mapping())
    }

    pub(super) fn is_merge(self) -> bool {
        self.key().is_some_and(Value::is_merge_key)
    }

    pub(super) fn is_merge_key(self) -> bool {
        self.node().is(MERGE) && self.node().is_scalar()
    }

    /// Items of a sequence, empty for anything else.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let value = self.resolved();
        let children = if value.node().kind == NodeKind::Sequence { Some(value.children()) } else { None };
        children.into_iter().flatten()
    }

    pub(super) fn children(self) -> impl Iterator<Item = Value<'a>> {
        let node = self.node();
        let mapping = node.kind == NodeKind::Mapping;
        let end = if mapping || node.kind == NodeKind::Sequence { node.a } else { 0 };
        // What stands at a node, or behind it where it is a key.
        let child = move |at: NodeId| {
            (at < end).then(|| if mapping { self.located.after(at) } else { at }).filter(|&id| id < end)
        };
        std::iter::successors(child(self.id + 1), move |&id| child(self.located.after(id)))
            .map(move |id| self.at_id(id))
    }

    /// The key that holds this value, as a value with its own place.
    pub fn key(self) -> Option<Value<'a>> {
        match (self.node().key, self.parent()) {
            (NONE, _) | (_, None) => None,
            (key, Some(parent)) => (parent.node().kind == NodeKind::Mapping).then(|| self.at_id(key)),
        }
    }

    pub fn key_text(self) -> Option<&'a str> {
        self.key()?.text()
    }

    /// The collection that holds this value.
    pub fn parent(self) -> Option<Value<'a>> {
        match self.node().parent {
            NONE => None,
            parent => Some(self.at_id(parent)),
        }
    }

    /// The bytes of the value (of an alias: of the alias itself).
    pub fn span(self) -> Span {
        self.node().span
    }

    /// Where a finding at this value points: a scalar itself; a collection or an empty value at its key; an item of
    /// a sequence or a root at the first thing that stands in it.
    pub fn pointer(self) -> Span {
        let mut at = self;
        loop {
            let node = at.node();
            if matches!(node.kind, NodeKind::Scalar(_) | NodeKind::Alias) && node.span.start < node.span.end {
                return node.span;
            }
            if let Some(key) = at.key() {
                return key.span();
            }
            match at.children().next() {
                Some(child) => at = child,
                None => return Span { start: node.span.start, end: node.span.start },
            }
        }
    }

    /// The route from the input document's root.
    pub fn route(self) -> Vec<Step> {
        let step = |piece: Piece<'a>| match piece {
            Piece::Key(key) => Step::Key(key.into()),
            Piece::Index(index) => Step::Index(index),
        };
        self.pieces().into_iter().map(step).collect()
    }

    /// The route without a copy of its keys.
    pub(super) fn pieces(self) -> Vec<Piece<'a>> {
        let mut pieces = Vec::with_capacity(16);
        let mut at = self.resolved();
        while let Some(parent) = at.parent() {
            // A key has the route of its value, since no step leads to a key itself.
            let name = if parent.is_mapping() { at.key_text().or(at.text()) } else { None };
            pieces.push(name.map_or(Piece::Index(at.node().key as usize), Piece::Key));
            at = parent;
        }
        if self.located.numbered {
            pieces.push(Piece::Index(self.located.roots.binary_search(&at.id).unwrap_or_default()));
        }
        pieces.extend([Piece::Key(self.located.key()), Piece::Key("files"), Piece::Key(self.located.section)]);
        pieces.reverse();
        pieces
    }
}

/// A step of a route, borrowed from the tree.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
pub(super) enum Piece<'a> {
    Key(&'a str),
    Index(usize),
}

/// Entries of a mapping, every key once, in the order in which the keys came.
#[derive(Default)]
struct Entries<'a> {
    list: Vec<(&'a str, Value<'a>)>,
    index: HashMap<&'a str, usize>,
}

impl<'a> Entries<'a> {
    /// Adds a key unless it is there.
    fn add(&mut self, key: &'a str, value: Value<'a>) {
        if let Entry::Vacant(entry) = self.index.entry(key) {
            entry.insert(self.list.len());
            self.list.push((key, value));
        }
    }

    /// Adds a key or replaces its value.
    fn set(&mut self, key: &'a str, value: Value<'a>) {
        match self.index.get(key) {
            Some(&at) => self.list[at].1 = value,
            None => self.add(key, value),
        }
    }
}

/// A raw artefact's content as its own reader resolves it.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.kind() {
            Kind::Mapping => serializer.collect_map(self.entries()),
            Kind::Sequence => serializer.collect_seq(self.items()),
            Kind::Scalar => self.scalar().unwrap_or(Scalar::Null).serialize(serializer),
        }
    }
}
