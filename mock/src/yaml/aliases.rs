//! What the aliases of a document come to, before it is read.

use std::cell::Cell;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess as _, Visitor};

/// What aliases may come to, in bytes, beside some times the file itself.
const SMALL: usize = 1 << 20;

/// Whether its aliases, each replaced by what it stands for, come to far more than the text.
pub(super) fn weigh_too_much<'t, D: Deserializer<'t>>(
    read: impl FnOnce(&'t str) -> D,
    text: &'t str,
) -> bool {
    if !text.contains('*') || !text.contains('&') {
        return false;
    }
    let room = Cell::new(text.len().saturating_mul(4).saturating_add(SMALL));
    let weighed = Weigh(&room).deserialize(read(text));
    // Any other mistake is found again, and placed, when the text is read.
    weighed.is_err() && room.get() == 0
}

/// Takes what a value holds from the room that is left, and fails where there is none.
#[derive(Clone, Copy)]
struct Weigh<'r>(&'r Cell<usize>);

impl Weigh<'_> {
    fn take<E: Error>(self, bytes: usize) -> Result<(), E> {
        let left = self.0.get().saturating_sub(bytes.saturating_add(1));
        self.0.set(left);
        if left == 0 { Err(E::custom("too much")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Weigh<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Weigh<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.take(1)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.take(8)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.take(8)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.take(8)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.take(text.len())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.take(1)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.take(1)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<(), D::Error> {
        self.deserialize(inner)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<(), D::Error> {
        self.deserialize(inner)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self)?.is_some() {}
        self.take(1)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(self)?.is_some() {
            map.next_value_seed(self)?;
        }
        self.take(1)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<(), A::Error> {
        let ((), inner) = tagged.variant_seed(self)?;
        inner.newtype_variant_seed(self)
    }
}
