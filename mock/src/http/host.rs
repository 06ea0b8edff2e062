//! What the name of a host says: which bucket is meant, or none.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_no_part_of_a_name() {
        assert_eq!(name("localhost:80"), "localhost");
        assert_eq!(name("[::1]:80"), "[::1]");
        assert_eq!(name("[::1]"), "[::1]");
    }
}
