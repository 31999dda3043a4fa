//! Text whose lines are its values, such as `.gitignore`: a sequence of the lines that say something.

use std::sync::Arc;

use crate::located::{Builder, Dialect, Excess, Limits, Span, Style};
use crate::syntax::{Faults, Parsed};

/// Reads lines; empty ones and those that begin with `#` are left out, trailing blanks are cut.
pub fn parse(path: Arc<str>, text: Arc<str>, limits: Limits) -> Parsed {
    let mut builder = Builder::new(path, text.clone(), limits);
    let built = build(&mut builder, &text).and_then(|()| builder.finish());
    Parsed::of(built, Faults::default(), limits, Dialect::Text)
}

fn build(builder: &mut Builder, text: &str) -> Result<(), Excess> {
    builder.open(false, 0, None, 0)?;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let kept = line.trim_end();
        if !kept.is_empty() && !kept.starts_with('#') {
            let span = Span::new(start, start + kept.len());
            builder.scalar_in_source(span, span, Style::Plain, None, 0)?;
        }
        start += line.len();
    }
    builder.close(Some(text.len()))
}
