//! What the name of a host says on OSS.

use std::net::IpAddr;

use crate::http::{Addressed, host};

/// What a name addresses.
pub(super) fn addressed(name: &str) -> Addressed<'_> {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() {
        return Addressed::Server;
    }
    match name.split_once('.') {
        // A bucket too may have a name that begins like that of an endpoint.
        Some((bucket, rest)) if is_endpoint(rest) => Addressed::Bucket(bucket),
        _ if is_endpoint(name) => Addressed::Endpoint,
        Some((bucket, _)) if !bucket.is_empty() => Addressed::Bucket(bucket),
        _ => Addressed::Server,
    }
}

fn is_endpoint(name: &str) -> bool {
    name.starts_with("oss-")
}

/// The endpoint without the bucket before it, with the port: what a client may call again.
pub(super) fn endpoint(host: &str) -> &str {
    match addressed(host::name(host)) {
        Addressed::Bucket(bucket) => host.get(bucket.len() + 1..).unwrap_or(host),
        Addressed::Endpoint | Addressed::Server => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_label_is_the_bucket_unless_it_is_the_endpoint() {
        assert_eq!(addressed("b.oss-cn-hangzhou.localhost"), Addressed::Bucket("b"));
        assert_eq!(addressed("oss-b.oss-cn-hangzhou.localhost"), Addressed::Bucket("oss-b"));
        assert_eq!(addressed("oss-cn-hangzhou.localhost"), Addressed::Endpoint);
        assert_eq!(addressed("b.example"), Addressed::Bucket("b"));
        for server in ["localhost", "127.0.0.1", "[::1]", ""] {
            assert_eq!(addressed(server), Addressed::Server, "{server}");
        }
        assert_eq!(endpoint("b.oss-x.localhost:80"), "oss-x.localhost:80");
    }
}
