//! Effective configuration: values after interpolation and merging, each with the place that set it.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use crate::collect::interpolate::{Variables, interpolate};
use crate::input::settings::{State, Via};
use crate::located::{Kind, Value};
use crate::syntax::scalar::{Scalar, boolean};

/// A value of the effective configuration.
#[derive(Clone, Debug)]
pub struct Effective<'a> {
    pub content: Content<'a>,
    /// The place that set it.
    pub at: Value<'a>,
    /// The places that it passed through.
    pub via: Vec<Via<'a>>,
    /// Literal, default, or unknown.
    pub state: State,
    /// Whether a `$` in it was replaced or may stand for itself.
    pub tag: Option<&'a str>,
}

#[derive(Clone, Debug)]
pub enum Content<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Effective<'a>>),
    Map(Map<'a>),
}

pub type Map<'a> = IndexMap<Cow<'a, str>, Effective<'a>>;

impl<'a> Effective<'a> {
    /// A value that stands at a place.
    pub fn new(content: Content<'a>, at: Value<'a>) -> Self {
        Self { content, at, via: Vec::new(), state: State::Literal, tag: None }
    }

    /// A part of a value that its short form holds: the place is the whole's.
    pub fn part(&self, text: Cow<'a, str>) -> Self {
        Self { content: Content::Text(text), at: self.at, via: self.via.clone(), state: self.state, tag: None }
    }

    /// The mapping that a short form stands for.
    pub fn with(&self, fields: impl IntoIterator<Item = (&'static str, Effective<'a>)>) -> Self {
        let map = fields.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect();
        Self { content: Content::Map(map), ..self.part(Cow::Borrowed("")) }
    }

    /// Reads a raw value and replaces its variables.
    pub fn read(value: Value<'a>, variables: &Variables<'a>) -> Self {
        let mut effective = match value.kind() {
            Kind::Mapping => {
                let own = value.resolved();
                let entry = |(key, child): (&'a str, Value<'a>)| {
                    let mut read = Self::read(child, variables);
                    if child.parent() != Some(own) {
                        read.pass(value, "merged here");
                    }
                    (Cow::Borrowed(key), read)
                };
                Self::new(Content::Map(value.entries().into_iter().map(entry).collect()), value)
            }
            Kind::Sequence => {
                Self::new(Content::List(value.items().map(|item| Self::read(item, variables)).collect()), value)
            }
            Kind::Scalar => Self::scalar(value, variables),
        };
        effective.tag = value.tag();
        if value.is_alias() {
            effective.pass(value, "repeated here");
            effective.at = if effective.at == value { value.resolved() } else { effective.at };
        }
        effective
    }

    fn scalar(value: Value<'a>, variables: &Variables<'a>) -> Self {
        let content = match value.scalar() {
            None | Some(Scalar::Null) => Content::Null,
            Some(Scalar::Bool(value)) => Content::Bool(value),
            Some(Scalar::Int(value)) => Content::Int(value),
            Some(Scalar::UInt(value)) => Content::Float(value as f64),
            Some(Scalar::Float(value)) => Content::Float(value),
            Some(Scalar::Text(text)) => {
                let found = interpolate(text, variables);
                let mut effective = Self::new(Content::Text(found.text), value);
                effective.state = match (found.unknown, found.defaulted) {
                    (true, _) => State::Unknown,
                    (false, true) => State::Default,
                    (false, false) => State::Literal,
                };
                let places = found.names.iter().filter_map(|name| variables.get(name));
                if let Some(variable) = found.whole.as_ref().and_then(|name| variables.get(name))
                    && effective.state == State::Literal
                {
                    effective.at = variable.place;
                    effective.via.push(Via { at: value.into(), label: "used here".into() });
                } else {
                    effective
                        .via
                        .extend(places.map(|variable| Via { at: variable.place.into(), label: "set here".into() }));
                }
                return effective;
            }
        };
        Self::new(content, value)
    }

    /// Notes on every scalar that it passed through a place.
    pub fn pass(&mut self, at: Value<'a>, label: &'static str) {
        match &mut self.content {
            Content::Map(map) => map.values_mut().for_each(|value| value.pass(at, label)),
            Content::List(items) => items.iter_mut().for_each(|value| value.pass(at, label)),
            // The place of an alias is the alias itself, not what it repeats.
            _ => self.via.push(Via { at: crate::located::At(at), label: label.into() }),
        }
    }

    /// Number of values in it, itself included.
    pub fn size(&self) -> usize {
        1 + match &self.content {
            Content::Map(map) => map.values().map(Self::size).sum::<usize>(),
            Content::List(items) => items.iter().map(Self::size).sum(),
            _ => 0,
        }
    }

    pub fn map(&self) -> Option<&Map<'a>> {
        match &self.content {
            Content::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn get(&self, key: &str) -> Option<&Effective<'a>> {
        self.map()?.get(key)
    }

    pub fn path(&self, keys: &[&str]) -> Option<&Effective<'a>> {
        keys.iter().try_fold(self, |at, key| at.get(key))
    }

    pub fn items(&self) -> &[Effective<'a>] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// A scalar as text; None for null and collections.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        match &self.content {
            Content::Text(text) => Some(text.clone()),
            Content::Bool(value) => Some(value.to_string().into()),
            // A number is text as it was written: a port of 0080 is no 80.
            Content::Int(_) | Content::Float(_) => self.at.text().map(Cow::Borrowed),
            Content::Null | Content::List(_) | Content::Map(_) => None,
        }
    }

    pub fn int(&self) -> Option<i64> {
        match &self.content {
            Content::Int(value) => Some(*value),
            Content::Text(text) if self.state != State::Unknown => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub fn bool(&self) -> Option<bool> {
        match &self.content {
            Content::Bool(value) => Some(*value),
            Content::Text(text) => boolean(text),
            _ => None,
        }
    }

    pub fn is_unknown(&self) -> bool {
        self.state == State::Unknown
    }
}

/// The value as JSON, as compose would print it.
impl Serialize for Effective<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.content {
            Content::Null => serializer.serialize_unit(),
            Content::Bool(value) => serializer.serialize_bool(*value),
            Content::Int(value) => serializer.serialize_i64(*value),
            Content::Float(value) => serializer.serialize_f64(*value),
            Content::Text(text) => serializer.serialize_str(text),
            Content::List(items) => serializer.collect_seq(items),
            Content::Map(map) => serializer.collect_map(map),
        }
    }
}
