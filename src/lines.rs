//! Byte offsets to lines and columns.

use crate::located::Span;

/// Starts of the lines of a text; finding a line costs a binary search.
#[derive(Clone, Debug)]
pub struct Lines(Vec<usize>);

/// A position as people count: from 1, columns in Unicode characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    /// From 0.
    pub byte: usize,
}

impl Lines {
    pub fn new(text: &str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(after).collect())
    }

    /// The line of an offset, from 0.
    pub fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Offset of a line's first byte; that of the end for lines beyond.
    pub fn start(&self, line: usize, text: &str) -> usize {
        self.0.get(line).copied().unwrap_or(text.len())
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The position of an offset; one beyond the text is its end.
    pub fn position(&self, offset: usize, text: &str) -> Position {
        let byte = offset.min(text.len());
        let line = self.line(byte);
        let before = text.get(self.start(line, text)..byte).unwrap_or_default();
        // A byte order mark is no character that an editor counts.
        let bom = usize::from(before.starts_with('\u{feff}'));
        Position { line: line + 1, column: before.chars().count() + 1 - bom, byte }
    }

    pub fn range(&self, span: Span, text: &str) -> (Position, Position) {
        (self.position(span.start as usize, text), self.position(span.end as usize, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_1() {
        let text = "\u{feff}a: b\nnäh: c\n";
        let lines = Lines::new(text);
        let at = |needle: &str| {
            let position = lines.position(text.find(needle).expect("it is there"), text);
            (position.line, position.column)
        };
        assert_eq!((at("a"), at("b"), at("c")), ((1, 1), (1, 4), (2, 6)));
        assert_eq!(lines.position(999, text).line, 3);
    }
}
