//! Entries that stand in several lists of one section.

use serde::ser::SerializeTupleStruct;
use serde::{Serialize, Serializer};

/// Name under which a [`Shared`] goes to serialisers that keep identity.
pub const SHARED: &str = "plimsoll::Shared";

/// A reference that serialises as what it points at. Serialisers that are no text for people get its address before the
/// value, so that they convert it once, however many lists hold it.
#[derive(Clone, Copy, Debug)]
pub struct Shared<'s, T>(pub &'s T);

impl<T: Serialize> Serialize for Shared<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        let mut pair = serializer.serialize_tuple_struct(SHARED, 2)?;
        pair.serialize_field(&(std::ptr::from_ref(self.0) as usize as u64))?;
        pair.serialize_field(self.0)?;
        pair.end()
    }
}
