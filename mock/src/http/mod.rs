//! The face of HTTP: requests, bodies, answers, errors as data. What operations mean is not known here, nor which
//! dialect is spoken.

mod answer;
mod body;
pub(crate) mod checksum;
pub(crate) mod chunks;
pub(crate) mod encoded_words;
mod error;
pub(crate) mod host;
mod payload;
mod request;
pub(crate) mod sigv4;
mod time;
mod xml;

#[cfg(feature = "defects")]
pub(crate) use answer::Content;
pub(crate) use answer::{Answer, Pieces};
pub(crate) use body::{BodyRules, Received, expected_length, receive, receive_small};
pub(crate) use error::S3Error;
pub(crate) use host::Addressed;
pub(crate) use payload::{ChunkSigner, Payload, Signed};
pub(crate) use request::Request;
pub(crate) use sigv4::url_encoded;
pub(crate) use time::{http_date, iso8601};
pub(crate) use xml::{Element, Xml};
