//! A call: everything that one request says, and how its answer is read.

use super::answer::Response;
use super::dialect::Dialect;
use super::{Answer, Request};

/// One request of one operation.
pub trait Call: Send + Sync {
    /// The name of the operation in the words of S3.
    fn name(&self) -> &'static str;
    /// The request.
    fn request(&self, dialect: Dialect) -> Request;
    /// Reads the answer; the reason why it cannot be understood otherwise.
    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String>;
    /// The most bytes that a right answer can have; by default the limit of documents.
    fn longest_answer(&self) -> Option<u64> {
        None
    }
}
