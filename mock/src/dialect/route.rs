//! Which operation a request asks for.

use http::Method;

use super::{Asking, Dialect};
use crate::http::S3Error;
use crate::settings::PARAMETERS;

/// An operation that a request can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    AbortMultipartUpload,
    BucketPolicy,
    CompleteMultipartUpload,
    CopyObject,
    CreateBucket,
    CreateMultipartUpload,
    DeleteBucket,
    DeleteObject,
    DeleteObjectTagging,
    DeleteObjects,
    GetBucketAcl,
    GetBucketInfo,
    GetBucketLocation,
    GetBucketVersioning,
    GetObject,
    GetObjectAcl,
    GetObjectAttributes,
    GetObjectLockConfiguration,
    GetObjectMeta,
    GetObjectTagging,
    HeadBucket,
    ListBuckets,
    ListMultipartUploads,
    ListObjectVersions,
    ListObjects,
    ListParts,
    PutObject,
    PutObjectAcl,
    PutObjectTagging,
    /// A setting of a bucket, by the parameter that names it.
    Setting(&'static str),
    UploadPart,
    UploadPartCopy,
}

/// Finds the operation.
pub(crate) fn route(dialect: &dyn Dialect, asking: Asking<'_>) -> Result<Route, S3Error> {
    let (request, provider) = (asking.request, asking.provider);
    let elsewhere = |name: &&str| ELSEWHERE.contains(name) || dialect.names().elsewhere.contains(name);
    if let Some(name) = request.query_names().find(elsewhere) {
        return Err(S3Error::not_implemented(name));
    }
    if let Some(own) = dialect.own_route(request)? {
        return Ok(own);
    }
    let has = |name| request.has_query(name);
    let plain = request.query_names().all(|name| dialect.is_of_any_request(name));
    let copies = request.own("copy-source").is_some();
    let setting = PARAMETERS.into_iter().find(|name| has(name));
    if let (Some(name), Some(_), None) = (setting, &request.bucket, &request.key)
        && [Method::GET, Method::PUT, Method::DELETE].contains(&request.method)
    {
        return Ok(Route::Setting(name));
    }
    let of_upload = has("uploadId");
    Ok(match (&request.method, &request.bucket, &request.key) {
        (&Method::GET, None, None) => Route::ListBuckets,
        (&Method::PUT, Some(_), None) if plain => Route::CreateBucket,
        (&Method::HEAD, Some(_), None) => Route::HeadBucket,
        (&Method::DELETE, Some(_), None) if plain => Route::DeleteBucket,
        (&Method::GET, Some(_), None) if has("location") => Route::GetBucketLocation,
        (&Method::GET, Some(_), None) if has("versioning") => Route::GetBucketVersioning,
        (&Method::GET, Some(_), None) if has("acl") => Route::GetBucketAcl,
        (&Method::GET, Some(_), None) if has("versions") => Route::ListObjectVersions,
        (&Method::GET, Some(_), None) if has("object-lock") => Route::GetObjectLockConfiguration,
        (&Method::GET, Some(_), None) if has("uploads") => Route::ListMultipartUploads,
        (&Method::GET | &Method::PUT | &Method::DELETE, Some(_), None) if has("policy") => {
            Route::BucketPolicy
        }
        (&Method::GET, Some(_), None) if !has("tagging") => Route::ListObjects,
        (&Method::POST, Some(_), None) if has("delete") => Route::DeleteObjects,
        (&Method::POST, Some(_), None) if has("uploads") => {
            return Err(S3Error::new("InvalidRequest", "A key must be specified"));
        }
        (&Method::GET | &Method::PUT | &Method::POST, Some(_), None) => {
            return Err(S3Error::not_implemented("query"));
        }
        (&Method::PUT, Some(_), Some(_)) if has("tagging") && !provider.lacks("tagging") => {
            Route::PutObjectTagging
        }
        (_, Some(_), Some(_)) if has("acl") || has("tagging") || has("attributes") => {
            return sub_resource(asking);
        }
        (&Method::POST, Some(_), Some(_)) if has("uploads") => Route::CreateMultipartUpload,
        (&Method::POST, Some(_), Some(_)) if of_upload => Route::CompleteMultipartUpload,
        (&Method::PUT, Some(_), Some(_)) if has("partNumber") && !of_upload => {
            let message = "This operation does not accept partNumber without uploadId";
            let number = request.query("partNumber").unwrap_or_default();
            return Err(S3Error::invalid_argument(message, "partNumber", number));
        }
        (&Method::PUT, Some(_), Some(_)) if of_upload && !has("partNumber") => {
            let message = "This operation does not accept uploadId without partNumber";
            let id = request.query("uploadId").unwrap_or_default();
            return Err(S3Error::invalid_argument(message, "uploadId", id));
        }
        (&Method::PUT, Some(_), Some(_)) if of_upload && copies => Route::UploadPartCopy,
        (&Method::PUT, Some(_), Some(_)) if of_upload => Route::UploadPart,
        (&Method::PUT, Some(_), Some(_)) if copies => Route::CopyObject,
        (&Method::PUT, Some(_), Some(_)) if plain => Route::PutObject,
        (&Method::DELETE, Some(_), Some(_)) if of_upload => Route::AbortMultipartUpload,
        (&Method::DELETE, Some(_), Some(_)) if plain => Route::DeleteObject,
        (&Method::GET, Some(_), Some(_)) if of_upload => Route::ListParts,
        (&Method::GET, Some(_), Some(_)) if has("uploads") => {
            let message = "Key is not expected for the GET method ?uploads subresource";
            return Err(S3Error::new("InvalidRequest", message));
        }
        (&Method::GET | &Method::HEAD, Some(_), Some(_)) => Route::GetObject,
        (method, _, key) => {
            let resource = if key.is_some() { "OBJECT" } else { "BUCKET" };
            return Err(S3Error::method_not_allowed(method, resource));
        }
    })
}

/// A sub-resource of an object, which is read.
fn sub_resource(asking: Asking<'_>) -> Result<Route, S3Error> {
    let request = asking.request;
    let named = ["acl", "tagging", "attributes"].into_iter().find(|name| request.has_query(name));
    let named = named.unwrap_or("query");
    if request.method != Method::GET || asking.provider.lacks(named) {
        return Err(S3Error::not_implemented(named));
    }
    match named {
        "acl" => Ok(Route::GetObjectAcl),
        "tagging" => Ok(Route::GetObjectTagging),
        "attributes" => Ok(Route::GetObjectAttributes),
        other => Err(S3Error::not_implemented(other)),
    }
}

/// Sub-resources that the mock does not have, in any dialect.
const ELSEWHERE: &[&str] = &[
    "accelerate",
    "analytics",
    "cors",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "logging",
    "metrics",
    "notification",
    "policyStatus",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "torrent",
    "website",
];
