//! Version 4 of OSS's signature: like SigV4, with a canonical form of its own.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use percent_encoding::utf8_percent_encode;
use sha2::{Digest, Sha256};

use super::super::request::{STRICT, encode_path};
use super::oss::{Resource, extend_query, lines, query, set_header};
use super::{Signed, Signer};

const ALGORITHM: &str = "OSS4-HMAC-SHA256";
/// The only word about a body that clients of OSS sign.
const PAYLOAD: &str = "UNSIGNED-PAYLOAD";

pub(super) fn sign_request(
    request: &mut Request<()>,
    resource: &Resource<'_>,
    signer: &Signer<'_>,
) -> Result<Signed, String> {
    let time = signer.stamp("%Y%m%dT%H%M%SZ")?;
    let scope = format!("{}/{}/oss/aliyun_v4_request", signer.stamp("%Y%m%d")?, signer.region);
    let credential = format!("{}/{scope}", signer.access_key);
    match signer.url {
        None => {
            let headers = request.headers_mut();
            set_header(headers, "x-oss-date", &time)?;
            set_header(headers, "x-oss-content-sha256", PAYLOAD)?;
            if let Some(token) = &signer.token {
                set_header(headers, "x-oss-security-token", token)?;
            }
        }
        Some(good_for) => {
            let mut added = vec![
                ("x-oss-signature-version", ALGORITHM.to_owned()),
                ("x-oss-date", time.clone()),
                ("x-oss-expires", good_for.as_secs().to_string()),
                ("x-oss-credential", credential.clone()),
            ];
            added.extend(signer.token.clone().map(|token| ("x-oss-security-token", token)));
            extend_query(request, &added)?;
        }
    }
    let signature = signature(signer, &time, &scope, &canonical_request(request, resource, &[]));
    if signer.url.is_some() {
        extend_query(request, &[("x-oss-signature", signature.clone())])?;
    } else {
        let authorization = format!("{ALGORITHM} Credential={credential},Signature={signature}");
        set_header(request.headers_mut(), "authorization", &authorization)?;
    }
    Ok(Signed { signature, chunks: None })
}

/// `additional` names headers beyond those that are signed in any case.
fn canonical_request(request: &Request<()>, resource: &Resource<'_>, additional: &[&str]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, STRICT).to_string();
    let mut pairs: Vec<(String, String)> =
        query(request.uri()).iter().map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| if value.is_empty() { name } else { format!("{name}={value}") })
        .collect();
    let signed = |name: &str| {
        name.starts_with("x-oss-")
            || ["content-type", "content-md5"].contains(&name)
            || additional.contains(&name)
    };
    format!(
        "{}\n{}\n{}\n{}\n{}\n{PAYLOAD}",
        request.method(),
        encode_path(&resource.path()),
        pairs.join("&"),
        lines(request.headers(), signed),
        additional.join(";"),
    )
}

fn signature(signer: &Signer<'_>, time: &str, scope: &str, canonical: &str) -> String {
    let string = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex::encode(Sha256::digest(canonical)));
    let key = scope
        .split('/')
        .fold(format!("aliyun_v4{}", signer.secret).into_bytes(), |key, word| mac(&key, word.as_bytes()));
    hex::encode(mac(&key, string.as_bytes()))
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn signer(time: &str, url: Option<u64>) -> Signer<'static> {
        let time: jiff::Timestamp = time.parse().expect("a time");
        Signer {
            access_key: "ak",
            secret: "sk".to_owned(),
            token: None,
            region: "cn-hangzhou".to_owned(),
            time: SystemTime::from(time),
            url: url.map(Duration::from_secs),
        }
    }

    const QUERY: &str = "param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2=&%7Cparam2=&param2=";

    fn request(content_type: &str) -> Request<()> {
        Request::put(format!("http://bucket.oss-cn-hangzhou.aliyuncs.com/1234%2B-/123/1.txt?{QUERY}"))
            .header("x-oss-head1", "value")
            .header("abc", "value")
            .header("ZAbc", "value")
            .header("XYZ", "value")
            .header("content-type", content_type)
            .body(())
            .expect("a request")
    }

    const RESOURCE: Resource<'_> = Resource { bucket: "bucket", key: Some("1234+-/123/1.txt") };

    #[test]
    fn a_request_signed_in_its_header() {
        let mut request = request("text/plain");
        let signed = sign_request(&mut request, &RESOURCE, &signer("2023-12-16T16:20:57Z", None));
        let expected = "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe";
        assert_eq!(signed.expect("it can be signed").signature, expected);
        let authorization = format!(
            "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature={expected}"
        );
        assert_eq!(request.headers()["authorization"], authorization);
    }

    #[test]
    fn headers_that_are_signed_because_they_are_named() {
        let mut request = request("text/plain");
        let signer = signer("2023-12-16T17:25:12Z", None);
        sign_request(&mut request, &RESOURCE, &signer).expect("it can be signed");
        let canonical = canonical_request(&request, &RESOURCE, &["abc", "zabc"]);
        let scope = "20231216/cn-hangzhou/oss/aliyun_v4_request";
        assert_eq!(
            signature(&signer, "20231216T172512Z", scope, &canonical),
            "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f"
        );
    }

    #[test]
    fn a_request_signed_in_its_url() {
        let mut request = request("application/octet-stream");
        let signed = sign_request(&mut request, &RESOURCE, &signer("2023-12-17T02:54:37Z", Some(599)));
        let expected = "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe";
        assert_eq!(signed.expect("it can be signed").signature, expected);
        assert!(request.uri().to_string().ends_with(&format!("&x-oss-signature={expected}")));
    }
}
