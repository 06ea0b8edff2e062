//! GetObject and HeadObject.

use http::Method;

use super::super::answer::{MISSING, Response};
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, with_etag};

/// GetObject.
#[derive(Clone, Debug, Default)]
pub struct GetObject {
    /// The key.
    pub key: String,
    /// The range, as it is sent.
    pub range: Option<String>,
    /// One part, as it is sent.
    pub part_number: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The most bytes that a right answer can have.
    pub longest: u64,
}

impl Operation for GetObject {
    fn name(&self) -> &'static str {
        "GetObject"
    }

    fn request(&self, _: Dialect) -> Request {
        let request = read(Method::GET, &self.key, self.part_number.as_ref(), &self.headers);
        match &self.range {
            Some(range) => request.header("range", range),
            None => request,
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = with_etag(response, self.name());
        with_times(&mut answer);
        if answer.refusal.is_none() {
            answer.size = Some(response.body.len() as u64);
            answer.content = Some(response.body.clone());
        }
        Ok(answer)
    }

    fn longest_answer(&self) -> Option<u64> {
        Some(self.longest)
    }
}

/// HeadObject.
#[derive(Clone, Debug, Default)]
pub struct HeadObject {
    /// The key.
    pub key: String,
    /// One part, as it is sent.
    pub part_number: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
}

fn read(method: Method, key: &str, part: Option<&String>, headers: &[(String, String)]) -> Request {
    let request = Request { headers: headers.to_vec(), ..Request::key(method, key) };
    match part {
        Some(number) => request.query("partNumber", number),
        None => request,
    }
}

/// An answer about an object says when that was written.
fn with_times(answer: &mut Answer) {
    if answer.is_ok() && answer.header("last-modified").is_none_or(str::is_empty) {
        answer.deviates("Last-Modified", MISSING);
    }
}

impl Operation for HeadObject {
    fn name(&self) -> &'static str {
        "HeadObject"
    }

    fn request(&self, _: Dialect) -> Request {
        read(Method::HEAD, &self.key, self.part_number.as_ref(), &self.headers)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = with_etag(response, self.name());
        with_times(&mut answer);
        answer.size = answer.header("content-length").and_then(|text| text.parse().ok());
        if answer.is_ok() && answer.size.is_none() {
            answer.deviates("Content-Length", MISSING);
        }
        Ok(answer)
    }
}
