//! The server: a port, a thread, and how both are started and stopped.

mod connection;
mod tls;

#[cfg(feature = "defects")]
use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::mpsc;

use self::connection::Order;
use crate::accounts::{Accounts, Credentials};
use crate::call::Service;
use crate::call::points::Points;
#[cfg(feature = "defects")]
use crate::defects::{Asked, Defect, Defects};
use crate::dialect;
use crate::provider::{self, Addressing, Limit, Provider};
use crate::store::Bucket;

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Mock {
    address: SocketAddr,
    service: Arc<Service>,
    certificate: Option<String>,
    #[cfg(feature = "defects")]
    asked: Asked,
    orders: mpsc::UnboundedSender<Order>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Mock {
    /// Begins to describe a server.
    pub fn builder() -> MockBuilder {
        MockBuilder::default()
    }

    /// The base of its URLs, as clients of the provider reach it: `http://127.0.0.1:PORT`; with TLS,
    /// `https://localhost:PORT`. Where buckets have to stand in the name of the host, `http://oss-REGION.localhost:PORT`:
    /// every name below `localhost` is this machine (RFC 6761, 6.3), though not every resolver knows.
    pub fn endpoint(&self) -> String {
        let scheme = self.service.scheme;
        let port = self.address.port();
        let Service { provider, region, .. } = &*self.service;
        if !provider.addressing.contains(&Addressing::Path) {
            return format!("{scheme}://{}:{port}", dialect::of(provider.dialect).host_name(region));
        }
        match self.certificate {
            Some(_) => format!("{scheme}://localhost:{port}"),
            None => format!("{scheme}://{}", self.address),
        }
    }

    /// The keys of whoever owns its buckets.
    pub fn credentials(&self) -> &Credentials {
        &self.service.accounts.owner
    }

    /// The keys of somebody else, who owns nothing.
    pub fn second_credentials(&self) -> &Credentials {
        &self.service.accounts.second
    }

    /// Temporary keys of the owner.
    pub fn temporary_credentials(&self) -> &Credentials {
        &self.service.accounts.temporary
    }

    /// Has a bucket of the owner from now on, if it has none of this name.
    pub fn create_bucket(&self, name: &str) {
        let mut store = self.service.store.lock();
        let bucket = Bucket::new(&self.service.accounts.owner.access_key, store.now());
        store.buckets.entry(name.to_owned()).or_insert(bucket);
    }

    /// The certificate of the authority that it made for itself, as PEM, if it speaks TLS.
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes the defects that it has come to ask about since the last call: with any other one it would have
    /// answered the same. Empty unless [`notes_asked`](MockBuilder::notes_asked) was called.
    #[cfg(feature = "defects")]
    pub fn asked(&self) -> BTreeSet<Defect> {
        self.asked.take()
    }

    /// Lets it fall and begin anew, as if its process had been killed: connections are cut, what was under way
    /// is lost, what was answered stays. It answers again when this returns. Clients that connect meanwhile wait.
    pub fn restart(&self) {
        self.restarter()();
    }

    /// [`restart`](Self::restart) for somebody else to call; without effect once the server is dropped.
    pub fn restarter(&self) -> impl Fn() + Send + Sync + use<> {
        let orders = self.orders.clone();
        move || {
            let (done, is_done) = std::sync::mpsc::channel();
            let _ = orders.send(Order::Restart(done));
            // An error says that the server has stopped.
            let _ = is_done.recv();
        }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        // An error says that the server has stopped already.
        let _ = self.orders.send(Order::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Why a server does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The provider stands for unknown servers, so there is nothing to play.
    #[error("the mock cannot play `{0}`; name a provider whose answers are documented")]
    NotPlayable(String),
    /// No certificate can be made.
    #[error("no certificate can be made: {0}")]
    Certificate(String),
    /// The port can't be had.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// So long OSS waits for a callback server.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(5);

/// Describes a server that is to be started.
#[derive(Debug)]
#[must_use = "call start() to run it"]
pub struct MockBuilder {
    provider: Option<Provider>,
    accounts: Accounts,
    port: u16,
    region: Option<String>,
    callback_timeout: Duration,
    #[cfg(feature = "defects")]
    defects: Vec<Defect>,
    #[cfg(feature = "defects")]
    notes_asked: bool,
    limits: Vec<Limit>,
    tls: bool,
}

impl Default for MockBuilder {
    fn default() -> Self {
        Self {
            provider: None,
            accounts: Accounts::default(),
            port: 0,
            region: None,
            callback_timeout: CALLBACK_TIMEOUT,
            #[cfg(feature = "defects")]
            defects: Vec::new(),
            #[cfg(feature = "defects")]
            notes_asked: false,
            limits: Vec::new(),
            tls: false,
        }
    }
}

impl MockBuilder {
    /// Plays a provider. Default: `aws-s3`, as [`provider::load`] gives it.
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Has an owner with these keys. Default: [`ACCESS_KEY`](crate::ACCESS_KEY) and
    /// [`SECRET_KEY`](crate::SECRET_KEY).
    pub fn credentials(mut self, owner: Credentials) -> Self {
        self.accounts.owner = owner;
        self
    }

    /// Listens on this port of the loopback interface. Default: a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Expects signatures to name this region. Default: `us-east-1`, and of OSS `cn-hangzhou`.
    pub fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Gives a callback server so long to answer. Default: 5 seconds.
    pub fn callback_timeout(mut self, timeout: Duration) -> Self {
        self.callback_timeout = timeout;
        self
    }

    /// Makes it wrong in one way.
    #[cfg(feature = "defects")]
    pub fn defect(mut self, defect: Defect) -> Self {
        self.defects.push(defect);
        self
    }

    /// Notes which defects it asks about, for [`Mock::asked`].
    #[cfg(feature = "defects")]
    pub fn notes_asked(mut self) -> Self {
        self.notes_asked = true;
        self
    }

    /// Sets a limit aside from what the provider says: `"min_part_size=1KiB".parse()`.
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limits.push(limit);
        self
    }

    /// Speaks TLS, with certificates of its own making for localhost and each bucket before it.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Starts it on a thread of its own; it answers when this returns.
    pub fn start(self) -> Result<Mock, StartError> {
        let mut provider = self.provider.unwrap_or_else(usual_provider);
        if !provider.playable {
            return Err(StartError::NotPlayable(provider.name));
        }
        self.limits.into_iter().for_each(|limit| provider.override_limit(limit.name, limit.value));
        #[cfg(feature = "defects")]
        let defects = Defects::of(self.defects);
        #[cfg(feature = "defects")]
        let defects = if self.notes_asked { defects.noting() } else { defects };
        #[cfg(feature = "defects")]
        let (asked, points): (_, Box<dyn Points>) = (defects.asked().clone(), Box::new(defects));
        #[cfg(not(feature = "defects"))]
        let points: Box<dyn Points> = Box::new(crate::checks::Sound);
        let service = Service {
            store: Default::default(),
            rules: provider.model_rules(),
            points,
            accounts: self.accounts,
            region: self.region.unwrap_or_else(|| dialect::of(provider.dialect).names().region.to_owned()),
            provider,
            scheme: if self.tls { "https" } else { "http" },
            callback_timeout: self.callback_timeout,
        };
        let identity = self.tls.then(tls::Identity::make).transpose().map_err(StartError::Certificate)?;
        #[cfg_attr(not(feature = "defects"), expect(unused_mut, reason = "nothing asks about mistakes"))]
        let mut mock = listen(service, identity, SocketAddr::from(([127, 0, 0, 1], self.port)))?;
        #[cfg(feature = "defects")]
        {
            mock.asked = asked;
        }
        Ok(mock)
    }
}

fn usual_provider() -> Provider {
    provider::load("aws-s3").expect("it is bundled")
}

/// After the order to restart, a request that does not come to a point where it can be left within this time is not
/// waited for.
const FALL: Duration = Duration::from_secs(1);

fn listen(
    service: Service,
    identity: Option<tls::Identity>,
    address: SocketAddr,
) -> Result<Mock, StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let mut runtime = runtime().map_err(failed)?;
    let (orders, mut ordered) = mpsc::unbounded_channel();
    let (certificate, acceptor) = identity.map(|identity| (identity.certificate, identity.acceptor)).unzip();
    let service = Arc::new(service);
    let served = service.clone();
    let thread = std::thread::Builder::new()
        .name("mpuspec-mock".to_owned())
        .spawn(move || {
            loop {
                let Ok(own) = listener.try_clone() else { break };
                let accepting = connection::accept(own, served.clone(), acceptor.clone(), &mut ordered);
                let order = runtime.block_on(accepting);
                // All that a process would lose lives in its runtime.
                let Order::Restart(done) = order else { break };
                let Ok(next) = self::runtime() else { break };
                std::mem::replace(&mut runtime, next).shutdown_timeout(FALL);
                served.fall();
                let _ = done.send(());
            }
            runtime.shutdown_background();
        })
        .map_err(failed)?;
    Ok(Mock {
        address,
        service,
        certificate,
        #[cfg(feature = "defects")]
        asked: Asked::default(),
        orders,
        thread: Some(thread),
    })
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("mpuspec-mock")
        .enable_all()
        .build()
}
