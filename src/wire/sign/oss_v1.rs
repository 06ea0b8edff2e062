//! Version 1 of OSS's signature: HMAC-SHA1 over method, date, x-oss-* headers and resource.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use sha1::Sha1;

use super::oss::{Resource, extend_query, header, lines, query, set_header};
use super::{Signed, Signer};

/// The parameters that are signed; others are not.
const SUB_RESOURCES: &[&str] = &[
    "acl",
    "bucketInfo",
    "callback",
    "callback-var",
    "delete",
    "location",
    "objectMeta",
    "partNumber",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "security-token",
    "sequential",
    "tagging",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "worm",
];

pub(super) fn sign_request(
    request: &mut Request<()>,
    resource: &Resource<'_>,
    signer: &Signer<'_>,
) -> Result<Signed, String> {
    let signature = match signer.url {
        None => {
            let date = signer.stamp("%a, %d %b %Y %H:%M:%S GMT")?;
            set_header(request.headers_mut(), "date", &date)?;
            if let Some(token) = &signer.token {
                set_header(request.headers_mut(), "x-oss-security-token", token)?;
            }
            let signature = signature(&signer.secret, &string_to_sign(request, resource, &date));
            let authorization = format!("OSS {}:{signature}", signer.access_key);
            set_header(request.headers_mut(), "authorization", &authorization)?;
            signature
        }
        Some(good_for) => {
            let now = signer.time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let expires = (now + good_for).as_secs().to_string();
            if let Some(token) = &signer.token {
                extend_query(request, &[("security-token", token.clone())])?;
            }
            let signature = signature(&signer.secret, &string_to_sign(request, resource, &expires));
            let signed = [
                ("OSSAccessKeyId", signer.access_key.to_owned()),
                ("Expires", expires),
                ("Signature", signature.clone()),
            ];
            extend_query(request, &signed)?;
            signature
        }
    };
    Ok(Signed { signature, chunks: None })
}

/// `date` is the date of the request, or the second in which its URL expires.
fn string_to_sign(request: &Request<()>, resource: &Resource<'_>, date: &str) -> String {
    let headers = request.headers();
    let date = if headers.contains_key("x-oss-date") { header(headers, "x-oss-date") } else { date };
    let mut signed: Vec<String> = query(request.uri())
        .into_iter()
        .filter(|(name, _)| SUB_RESOURCES.contains(&name.as_str()))
        .map(|(name, value)| if value.is_empty() { name } else { format!("{name}={value}") })
        .collect();
    signed.sort();
    let question = if signed.is_empty() { "" } else { "?" };
    format!(
        "{}\n{}\n{}\n{date}\n{}{}{question}{}",
        request.method(),
        header(headers, "content-md5"),
        header(headers, "content-type"),
        lines(headers, |name| name.starts_with("x-oss-")),
        resource.path(),
        signed.join("&"),
    )
}

fn signature(secret: &str, string: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(string.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_signed_in_its_header() {
        let request = Request::builder()
            .method("PUT")
            .uri("http://examplebucket.oss-cn-hangzhou.aliyuncs.com/nelson")
            .header("content-md5", "eB5eJF1ptWaXm4bijSPyxw==")
            .header("content-type", "text/html")
            .header("x-oss-date", "Wed, 28 Dec 2022 10:27:41 GMT")
            .header("x-oss-meta-author", "alice")
            .header("x-oss-meta-magic", "abracadabra")
            .body(())
            .expect("a request");
        let resource = Resource { bucket: "examplebucket", key: Some("nelson") };
        let string = string_to_sign(&request, &resource, "another date");
        assert_eq!(signature("sk", &string), "kSHKmLxlyEAKtZPkJhG9bZb5k7M=");
    }

    #[test]
    fn a_request_signed_in_its_url() {
        let request =
            Request::get("http://bucket.oss-cn-hangzhou.aliyuncs.com/key?versionId=versionId").body(());
        let resource = Resource { bucket: "bucket", key: Some("key") };
        let string = string_to_sign(&request.expect("a request"), &resource, "1699807420");
        assert_eq!(signature("sk", &string), "dcLTea+Yh9ApirQ8o8dOPqtvJXQ=");
    }

    #[test]
    fn only_sub_resources_of_the_query_are_signed() {
        let uri = "http://b.example/k?uploads&max-uploads=2&encoding-type=url&sequential";
        let request = Request::post(uri).body(()).expect("a request");
        let resource = Resource { bucket: "b", key: Some("k") };
        let string = string_to_sign(&request, &resource, "D");
        assert_eq!(string, "POST\n\n\nD\n/b/k?sequential&uploads");
    }
}
