//! What a scalar's text means to the reader that the artefact is written for.

use serde::{Serialize, Serializer};

use crate::located::{Dialect, Style};

/// A resolved scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer over `i64::MAX`.
    UInt(u64),
    Float(f64),
    Text(&'a str),
}

impl Serialize for Scalar<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Scalar::Null => serializer.serialize_unit(),
            Scalar::Bool(value) => serializer.serialize_bool(value),
            Scalar::Int(value) => serializer.serialize_i64(value),
            Scalar::UInt(value) => serializer.serialize_u64(value),
            Scalar::Float(value) => serializer.serialize_f64(value),
            Scalar::Text(value) => serializer.serialize_str(value),
        }
    }
}

/// What `dialect`'s reader makes of a scalar.
pub fn resolve<'a>(text: &'a str, style: Style, _tag: Option<&str>, dialect: Dialect) -> Scalar<'a> {
    if style != Style::Plain || dialect == Dialect::Text {
        return Scalar::Text(text);
    }
    Scalar::Text(text)
}
