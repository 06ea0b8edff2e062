//! The HTTP face: requests, signatures, bodies, answers. What operations mean is not known here.

mod answer;
mod auth;
mod body;
pub(crate) mod checksum;
mod chunks;
pub(crate) mod encoded_words;
mod error;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub(crate) mod host;
mod leniency;
mod names;
mod oss;
mod request;
mod sigv4;
mod time;
mod xml;

pub(crate) use answer::{Answer, Pieces};
pub(crate) use auth::{Payload, Signed, authenticate};
pub(crate) use body::{Received, Unchecked, expected_length, receive, receive_small};
pub(crate) use error::{Asked, S3Error};
pub(crate) use leniency::Leniency;
pub(crate) use request::Request;
pub(crate) use sigv4::url_encoded;
pub(crate) use time::{http_date, iso8601};
pub(crate) use xml::{Element, Xml};
