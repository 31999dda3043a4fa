//! Values that elements of XML hold, in the ways in which they are given names.

use std::ops::Range;

use crate::secrets::family::Family;
use crate::secrets::literals::line_around;

/// Bytes behind a name within which its value stands in an element of its own.
const NEAR: usize = 400;

/// Elements that hold a value beside another that holds its name: of Jenkins, Hadoop, property lists and Windows' setup.
const VALUES: &[&str] = &["<value>", "<Value>", "<string>", "<defaultValue>"];

/// The text that an element gives to a name in it; `at` is the end of the name and of the blanks behind it.
pub fn content(family: Family, text: &str, line: &Range<usize>, before: &str, at: usize) -> Option<Range<usize>> {
    if before.trim_end().ends_with('<') {
        let open = opened(text, at, line.end)?;
        return filled(text, open).or_else(|| inner(text, open));
    }
    if family != Family::Markup {
        return None;
    }
    // `<name>x</name> <value>...`
    if text[at..line.end].starts_with("</") {
        return beside(text, at);
    }
    None
}

/// The text of an element whose attribute names it in several words: `<Setting name="Proxy password">x</Setting>`.
pub fn named(text: &str, line: &Range<usize>, before: &str, at: usize) -> Option<Range<usize>> {
    let quote = before.rfind('"')?;
    let names = before[..quote].ends_with("name=") || before[..quote].ends_with("key=");
    let words = before[quote + 1..].chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    let open = opened(text, at + text[at..line.end].strip_prefix('"').map(|_| 1)?, line.end)?;
    (names && words).then(|| filled(text, open))?
}

/// Where the tag ends whose name or attribute ends here, unless it closes itself.
fn opened(text: &str, at: usize, end: usize) -> Option<usize> {
    let rest = &text[at..end];
    let close = rest.find('>')?;
    let attributes = rest[..close].trim();
    let sound = attributes.is_empty() || attributes.contains('=') && !attributes.ends_with('/');
    (sound && !attributes.contains('<')).then_some(at + close + 1)
}

/// The text of an element up to the tag that closes it.
fn filled(text: &str, from: usize) -> Option<Range<usize>> {
    let end = from + text[from..].find('<')?;
    (text[end..].starts_with("</") && !text[from..end].trim().is_empty()).then_some(from..end)
}

/// The value in an element inside of one: `<Password><Value>x</Value>`.
fn inner(text: &str, from: usize) -> Option<Range<usize>> {
    let near = &text[from..text.floor_char_boundary((from + NEAR).min(text.len()))];
    let open = near.find("<Value>")?;
    let apart = near[..open].matches("</").count() > near[..open].matches("</PlainText>").count();
    if apart { None } else { filled(text, from + open + "<Value>".len()) }
}

/// The value in the element behind the one that holds the name.
fn beside(text: &str, at: usize) -> Option<Range<usize>> {
    let from = at + text[at..line_around(text, at).end].find('>')? + 1;
    let near = &text[from..text.floor_char_boundary((from + NEAR).min(text.len()))];
    let next = near.trim_start();
    let open = VALUES.iter().find(|open| next.starts_with(**open))?;
    filled(text, from + (near.len() - next.len()) + open.len())
}
