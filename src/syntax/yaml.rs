//! YAML to [`Located`], a root a document.

use std::borrow::Cow;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Tag};

use crate::located::{Builder, Excess, Limits, Located, Refusal, Span, Style};
use crate::syntax::{Fault, Faults, Parsed};

/// Reads a YAML stream. A document that is broken, that its reader would refuse or that is over a limit is one fault
/// and becomes an empty document, so that those after it keep their numbers. Only the limit of nodes ends the reading.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let builder = Builder::new(path, text.clone(), limits);
    let mut reader = Reader { builder, text: &text, limits, faults: Faults::default(), last_alias: Span::default() };
    if let Err(excess) = reader.read() {
        reader.faults.push(Fault { span: Span::new(text.len(), text.len()), ..excess.fault(limits) });
    }
    let Reader { builder, mut faults, .. } = reader;
    let located = builder.finish().unwrap_or_else(|excess| {
        faults.push(excess.fault(limits));
        Located::default()
    });
    faults.add_duplicate_keys(&located);
    Parsed { located, faults: faults.finish() }
}

struct Reader<'t> {
    builder: Builder,
    text: &'t str,
    limits: Limits,
    faults: Faults,
    /// The latest alias of the open document.
    last_alias: Span,
}

/// What keeps one event out of the tree.
enum Stop {
    Excess(Excess),
    Fault(Fault),
}

impl From<Excess> for Stop {
    fn from(excess: Excess) -> Self {
        Stop::Excess(excess)
    }
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Excess> {
        let options = granit_parser::options! {
            emit_comments: false,
            emit_unresolved_aliases: true,
            flow_nesting_limit: self.limits.depth,
            block_nesting_limit: self.limits.depth,
        };
        let mut parser = Parser::new_from_str_with_options(self.text, options);
        while let Some(next) = parser.next() {
            let fault = match next {
                Ok((event, span)) => {
                    let span = span.byte_range().map_or(Span::default(), |range| Span::new(range.start, range.end));
                    match self.event(event, span) {
                        Ok(()) => continue,
                        Err(Stop::Fault(fault)) => fault,
                        Err(Stop::Excess(Excess::Nodes)) => {
                            self.builder.abandon();
                            return Err(Excess::Nodes);
                        }
                        Err(Stop::Excess(Excess::Expansion)) => {
                            Fault { span: self.last_alias, ..Excess::Expansion.fault(self.limits) }
                        }
                        Err(Stop::Excess(excess)) => Fault { span, ..excess.fault(self.limits) },
                    }
                }
                Err(error) => self.syntax_fault(&error),
            };
            let at = Span { end: fault.span.start, ..fault.span };
            self.faults.push(fault);
            self.builder.abandon();
            self.builder.scalar_in_source(at, at, Style::Plain, None, 0)?;
            self.builder.begin_document();
            if !parser.proceed_next_document().unwrap_or(false) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn syntax_fault(&self, error: &ScanError) -> Fault {
        let mut start = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let first = self.text[start..].chars().next().filter(|c| !c.is_control());
        let span = Span::new(start, start + first.map_or(0, char::len_utf8));
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return Fault { span, ..Excess::Depth.fault(self.limits) };
        }
        let help = match error.kind() {
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar => "indent with spaces",
            ErrorKind::UnclosedQuotedScalar => "close the quotes",
            ErrorKind::UnclosedFlowCollection { .. } => "close the bracket",
            _ => "mend the document; the others of this file are read",
        };
        let message = format!("is no valid YAML: {}", error.kind());
        Fault { span, related: None, message, help: help.to_string() }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(..) => self.builder.begin_document(),
            Event::DocumentEnd => self.end_document()?,
            Event::Scalar(value, style, anchor, tag) => self.scalar(&value, style, anchor, tag, span)?,
            Event::SequenceStart(_, anchor, tag) => {
                self.builder.open(false, span.start as usize, tag_text(tag), anchor)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.builder.open(true, span.start as usize, tag_text(tag), anchor)?;
            }
            // A block collection has no closing mark: its end is an empty span, behind blank lines and comments.
            Event::SequenceEnd | Event::MappingEnd => {
                self.builder.close((span.start < span.end).then_some(span.end as usize))?;
            }
            Event::Alias(anchor) => {
                self.last_alias = span;
                if !self.builder.alias(anchor, span)? {
                    let message = "the alias stands inside the value that it repeats";
                    return Err(fault(span, message, "write the value out here"));
                }
            }
            Event::UnresolvedAlias(name) => {
                let message = format!("the alias `*{name}` repeats a value that this document has not anchored before");
                return Err(fault(span, &message, &format!("write `&{name}` before the value to repeat")));
            }
            _ => {}
        }
        Ok(())
    }

    fn end_document(&mut self) -> Result<(), Stop> {
        self.builder.end_document()?;
        match self.builder.refused() {
            None => {
                // An error between two documents must not undo the one before it.
                self.builder.begin_document();
                Ok(())
            }
            Some((span, Refusal::Merge)) => Err(fault(
                span,
                "the merge key `<<` wants a mapping or a list of mappings",
                "name an anchored mapping, for example `<<: *defaults`",
            )),
            Some((span, Refusal::Key)) => {
                let message = "a mapping or a list cannot be a key";
                Err(fault(span, message, "quote the text if it begins with a bracket, as templates' `{{` does"))
            }
        }
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        span: Span,
    ) -> Result<(), Excess> {
        let (style, quotes) = match style {
            ScalarStyle::Plain => (Style::Plain, 0),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, 1),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, 1),
            ScalarStyle::Literal | ScalarStyle::Folded => (Style::Block, 0),
        };
        let merge =
            value == "<<" && style == Style::Plain && is_merge_tag(tag.as_deref()) && self.builder.expects_key();
        let tag = tag_text(tag);
        let inner = Span { start: span.start + quotes, end: span.end.saturating_sub(quotes) };
        if span.start == span.end {
            // The parser gives `~` for a value that is not there.
            self.builder.scalar_in_source(span, span, style, tag, anchor)?;
        } else if style != Style::Block && self.text.get(inner.range()) == Some(value) {
            self.builder.scalar_in_source(span, inner, style, tag, anchor)?;
        } else {
            let span = if style == Style::Block { self.without_last_breaks(span) } else { span };
            self.builder.scalar_owned(span, value, style, tag, anchor)?;
        }
        if merge {
            self.builder.mark_merge();
        }
        Ok(())
    }

    /// A block scalar's span up to the last character that can be seen.
    fn without_last_breaks(&self, span: Span) -> Span {
        let text = self.text.get(span.range()).unwrap_or_default();
        Span { end: span.end - (text.len() - text.trim_end().len()) as u32, ..span }
    }
}

fn fault(span: Span, message: &str, help: &str) -> Stop {
    Stop::Fault(Fault { span, related: None, message: message.to_string(), help: help.to_string() })
}

fn is_merge_tag(tag: Option<&Tag>) -> bool {
    tag.is_none_or(|tag| tag.handle() == "tag:yaml.org,2002:" && tag.suffix() == "merge")
}

fn tag_text(tag: Option<Cow<'_, Tag>>) -> Option<String> {
    tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()))
}

#[cfg(test)]
mod tests;
