//! From a request to its operation.

use super::*;
use crate::call::Call;
use crate::dialect::{self, Of, Route};
use crate::http::{Answer, Request, S3Error};
use crate::settings::PARAMETERS;

/// What S3 calls what a request asks for; nothing of what is about neither objects nor uploads.
pub(crate) fn operation(request: &Request) -> &'static str {
    let has = |name| request.has_query(name);
    let copies = request.own("copy-source").is_some();
    match (request.method.as_str(), request.bucket.is_some(), request.key.is_some()) {
        ("POST", _, true) if has("uploads") => "CreateMultipartUpload",
        ("POST", _, true) if has("uploadId") => "CompleteMultipartUpload",
        ("PUT", _, true) if has("tagging") => "PutObjectTagging",
        ("PUT", _, true) if has("acl") => "PutObjectAcl",
        ("PUT", _, true) if has("uploadId") && copies => "UploadPartCopy",
        ("PUT", _, true) if has("uploadId") => "UploadPart",
        ("PUT", _, true) if copies => "CopyObject",
        ("PUT", _, true) => "PutObject",
        ("DELETE", _, true) if has("uploadId") => "AbortMultipartUpload",
        ("GET", _, true) if has("acl") => "GetObjectAcl",
        ("GET", _, true) if has("tagging") => "GetObjectTagging",
        ("GET", _, true) if has("attributes") => "GetObjectAttributes",
        ("GET", _, true) if has("uploadId") => "ListParts",
        ("GET", _, true) => "GetObject",
        ("HEAD", _, true) => "HeadObject",
        ("GET", true, false) if has("uploads") => "ListMultipartUploads",
        ("GET", true, false) if has("versions") => "ListObjectVersions",
        ("GET", true, false) if !request.query_names().any(is_of_bucket) => "ListObjects",
        _ => "",
    }
}

/// Returns whether a parameter asks about a bucket, and not for what is in it.
fn is_of_bucket(name: &str) -> bool {
    let known = ["acl", "bucketInfo", "location", "object-lock", "policy", "tagging", "versioning"];
    known.contains(&name) || PARAMETERS.contains(&name)
}

/// Finds the operation and carries it out.
pub(crate) async fn answer(mut call: Call<'_>) -> Result<Answer, S3Error> {
    if let Some(instead) = call.service.points.request(&mut call) {
        return instead;
    }
    let dialect = call.dialect();
    dialect.screen(call.asking())?;
    if let Some(stated) = dialect.stated_owner(&call.request, Of::Bucket)? {
        let store = call.service.store.lock();
        call.check_owner(Some(stated), store.buckets.get(call.request.bucket()))?;
    }
    match dialect::route(dialect, call.asking())? {
        Route::AbortMultipartUpload => abort_multipart_upload::handle(&call).await,
        Route::BucketPolicy => bucket_policy::handle(call).await,
        Route::CompleteMultipartUpload => complete_multipart_upload::handle(call).await,
        Route::CopyObject => copy_object::handle(&call).await,
        Route::CreateBucket => create_bucket::handle(call).await,
        Route::CreateMultipartUpload => create_multipart_upload::handle(&call).await,
        Route::DeleteBucket => delete_bucket::handle(&call),
        Route::DeleteObject => delete_object::handle(&call),
        Route::DeleteObjectTagging => delete_object_tagging::handle(&call).await,
        Route::DeleteObjects => delete_objects::handle(call).await,
        Route::GetBucketAcl => get_bucket_acl::handle(&call),
        Route::GetBucketInfo => get_bucket_info::handle(&call),
        Route::GetBucketLocation => get_bucket_location::handle(&call),
        Route::GetBucketVersioning => get_bucket_versioning::handle(&call),
        Route::GetObject => get_object::handle(&call).await,
        Route::GetObjectAcl => get_object_acl::handle(&call).await,
        Route::GetObjectAttributes => get_object_attributes::handle(&call).await,
        Route::GetObjectLockConfiguration => get_object_lock_configuration::handle(&call),
        Route::GetObjectMeta => get_object_meta::handle(&call).await,
        Route::GetObjectTagging => get_object_tagging::handle(&call).await,
        Route::HeadBucket => head_bucket::handle(&call),
        Route::ListBuckets => list_buckets::handle(&call),
        Route::ListMultipartUploads => list_multipart_uploads::handle(&call),
        Route::ListObjectVersions => list_object_versions::handle(&call),
        Route::ListObjects => list_objects::handle(&call),
        Route::ListParts => list_parts::handle(&call).await,
        Route::PutObject => put_object::handle(call).await,
        Route::PutObjectAcl => put_object_acl::handle(&call).await,
        Route::PutObjectTagging => put_object_tagging::handle(call).await,
        Route::Setting(name) => settings::handle(call, name).await,
        Route::UploadPart => upload_part::handle(call).await,
        Route::UploadPartCopy if call.service.lacks("upload_part_copy") => {
            Err(S3Error::not_implemented(&dialect.header("copy-source")))
        }
        Route::UploadPartCopy => upload_part_copy::handle(&call).await,
    }
}
