//! The native API of OSS.

use reqwest::Url;

use super::Names;

pub(super) const NAMES: Names = Names {
    prefix: "x-oss-",
    acl: "object-acl",
    namespace: "",
    answers_have_namespace: false,
    region: "cn-hangzhou",
    variables: Some(["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"]),
    region_variable: Some("OSS_REGION"),
    tampered_header: ["meta-mpuspec", "signed", "tampered"],
    tampered_query: "mpuspec-tampered=1",
    region_of,
    by_hand: |endpoint, call, bucket| format!("ossutil api {call} --endpoint {endpoint} --bucket {bucket}"),
};

/// The region in a host name such as `oss-cn-hangzhou.aliyuncs.com`.
fn region_of(endpoint: &Url) -> Option<String> {
    let first = endpoint.domain()?.split('.').next()?;
    let region = first.strip_prefix("oss-")?;
    Some(region.strip_suffix("-internal").unwrap_or(region).to_owned())
}
