//! The HTTP face: requests, signatures, bodies, answers. What operations mean is not known here.

mod answer;
mod auth;
mod body;
mod error;
mod request;
mod time;
mod xml;

pub(crate) use answer::{Answer, Pieces};
pub(crate) use auth::{Payload, Signed, authenticate, url_encoded};
pub(crate) use body::{declared_length, receive, receive_small};
pub(crate) use error::S3Error;
pub(crate) use request::Request;
pub(crate) use time::{http_date, iso8601};
pub(crate) use xml::{Element, Xml};
