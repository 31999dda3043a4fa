//! YAML to [`Located`], a root a document.

use std::borrow::Cow;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Tag};

use crate::located::{Builder, Excess, Limits, Located, Span, Style};
use crate::syntax::{Fault, Parsed, duplicate_faults};

/// Reads a YAML stream. A broken document becomes an empty one, so that those after it keep their numbers.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut reader =
        Reader { builder: Builder::new(path, text.clone(), limits), text: &text, limits, faults: Vec::new() };
    let excess = reader.read().err();
    let Reader { builder, mut faults, .. } = reader;
    let located = match (excess, builder.finish()) {
        (Some(excess), _) | (None, Err(excess)) => {
            faults.push(excess.fault(limits));
            Located::default()
        }
        (None, Ok(located)) => located,
    };
    faults.extend(duplicate_faults(&located));
    faults.sort_by_key(|fault| fault.span);
    Parsed { located, faults }
}

struct Reader<'t> {
    builder: Builder,
    text: &'t str,
    limits: Limits,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Excess> {
        let options = granit_parser::options! {
            emit_comments: false,
            block_scalar_eof_without_line_feed: true,
            flow_nesting_limit: self.limits.depth,
            block_nesting_limit: self.limits.depth,
        };
        let text = self.text;
        let mut parser = Parser::new_from_str_with_options(text, options);
        loop {
            match parser.next() {
                None => return Ok(()),
                Some(Ok((event, span))) => {
                    let span = span.byte_range().map_or(Span::default(), |range| Span::new(range.start, range.end));
                    if let Err(fault) = self.event(event, span)? {
                        self.give_up(fault)?;
                        if !parser.proceed_next_document().unwrap_or(false) {
                            return Ok(());
                        }
                    }
                }
                Some(Err(error)) => {
                    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
                        return Err(Excess::Depth);
                    }
                    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                    let fault = Fault {
                        span: Span::new(at, at),
                        related: None,
                        message: format!("is no valid YAML: {}", error.info()),
                        help: "mend the document; the others of this file are read".to_string(),
                    };
                    self.give_up(fault)?;
                    if !parser.proceed_next_document().unwrap_or(false) {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn give_up(&mut self, fault: Fault) -> Result<(), Excess> {
        let at = fault.span.start as usize;
        self.faults.push(fault);
        self.builder.abandon();
        self.builder.scalar_in_source(Span::new(at, at), Span::new(at, at), Style::Plain, None, 0)
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<Result<(), Fault>, Excess> {
        match event {
            Event::DocumentStart(..) => self.builder.begin_document(),
            Event::Scalar(value, style, anchor, tag) => self.scalar(&value, style, anchor, tag, span)?,
            Event::SequenceStart(_, anchor, tag) => {
                self.builder.open(false, span.start as usize, tag_text(tag), anchor)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.builder.open(true, span.start as usize, tag_text(tag), anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.builder.close((span.start < span.end).then_some(span.end as usize))?;
            }
            Event::Alias(anchor) => {
                if !self.builder.alias(anchor, span)? {
                    return Ok(Err(Fault {
                        span,
                        related: None,
                        message: "the alias stands inside the value that it repeats".to_string(),
                        help: "write the value out here".to_string(),
                    }));
                }
            }
            _ => {}
        }
        Ok(Ok(()))
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        span: Span,
    ) -> Result<(), Excess> {
        let merge = style == ScalarStyle::Plain && value == "<<" && self.builder.expects_key();
        let (style, quotes) = match style {
            ScalarStyle::Plain => (Style::Plain, 0),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, 1),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, 1),
            ScalarStyle::Literal | ScalarStyle::Folded => (Style::Block, 0),
        };
        let inner = Span { start: span.start + quotes, end: (span.end.max(quotes) - quotes).max(span.start + quotes) };
        if self.text.get(inner.range()) == Some(value) {
            self.builder.scalar_in_source(span, inner, style, tag_text(tag), anchor)?;
        } else {
            self.builder.scalar_owned(span, value, style, tag_text(tag), anchor)?;
        }
        if merge {
            self.builder.mark_merge();
        }
        Ok(())
    }
}

fn tag_text(tag: Option<Cow<'_, Tag>>) -> Option<String> {
    tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()))
}
