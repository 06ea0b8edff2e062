//! The server: a port, a thread, and how both are started and stopped.

mod connection;
mod tls;

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::mpsc;

use self::connection::Order;
use crate::defects::{Asked, Defect, Defects};
use crate::ops::Service;
use crate::provider::{self, Addressing, Dialect, FileError, LimitName, Provider};
use crate::yaml;
use crate::{OSS_REGION, REGION};

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Mock {
    address: SocketAddr,
    name: String,
    /// Whether buckets may stand in paths.
    has_paths: bool,
    certificate: Option<String>,
    asked: Asked,
    orders: mpsc::UnboundedSender<Order>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Mock {
    /// Begins to describe a server.
    pub fn builder() -> MockBuilder {
        MockBuilder::default()
    }

    /// The base of its URLs: `http://127.0.0.1:PORT`, or `https://localhost:PORT`.
    pub fn endpoint(&self) -> String {
        match self.certificate {
            None => format!("http://{}", self.address),
            Some(_) => format!("https://localhost:{}", self.address.port()),
        }
    }

    /// The base of its URLs by the name that its dialect wants: `localhost`, before which a bucket may stand;
    /// and `oss-REGION.localhost`, before which one has to. Every name below `localhost` is this machine
    /// (RFC 6761, 6.3), though not every resolver knows.
    pub fn named_endpoint(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}:{}", self.name, self.address.port())
    }

    /// The base of its URLs as the provider's clients reach it: by name, where buckets stand in names alone.
    pub fn usual_endpoint(&self) -> String {
        if self.has_paths { self.endpoint() } else { self.named_endpoint() }
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
    /// The provider can't be had.
    #[error(transparent)]
    Provider(#[from] FileError),
    /// The provider stands for unknown servers, so there is nothing to play.
    #[error("the mock cannot play `{0}`; name a provider whose answers are documented")]
    NotPlayable(String),
    /// No such limit, or no such value.
    #[error("--limit {name}={value}: {reason}")]
    Limit {
        /// The name as given.
        name: String,
        /// The value as given.
        value: String,
        /// What is wrong.
        reason: String,
    },
    /// No such defect.
    #[error("{0}")]
    Defect(String),
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

fn default_region(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::S3 => REGION,
        Dialect::Oss => OSS_REGION,
    }
}

/// Describes a server that is to be started.
#[derive(Debug)]
#[must_use = "call start() to run it"]
pub struct MockBuilder {
    provider: Result<Provider, String>,
    port: u16,
    region: Option<String>,
    callback_timeout: Duration,
    defects: Vec<String>,
    notes_asked: bool,
    limits: Vec<(String, String)>,
    buckets: Vec<String>,
    tls: bool,
}

impl Default for MockBuilder {
    fn default() -> Self {
        Self {
            provider: Err("aws-s3".to_owned()),
            port: 0,
            region: None,
            callback_timeout: CALLBACK_TIMEOUT,
            defects: Vec::new(),
            notes_asked: false,
            limits: Vec::new(),
            buckets: Vec::new(),
            tls: false,
        }
    }
}

impl MockBuilder {
    /// Plays a provider, by name or file. Default: `aws-s3`.
    pub fn provider(mut self, name: &str) -> Self {
        self.provider = Err(name.to_owned());
        self
    }

    /// Plays a provider that was loaded before.
    pub fn loaded_provider(mut self, provider: Provider) -> Self {
        self.provider = Ok(provider);
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
    pub fn defect(mut self, name: &str) -> Self {
        self.defects.push(name.to_owned());
        self
    }

    /// Notes which defects it asks about, for [`Mock::asked`].
    pub fn notes_asked(mut self) -> Self {
        self.notes_asked = true;
        self
    }

    /// Sets a limit: a number, a size such as `1KiB`, or `none`.
    pub fn limit(mut self, name: &str, value: &str) -> Self {
        self.limits.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Has a bucket from the start.
    pub fn bucket(mut self, name: &str) -> Self {
        self.buckets.push(name.to_owned());
        self
    }

    /// Speaks TLS, with certificates of its own making for localhost and each bucket before it.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Starts it on a thread of its own; it answers when this returns.
    pub fn start(self) -> Result<Mock, StartError> {
        let mut provider = match self.provider {
            Ok(provider) => provider,
            Err(name) => provider::load(&name)?,
        };
        if !provider.playable {
            return Err(StartError::NotPlayable(provider.name));
        }
        for (name, value) in self.limits {
            let parsed = parse_limit(&name, &value);
            let (limit, value) = parsed.map_err(|reason| StartError::Limit { name, value, reason })?;
            provider.override_limit(limit, value);
        }
        let rules = provider.rules();
        let mut defects = Defects::default();
        for name in &self.defects {
            let names: Vec<_> = Defect::ALL.iter().map(|defect| defect.name()).collect();
            let defect = name.parse::<Defect>();
            defects
                .add(defect.map_err(|()| StartError::Defect(yaml::unknown("defect", name, &names).message))?);
        }
        if self.notes_asked {
            defects = defects.noting();
        }
        let asked = defects.asked().clone();
        let scheme = if self.tls { "https" } else { "http" };
        let region = self.region.unwrap_or_else(|| default_region(provider.dialect).to_owned());
        let name = match provider.dialect {
            Dialect::S3 => "localhost".to_owned(),
            Dialect::Oss => format!("oss-{region}.localhost"),
        };
        let has_paths = provider.addressing.contains(&Addressing::Path);
        let service = Service {
            store: Default::default(),
            rules,
            defects,
            provider,
            region,
            scheme,
            callback_timeout: self.callback_timeout,
        };
        {
            let mut store = service.store.lock();
            for name in self.buckets {
                let created = store.now();
                store.buckets.insert(name, crate::store::Bucket::new(crate::ACCESS_KEY, created));
            }
        }
        let identity = self.tls.then(tls::Identity::make).transpose().map_err(StartError::Certificate)?;
        let mut mock = listen(service, name, identity, SocketAddr::from(([127, 0, 0, 1], self.port)))?;
        mock.has_paths = has_paths;
        mock.asked = asked;
        Ok(mock)
    }
}

/// Reads a limit as the command line gives it.
pub(crate) fn parse_limit(name: &str, value: &str) -> Result<(LimitName, Option<u64>), String> {
    let limit: LimitName = name.parse()?;
    let value = if value == "none" { None } else { Some(provider::parse_size(value)?) };
    Ok((limit, value))
}

/// Once told to restart, a request that does not come to a point where it can be left within this time is not
/// waited for.
const FALL: Duration = Duration::from_secs(1);

fn listen(
    service: Service,
    name: String,
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
    let thread = std::thread::Builder::new()
        .name("mpuspec-mock".to_owned())
        .spawn(move || {
            loop {
                let Ok(own) = listener.try_clone() else { break };
                let accepting = connection::accept(own, service.clone(), acceptor.clone(), &mut ordered);
                let order = runtime.block_on(accepting);
                // All that a process would lose lives in its runtime.
                let Order::Restart(done) = order else { break };
                let Ok(next) = self::runtime() else { break };
                std::mem::replace(&mut runtime, next).shutdown_timeout(FALL);
                service.fall();
                let _ = done.send(());
            }
            runtime.shutdown_background();
        })
        .map_err(failed)?;
    Ok(Mock {
        address,
        name,
        has_paths: true,
        certificate,
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
