//! What the name of a host says: which bucket is meant, or none.

use std::net::IpAddr;

use crate::provider::Dialect;

/// What a host name addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addressed<'h> {
    /// A bucket.
    Bucket(&'h str),
    /// An endpoint by its name, on which OSS wants no bucket in the path.
    Endpoint,
    /// A server that has no name of its own; the bucket stands in the path.
    Server,
}

/// The name without the port.
pub(crate) fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        // The colons of an IPv6 address stand within brackets.
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    }
}

/// What a name addresses.
pub(crate) fn addressed(dialect: Dialect, name: &str) -> Addressed<'_> {
    match dialect {
        Dialect::S3 => match name.strip_suffix(".localhost").filter(|bucket| !bucket.is_empty()) {
            Some(bucket) => Addressed::Bucket(bucket),
            None => Addressed::Server,
        },
        Dialect::Oss => of_oss(name),
    }
}

fn of_oss(name: &str) -> Addressed<'_> {
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
pub(crate) fn endpoint(dialect: Dialect, host: &str) -> &str {
    match addressed(dialect, name(host)) {
        Addressed::Bucket(bucket) => host.get(bucket.len() + 1..).unwrap_or(host),
        Addressed::Endpoint | Addressed::Server => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_label_is_the_bucket_unless_it_is_the_endpoint() {
        let of = |name| addressed(Dialect::Oss, name);
        assert_eq!(of("b.oss-cn-hangzhou.localhost"), Addressed::Bucket("b"));
        assert_eq!(of("oss-b.oss-cn-hangzhou.localhost"), Addressed::Bucket("oss-b"));
        assert_eq!(of("oss-cn-hangzhou.localhost"), Addressed::Endpoint);
        assert_eq!(of("b.example"), Addressed::Bucket("b"));
        for server in ["localhost", "127.0.0.1", "[::1]", ""] {
            assert_eq!(of(server), Addressed::Server, "{server}");
        }
    }

    #[test]
    fn ports_are_no_part_of_a_name() {
        assert_eq!(name("localhost:80"), "localhost");
        assert_eq!(name("[::1]:80"), "[::1]");
        assert_eq!(name("[::1]"), "[::1]");
        assert_eq!(endpoint(Dialect::Oss, "b.oss-x.localhost:80"), "oss-x.localhost:80");
    }
}
