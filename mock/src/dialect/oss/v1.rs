//! Signatures of version 1: HMAC-SHA1 over the method, three headers, the headers of OSS and the resource.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::http::Request;

/// Parameters of the query that belong to the resource. The others are not signed.
const SUB_RESOURCES: &[&str] = &[
    "accessPoint",
    "accessPointPolicy",
    "accessmonitor",
    "acl",
    "append",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "bucketInfo",
    "callback",
    "callback-var",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "delete",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "lifecycle",
    "link",
    "live",
    "location",
    "logging",
    "metaQuery",
    "objectInfo",
    "objectMeta",
    "partNumber",
    "policy",
    "position",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "redundancyTransition",
    "referer",
    "regionList",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "resourceGroup",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "security-token",
    "sequential",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "vod",
    "website",
    "worm",
    "wormExtend",
    "wormId",
];

fn is_sub_resource(name: &str) -> bool {
    SUB_RESOURCES.contains(&name) || name.starts_with("x-oss-")
}

/// What is signed. `date` is the date of the request, or the end of a URL.
pub(super) fn string_to_sign(request: &Request, date: &str) -> String {
    let header = |name: &str| request.header(name).unwrap_or_default();
    let mut headers: Vec<(&str, String)> = request
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-oss-"))
        .map(|name| (name, request.joined(name)))
        .collect();
    headers.sort();
    let headers: String = headers.into_iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    format!(
        "{}\n{}\n{}\n{date}\n{headers}{}",
        request.method,
        header("content-md5"),
        header("content-type"),
        resource(request)
    )
}

fn resource(request: &Request) -> String {
    let path = match &request.bucket {
        Some(bucket) => format!("/{bucket}/{}", request.key()),
        None => "/".to_owned(),
    };
    let mut parameters: Vec<(&str, &str)> = request
        .query_names()
        .filter(|name| is_sub_resource(name))
        .map(|name| (name, request.query(name).unwrap_or_default()))
        .collect();
    parameters.sort_unstable();
    let parameters: Vec<String> = parameters
        .into_iter()
        .map(|(name, value)| if value.is_empty() { name.to_owned() } else { format!("{name}={value}") })
        .collect();
    if parameters.is_empty() { path } else { format!("{path}?{}", parameters.join("&")) }
}

/// Whether a signature is the one of a text.
pub(super) fn verifies(secret: &str, text: &str, signature: &str) -> bool {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    let given = STANDARD.decode(signature).unwrap_or_default();
    mac.verify_slice(&given).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;
    use crate::provider::Dialect;

    fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let parts = request.body(()).expect("a request").into_parts().0;
        dialect::of(Dialect::Oss).request(parts).expect("it can be taken apart")
    }

    #[test]
    fn a_request_signed_in_its_header() {
        let request = request(
            "PUT",
            "/nelson",
            &[
                ("host", "examplebucket.oss-cn-hangzhou.aliyuncs.com"),
                ("content-md5", "eB5eJF1ptWaXm4bijSPyxw=="),
                ("content-type", "text/html"),
                ("x-oss-date", "Wed, 28 Dec 2022 10:27:41 GMT"),
                ("x-oss-meta-author", "alice"),
                ("x-oss-meta-magic", "abracadabra"),
            ],
        );
        let string = string_to_sign(&request, "Wed, 28 Dec 2022 10:27:41 GMT");
        assert!(verifies("sk", &string, "kSHKmLxlyEAKtZPkJhG9bZb5k7M="), "{string}");
    }

    #[test]
    fn a_request_signed_in_its_url() {
        let request = request(
            "GET",
            "/key?versionId=versionId&OSSAccessKeyId=ak&Expires=1699807420&Signature=x",
            &[("host", "bucket.oss-cn-hangzhou.aliyuncs.com")],
        );
        let string = string_to_sign(&request, "1699807420");
        assert!(verifies("sk", &string, "dcLTea+Yh9ApirQ8o8dOPqtvJXQ="), "{string}");
    }

    #[test]
    fn parameters_that_name_no_sub_resource_are_not_signed() {
        let request = request("GET", "/?uploads&max-uploads=1&prefix=a", &[("host", "b.oss-x.localhost")]);
        assert_eq!(string_to_sign(&request, "date"), "GET\n\n\ndate\n/b/?uploads");
    }
}
