//! Visitors for scalars, so that a mistake is placed on the scalar itself.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Reads a scalar by a parser of its text.
pub(crate) fn scalar<'de, D, T>(
    deserializer: D,
    expecting: &'static str,
    parse: fn(&str) -> Result<T, String>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    let shape =
        Shape { expecting, parse, map: None::<fn(Never) -> _>, seq: None::<fn(Never) -> _>, of: PhantomData };
    deserializer.deserialize_any(shape)
}

/// Reads a scalar by a parser of its text, or a mapping by its type.
pub(crate) fn scalar_or_map<'de, D, T, M>(
    deserializer: D,
    expecting: &'static str,
    parse: fn(&str) -> Result<T, String>,
    map: fn(M) -> Result<T, String>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    M: Deserialize<'de>,
{
    let shape = Shape { expecting, parse, map: Some(map), seq: None::<fn(Never) -> _>, of: PhantomData };
    deserializer.deserialize_any(shape)
}

/// Reads a scalar by a parser of its text, or a sequence by its type.
pub(crate) fn scalar_or_seq<'de, D, T, S>(
    deserializer: D,
    expecting: &'static str,
    parse: fn(&str) -> Result<T, String>,
    seq: fn(S) -> Result<T, String>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    S: Deserialize<'de>,
{
    let shape = Shape { expecting, parse, map: None::<fn(Never) -> _>, seq: Some(seq), of: PhantomData };
    deserializer.deserialize_any(shape)
}

/// Reads a sequence by its type, or a mapping by its type.
pub(crate) fn seq_or_map<'de, D, T, S, M>(
    deserializer: D,
    expecting: &'static str,
    seq: fn(S) -> Result<T, String>,
    map: fn(M) -> Result<T, String>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    S: Deserialize<'de>,
    M: Deserialize<'de>,
{
    let parse = |text: &str| Err(format!("`{text}` is neither a list nor a mapping"));
    deserializer.deserialize_any(Shape { expecting, parse, map: Some(map), seq: Some(seq), of: PhantomData })
}

/// The type of a shape that is not allowed.
enum Never {}

impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("no value has this shape"))
    }
}

struct Shape<T, M, S> {
    expecting: &'static str,
    parse: fn(&str) -> Result<T, String>,
    map: Option<fn(M) -> Result<T, String>>,
    seq: Option<fn(S) -> Result<T, String>>,
    of: PhantomData<T>,
}

impl<'de, T, M: Deserialize<'de>, S: Deserialize<'de>> Visitor<'de> for Shape<T, M, S> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.visit_str(if value { "true" } else { "false" })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        match self.map {
            Some(from) => from(M::deserialize(MapAccessDeserializer::new(map))?).map_err(A::Error::custom),
            None => Err(A::Error::custom(format!("a mapping stands here, expected {}", self.expecting))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        match self.seq {
            Some(from) => from(S::deserialize(SeqAccessDeserializer::new(seq))?).map_err(A::Error::custom),
            None => Err(A::Error::custom(format!("a list stands here, expected {}", self.expecting))),
        }
    }
}
