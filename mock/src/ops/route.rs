//! Which operation a request is. What S3 or OSS knows and the mock does not is NotImplemented,
//! never taken for something else.

use http::{Method, StatusCode};

use super::{Call, *};
use crate::defects::Defect;
use crate::provider::Dialect;

/// Parameters of the query that name a sub-resource of OSS the mock does not have.
const ELSEWHERE_ON_OSS: &[&str] = &[
    "append",
    "asyncFetch",
    "cname",
    "comp",
    "encryption",
    "live",
    "metaQuery",
    "objectInfo",
    "ownershipControls",
    "policy",
    "publicAccessBlock",
    "qosInfo",
    "referer",
    "resourceGroup",
    "stat",
    "style",
    "symlink",
    "transferAcceleration",
    "versionId",
    "versions",
    "vod",
    "worm",
    "x-oss-process",
];

/// Parameters of the query that name a sub-resource the mock does not have.
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

pub(super) async fn route(call: Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let oss = call.is_oss();
    let elsewhere = |name: &&str| ELSEWHERE.contains(name) || (oss && ELSEWHERE_ON_OSS.contains(name));
    if let Some(name) = request.query_names().find(elsewhere) {
        return Err(S3Error::not_implemented(name));
    }
    headers::check(&call)?;
    versions::check(&call)?;
    let has = |name| request.has_query(name);
    let copies = request.own("copy-source").is_some();
    let setting = settings::PARAMETERS.into_iter().find(|name| has(name));
    if let (Some(name), Some(_), None) = (setting, &request.bucket, &request.key)
        && [Method::GET, Method::PUT, Method::DELETE].contains(&request.method)
    {
        return settings::handle(call, name).await;
    }
    let of_any_request = |name| of_any_request(call.dialect(), name);
    match (&request.method, &request.bucket, &request.key) {
        (&Method::GET, None, None) => list_buckets::handle(&call),
        (&Method::PUT, Some(_), None) if request.query_names().all(of_any_request) => {
            create_bucket::handle(call).await
        }
        (&Method::HEAD, Some(_), None) => head_bucket::handle(&call),
        (&Method::DELETE, Some(_), None) if request.query_names().all(of_any_request) => {
            delete_bucket::handle(&call)
        }
        (&Method::GET, Some(_), None) if has("location") => get_bucket_location::handle(&call),
        (&Method::GET, Some(_), None) if has("versioning") => get_bucket_versioning::handle(&call),
        (&Method::GET, Some(_), None) if oss && has("bucketInfo") => get_bucket_info::handle(&call),
        (&Method::GET, Some(_), None) if has("acl") => get_bucket_acl::handle(&call),
        (&Method::GET, Some(_), None) if has("versions") => list_object_versions::handle(&call),
        (&Method::GET, Some(_), None) if has("object-lock") => get_object_lock_configuration::handle(&call),
        (&Method::GET, Some(_), None) if has("uploads") => list_multipart_uploads::handle(&call),
        (&Method::GET | &Method::PUT | &Method::DELETE, Some(_), None) if has("policy") => {
            bucket_policy::handle(call).await
        }
        (&Method::GET, Some(_), None) if !has("tagging") => list_objects::handle(&call),
        (&Method::POST, Some(_), None) if has("delete") => delete_objects::handle(call).await,
        (&Method::POST, Some(_), None) if has("uploads") => {
            Err(S3Error::new("InvalidRequest", "A key must be specified"))
        }
        (&Method::GET | &Method::PUT | &Method::POST, Some(_), None) => {
            Err(S3Error::not_implemented("query"))
        }

        (&Method::PUT, Some(_), Some(_)) if careless(&call) => put_object::handle(call).await,
        (&Method::DELETE, Some(_), Some(_)) if careless(&call) => delete_object::handle(&call),
        (&Method::GET, Some(_), Some(_)) if careless(&call) => get_object::handle(&call),
        (&Method::PUT, Some(_), Some(_)) if has("tagging") && !call.service.lacks("tagging") => {
            put_object_tagging::handle(call).await
        }
        (_, Some(_), Some(_)) if has("acl") || has("tagging") || has("attributes") => sub_resource(&call),
        (&Method::POST, Some(_), Some(_)) if has("uploads") => create_multipart_upload::handle(&call),
        (&Method::POST, Some(_), Some(_)) if has("uploadId") => complete_multipart_upload::handle(call).await,
        (&Method::PUT, Some(_), Some(_))
            if call.has(Defect::AnswerHalfParts) && has("partNumber") != has("uploadId") =>
        {
            Ok(Answer::new(StatusCode::OK))
        }
        (&Method::PUT, Some(_), Some(_)) if has("partNumber") && !has("uploadId") => {
            let message = "This operation does not accept partNumber without uploadId";
            Err(S3Error::invalid_argument(
                message,
                "partNumber",
                request.query("partNumber").unwrap_or_default(),
            ))
        }
        (&Method::PUT, Some(_), Some(_)) if oss && has("uploadId") && !has("partNumber") => {
            let message = "Unexpected query string parameter";
            Err(S3Error::invalid_argument(message, "ResourceType", "partNumber").ec("0017-00000219"))
        }
        (&Method::PUT, Some(_), Some(_)) if has("uploadId") && !has("partNumber") => {
            let message = "This operation does not accept uploadId without partNumber";
            Err(S3Error::invalid_argument(message, "uploadId", request.query("uploadId").unwrap_or_default()))
        }
        (&Method::PUT, Some(_), Some(_)) if has("uploadId") && copies => {
            if call.service.lacks("upload_part_copy") {
                return Err(S3Error::not_implemented(&call.dialect().header("copy-source")));
            }
            upload_part_copy::handle(&call)
        }
        (&Method::PUT, Some(_), Some(_)) if has("uploadId") => upload_part::handle(call).await,
        (&Method::PUT, Some(_), Some(_)) if copies => copy_object::handle(&call),
        (&Method::PUT, Some(_), Some(_)) if request.query_names().all(of_any_request) => {
            put_object::handle(call).await
        }
        (&Method::DELETE, Some(_), Some(_)) if has("uploadId") => abort_multipart_upload::handle(&call),
        (&Method::DELETE, Some(_), Some(_)) if request.query_names().all(of_any_request) => {
            delete_object::handle(&call)
        }
        (&Method::GET, Some(_), Some(_)) if has("uploadId") => list_parts::handle(&call),
        (&Method::GET, Some(_), Some(_)) if has("uploads") => {
            Err(S3Error::new("InvalidRequest", "Key is not expected for the GET method ?uploads subresource"))
        }
        (&Method::GET | &Method::HEAD, Some(_), Some(_)) if oss && has("objectMeta") => {
            get_object_meta::handle(&call)
        }
        (&Method::GET | &Method::HEAD, Some(_), Some(_)) => get_object::handle(&call),
        (_, _, Some(_)) if call.has(Defect::AnswerOtherMethods) => Ok(Answer::new(StatusCode::OK)),
        (method, _, key) => {
            let resource = if key.is_some() { "OBJECT" } else { "BUCKET" };
            Err(S3Error::method_not_allowed(method, resource))
        }
    }
}

/// With a deliberate mistake: whether what the query asks is passed over.
fn careless(call: &Call<'_>) -> bool {
    let request = &call.request;
    let has = |name| request.has_query(name);
    let empty_id = request.query("uploadId") == Some("");
    match request.method {
        Method::PUT => {
            call.has(Defect::StorePartAsObject) && (has("partNumber") != has("uploadId") || empty_id)
                || call.has(Defect::IgnoreSubResources) && has("uploads")
                || call.has(Defect::StoreTagsAsObject) && has("tagging")
                || call.has(Defect::StoreBrokenParts)
                    && request.query("partNumber").is_some_and(|number| number.parse::<u32>().is_err())
        }
        Method::DELETE => {
            call.has(Defect::EmptyUploadIdDeletes) && empty_id
                || call.has(Defect::IgnoreSubResources) && has("uploads")
        }
        Method::GET => call.has(Defect::IgnoreSubResources) && has("uploads"),
        _ => false,
    }
}

/// Parameters that name no sub-resource: what SDKs add, and a signature.
fn of_any_request(dialect: Dialect, name: &str) -> bool {
    match dialect {
        Dialect::S3 => ["x-id", "versionId"].contains(&name) || name.starts_with("X-Amz-"),
        Dialect::Oss => {
            let known =
                ["OSSAccessKeyId", "Expires", "Signature", "security-token", "callback", "callback-var"];
            known.contains(&name) || name.starts_with("x-oss-")
        }
    }
}

fn sub_resource(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    if call.is_oss() && request.has_query("acl") && request.method == Method::PUT {
        return put_object_acl::handle(call);
    }
    if call.is_oss() && request.has_query("tagging") && request.method == Method::DELETE {
        return delete_object_tagging::handle(call);
    }
    for (name, handle) in [
        ("acl", get_object_acl::handle as fn(&Call<'_>) -> _),
        ("tagging", get_object_tagging::handle),
        ("attributes", get_object_attributes::handle),
    ] {
        if request.has_query(name) {
            let known = request.method == Method::GET && !call.service.lacks(name);
            return if known { handle(call) } else { Err(S3Error::not_implemented(name)) };
        }
    }
    Err(S3Error::not_implemented("query"))
}
