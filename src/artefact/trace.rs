//! Where rendered text comes from: which of its bytes are known to stand in which file of the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::located::Span;

/// What is known of one rendered text.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The place that stands for the whole: the chart, or the kustomization.
    pub home: Origin,
    /// In the order of the rendered text, none over another.
    pub pieces: Vec<Piece>,
    /// Places of files that set what a piece shows, with a label each.
    pub set: Vec<(Span, Origin, String)>,
    /// Texts of the files that are named here, by path.
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
}

/// Some bytes of a rendered text whose place in a file is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub rendered: Span,
    pub origin: Origin,
    /// Whether the file says the very same there, so that bytes answer to bytes; else the place stands for the whole piece.
    pub verbatim: bool,
}

/// A place in a file of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub path: Arc<str>,
    pub span: Span,
}

impl Trace {
    /// The place in a file that some rendered bytes come from, if all of them are known to come from that file, and
    /// whether it says the very same.
    pub fn origin(&self, span: Span) -> Option<(Origin, bool)> {
        let end = span.end.max(span.start + 1);
        let first = self.pieces.partition_point(|piece| piece.rendered.end <= span.start);
        let (mut reached, mut verbatim) = (span.start, true);
        let mut found: Option<Origin> = None;
        for piece in self.pieces[first..].iter().take_while(|piece| piece.rendered.start < end) {
            if piece.rendered.start > reached {
                return None;
            }
            let of_piece = piece.places(span);
            found = Some(match found {
                None => of_piece,
                Some(before) if before.path != of_piece.path || of_piece.span.start < before.span.start => return None,
                Some(before) => {
                    let end = before.span.end.max(of_piece.span.end);
                    Origin { span: Span { start: before.span.start, end }, ..before }
                }
            });
            verbatim &= piece.verbatim;
            reached = piece.rendered.end;
        }
        found.filter(|_| reached >= end).map(|origin| (origin, verbatim))
    }

    /// Places that set what stands at some rendered bytes.
    pub fn set(&self, span: Span) -> impl Iterator<Item = (&Origin, &str)> {
        let touches = move |at: &Span| at.start < span.end && span.start < at.end;
        self.set.iter().filter(move |(at, ..)| touches(at)).map(|(_, origin, label)| (origin, label.as_str()))
    }

    /// The same with the texts of the files that it names.
    pub fn with_texts(mut self, read: &dyn Fn(&str) -> Option<Arc<str>>) -> Self {
        let pieces = self.pieces.iter().map(|piece| &piece.origin);
        let named = pieces.chain(self.set.iter().map(|(_, origin, _)| origin)).chain([&self.home]);
        let named: BTreeSet<Arc<str>> = named.map(|origin| origin.path.clone()).collect();
        self.texts = named.into_iter().filter_map(|path| Some((path.clone(), read(&path)?))).collect();
        self
    }
}

impl Piece {
    /// The place of those bytes of the piece that lie in a span.
    fn places(&self, span: Span) -> Origin {
        if !self.verbatim {
            return self.origin.clone();
        }
        let from = span.start.max(self.rendered.start) - self.rendered.start;
        let to = span.end.max(span.start).min(self.rendered.end).max(self.rendered.start + from) - self.rendered.start;
        let start = self.origin.span.start;
        Origin { span: Span { start: start + from, end: start + to }, path: self.origin.path.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(rendered: (u32, u32), path: &str, origin: (u32, u32), verbatim: bool) -> Piece {
        let span = |(start, end)| Span { start, end };
        Piece { rendered: span(rendered), origin: Origin { path: path.into(), span: span(origin) }, verbatim }
    }

    #[test]
    fn bytes_are_traced_only_where_all_of_them_are_known() {
        let pieces = vec![
            piece((0, 4), "a", (10, 14), true),
            piece((4, 6), "a", (14, 30), false),
            piece((8, 9), "a", (40, 41), true),
            piece((9, 12), "b", (0, 3), true),
        ];
        let trace = Trace { pieces, ..Trace::default() };
        let origin = |start, end| {
            let found = trace.origin(Span { start, end });
            found.map(|(origin, verbatim)| (origin.path.to_string(), origin.span.start, origin.span.end, verbatim))
        };
        assert_eq!(origin(1, 3), Some(("a".to_string(), 11, 13, true)));
        assert_eq!(origin(2, 5), Some(("a".to_string(), 12, 30, false)));
        assert_eq!(origin(2, 2), Some(("a".to_string(), 12, 12, true)));
        assert_eq!(origin(5, 7), None, "a gap");
        assert_eq!(origin(8, 10), None, "two files");
        assert_eq!((origin(6, 7), origin(12, 13)), (None, None), "nothing known");
    }
}
