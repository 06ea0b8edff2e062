//! The suite as a library: which server is tested, against whose promises, and which rows.

mod error;
mod libtest;
mod planned;
mod principals;
mod server;
mod stage;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mpuspec_mock::provider::{Addressing, Provider};

pub use error::SuiteError;
use planned::Planned;
pub(crate) use planned::nodes;
use principals::Principals;
pub(crate) use server::Server;
use stage::Stage;
pub(crate) use stage::fresh_id;

use crate::case::{Case, Catalogue};
use crate::report::{Report, RowReport};
use crate::row::CallbackPlace;
use crate::run::{Progress, SMALL};
use crate::wire::{ClientOptions, Credentials};

/// A run of the suite that is set up and not started.
///
/// A run makes a bucket of its own on an endpoint on this machine, and removes it; anywhere else
/// [`Suite::bucket`] or [`Suite::create_bucket`] says that it may.
///
/// ```no_run
/// # async fn example() -> Result<(), mpuspec::SuiteError> {
/// let report = mpuspec::Suite::at("http://127.0.0.1:9000").credentials("ak", "sk").run().await?;
/// for row in report.broken_promises() {
///     println!("{}: {}", row.name(), row.reason.as_deref().unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
pub struct Suite {
    pub(crate) server: Server,
    pub(crate) promises: Promises,
    pub(crate) principals: Option<Principals>,
    pub(crate) region: Option<String>,
    pub(crate) addressing: Option<Addressing>,
    pub(crate) connection: ClientOptions,
    pub(crate) budget: Limits,
    pub(crate) name: Option<String>,
    pub(crate) bucket: Option<String>,
    pub(crate) create_bucket: bool,
    pub(crate) allow_versioned: bool,
    pub(crate) catalogue: Option<Catalogue>,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) own: Vec<Case>,
    pub(crate) patterns: Vec<String>,
    pub(crate) baseline: Option<PathBuf>,
    pub(crate) strict: bool,
    pub(crate) strict_new: bool,
    pub(crate) fail_fast: bool,
    pub(crate) all_evidence: bool,
    pub(crate) seed: String,
    pub(crate) jobs: usize,
    pub(crate) explore: Option<u32>,
    pub(crate) audited: u64,
    pub(crate) restart_command: Option<String>,
    pub(crate) callbacks: Option<CallbackPlace>,
}

/// The longest time for one call, where nobody says otherwise.
pub(crate) const USUAL_TIMEOUT: Duration = Duration::from_secs(30);
/// Rows side by side, where nobody says otherwise.
const USUAL_JOBS: usize = 8;
/// Sequences, and races, where nobody says otherwise.
pub(crate) const USUAL_EXPLORING: u32 = 40;
/// Bytes that exploring sends at most, where nobody says otherwise.
pub(crate) const USUAL_BUDGET: u64 = 64 << 20;
/// Where all cases take less, exploring has so long all the same.
pub(crate) const LEAST_EXPLORE_TIME: Duration = Duration::from_secs(10);

/// Whose promises count.
#[derive(Debug, Default)]
pub(crate) enum Promises {
    /// Those of `aws-s3` for the mock, and those that are `generic` elsewhere.
    #[default]
    Usual,
    /// Those of a bundled provider, or of a file.
    Named(String),
    /// Those of a provider that was read before.
    Loaded(Box<Provider>),
}

/// What a run may send.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) requests: Option<u64>,
    pub(crate) bytes: Option<u64>,
    /// Requests a second.
    pub(crate) rate: Option<u32>,
}

impl Suite {
    /// Tests the endpoint of a server that runs, given as `http://HOST:PORT`.
    pub fn at(endpoint: impl Into<String>) -> Self {
        Self::of(Server::Endpoints(vec![endpoint.into()]))
    }

    /// Tests a server that `start` starts when the first row needs it.
    ///
    /// `start` returns the endpoint and a guard, which is dropped at the end. [`free_port`] finds it a port. The
    /// run waits up to 30 seconds until somebody listens there.
    pub fn server<Guard, Failed>(
        start: impl FnOnce() -> Result<(String, Guard), Failed> + Send + 'static,
    ) -> Self
    where
        Guard: Send + 'static,
        Failed: std::fmt::Display,
    {
        Self::of(Server::started_by(start))
    }

    /// Tests the bundled mock, which plays the provider `aws-s3` unless [`Suite::provider`] names another one.
    pub fn mock() -> Self {
        Self::of(Server::Mock)
    }

    pub(crate) fn of(server: Server) -> Self {
        Self {
            server,
            promises: Promises::Usual,
            principals: None,
            region: None,
            addressing: None,
            connection: ClientOptions { timeout: USUAL_TIMEOUT, ca: None, insecure: false, proxy: None },
            budget: Limits::default(),
            name: None,
            bucket: None,
            create_bucket: false,
            allow_versioned: false,
            catalogue: None,
            folder: None,
            own: Vec::new(),
            patterns: Vec::new(),
            baseline: None,
            strict: false,
            strict_new: false,
            fail_fast: false,
            all_evidence: false,
            seed: env!("CARGO_PKG_VERSION").to_owned(),
            jobs: USUAL_JOBS,
            explore: None,
            audited: SMALL,
            restart_command: None,
            callbacks: None,
        }
    }

    /// Judges by the promises of a provider: a bundled name such as `aws-s3`, or the path of a provider file.
    /// Without it an endpoint is judged as `generic`.
    #[must_use]
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        self.promises = Promises::Named(name.into());
        self
    }

    /// Signs with these credentials. Without them the environment and the shared files of the AWS tools are
    /// asked.
    #[must_use]
    pub fn credentials(mut self, access_key: &str, secret_key: &str) -> Self {
        self.principals = Some(Principals::of(Credentials::known(access_key, secret_key, "the caller")));
        self
    }

    /// Signs for a region, in place of that of the environment or `us-east-1`.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Uses a bucket that is there, below the prefix `mpuspec/` alone.
    #[must_use]
    pub fn bucket(mut self, name: impl Into<String>) -> Self {
        self.bucket = Some(name.into());
        self
    }

    /// Lets the run make a bucket on an endpoint that is not on this machine, and remove it.
    #[must_use]
    pub fn create_bucket(mut self) -> Self {
        self.create_bucket = true;
        self
    }

    /// Runs only the rows that a name or pattern fits, such as `abort/*`. Repeated calls add up.
    #[must_use]
    pub fn only(mut self, pattern: impl Into<String>) -> Self {
        self.patterns.push(pattern.into());
        self
    }

    /// Adds the cases of a folder.
    #[must_use]
    pub fn cases(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Adds a case; it takes the place of one with its id.
    #[must_use]
    pub fn case(mut self, case: Case) -> Self {
        self.own.push(case);
        self
    }

    /// Holds the run against a baseline: only what is new counts.
    #[must_use]
    pub fn baseline(mut self, file: impl Into<PathBuf>) -> Self {
        self.baseline = Some(file.into());
        self
    }

    /// Counts SHOULD as MUST.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Makes the contents of parts from another seed.
    #[must_use]
    pub fn seed(mut self, seed: impl Into<String>) -> Self {
        self.seed = seed.into();
        self
    }

    /// Explores: from 40 on the whole plan, with `count` random sequences and as many random races behind it; of less a
    /// part of it. It takes as long as the rows took, and at least 10 seconds. The default is 40 where all rows run
    /// against a server on this machine, and 0 elsewhere.
    #[must_use]
    pub fn explore(mut self, count: u32) -> Self {
        self.explore = Some(count);
        self
    }

    /// Starts the server anew with a shell command, for the rows that ask whether data survives that.
    #[must_use]
    pub fn restart_command(mut self, command: impl Into<String>) -> Self {
        self.restart_command = Some(command.into());
        self
    }

    /// Runs the rows, explores, reads again what was acknowledged, and removes what the run made.
    ///
    /// # Errors
    ///
    /// Returns an error if the run could not begin: nothing was judged then. A server that breaks promises
    /// is no error.
    pub async fn run(self) -> Result<Report, SuiteError> {
        let stage = self.plan(|_, _| true)?.open()?;
        stage.run(Arc::new(Silent)).await
    }

    /// Runs each row as a test, for a test target with `harness = false`; the arguments are those of the test
    /// harness of Rust.
    ///
    /// A row that has no meaning on the server is ignored, with the reason; so is one that fails as the
    /// baseline says. A row that passes although the baseline lists it fails.
    pub fn libtest_main(self) -> std::process::ExitCode {
        libtest::main(self)
    }
}

/// Finds a port on this machine that nobody listens on.
///
/// # Errors
///
/// Returns the error of the operating system.
pub fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Says nothing.
#[derive(Debug)]
struct Silent;

impl Progress for Silent {
    fn row(&self, _: usize, _: usize, _: &RowReport) {}
}
