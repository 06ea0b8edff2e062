//! Where requests go: endpoint, addressing, bucket, region.

use std::net::IpAddr;

use mpuspec_mock::provider::Addressing;
use reqwest::Url;
use thiserror::Error;

/// An endpoint with a bucket.
#[derive(Clone, Debug)]
pub struct Target {
    /// The base of its URLs.
    pub endpoint: Url,
    /// Where the bucket stands.
    pub addressing: Addressing,
    /// The bucket.
    pub bucket: String,
    /// The region that signatures name.
    pub region: String,
}

/// What is wrong with an endpoint.
#[derive(Debug, Error)]
#[error("--endpoint {given}: {reason}")]
pub struct TargetError {
    given: String,
    reason: String,
}

impl Target {
    /// Reads an endpoint.
    pub fn endpoint(given: &str) -> Result<Url, TargetError> {
        let error = |reason: &str| TargetError { given: given.to_owned(), reason: reason.to_owned() };
        let url = Url::parse(given).map_err(|e| error(&format!("{e}; write it as http://HOST:PORT")))?;
        match url.scheme() {
            "http" | "https" if url.host_str().is_none() => Err(error("it names no host")),
            "http" | "https" if url.path() != "/" || url.query().is_some() => Err(error(
                "it has a path; write scheme, host and port alone, and name the bucket with --bucket",
            )),
            "http" | "https" if !url.username().is_empty() || url.password().is_some() => Err(TargetError {
                given: "…".to_owned(),
                reason: "credentials do not belong into a URL".to_owned(),
            }),
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

    /// The base of the URLs of a bucket, and the path that it begins with.
    pub(super) fn base(&self, bucket: &str) -> (Url, String) {
        let mut url = self.endpoint.clone();
        match self.addressing {
            Addressing::Path => (url, format!("/{bucket}")),
            Addressing::Virtual => {
                let host = format!("{bucket}.{}", self.endpoint.host_str().unwrap_or_default());
                // A host that was accepted stays one with a bucket before it.
                let _ = url.set_host(Some(&host));
                (url, "/".to_owned())
            }
        }
    }
}
