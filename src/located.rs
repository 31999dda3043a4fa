//! `Located`: the tree of an artefact's text, in which every key and every value knows its place.
//!
//! A tree is an arena of small nodes over the text that it was read from: a scalar is a range of that text and is
//! copied only where escapes changed it. Scalars stay unresolved until somebody asks, because the same text means
//! different things to different readers (see [`Dialect`]).

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::syntax::scalar::{self, Scalar};

/// Bytes `start..end` of one artefact's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// How a plain scalar becomes a value: each reader of YAML and its kin has its own rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dialect {
    /// goyaml.v2, the reader of Kubernetes: YAML 1.1 booleans, octal `0644`.
    #[default]
    Kubernetes,
    /// yaml.v3, the reader of compose: booleans are `true` and `false` unless a boolean is wanted.
    Compose,
    /// Every scalar is text (dotenv).
    Text,
    /// JSON: quoted is text, bare is what it says.
    Json,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// A block scalar, literal or folded.
    Block,
}

/// What stands at a node, aliases followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Scalar,
    Sequence,
    Mapping,
}

/// One step of a route: a key of a mapping or an index of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    Key(Arc<str>),
    Index(usize),
}

pub(crate) type NodeId = u32;
const NONE: u32 = u32::MAX;
/// Marks a scalar's text as a range of `extra` instead of the source text.
const EXTRA: u32 = 1 << 31;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NodeKind {
    Scalar,
    Sequence,
    Mapping,
    Alias,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    span: Span,
    /// Scalar: start of its text; collection: its first child; alias: its target.
    a: u32,
    /// Scalar: length of its text; collection: number of its children.
    b: u32,
    parent: NodeId,
    key: NodeId,
    next: NodeId,
    kind: NodeKind,
    style: Style,
    /// Index into `tags` plus one, 0 for none.
    tag: u16,
    has_merge: bool,
    has_duplicate: bool,
}

/// The tree of one artefact: one root for each document of its text.
#[derive(Debug, Default)]
pub struct Located {
    /// Path of the artefact, relative to the root of the run.
    pub path: Arc<str>,
    /// Section of the input document that holds the artefact, "" as long as nobody claimed it.
    pub section: &'static str,
    pub dialect: Dialect,
    /// Whether a route carries the index of the document.
    pub numbered: bool,
    pub text: Arc<str>,
    extra: String,
    nodes: Vec<Node>,
    roots: Vec<NodeId>,
    tags: Vec<String>,
    duplicates: Vec<(NodeId, NodeId)>,
}

impl Located {
    /// The root value of each document.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = Value<'_>> {
        self.roots.iter().map(|&id| Value { located: self, id })
    }

    /// The first document's root.
    pub fn root(&self) -> Option<Value<'_>> {
        self.documents().next()
    }

    /// Number of nodes, keys included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Pairs of places of keys that stand twice in one mapping: first, later.
    pub fn duplicate_keys(&self) -> impl Iterator<Item = (Value<'_>, Value<'_>)> {
        self.duplicates.iter().map(|&(a, b)| (Value { located: self, id: a }, Value { located: self, id: b }))
    }

    /// The value at the end of a route inside this artefact (the steps after the path), and how many steps existed.
    pub fn resolve(&self, steps: &[Step]) -> (Option<Value<'_>>, usize) {
        let (mut at, mut used) = match (self.numbered, steps.first()) {
            (false, _) => (self.root(), 0),
            (true, Some(Step::Index(n))) => (self.documents().nth(*n), 1),
            (true, _) => (None, 0),
        };
        while let (Some(value), Some(step)) = (at, steps.get(used)) {
            let next = match step {
                Step::Key(key) => value.get(key),
                Step::Index(n) => value.items().nth(*n),
            };
            match next {
                Some(next) => {
                    at = Some(next);
                    used += 1;
                }
                None => break,
            }
        }
        (at, used)
    }
}

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
    fn node(self) -> &'a Node {
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
            NodeKind::Scalar | NodeKind::Alias => Kind::Scalar,
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
        if node.kind != NodeKind::Scalar {
            return None;
        }
        let (start, len) = ((node.a & !EXTRA) as usize, node.b as usize);
        let from: &'a str = if node.a & EXTRA == 0 { &value.located.text } else { &value.located.extra };
        Some(&from[start..start + len])
    }

    pub fn style(self) -> Style {
        self.resolved().node().style
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
        let mut found = None;
        for child in value.children() {
            if child.key_text() == Some(key) {
                found = Some(child);
                if !node.has_duplicate {
                    break;
                }
            }
        }
        if found.is_none() && node.has_merge {
            found = value.merged().find_map(|source| source.get(key));
        }
        found
    }

    /// Follows keys one after the other.
    pub fn path(self, keys: &[&str]) -> Option<Value<'a>> {
        keys.iter().try_fold(self, |at, key| at.get(key))
    }

    /// Keys and values of a mapping: its own in order, then those of its merge keys that it does not set itself.
    pub fn entries(self) -> Vec<(&'a str, Value<'a>)> {
        let value = self.resolved();
        let node = value.node();
        if node.kind != NodeKind::Mapping {
            return Vec::new();
        }
        let mut entries: Vec<(&'a str, Value<'a>)> = Vec::with_capacity(node.b as usize);
        let mut index: HashMap<&str, usize> = HashMap::new();
        let track = node.has_duplicate || node.has_merge;
        for child in value.children() {
            if child.is_merge() {
                continue;
            }
            let key = child.key_text().unwrap_or_default();
            if track {
                if let Some(&at) = index.get(key) {
                    entries[at].1 = child;
                    continue;
                }
                index.insert(key, entries.len());
            }
            entries.push((key, child));
        }
        if node.has_merge {
            for source in value.merged() {
                for (key, child) in source.entries() {
                    if !index.contains_key(key) {
                        index.insert(key, entries.len());
                        entries.push((key, child));
                    }
                }
            }
        }
        entries
    }

    /// The mappings that merge keys name, the one that counts most first.
    fn merged(self) -> impl Iterator<Item = Value<'a>> {
        self.children().filter(|child| child.is_merge()).flat_map(|child| {
            let sources: Vec<Value<'a>> = if child.is_sequence() { child.items().collect() } else { vec![child] };
            sources.into_iter().filter(|source| source.is_mapping())
        })
    }

    fn is_merge(self) -> bool {
        self.node().key != NONE && {
            let key = self.at_id(self.node().key);
            key.node().has_merge
        }
    }

    /// Items of a sequence, empty for anything else.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let value = self.resolved();
        let children = if value.node().kind == NodeKind::Sequence { Some(value.children()) } else { None };
        children.into_iter().flatten()
    }

    fn children(self) -> impl Iterator<Item = Value<'a>> {
        let node = self.node();
        let first = if matches!(node.kind, NodeKind::Sequence | NodeKind::Mapping) { node.a } else { NONE };
        std::iter::successors((first != NONE).then_some(first), move |&id| {
            let next = self.located.nodes[id as usize].next;
            (next != NONE).then_some(next)
        })
        .map(move |id| self.at_id(id))
    }

    /// The key that holds this value, as a value with its own place.
    pub fn key(self) -> Option<Value<'a>> {
        match self.node().key {
            NONE => None,
            key => Some(self.at_id(key)),
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
            if matches!(node.kind, NodeKind::Scalar | NodeKind::Alias) && node.span.start < node.span.end {
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
        let mut steps = Vec::with_capacity(10);
        let mut at = self.resolved();
        while let Some(parent) = at.parent() {
            steps.push(match at.key_text() {
                Some(key) => Step::Key(key.into()),
                None => Step::Index(at.index()),
            });
            at = parent;
        }
        if self.located.numbered {
            let document = self.located.roots.iter().position(|&root| root == at.id).unwrap_or_default();
            steps.push(Step::Index(document));
        }
        steps.push(Step::Key(self.located.path.clone()));
        steps.push(Step::Key("files".into()));
        steps.push(Step::Key(self.located.section.into()));
        steps.reverse();
        steps
    }

    fn index(self) -> usize {
        self.parent().map_or(0, |parent| parent.children().take_while(|child| child.id != self.id).count())
    }
}

/// A value's place, which a view carries as the route to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct At<'a>(pub Value<'a>);

impl<'a> From<Value<'a>> for At<'a> {
    fn from(value: Value<'a>) -> Self {
        At(value.resolved())
    }
}

impl Serialize for At<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.route())
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Step::Key(key) => serializer.serialize_str(key),
            Step::Index(index) => serializer.serialize_u64(*index as u64),
        }
    }
}

impl schemars::JsonSchema for At<'_> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Route".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Keys and indices from the input document's root to a place in a raw artefact.",
            "type": "array",
            "minItems": 3,
            "items": { "type": ["string", "integer"] }
        })
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

/// Why a text could not become a tree within the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    Depth,
    Nodes,
    Expansion,
}

/// Bounds of one artefact's tree.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one file; larger is a problem of kind `limit`.
    pub file_bytes: usize,
    /// Nesting of collections.
    pub depth: usize,
    /// Nodes of one file, keys included.
    pub nodes: usize,
    /// Nodes after aliases are expanded, as a multiple of the nodes written.
    pub expansion: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 16 << 20, depth: 256, nodes: 2_000_000, expansion: 10 }
    }
}

struct Frame {
    id: NodeId,
    last: NodeId,
    pending_key: NodeId,
    expanded: u64,
    anchor: usize,
}

/// Builds a tree from a parser's events, in the order of the text.
pub struct Builder {
    located: Located,
    stack: Vec<Frame>,
    anchors: HashMap<usize, (NodeId, u64)>,
    limits: Limits,
    expanded: u64,
    /// Nodes and roots before the open document, to which `abandon` goes back.
    mark: usize,
}

impl Builder {
    pub fn new(path: Arc<str>, text: Arc<str>, limits: Limits) -> Self {
        let located = Located { path, text, ..Located::default() };
        Self { located, stack: Vec::new(), anchors: HashMap::new(), limits, expanded: 0, mark: 0 }
    }

    fn push(&mut self, mut node: Node, expanded: u64) -> Result<NodeId, Excess> {
        if self.located.nodes.len() >= self.limits.nodes {
            return Err(Excess::Nodes);
        }
        let id = self.located.nodes.len() as NodeId;
        match self.stack.last_mut() {
            None => self.located.roots.push(id),
            Some(frame) => {
                frame.expanded = frame.expanded.saturating_add(expanded);
                node.parent = frame.id;
                let mapping = self.located.nodes[frame.id as usize].kind == NodeKind::Mapping;
                if mapping && frame.pending_key == NONE {
                    frame.pending_key = id;
                } else {
                    node.key = std::mem::replace(&mut frame.pending_key, NONE);
                    match frame.last {
                        NONE => self.located.nodes[frame.id as usize].a = id,
                        last => self.located.nodes[last as usize].next = id,
                    }
                    frame.last = id;
                    self.located.nodes[frame.id as usize].b += 1;
                }
            }
        }
        self.located.nodes.push(node);
        self.expanded = self.expanded.saturating_add(expanded);
        Ok(id)
    }

    fn node(&mut self, kind: NodeKind, span: Span, tag: Option<String>) -> Node {
        let tag = tag.map_or(0, |tag| {
            let index = self.located.tags.iter().position(|known| *known == tag).unwrap_or_else(|| {
                self.located.tags.push(tag);
                self.located.tags.len() - 1
            });
            u16::try_from(index + 1).unwrap_or(u16::MAX)
        });
        let (a, b) = (NONE, 0);
        let (style, has_merge, has_duplicate) = (Style::Plain, false, false);
        Node { span, a, b, parent: NONE, key: NONE, next: NONE, kind, style, tag, has_merge, has_duplicate }
    }

    /// Adds a scalar whose text stands at `text` in the source.
    pub fn scalar_in_source(
        &mut self,
        span: Span,
        text: Span,
        style: Style,
        tag: Option<String>,
        anchor: usize,
    ) -> Result<(), Excess> {
        let mut node = self.node(NodeKind::Scalar, span, tag);
        (node.a, node.b, node.style) = (text.start, text.end - text.start, style);
        self.scalar(node, anchor)
    }

    /// Adds a scalar whose text differs from its source.
    pub fn scalar_owned(
        &mut self,
        span: Span,
        text: &str,
        style: Style,
        tag: Option<String>,
        anchor: usize,
    ) -> Result<(), Excess> {
        let mut node = self.node(NodeKind::Scalar, span, tag);
        (node.a, node.b, node.style) = (self.located.extra.len() as u32 | EXTRA, text.len() as u32, style);
        self.located.extra.push_str(text);
        self.scalar(node, anchor)
    }

    fn scalar(&mut self, node: Node, anchor: usize) -> Result<(), Excess> {
        let id = self.push(node, 1)?;
        if anchor != 0 {
            self.anchors.insert(anchor, (id, 1));
        }
        Ok(())
    }

    /// Marks the key just added as a merge key.
    pub fn mark_merge(&mut self) {
        if let Some(frame) = self.stack.last()
            && frame.pending_key != NONE
        {
            self.located.nodes[frame.pending_key as usize].has_merge = true;
            self.located.nodes[frame.id as usize].has_merge = true;
        }
    }

    /// Whether the next node will be a key.
    pub fn expects_key(&self) -> bool {
        self.stack.last().is_some_and(|frame| {
            frame.pending_key == NONE && self.located.nodes[frame.id as usize].kind == NodeKind::Mapping
        })
    }

    /// Opens a mapping or a sequence; [`Builder::close`] ends it.
    pub fn open(&mut self, mapping: bool, start: usize, tag: Option<String>, anchor: usize) -> Result<(), Excess> {
        if self.stack.len() >= self.limits.depth {
            return Err(Excess::Depth);
        }
        let kind = if mapping { NodeKind::Mapping } else { NodeKind::Sequence };
        let node = self.node(kind, Span::new(start, start), tag);
        let id = self.push(node, 1)?;
        self.stack.push(Frame { id, last: NONE, pending_key: NONE, expanded: 1, anchor });
        Ok(())
    }

    /// Closes the innermost collection; `end` is where its last byte ends, if the format has a closing mark.
    pub fn close(&mut self, end: Option<usize>) -> Result<(), Excess> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let last_end = match frame.last {
            NONE => self.located.nodes[frame.id as usize].span.start,
            last => self.located.nodes[last as usize].span.end,
        };
        let node = &mut self.located.nodes[frame.id as usize];
        node.span.end = end.map_or(last_end, |end| end as u32).max(node.span.start);
        if node.kind == NodeKind::Mapping {
            self.find_duplicates(frame.id);
        }
        if frame.anchor != 0 {
            self.anchors.insert(frame.anchor, (frame.id, frame.expanded));
        }
        if let Some(outer) = self.stack.last_mut() {
            outer.expanded = outer.expanded.saturating_add(frame.expanded - 1);
        }
        Ok(())
    }

    fn find_duplicates(&mut self, id: NodeId) {
        let located = &self.located;
        let mapping = Value { located, id };
        let mut pairs = Vec::new();
        if located.nodes[id as usize].b <= 12 {
            let keys: Vec<Value<'_>> = mapping.children().filter_map(Value::key).collect();
            for (n, key) in keys.iter().enumerate() {
                if let Some(first) = keys[..n].iter().find(|other| same_key(**other, *key)) {
                    pairs.push((first.id, key.id));
                }
            }
        } else {
            let mut seen: HashMap<&str, NodeId> = HashMap::new();
            for key in mapping.children().filter_map(Value::key) {
                if let Some(text) = key.text().filter(|_| !key.node().has_merge) {
                    match seen.get(text) {
                        Some(&first) => pairs.push((first, key.id)),
                        None => _ = seen.insert(text, key.id),
                    }
                }
            }
        }
        if !pairs.is_empty() {
            self.located.nodes[id as usize].has_duplicate = true;
            self.located.duplicates.extend(pairs);
        }
    }

    /// Adds a repetition of an anchored value; false if the anchor is unknown or still open (it would hold itself).
    pub fn alias(&mut self, anchor: usize, span: Span) -> Result<bool, Excess> {
        let Some(&(target, expanded)) = self.anchors.get(&anchor) else { return Ok(false) };
        let mut node = self.node(NodeKind::Alias, span, None);
        node.a = target;
        self.push(node, expanded)?;
        if self.expanded > (self.located.nodes.len() as u64).saturating_mul(self.limits.expansion as u64) {
            // More nodes may follow that make the proportion right again, so only the end of the text decides.
            return if self.expanded > self.limits.nodes as u64 { Err(Excess::Expansion) } else { Ok(true) };
        }
        Ok(true)
    }

    /// Starts a document: what an earlier broken one left is gone.
    pub fn begin_document(&mut self) {
        self.mark = self.located.nodes.len();
        self.stack.clear();
        self.anchors.clear();
    }

    /// Gives up the open document.
    pub fn abandon(&mut self) {
        self.located.nodes.truncate(self.mark);
        let mark = self.mark as NodeId;
        self.located.roots.retain(|&root| root < mark);
        self.located.duplicates.retain(|&(first, later)| first < mark && later < mark);
        self.stack.clear();
        self.anchors.clear();
    }

    /// The finished tree, or why it is too large.
    pub fn finish(self) -> Result<Located, Excess> {
        let written = self.located.nodes.len() as u64;
        if self.expanded > written.saturating_mul(self.limits.expansion as u64) {
            return Err(Excess::Expansion);
        }
        let mut located = self.located;
        located.nodes.shrink_to_fit();
        located.extra.shrink_to_fit();
        Ok(located)
    }
}

fn same_key(a: Value<'_>, b: Value<'_>) -> bool {
    !a.node().has_merge && !b.node().has_merge && a.text().is_some() && a.text() == b.text()
}

impl Excess {
    /// The fault that says which limit a text is over.
    pub fn fault(self, limits: Limits) -> crate::syntax::Fault {
        let (what, key) = match self {
            Excess::Depth => (format!("is nested more than {} deep", limits.depth), "depth"),
            Excess::Nodes => (format!("has more than {} nodes", limits.nodes), "nodes"),
            Excess::Expansion => (
                format!("grows to more than {} times its size when its aliases are expanded", limits.expansion),
                "expansion",
            ),
        };
        crate::syntax::Fault {
            span: Span::default(),
            related: None,
            message: what,
            help: format!("simplify the file, or raise `limits.{key}` in plimsoll.yaml"),
        }
    }
}
