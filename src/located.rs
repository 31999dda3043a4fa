//! `Located`: the tree of an artefact's text, in which every key and every value knows its place.
//!
//! A tree is an arena of small nodes over the text that it was read from: a scalar is a range of that text and is
//! copied only where escapes changed it. Scalars stay unresolved until somebody asks, because the same text means
//! different things to different readers (see [`Dialect`]).

use std::sync::Arc;

use serde::ser::SerializeTupleStruct;
use serde::{Serialize, Serializer};

mod builder;
mod value;

pub use builder::{Builder, Excess, Limits, Refusal};
pub use value::Value;

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
    /// PyYAML, the reader of Ansible: YAML 1.1 with `22:22` in base 60, without `y` and `n`.
    Ansible,
    /// An inventory of Ansible in INI: a plain scalar is what a literal of Python says, else text.
    Python,
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

/// A merge key, or a mapping that has one.
const MERGE: u8 = 1;
/// A mapping in which a key stands twice.
const DUPLICATE: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NodeKind {
    Scalar(Style),
    Sequence,
    Mapping,
    Alias,
}

/// Nodes stand in the order of the text: a collection before all that it holds, a key before its value.
#[derive(Clone, Copy, Debug)]
struct Node {
    span: Span,
    /// Scalar: start of its text; collection: the first node behind all that it holds; alias: its target.
    a: u32,
    /// Scalar: length of its text; collection: number of its children.
    b: u32,
    parent: NodeId,
    /// In a mapping the node of the key, in a sequence the index.
    key: NodeId,
    /// Index into `tags` plus one, 0 for none.
    tag: u16,
    kind: NodeKind,
    /// [`MERGE`] and [`DUPLICATE`].
    marks: u8,
}

/// Large trees are most of what a run holds.
const _: () = assert!(size_of::<Node>() == 28);

impl Node {
    fn is(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    fn is_scalar(&self) -> bool {
        matches!(self.kind, NodeKind::Scalar(_))
    }
}

/// The tree of one artefact: one root for each document of its text.
#[derive(Debug, Default)]
pub struct Located {
    /// Path of the artefact, relative to the root of the run.
    pub path: Arc<str>,
    /// For a file that stands in a value of another: what it is called, below the path of that one. Places are in the other.
    pub part: Option<Arc<str>>,
    /// Section of the input document that holds the artefact, "" as long as nobody claimed it.
    pub section: &'static str,
    pub dialect: Dialect,
    /// Whether a route carries the index of the document.
    pub numbered: bool,
    pub text: Arc<str>,
    extra: String,
    nodes: Vec<Node>,
    /// In the order of the text, and so ascending.
    roots: Vec<NodeId>,
    tags: Vec<String>,
    duplicates: Vec<(NodeId, NodeId)>,
}

/// Where the text of a part stands in the file that holds it.
#[derive(Clone, Copy, Debug)]
pub enum Within {
    /// As it is, from this byte on.
    From(usize),
    /// Changed, somewhere in this span.
    Span(Span),
}

impl Located {
    /// The tree of a part as one of the file that holds it, whose path and text those are.
    pub fn within(mut self, path: Arc<str>, text: Arc<str>, part: Arc<str>, place: Within) -> Self {
        for node in &mut self.nodes {
            let in_source = node.is_scalar() && node.a & EXTRA == 0;
            match place {
                Within::From(from) => {
                    node.span = Span::new(node.span.start as usize + from, node.span.end as usize + from);
                    node.a += if in_source { from as u32 } else { 0 };
                }
                Within::Span(span) => {
                    node.span = span;
                    if in_source {
                        let start = self.extra.len() as u32;
                        self.extra.push_str(&self.text[node.a as usize..(node.a + node.b) as usize]);
                        node.a = start | EXTRA;
                    }
                }
            }
        }
        (self.path, self.text, self.part) = (path, text, Some(part));
        self
    }

    /// The path by which routes and other files name it.
    pub fn key(&self) -> &Arc<str> {
        self.part.as_ref().unwrap_or(&self.path)
    }

    /// The root value of each document.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = Value<'_>> {
        self.roots.iter().map(|&id| Value { located: self, id })
    }

    /// The first document's root.
    pub fn root(&self) -> Option<Value<'_>> {
        self.documents().next()
    }

    /// The node behind one and all that it holds.
    fn after(&self, id: NodeId) -> NodeId {
        let node = &self.nodes[id as usize];
        if matches!(node.kind, NodeKind::Sequence | NodeKind::Mapping) { node.a } else { id + 1 }
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
            (true, Some(Step::Index(n))) => (self.roots.get(*n).map(|&id| Value { located: self, id }), 1),
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

/// Name under which a route goes to serialisers that are no text for people: one route is mostly like the one before.
pub const ROUTE: &str = "plimsoll::Route";

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
        let pieces = self.0.pieces();
        if serializer.is_human_readable() {
            return serializer.collect_seq(pieces);
        }
        let mut route = serializer.serialize_tuple_struct(ROUTE, pieces.len())?;
        for piece in &pieces {
            route.serialize_field(piece)?;
        }
        route.end()
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
