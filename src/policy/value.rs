//! Views to Rego values, without a detour over JSON text.

use std::cell::RefCell;
use std::fmt::Display;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::RegoValue;
use crate::input::shared::SHARED;
use crate::located::ROUTE;

/// What one conversion has made so far and makes once: strings, since keys, paths and words recur in nearly every entry,
/// and entries that several lists hold, by their address.
#[derive(Default)]
pub struct Strings {
    strings: RefCell<HashSet<Arc<str>>>,
    shared: RefCell<HashMap<u64, RegoValue>>,
    /// The steps of the latest route: the next one begins with most of them.
    route: RefCell<Vec<RegoValue>>,
}

/// Texts longer than this are values of their own, which hardly ever recur.
const SHORT: usize = 96;

impl Strings {
    fn get(&self, text: &str) -> RegoValue {
        self.get_like(text, None)
    }

    /// The string, which may be the one given.
    fn get_like(&self, text: &str, like: Option<&RegoValue>) -> RegoValue {
        if let Some(RegoValue::String(one)) = like
            && **one == *text
        {
            return RegoValue::String(one.clone());
        }
        if text.len() > SHORT {
            return RegoValue::String(text.into());
        }
        let mut known = self.strings.borrow_mut();
        if let Some(one) = known.get(text) {
            return RegoValue::String(one.clone());
        }
        let one: Arc<str> = text.into();
        known.insert(one.clone());
        RegoValue::String(one)
    }
}

/// The Rego value of anything that serialises.
///
/// # Errors
///
/// What its `Serialize` says; map keys must be strings.
pub fn convert<T: Serialize + ?Sized>(value: &T, strings: &Strings) -> Result<RegoValue, Failure> {
    value.serialize(Convert { strings, like: None })
}

/// Why a value could not be converted.
#[derive(Debug)]
pub struct Failure(String);

impl Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: Display>(message: T) -> Self {
        Failure(message.to_string())
    }
}

#[derive(Clone, Copy)]
struct Convert<'t> {
    strings: &'t Strings,
    /// What the value probably equals.
    like: Option<&'t RegoValue>,
}

struct List<'t> {
    strings: &'t Strings,
    items: Vec<RegoValue>,
    variant: Option<&'static str>,
    kind: ListKind,
}

/// What a list really is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListKind {
    Plain,
    /// A [`ROUTE`].
    Route,
    /// A [`SHARED`] entry, whose address comes next.
    Address,
    /// A shared entry, whose value comes next and is known already.
    Known,
    /// A shared entry, whose value comes next and is converted for this address.
    Fresh(u64),
}

struct Object<'t> {
    strings: &'t Strings,
    entries: RegoValue,
    key: Option<RegoValue>,
    variant: Option<&'static str>,
}

impl Object<'_> {
    fn insert(&mut self, key: RegoValue, value: RegoValue) -> Result<(), Failure> {
        self.entries.as_object_mut().map_err(Failure::custom)?.insert(key, value);
        Ok(())
    }

    fn finish(self) -> RegoValue {
        wrap(self.strings, self.variant, self.entries)
    }
}

fn wrap(strings: &Strings, variant: Option<&'static str>, value: RegoValue) -> RegoValue {
    let Some(variant) = variant else { return value };
    let mut outer = RegoValue::new_object();
    if let Ok(object) = outer.as_object_mut() {
        object.insert(strings.get(variant), value);
    }
    outer
}

impl<'t> Serializer for Convert<'t> {
    type Ok = RegoValue;
    type Error = Failure;
    type SerializeSeq = List<'t>;
    type SerializeTuple = List<'t>;
    type SerializeTupleStruct = List<'t>;
    type SerializeTupleVariant = List<'t>;
    type SerializeMap = Object<'t>;
    type SerializeStruct = Object<'t>;
    type SerializeStructVariant = Object<'t>;

    fn serialize_bool(self, value: bool) -> Result<RegoValue, Failure> {
        Ok(RegoValue::Bool(value))
    }
    fn serialize_i8(self, value: i8) -> Result<RegoValue, Failure> {
        self.serialize_i64(value.into())
    }
    fn serialize_i16(self, value: i16) -> Result<RegoValue, Failure> {
        self.serialize_i64(value.into())
    }
    fn serialize_i32(self, value: i32) -> Result<RegoValue, Failure> {
        self.serialize_i64(value.into())
    }
    fn serialize_i64(self, value: i64) -> Result<RegoValue, Failure> {
        Ok(RegoValue::from(value))
    }
    fn serialize_u8(self, value: u8) -> Result<RegoValue, Failure> {
        self.serialize_u64(value.into())
    }
    fn serialize_u16(self, value: u16) -> Result<RegoValue, Failure> {
        self.serialize_u64(value.into())
    }
    fn serialize_u32(self, value: u32) -> Result<RegoValue, Failure> {
        self.serialize_u64(value.into())
    }
    fn serialize_u64(self, value: u64) -> Result<RegoValue, Failure> {
        Ok(RegoValue::from(value))
    }
    fn serialize_f32(self, value: f32) -> Result<RegoValue, Failure> {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<RegoValue, Failure> {
        // JSON has no infinity and no NaN; their text says as much.
        if value.is_finite() { Ok(RegoValue::from(value)) } else { self.serialize_str(&value.to_string()) }
    }
    fn serialize_char(self, value: char) -> Result<RegoValue, Failure> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<RegoValue, Failure> {
        Ok(self.strings.get_like(value, self.like))
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<RegoValue, Failure> {
        Ok(RegoValue::from(value.iter().map(|byte| RegoValue::from(u64::from(*byte))).collect::<Vec<_>>()))
    }
    fn serialize_none(self) -> Result<RegoValue, Failure> {
        Ok(RegoValue::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<RegoValue, Failure> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<RegoValue, Failure> {
        Ok(RegoValue::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<RegoValue, Failure> {
        Ok(RegoValue::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<RegoValue, Failure> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<RegoValue, Failure> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<RegoValue, Failure> {
        Ok(wrap(self.strings, Some(variant), value.serialize(self)?))
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<List<'t>, Failure> {
        Ok(List {
            strings: self.strings,
            items: Vec::with_capacity(length.unwrap_or_default()),
            variant: None,
            kind: ListKind::Plain,
        })
    }
    fn serialize_tuple(self, length: usize) -> Result<List<'t>, Failure> {
        self.serialize_seq(Some(length))
    }
    fn serialize_tuple_struct(self, name: &'static str, length: usize) -> Result<List<'t>, Failure> {
        let kind = match name {
            SHARED => ListKind::Address,
            ROUTE => ListKind::Route,
            _ => ListKind::Plain,
        };
        Ok(List { kind, ..self.serialize_seq(Some(length))? })
    }
    fn is_human_readable(&self) -> bool {
        false
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List<'t>, Failure> {
        Ok(List {
            strings: self.strings,
            items: Vec::with_capacity(length),
            variant: Some(variant),
            kind: ListKind::Plain,
        })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Object<'t>, Failure> {
        Ok(Object { strings: self.strings, entries: RegoValue::new_object(), key: None, variant: None })
    }
    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Object<'t>, Failure> {
        self.serialize_map(Some(length))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'t>, Failure> {
        Ok(Object { strings: self.strings, entries: RegoValue::new_object(), key: None, variant: Some(variant) })
    }
}

impl List<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        if self.kind == ListKind::Known {
            return Ok(());
        }
        let last = self.strings.route.borrow();
        let like = last.get(self.items.len()).filter(|_| self.kind == ListKind::Route).cloned();
        drop(last);
        let value = value.serialize(Convert { strings: self.strings, like: like.as_ref() })?;
        match self.kind {
            ListKind::Address => {
                let address = value.as_u64().map_err(Failure::custom)?;
                let known = self.strings.shared.borrow().get(&address).cloned();
                self.kind = if known.is_some() { ListKind::Known } else { ListKind::Fresh(address) };
                self.items.extend(known);
                return Ok(());
            }
            ListKind::Fresh(address) => _ = self.strings.shared.borrow_mut().insert(address, value.clone()),
            ListKind::Plain | ListKind::Route | ListKind::Known => {}
        }
        self.items.push(value);
        Ok(())
    }

    fn finish(mut self) -> RegoValue {
        match self.kind {
            ListKind::Address | ListKind::Known | ListKind::Fresh(_) => {
                self.items.pop().unwrap_or(RegoValue::Undefined)
            }
            ListKind::Route => {
                self.strings.route.borrow_mut().clone_from(&self.items);
                RegoValue::from(self.items)
            }
            ListKind::Plain => wrap(self.strings, self.variant, RegoValue::from(self.items)),
        }
    }
}

/// The three kinds of tuple and the sequence differ in the names of their methods only.
macro_rules! list {
    ($($name:ident, $method:ident;)*) => {$(
        impl $name for List<'_> {
            type Ok = RegoValue;
            type Error = Failure;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
                self.push(value)
            }
            fn end(self) -> Result<RegoValue, Failure> {
                Ok(self.finish())
            }
        }
    )*};
}

list! {
    SerializeSeq, serialize_element;
    SerializeTuple, serialize_element;
    SerializeTupleStruct, serialize_field;
    SerializeTupleVariant, serialize_field;
}

impl SerializeMap for Object<'_> {
    type Ok = RegoValue;
    type Error = Failure;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failure> {
        let key = key.serialize(Convert { strings: self.strings, like: None })?;
        if !matches!(key, RegoValue::String(_)) {
            return Err(Failure::custom("a key is no string"));
        }
        self.key = Some(key);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        let value = value.serialize(Convert { strings: self.strings, like: None })?;
        let key = self.key.take().ok_or_else(|| Failure::custom("a value without a key"))?;
        self.insert(key, value)
    }
    fn end(self) -> Result<RegoValue, Failure> {
        Ok(self.finish())
    }
}

impl SerializeStruct for Object<'_> {
    type Ok = RegoValue;
    type Error = Failure;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Failure> {
        let value = value.serialize(Convert { strings: self.strings, like: None })?;
        self.insert(self.strings.get(key), value)
    }
    fn end(self) -> Result<RegoValue, Failure> {
        Ok(self.finish())
    }
}

impl SerializeStructVariant for Object<'_> {
    type Ok = RegoValue;
    type Error = Failure;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Failure> {
        SerializeStruct::serialize_field(self, key, value)
    }
    fn end(self) -> Result<RegoValue, Failure> {
        Ok(self.finish())
    }
}
