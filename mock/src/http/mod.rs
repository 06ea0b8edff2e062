//! The HTTP face: requests, signatures, bodies, answers. What operations mean is not known here.

mod answer;
mod auth;
mod body;
pub(crate) mod checksum;
mod chunks;
mod error;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod request;
mod sigv4;
mod time;
mod xml;

pub(crate) use answer::{Answer, Pieces};
pub(crate) use auth::{Leniency, Payload, Signed, authenticate};
pub(crate) use body::{Received, Unchecked, content_length, missing_length, receive, receive_small};
pub(crate) use error::S3Error;
pub(crate) use request::Request;
pub(crate) use sigv4::url_encoded;
pub(crate) use time::{http_date, iso8601};
pub(crate) use xml::{Element, Xml};
