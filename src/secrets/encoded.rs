//! Literals in another writing: base64, also twice.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};

use crate::secrets::Strength;
use crate::secrets::names::Kind;
use crate::secrets::values::{self, Not};

/// Shortest text that is tried as base64, in bytes.
const SHORTEST: usize = 8;

/// What stands inside a value.
pub enum Inside {
    /// Text, and what it is as a literal of the same name.
    Text(Result<Strength, Not>),
    /// Nothing that can be read.
    Opaque,
}

/// Looks through base64, at most twice.
pub fn looked_through(kind: Kind, name: &str, value: &str) -> Inside {
    match decoded(value) {
        Some(once) => Inside::Text(values::judge(kind, name, decoded(&once).as_deref().unwrap_or(&once))),
        None => Inside::Opaque,
    }
}

/// The text that a value is base64 of, if it is printable text.
pub fn decoded(value: &str) -> Option<String> {
    let value = value.trim();
    if value.len() < SHORTEST || value.len() % 4 == 1 {
        return None;
    }
    let bytes = [&BASE64, &BASE64_NOPAD, &BASE64URL, &BASE64URL_NOPAD]
        .iter()
        .find_map(|base| base.decode(value.as_bytes()).ok())?;
    let text = String::from_utf8(bytes).ok()?;
    let printable = text.chars().all(|c| c == '\n' || c == '\r' || c == '\t' || !c.is_control());
    let ascii = text.chars().filter(char::is_ascii_graphic).count() * 10 >= text.chars().count() * 9;
    (printable && ascii && text.trim().len() >= 4).then(|| text.trim().to_string())
}
