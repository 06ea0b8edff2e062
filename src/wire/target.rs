//! Where requests go: endpoint, addressing, bucket, region.

use std::net::IpAddr;

use mpuspec_mock::provider::{Addressing, Dialect, Provider};
use reqwest::Url;
use thiserror::Error;

use super::dialect::names;

/// An endpoint with a bucket.
#[derive(Clone, Debug)]
pub struct Target {
    /// The base of its URLs.
    pub endpoint: Url,
    /// Further nodes of the same storage, which calls go round with it.
    pub others: Vec<Url>,
    /// Where the bucket stands.
    pub addressing: Addressing,
    /// The bucket.
    pub bucket: String,
    /// The region that signatures name.
    pub region: String,
    /// The language that is spoken.
    pub dialect: Dialect,
}

/// What is wrong with an endpoint.
#[derive(Debug, Error)]
#[error("{origin} {given}: {reason}")]
pub struct TargetError {
    origin: String,
    given: String,
    reason: String,
}

impl Target {
    /// A bucket of an endpoint that may keep a provider's promises. What is not told follows from them.
    pub fn new(
        provider: &Provider,
        endpoint: Url,
        addressing: Option<Addressing>,
        bucket: String,
        region: Option<String>,
    ) -> Self {
        let dialect = provider.dialect;
        let first = provider.addressing.first().copied().unwrap_or(Addressing::Path);
        // What has no name takes buckets in the path, and what is on this machine is asked so wherever the
        // provider knows it: not every resolver knows names there.
        let named = endpoint.domain().is_some();
        let here = Self::is_loopback(&endpoint) && provider.addressing.contains(&Addressing::Path);
        let usual = if named && !here { first } else { Addressing::Path };
        let names = names(dialect);
        let region = region.or_else(|| (names.region_of)(&endpoint));
        let region = region.unwrap_or_else(|| names.region.to_owned());
        let addressing = addressing.unwrap_or(usual);
        Self { addressing, endpoint, others: Vec::new(), bucket, region, dialect }
    }

    /// The same storage, reached by further nodes too.
    #[must_use]
    pub fn with_others(self, others: Vec<Url>) -> Self {
        Self { others, ..self }
    }

    /// Its nodes; most endpoints are one.
    pub fn nodes(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.endpoint).chain(&self.others)
    }

    /// The node whose turn it is.
    pub(super) fn node(&self, turn: usize) -> &Url {
        let turn = turn % (self.others.len() + 1);
        turn.checked_sub(1).map_or(&self.endpoint, |at| &self.others[at])
    }

    /// How people write a node.
    pub fn written(node: &Url) -> &str {
        node.as_str().trim_end_matches('/')
    }

    /// How a node is called, where there are several.
    pub(super) fn name_of(&self, node: &Url) -> Option<String> {
        (!self.others.is_empty()).then(|| Self::written(node).to_owned())
    }

    /// Reads an endpoint of the command line.
    pub fn endpoint(given: &str) -> Result<Url, TargetError> {
        Self::endpoint_of("--endpoint", given)
    }

    /// Reads an endpoint that `origin` names.
    pub fn endpoint_of(origin: &str, given: &str) -> Result<Url, TargetError> {
        let error = |reason: &str| TargetError {
            origin: origin.to_owned(),
            given: given.to_owned(),
            reason: reason.to_owned(),
        };
        let url = Url::parse(given).map_err(|e| error(&format!("{e}; write it as http://HOST:PORT")))?;
        match url.scheme() {
            "http" | "https" if url.host_str().is_none() => Err(error("it names no host")),
            "http" | "https" if url.path() != "/" || url.query().or(url.fragment()).is_some() => Err(error(
                "it has a path; write scheme, host and port alone, and name the bucket with --bucket",
            )),
            "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
                Err(TargetError { given: "…".to_owned(), ..error("credentials do not belong into a URL") })
            }
            "http" | "https" => Ok(url),
            _ => Err(error("write it as http://HOST:PORT or https://HOST:PORT")),
        }
    }

    /// Whether an endpoint is on this machine.
    pub fn is_loopback(endpoint: &Url) -> bool {
        let host = endpoint.host_str().unwrap_or_default().trim_matches(['[', ']']);
        match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    /// The command by which people make a call about the bucket themselves, with words quoted for a shell.
    pub fn by_hand(&self, call: &str, quoted: fn(&str) -> String) -> String {
        let (endpoint, bucket) = (quoted(Self::written(&self.endpoint)), quoted(&self.bucket));
        (names(self.dialect).by_hand)(&endpoint, call, &bucket)
    }

    /// Whether the endpoint has a host name, which a bucket can stand before.
    pub fn is_named(&self) -> bool {
        self.endpoint.domain().is_some()
    }

    /// Whether the bucket can be addressed at each node. Names of buckets come from files too, and one that holds what a
    /// URL is divided by would send the request elsewhere.
    pub fn check(&self) -> Result<(), String> {
        if self.region.is_empty()
            || self.region.len() > 100
            || !self.region.chars().all(|c| c.is_ascii_graphic())
        {
            return Err(format!(
                "{:?} is no region: it has up to 100 letters, digits and hyphens",
                self.region
            ));
        }
        self.nodes().try_for_each(|node| self.base(node, &self.bucket, None).map(drop))
    }

    /// The base of the URLs of a bucket at a node, and the path that it begins with.
    pub(super) fn base(
        &self,
        node: &Url,
        bucket: &str,
        addressing: Option<Addressing>,
    ) -> Result<(Url, String), String> {
        if !is_bucket(bucket) {
            return Err(format!(
                "{bucket:?} is no name of a bucket: it has up to 255 letters, digits, dots, hyphens and underscores, and \
                 begins with a letter or a digit"
            ));
        }
        let mut url = node.clone();
        match addressing.unwrap_or(self.addressing) {
            Addressing::Path => Ok((url, format!("/{bucket}"))),
            Addressing::Cname => Ok((url, "/".to_owned())),
            Addressing::Virtual => {
                let host = format!("{bucket}.{}", node.domain().unwrap_or_default()).to_ascii_lowercase();
                let is_set = node.domain().is_some() && url.set_host(Some(&host)).is_ok();
                match is_set && url.host_str() == Some(&host) {
                    true => Ok((url, "/".to_owned())),
                    false => Err(format!(
                        "the bucket {bucket} cannot stand before the host of {}; use --addressing path",
                        Self::written(node)
                    )),
                }
            }
        }
    }
}

/// Whether a text can be the name of a bucket anywhere: old ones have capitals and underscores too.
pub(crate) fn is_bucket(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let other = |c: char| !(c.is_ascii_alphanumeric() || "-._".contains(c));
    begins && name.len() <= 255 && !name.contains(other) && !name.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(endpoint: &str, bucket: &str, addressing: Addressing) -> Result<String, String> {
        let provider = mpuspec_mock::provider::load("aws-s3").expect("it is bundled");
        let node = Target::endpoint(endpoint).expect("an endpoint");
        let target = Target::new(&provider, node, Some(addressing), bucket.to_owned(), None);
        target.check()?;
        target
            .base(&target.endpoint, bucket, None)
            .map(|(url, path)| format!("{}{}", url.host_str().unwrap_or_default(), path))
    }

    #[test]
    fn a_bucket_chooses_no_host() {
        let at = |bucket: &str| base("http://localhost:18080", bucket, Addressing::Virtual);
        assert_eq!(at("Data.of-2026_1").as_deref(), Ok("data.of-2026_1.localhost/"));
        for bucket in
            ["127.0.0.2:", "127.0.0.2/", "a@b", "a#", "a?acl", "a\\b", "a b", "", ".a", "a..b", "é", "%31"]
        {
            assert!(at(bucket).is_err(), "{bucket}");
            assert!(base("http://localhost:1", bucket, Addressing::Path).is_err(), "{bucket}");
        }
    }

    #[test]
    fn a_bucket_stands_before_no_address() {
        for endpoint in ["http://127.0.0.1:9000", "http://[::1]:9000"] {
            let told = base(endpoint, "b", Addressing::Virtual).expect_err("it has no name");
            assert!(told.contains("--addressing path"), "{told}");
            assert!(base(endpoint, "b", Addressing::Path).is_ok());
        }
    }
}
