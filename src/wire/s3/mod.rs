//! The operations of S3 on the client's side, one file each: the request, and how its answer is read.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
mod get_bucket_versioning;
mod get_object;
mod get_object_lock_configuration;
mod head_bucket;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects_v2;
mod list_parts;
mod put_object;
mod upload_part;
mod upload_part_copy;

pub use abort_multipart_upload::AbortMultipartUpload;
pub use complete_multipart_upload::{CompleteMultipartUpload, CompletedPart};
pub use create_bucket::CreateBucket;
pub use create_multipart_upload::CreateMultipartUpload;
pub use delete_bucket::DeleteBucket;
pub use delete_object::DeleteObject;
pub use get_bucket_versioning::GetBucketVersioning;
pub use get_object::{GetObject, HeadObject};
pub use get_object_lock_configuration::GetObjectLockConfiguration;
pub use head_bucket::HeadBucket;
pub use list_multipart_uploads::ListMultipartUploads;
pub use list_object_versions::ListObjectVersions;
pub use list_objects_v2::ListObjectsV2;
pub use list_parts::ListParts;
pub use put_object::PutObject;
pub use upload_part::UploadPart;
pub use upload_part_copy::UploadPartCopy;

use super::answer::Response;
use super::{Answer, Request};

/// An operation with everything that is sent.
pub trait Operation: Send + Sync {
    /// The name in the words of S3.
    fn name(&self) -> &'static str;
    /// The request.
    fn request(&self) -> Request;
    /// Reads the answer; the reason why it cannot be understood otherwise.
    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String>;
    /// The most bytes that a right answer can have; a document's limit unless told.
    fn longest_answer(&self) -> Option<u64> {
        None
    }
}

/// An answer without a document.
fn plain(response: &Response) -> Answer {
    let mut answer = response.answer();
    answer.etag = answer.header("etag").map(str::to_owned);
    answer
}

/// Compares an element that repeats what was asked.
fn echoes(element: &super::xml::Element, name: &str, asked: &str) -> Result<(), String> {
    let told = element.required(name)?;
    if told == asked {
        Ok(())
    } else {
        Err(format!("{name} is `{told}` in {}, asked for `{asked}`", element.name))
    }
}
