//! `Builder`: a tree from a parser's events.

use std::sync::Arc;

use super::{DUPLICATE, EXTRA, Kind, Located, MERGE, NONE, Node, NodeId, NodeKind, Span, Style, Value};
use foldhash::HashMap;

use crate::syntax::Fault;

/// Why a text could not become a tree within the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    Depth,
    Nodes,
    Expansion,
}

impl Excess {
    /// The fault that says which limit a text is over; its place is up to the caller.
    pub fn fault(self, limits: Limits) -> Fault {
        let (what, key) = match self {
            Excess::Depth => (format!("is nested more than {} deep", limits.depth), "depth"),
            Excess::Nodes => (format!("has more than {} nodes", limits.nodes), "nodes"),
            Excess::Expansion => (
                format!("grows to more than {} times its size when its aliases are expanded", limits.expansion),
                "expansion",
            ),
        };
        Fault {
            span: Span::default(),
            related: None,
            message: what,
            help: format!("simplify the file, or raise `limits.{key}` in plimsoll.yaml"),
        }
    }
}

/// Sound syntax that no reader accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A merge key's value is neither a mapping nor a sequence of mappings.
    Merge,
    /// A key is a collection.
    Key,
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
    /// Nodes after aliases are expanded, as a multiple of the nodes written. The first 100,000 nodes are free, since a
    /// small file may well repeat a large anchor in each of its services.
    pub expansion: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 16 << 20, depth: 256, nodes: 2_000_000, expansion: 10 }
    }
}

/// Nodes after aliases are expanded that are allowed whatever their proportion to the nodes written.
const FREE_EXPANSION: u64 = 100_000;

struct Frame {
    id: NodeId,
    last: NodeId,
    pending_key: NodeId,
    expanded: u64,
    /// Levels of collections below this one, those behind aliases included.
    height: usize,
    anchor: usize,
}

/// A value that aliases may repeat.
#[derive(Clone, Copy)]
struct Anchored {
    id: NodeId,
    expanded: u64,
    height: usize,
}

/// Where the open document began, to which [`Builder::abandon`] goes back.
#[derive(Clone, Copy, Default)]
struct Mark {
    nodes: usize,
    extra: usize,
    expanded: u64,
}

/// Builds a tree from a parser's events, in the order of the text.
pub struct Builder {
    located: Located,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    tags: HashMap<String, u16>,
    refused: Option<(Span, Refusal)>,
    limits: Limits,
    expanded: u64,
    mark: Mark,
}

impl Builder {
    pub fn new(path: Arc<str>, text: Arc<str>, limits: Limits) -> Self {
        let located = Located { path, text, ..Located::default() };
        Self {
            located,
            stack: Vec::new(),
            anchors: HashMap::default(),
            tags: HashMap::default(),
            refused: None,
            limits,
            expanded: 0,
            mark: Mark::default(),
        }
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
                    let index = self.located.nodes[frame.id as usize].b;
                    node.key = if mapping { std::mem::replace(&mut frame.pending_key, NONE) } else { index };
                    frame.last = id;
                    self.located.nodes[frame.id as usize].b += 1;
                }
            }
        }
        self.located.nodes.push(node);
        self.expanded = self.expanded.saturating_add(expanded);
        Ok(id)
    }

    fn node(&mut self, kind: NodeKind, span: Span, tag: Option<String>) -> Result<Node, Excess> {
        let tag = match tag {
            None => 0,
            Some(tag) => match self.tags.get(&tag) {
                Some(&known) => known,
                None => {
                    let number = u16::try_from(self.located.tags.len() + 1).map_err(|_| Excess::Nodes)?;
                    self.located.tags.push(tag.clone());
                    self.tags.insert(tag, number);
                    number
                }
            },
        };
        // A collection holds nothing as long as it is open.
        Ok(Node { span, a: 0, b: 0, parent: NONE, key: NONE, tag, kind, marks: 0 })
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
        let mut node = self.node(NodeKind::Scalar(style), span, tag)?;
        (node.a, node.b) = (text.start, text.end - text.start);
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
        let mut node = self.node(NodeKind::Scalar(style), span, tag)?;
        let start = u32::try_from(self.located.extra.len()).ok().filter(|start| start & EXTRA == 0);
        let len = u32::try_from(text.len()).ok();
        let (Some(start), Some(len)) = (start, len) else { return Err(Excess::Nodes) };
        (node.a, node.b) = (start | EXTRA, len);
        self.located.extra.push_str(text);
        self.scalar(node, anchor)
    }

    fn scalar(&mut self, node: Node, anchor: usize) -> Result<(), Excess> {
        let id = self.push(node, 1)?;
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { id, expanded: 1, height: 0 });
        }
        Ok(())
    }

    /// Marks the key just added as a merge key.
    pub fn mark_merge(&mut self) {
        if let Some(frame) = self.stack.last()
            && frame.pending_key != NONE
        {
            self.located.nodes[frame.pending_key as usize].marks |= MERGE;
            self.located.nodes[frame.id as usize].marks |= MERGE;
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
        let node = self.node(kind, Span::new(start, start), tag)?;
        let id = self.push(node, 1)?;
        self.stack.push(Frame { id, last: NONE, pending_key: NONE, expanded: 1, height: 0, anchor });
        Ok(())
    }

    /// Closes the innermost collection; `end` is where its last byte ends, if the format has a closing mark.
    pub fn close(&mut self, end: Option<usize>) -> Result<(), Excess> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let last_end = match frame.last {
            NONE => self.located.nodes[frame.id as usize].span.start,
            last => self.located.nodes[last as usize].span.end,
        };
        let behind = self.located.nodes.len() as NodeId;
        let node = &mut self.located.nodes[frame.id as usize];
        node.a = behind;
        node.span.end = end.map_or(last_end, |end| end as u32).max(node.span.start);
        if node.kind == NodeKind::Mapping {
            if node.is(MERGE) {
                self.check_merges(frame.id);
            }
            self.find_duplicates(frame.id);
        }
        let height = frame.height + 1;
        if frame.anchor != 0 {
            self.anchors.insert(frame.anchor, Anchored { id: frame.id, expanded: frame.expanded, height });
        }
        if let Some(outer) = self.stack.last_mut() {
            outer.expanded = outer.expanded.saturating_add(frame.expanded - 1);
            outer.height = outer.height.max(height);
        }
        Ok(())
    }

    fn check_merges(&mut self, id: NodeId) {
        let mapping = Value { located: &self.located, id };
        let wrong = mapping.children().filter(|child| child.is_merge()).find(|child| match child.kind() {
            Kind::Mapping => false,
            Kind::Sequence => !child.items().all(Value::is_mapping),
            Kind::Scalar => true,
        });
        let refused = wrong.map(|value| (value.span(), Refusal::Merge));
        self.refused = self.refused.or(refused);
    }

    fn find_duplicates(&mut self, id: NodeId) {
        /// Up to here, comparing each with each is faster than a hash table.
        const FEW: usize = 12;
        let located = &self.located;
        let mapping = Value { located, id };
        let keys = mapping.children().filter_map(Value::key).filter(|key| !key.is_merge_key());
        let mut pairs = Vec::new();
        if located.nodes[id as usize].b as usize <= FEW {
            let mut seen = [("", NONE); FEW];
            let mut len = 0;
            for key in keys {
                let Some(text) = key.text() else {
                    self.refused = self.refused.or(Some((key.span(), Refusal::Key)));
                    continue;
                };
                match seen[..len].iter().find(|(other, _)| *other == text) {
                    Some(&(_, first)) => pairs.push((first, key.id)),
                    None => {
                        seen[len] = (text, key.id);
                        len += 1;
                    }
                }
            }
        } else {
            let mut seen: HashMap<&str, NodeId> = HashMap::default();
            for key in keys {
                let Some(text) = key.text() else {
                    self.refused = self.refused.or(Some((key.span(), Refusal::Key)));
                    continue;
                };
                match seen.get(text) {
                    Some(&first) => pairs.push((first, key.id)),
                    None => _ = seen.insert(text, key.id),
                }
            }
        }
        if !pairs.is_empty() {
            self.located.nodes[id as usize].marks |= DUPLICATE;
            self.located.duplicates.extend(pairs);
        }
    }

    /// Adds a repetition of an anchored value; false if the anchor is unknown or still open (it would hold itself).
    pub fn alias(&mut self, anchor: usize, span: Span) -> Result<bool, Excess> {
        let Some(&Anchored { id, expanded, height }) = self.anchors.get(&anchor) else { return Ok(false) };
        if self.stack.len() + height > self.limits.depth {
            return Err(Excess::Depth);
        }
        let mut node = self.node(NodeKind::Alias, span, None)?;
        node.a = id;
        self.push(node, expanded)?;
        if let Some(frame) = self.stack.last_mut() {
            frame.height = frame.height.max(height);
        }
        // More nodes may follow that make the proportion right again, so below the limit of nodes only the end of
        // the document decides.
        if self.expanded > self.limits.nodes as u64 { self.check_expansion().map(|()| true) } else { Ok(true) }
    }

    fn check_expansion(&self) -> Result<(), Excess> {
        let written = self.located.nodes.len() as u64;
        let allowed = written.saturating_mul(self.limits.expansion as u64).max(FREE_EXPANSION);
        if self.expanded > allowed { Err(Excess::Expansion) } else { Ok(()) }
    }

    /// Starts a document: what an earlier broken one left is gone.
    pub fn begin_document(&mut self) {
        self.mark = Mark { nodes: self.located.nodes.len(), extra: self.located.extra.len(), expanded: self.expanded };
        self.refused = None;
        self.stack.clear();
        self.anchors.clear();
    }

    /// What the open document says that no reader accepts, though its syntax is sound.
    pub fn refused(&self) -> Option<(Span, Refusal)> {
        self.refused
    }

    /// Ends a document; fails if its aliases repeat too much.
    pub fn end_document(&mut self) -> Result<(), Excess> {
        self.check_expansion()
    }

    /// Gives up the open document: the tree is as it was at [`Builder::begin_document`].
    pub fn abandon(&mut self) {
        let mark = self.mark.nodes as NodeId;
        self.located.nodes.truncate(self.mark.nodes);
        self.located.extra.truncate(self.mark.extra);
        self.refused = None;
        self.expanded = self.mark.expanded;
        let roots = self.located.roots.partition_point(|&root| root < mark);
        self.located.roots.truncate(roots);
        let duplicates = self.located.duplicates.partition_point(|&(_, later)| later < mark);
        self.located.duplicates.truncate(duplicates);
        self.stack.clear();
        self.anchors.clear();
    }

    /// The finished tree, or why it is too large.
    pub fn finish(mut self) -> Result<Located, Excess> {
        while !self.stack.is_empty() {
            self.close(None)?;
        }
        self.check_expansion()?;
        let mut located = self.located;
        // A copy, since an allocator keeps a block that shrinks by less than half.
        located.nodes = located.nodes.as_slice().to_vec();
        located.extra.shrink_to_fit();
        Ok(located)
    }
}
