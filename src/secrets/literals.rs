//! Where literals begin and end in lines of whatever language.

use std::ops::Range;

/// Bytes of one literal that are looked at.
pub const LITERAL: usize = 4 << 10;

/// The rest of a line without what a comment adds.
pub fn to_the_end(text: &str, from: usize, end: usize) -> Range<usize> {
    let rest = &text[from..end];
    let stop = [" #", "\t#", " //", " ;"].iter().filter_map(|sign| rest.find(sign)).min().unwrap_or(rest.len());
    let value = rest[..stop].trim_end().trim_end_matches([',', ';']).trim_end_matches(['"', '\'']);
    from..from + value.len()
}

/// Text up to a blank or a sign that ends it; a reference with braces is one word.
pub fn word(text: &str, from: usize, end: usize, equals: bool) -> Range<usize> {
    let rest = &text[from..end];
    let mut depth = 0_usize;
    let mut stop = rest.len();
    for (at, c) in rest.char_indices() {
        match c {
            '{' if rest[..at].ends_with(['$', '{', '#', '%']) || at == 0 => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ' ' | '\t' | '"' | '\'' | '`' | ',' | ';' | '&' | ')' | '}' | ']' | '<' | '>' | '\\'
                if depth == 0 && !(equals && c == '<' && at == 0) =>
            {
                stop = at;
                break;
            }
            _ => {}
        }
    }
    from..from + stop
}

/// The text between quotes that begin here.
pub fn quoted(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let from = skip_blanks(text, from, end);
    let rest = &text[from..end];
    let prefix = rest
        .bytes()
        .take(2)
        .take_while(|byte| matches!(byte, b'b' | b'f' | b'r' | b'u' | b'R' | b'B' | b'F' | b'U' | b'@' | b'$' | b'N'))
        .count();
    let open = &rest[prefix..];
    let quote = ["\\\"", "\\'", "\"\"\"", "'''", "\"", "'", "`"].into_iter().find(|quote| open.starts_with(quote))?;
    if prefix > 0 && open.starts_with(quote) && rest[..prefix].contains(['f', 'F', '$']) && open.contains('{') {
        return None;
    }
    let start = from + prefix + quote.len();
    let bytes = text.as_bytes();
    let mut at = start;
    while at < end {
        if text[at..end].starts_with(quote) {
            return Some(start..at);
        }
        at += if bytes[at] == b'\\' && quote.len() == 1 { 2 } else { 1 };
        while at < end && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    None
}

/// The part of a value that is the literal: the default of `${NAME:-default}`, what stands behind `Bearer`.
pub fn inside(text: &str, value: Range<usize>) -> Range<usize> {
    let whole = &text[value.clone()];
    let trimmed = whole.trim();
    if trimmed.starts_with("${") && trimmed.ends_with('}') {
        let start = value.start + (whole.len() - whole.trim_start().len()) + 2;
        let name = text[start..value.end]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        let end = start + name.count();
        return default(text, end, value.end).unwrap_or(value);
    }
    for scheme in ["Bearer ", "bearer ", "Token ", "token ", "Basic ", "ApiKey "] {
        if trimmed.starts_with(scheme) {
            let lead = whole.len() - whole.trim_start().len();
            return value.start + lead + scheme.len()..value.start + lead + trimmed.len();
        }
    }
    value
}

pub fn skip_blanks(text: &str, from: usize, end: usize) -> usize {
    from + (text[from..end].len() - text[from..end].trim_start_matches([' ', '\t']).len())
}

/// The line of a byte, without its end, and of a very long line what stands around the byte.
pub fn line_around(text: &str, at: usize) -> Range<usize> {
    const AROUND: usize = 512;
    let low = text.floor_char_boundary(at.saturating_sub(AROUND));
    let high = text.floor_char_boundary((at + AROUND + LITERAL).min(text.len()));
    let start = text[low..at].rfind('\n').map_or(low, |found| low + found + 1);
    let end = text[at..high].find('\n').map_or(high, |found| at + found);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    start..end.max(start)
}

/// What counts while nothing sets a variable: `${NAME:-default}`, `${NAME-default}`, and `${NAME:default}` of Spring.
pub fn default(text: &str, at: usize, end: usize) -> Option<Range<usize>> {
    let rest = &text[at..end];
    let body = &rest[..rest.find('}')?];
    let sign = [":-", "-", ":"].into_iter().find(|sign| body.starts_with(sign))?;
    let value = &body[sign.len()..];
    let refused = value.is_empty() || value.starts_with(['?', '+', '=']) || value.contains("${");
    (!refused).then_some(at + sign.len()..at + body.len())
}

pub fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
