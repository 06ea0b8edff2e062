//! How connections are made and kept: the only file that builds HTTP clients.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use super::{ClientOptions, Target};

/// Connections that can be used again, until all of them are forgotten.
#[derive(Debug)]
pub(super) struct Pool {
    target: Target,
    options: ClientOptions,
    http: RwLock<reqwest::Client>,
    /// A server closes connections without saying so: none is used twice.
    only_fresh: AtomicBool,
}

impl Pool {
    pub(super) fn new(target: Target, options: ClientOptions) -> Result<Self, String> {
        let http = RwLock::new(build(&target, &options, false)?);
        Ok(Self { target, options, http, only_fresh: AtomicBool::new(false) })
    }

    pub(super) fn http(&self) -> reqwest::Client {
        self.http.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Uses no connection twice from now on.
    pub(super) fn use_only_fresh(&self) {
        if !self.only_fresh.swap(true, Ordering::Relaxed) {
            self.renew();
        }
    }

    /// Begins with no connection.
    pub(super) fn renew(&self) {
        // What could be built once can be built again.
        let only_fresh = self.only_fresh.load(Ordering::Relaxed);
        if let Ok(http) = build(&self.target, &self.options, only_fresh) {
            *self.http.write().unwrap_or_else(PoisonError::into_inner) = http;
        }
    }
}

/// Whether a name stands for this machine wherever it is looked up (RFC 6761).
fn is_here(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

fn build(target: &Target, options: &ClientOptions, only_fresh: bool) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder()
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(options.timeout.min(Duration::from_secs(10)))
        // A connection that the server is about to close must not be taken again.
        .pool_idle_timeout(Duration::from_secs(1))
        .pool_max_idle_per_host(if only_fresh { 0 } else { usize::MAX })
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
