//! The server that is tested: one that runs, one that is started for the run, or the bundled mock.

use std::any::Any;
use std::fmt;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mpuspec_mock::Mock;
use mpuspec_mock::provider::Provider;

use super::SuiteError;
use crate::run::Restart;
use crate::wire::Target;

type Start = Box<dyn FnOnce() -> Result<(String, Box<dyn Any + Send>), String> + Send>;

/// The server that is tested.
pub(crate) enum Server {
    /// It runs, and is reached at these nodes.
    Endpoints(Vec<String>),
    /// It is started when it is needed.
    Started(Start),
    /// The bundled mock.
    Mock,
}

/// What keeps a server alive that was started for the run.
pub(crate) struct Guard {
    _alive: Mutex<Box<dyn Any + Send>>,
    /// How it is started anew without a command.
    pub(super) restart: Option<Restart>,
}

impl Guard {
    fn new(alive: Box<dyn Any + Send>, restart: Option<Restart>) -> Self {
        Self { _alive: Mutex::new(alive), restart }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoints(nodes) => f.debug_tuple("Endpoints").field(nodes).finish(),
            Self::Started(_) => f.write_str("Started"),
            Self::Mock => f.write_str("Mock"),
        }
    }
}

/// A server that was started and does not listen by then does not come.
const LONGEST: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(50);

/// Waits until somebody listens at an endpoint.
fn wait_for(endpoint: &str) -> Result<(), SuiteError> {
    let silent = |reason: String| SuiteError::Endpoint(format!("the server did not start: {reason}"));
    let url = Target::endpoint(endpoint).map_err(|error| SuiteError::Usage(error.to_string()))?;
    let begun = Instant::now();
    loop {
        let addresses = url.socket_addrs(|| None).map_err(|error| silent(format!("{endpoint}: {error}")))?;
        let connected = addresses.iter().map(|address| TcpStream::connect_timeout(address, LONGEST));
        let error = match connected.reduce(Result::or) {
            Some(Ok(_)) => return Ok(()),
            Some(Err(error)) => error.to_string(),
            None => "it has no address".to_owned(),
        };
        if begun.elapsed() > LONGEST {
            return Err(silent(format!("nobody listens at {endpoint} ({error})")));
        }
        std::thread::sleep(AGAIN);
    }
}

impl Server {
    pub(super) fn started_by<G, F>(start: impl FnOnce() -> Result<(String, G), F> + Send + 'static) -> Self
    where
        G: Send + 'static,
        F: fmt::Display,
    {
        Self::Started(Box::new(move || match start() {
            Ok((endpoint, guard)) => Ok((endpoint, Box::new(guard))),
            Err(error) => Err(error.to_string()),
        }))
    }

    /// Returns the nodes of its endpoint, as they were given; none where it is still to be started.
    pub(crate) fn nodes(&self) -> &[String] {
        match self {
            Self::Endpoints(nodes) => nodes,
            Self::Started(_) | Self::Mock => &[],
        }
    }

    pub(crate) fn is_mock(&self) -> bool {
        matches!(self, Self::Mock)
    }

    /// Starts it where it is to be started. Returns where it is reached.
    pub(super) fn start(
        self,
        provider: &Provider,
        region: Option<&String>,
    ) -> Result<(Vec<String>, Guard), SuiteError> {
        match self {
            Self::Endpoints(nodes) => Ok((nodes, Guard::new(Box::new(()), None))),
            Self::Started(start) => {
                let started = start()
                    .map_err(|reason| SuiteError::Endpoint(format!("the server did not start: {reason}")))?;
                wait_for(&started.0)?;
                Ok((vec![started.0], Guard::new(started.1, None)))
            }
            Self::Mock => {
                let mut builder = Mock::builder().provider(provider.clone());
                // A server that is called back and hangs is on this machine, and hangs for good.
                builder = builder.callback_timeout(Duration::from_millis(500));
                if let Some(region) = region {
                    builder = builder.region(region);
                }
                let mock = builder.start().map_err(|error| SuiteError::Usage(error.to_string()))?;
                let restart = Restart::Own(Arc::new(mock.restarter()));
                Ok((vec![mock.endpoint()], Guard::new(Box::new(mock), Some(restart))))
            }
        }
    }
}
