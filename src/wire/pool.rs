//! How connections are made and kept: the only file that builds HTTP clients.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use super::{ClientOptions, Target};

/// Connections that can be used again, until all of them are forgotten.
#[derive(Debug)]
pub(super) struct Pool {
    target: Target,
    options: ClientOptions,
    http: RwLock<reqwest::Client>,
}

impl Pool {
    pub(super) fn new(target: Target, options: ClientOptions) -> Result<Self, String> {
        let http = RwLock::new(build(&target, &options)?);
        Ok(Self { target, options, http })
    }

    pub(super) fn http(&self) -> reqwest::Client {
        self.http.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins with no connection.
    pub(super) fn renew(&self) {
        // What could be built once can be built again.
        if let Ok(http) = build(&self.target, &self.options) {
            *self.http.write().unwrap_or_else(PoisonError::into_inner) = http;
        }
    }
}

/// Whether a name stands for this machine wherever it is looked up (RFC 6761).
fn is_here(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn build(target: &Target, options: &ClientOptions) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(options.timeout.min(Duration::from_secs(10)))
        // A connection that the server is about to close must not be taken again.
        .pool_idle_timeout(Duration::from_secs(1))
        .tcp_nodelay(true)
        .tls_danger_accept_invalid_certs(options.insecure)
        .no_proxy();
    if let Some(proxy) = &options.proxy {
        let proxy = reqwest::Proxy::all(proxy).map_err(|_| "--proxy: not a URL".to_owned())?;
        builder = builder.proxy(proxy);
    }
    if let Some(pem) = &options.ca {
        let certificates =
            reqwest::Certificate::from_pem_bundle(pem).map_err(|error| format!("--ca-file: {error}"))?;
        builder = builder.tls_certs_merge(certificates);
    }
    // A bucket before localhost is on this machine too, which not every resolver knows (RFC 6761).
    let hosts = target.nodes().filter_map(reqwest::Url::host_str);
    for host in hosts.filter(|host| is_here(host)) {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        builder = builder.resolve(&format!("{}.{host}", target.bucket), here).resolve(host, here);
    }
    builder.build().map_err(|error| error.to_string())
}
