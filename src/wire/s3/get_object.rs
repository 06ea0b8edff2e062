//! GetObject and HeadObject.

use http::Method;

use super::super::answer::Response;
use super::super::{Answer, Request};
use super::{Operation, plain};

/// GetObject.
#[derive(Clone, Debug)]
pub struct GetObject {
    /// The key.
    pub key: String,
    /// First and last byte.
    pub range: Option<(u64, u64)>,
    /// The most bytes that a right answer can have.
    pub longest: u64,
}

impl Operation for GetObject {
    fn name(&self) -> &'static str {
        "GetObject"
    }

    fn request(&self) -> Request {
        let request = Request::key(Method::GET, &self.key);
        match self.range {
            Some((first, last)) => request.header("range", &format!("bytes={first}-{last}")),
            None => request,
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = plain(response);
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
#[derive(Clone, Debug)]
pub struct HeadObject {
    /// The key.
    pub key: String,
}

impl Operation for HeadObject {
    fn name(&self) -> &'static str {
        "HeadObject"
    }

    fn request(&self) -> Request {
        Request::key(Method::HEAD, &self.key)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = plain(response);
        answer.size = answer.header("content-length").and_then(|text| text.parse().ok());
        Ok(answer)
    }
}
