//! The whole run: preflight, rows side by side, clean-up, report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use mpuspec_mock::provider::{LIMITS, Provider};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit::Ledger;
use super::bucket::{Unopened, probe};
use super::cleanup::{Finished, Sweep, named};
use super::context::RowContext;
use super::execute::{Came, run_planned};
use super::judge::accuse_where_nobody_does;
use super::life::{Restart, Watch, bucket_is_shared};
use super::plan::{Plan, PlannedRow};
use super::{BucketChoice, Failed, Preflight, RunError, open_bucket, preflight};
use crate::case::{Homes, Registry, RowId, binds};
use crate::cause::{answers, causes};
use crate::operation::delete_bucket::DeleteBucketRequest;
use crate::report::{
    Audit, CleanUp, Counts, End, Exploration, Finding, Repeat, Report, RowReport, RunInfo, SCHEMA_VERSION,
    SourceInfo, Suite, Summary, TargetInfo, Verdict, conclude, fit, quoted,
};
use crate::row::{CallbackPlace, CallbackServer, Contents, Journal, JournalHeader};
use crate::visible::{visible, visible_start};
use crate::wire::{Client, Confined, Log, Target};

/// How a run goes.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Rows side by side.
    pub jobs: usize,
    /// What contents are made from.
    pub seed: String,
    /// A fresh id.
    pub id: String,
    /// A name of the target, for people.
    pub name: String,
    /// Counts SHOULD as MUST.
    pub strict: bool,
    /// Begins no more rows once one has decided the exit code.
    pub fail_fast: bool,
    /// Verdicts of rows that are known to come, and so decide nothing.
    pub known: BTreeSet<(String, Verdict)>,
    /// Keeps the exchanges of rows that passed too.
    pub all_evidence: bool,
    /// Makes the bucket, or takes one that is there.
    pub bucket: BucketChoice,
    /// Uses a bucket that keeps versions.
    pub allow_versioned: bool,
    /// Objects up to this size are kept until they were audited.
    pub audited: u64,
    /// Where the suite can be called back.
    pub callbacks: Option<CallbackPlace>,
    /// How the server is started anew.
    pub restart: Option<Restart>,
    /// Which row is about which aspect of an answer.
    pub homes: Homes,
}

/// What is reported while a run goes.
pub trait Progress: Send + Sync {
    /// A row begins.
    fn begins(&self, _row: &RowId) {}

    /// A row has its verdict.
    fn row(&self, done: usize, total: usize, row: &RowReport);
}

/// What the rows of a plan came to.
#[derive(Debug)]
pub struct Done {
    pub(super) rows: Vec<RowReport>,
    pub(super) not_run: Vec<String>,
    pub(super) left: Sweep,
    pub(super) end: End,
}

impl Done {
    /// Whether every row was run.
    pub fn is_whole(&self) -> bool {
        self.end == End::Whole
    }
}

/// Whether a server lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It does.
    Alive,
    /// It has died, and was started anew.
    Again,
    /// It has died.
    Gone,
}

/// What was found beside the rows of a plan.
#[derive(Debug, Default)]
pub struct Findings {
    /// Rows that no case stands behind.
    pub rows: Vec<RowReport>,
    /// See [`Finding`].
    pub findings: Vec<Finding>,
    /// Of each finding of an audit the row that completed its object, or read it.
    pub origins: Vec<String>,
    /// The rows whose losses a finding explains.
    pub explained: BTreeSet<String>,
    /// See [`Exploration`].
    pub exploration: Exploration,
    /// See [`Audit`].
    pub audit: Audit,
    /// What stays, in words; nothing is removed then.
    pub kept: Option<String>,
    /// What could not be removed.
    pub left: Sweep,
}

impl Findings {
    /// Adds what else was found.
    pub fn add(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.findings.extend(other.findings);
        self.explained.extend(other.explained);
        if !other.exploration.is_empty() {
            self.exploration = other.exploration;
        }
        self.audit = other.audit;
        self.kept = other.kept;
        self.left.add(other.left);
    }
}

/// Runs rows beside a plan.
#[derive(Clone, Debug)]
pub struct Beside(Arc<RowContext>);

impl Beside {
    /// Runs a row, and cleans up after it.
    pub async fn run(&self, planned: &PlannedRow) -> Came {
        run_planned(&self.0, planned).await
    }
}

/// A run that is prepared: its bucket is there and the seven operations were called.
#[derive(Debug)]
pub struct Runner {
    pub(super) context: Arc<RowContext>,
    pub(super) options: RunOptions,
    server: String,
    versioned: bool,
    started: Instant,
    started_at: String,
    pub(super) header: JournalHeader,
}

impl Runner {
    /// Opens the journal and the bucket, and calls the seven operations.
    pub async fn prepare(
        client: Client,
        provider: Provider,
        registry: Registry,
        options: RunOptions,
    ) -> Result<Self, RunError> {
        // Answers stand in these errors too.
        let redactor = client.redactor.clone();
        let prepared = Self::begin(client, provider, registry, options).await;
        prepared.map_err(|error| RunError(visible(&redactor.clean(&error.0))))
    }

    async fn begin(
        client: Client,
        provider: Provider,
        registry: Registry,
        options: RunOptions,
    ) -> Result<Self, RunError> {
        let (started, started_at) =
            (Instant::now(), jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let prefix = format!("mpuspec/{}/", options.id);
        let bucket = client.target.bucket.clone();
        let is_own = options.bucket == BucketChoice::Create;
        let client = client.confined(Confined { bucket, is_own, prefix: prefix.clone() });
        let target = &client.target;
        let header = JournalHeader {
            run: options.id.clone(),
            pid: std::process::id(),
            endpoint: target.endpoint.to_string(),
            region: target.region.clone(),
            addressing: target.addressing.name().to_owned(),
            dialect: target.dialect.name().to_owned(),
            bucket: target.bucket.clone(),
            own_bucket: options.bucket == BucketChoice::Create,
            own_server: matches!(options.restart, Some(Restart::Own(_))),
            prefix: prefix.clone(),
        };
        let journal = Journal::create(&header).map_err(|error| {
            RunError(format!(
                "the journal cannot be written ({error}); set XDG_STATE_HOME to a folder that can"
            ))
        })?;
        let callbacks = match &options.callbacks {
            None => None,
            Some(place) => Some(Arc::new(CallbackServer::start(place).await.map_err(|error| {
                RunError(format!("no callback can be waited for at {}: {error}", place.listen))
            })?)),
        };
        let opened = open_bucket(&client, &options.bucket, options.allow_versioned).await;
        let (server, versioned) = match opened {
            Ok(opened) => opened,
            Err(Unopened { error, may_be_there }) => {
                // A bucket can be there although the answer to its creation was lost: then `clean` has to know.
                let is_gone = !may_be_there
                    || probe(&client, &Log::for_clean_up()).await.is_ok_and(|answer| answer.status == 404);
                if is_gone {
                    journal.remove();
                }
                return Err(error);
            }
        };
        let mut context = RowContext {
            client,
            provider,
            contents: Contents::new(&options.seed),
            journal: Arc::new(journal),
            prefix,
            registry,
            homes: options.homes.clone(),
            preflight: Preflight::default(),
            callbacks,
            all_evidence: options.all_evidence,
            ledger: Ledger::new(options.audited),
            shared: tokio::sync::Mutex::default(),
            watch: Watch::new(options.restart.clone()),
            generated: AtomicU64::new(0),
        };
        let shared = bucket_is_shared(&context.client).await.map_err(RunError);
        let found = match shared {
            Ok(()) => preflight(&context.client, &context.provider, &context.journal, &context.prefix).await,
            Err(error) => Err(Failed { error, left: Sweep::default() }),
        };
        let failed = found.map(|found| context.preflight = found).err();
        let runner =
            Self { context: Arc::new(context), options, server, versioned, started, started_at, header };
        if let Some(Failed { error: RunError(told), left }) = failed {
            let CleanUp { left, trouble } = runner.clean_up(left).await;
            let left = left.into_iter().map(|left| format!("; left {left}"));
            let trouble = trouble.into_iter().map(|trouble| format!("; clean-up: {trouble}"));
            return Err(RunError(told + &left.chain(trouble).collect::<String>()));
        }
        Ok(runner)
    }

    /// What the preflight found.
    pub fn preflight(&self) -> &Preflight {
        &self.context.preflight
    }

    /// How many minutes the rows of a plan may take, by how long the calls of the preflight took; nothing where it is less
    /// than one.
    pub fn minutes_for(&self, plan: &Plan) -> Option<u64> {
        let jobs = u64::try_from(self.options.jobs.max(1)).unwrap_or(u64::MAX);
        let in_a_row = u32::try_from(plan.cost().requests / jobs).unwrap_or(u32::MAX);
        let whole = self.context.preflight.a_call_takes.saturating_mul(in_a_row);
        Some(whole.as_secs() / 60).filter(|minutes| *minutes > 0)
    }

    /// Runs one row of its own, for test harnesses.
    pub async fn run_one(&self, planned: &PlannedRow) -> RowReport {
        run_planned(&self.context, planned).await.report
    }

    /// Runs a row that is in no plan. Returns also what could not be removed after it.
    pub async fn run_generated(&self, planned: &PlannedRow) -> (RowReport, Sweep) {
        let Came { report, left, .. } = run_planned(&self.context, planned).await;
        (report, left)
    }

    /// Runs rows that are in no plan, several at a time.
    pub fn beside(&self) -> Beside {
        Beside(self.context.clone())
    }

    /// Whether somebody wants the run to end.
    pub fn is_interrupted(&self) -> bool {
        self.context.client.budget.is_interrupted()
    }

    /// Bytes of bodies that were received so far.
    pub fn received(&self) -> u64 {
        self.context.client.budget.spent().received
    }

    /// Whether the server can be started anew.
    pub fn can_restart(&self) -> bool {
        self.context.watch.restart().is_some()
    }

    /// Looks whether the server has died, and starts it anew if that can be done. Returns what became of it.
    pub async fn look(&self, row: &str) -> Life {
        let watch = &self.context.watch;
        match watch.look(&self.context.client, row, true).await {
            false if watch.gone_since().is_none() => Life::Alive,
            true if watch.gone_since().is_none() => Life::Again,
            _ => Life::Gone,
        }
    }

    /// Takes the secrets of the run out of a part of its report.
    pub fn without_secrets<T: Serialize + DeserializeOwned>(&self, part: T) -> T {
        self.context.client.redactor.cleaned(part)
    }

    /// How many nodes the storage has.
    pub fn nodes(&self) -> usize {
        self.context.client.target.nodes().count()
    }

    /// The scheme of the endpoint.
    pub fn scheme(&self) -> &str {
        self.context.client.target.endpoint.scheme()
    }

    /// Stops sending; what is under way comes to its end.
    pub fn interrupter(&self) -> impl Fn() + Send + Sync + 'static {
        let budget = self.context.client.budget.clone();
        move || budget.interrupt()
    }

    /// The report as it is before the first row: what a run leaves that is killed, until rows are added.
    pub fn outline(&self, plan: &Plan) -> Report {
        let not_run = plan.rows.iter().map(|row| row.id.to_string()).collect();
        self.without_secrets(self.report(Vec::new(), not_run, End::Interrupted, CleanUp::default()))
    }

    /// Runs the rows of a plan, cleans up and reports.
    pub async fn run(self, plan: Plan, progress: Arc<dyn Progress>) -> Report {
        let done = self.rows(plan, progress).await;
        self.finish(done, Findings::default()).await
    }

    /// Cleans up and reports, with what was found beside the rows of the plan.
    pub async fn finish(self, done: Done, found: Findings) -> Report {
        let Done { mut rows, not_run, mut left, end } = done;
        // Whoever ends it while something is explored, settles or is read again has not seen all either.
        let end = if self.is_interrupted() { End::Interrupted } else { end };
        rows.extend(self.without_secrets(found.rows));
        rows.sort_by(|a, b| (&a.id, &a.row).cmp(&(&b.id, &b.row)));
        accuse_where_nobody_does(&mut rows);
        left.add(found.left);
        let cleanup = match found.kept {
            // The journal stays too.
            Some(kept) => CleanUp { left: vec![kept], ..CleanUp::default() },
            None => self.clean_up(left).await,
        };
        let mut report = self.report(rows, not_run, end, cleanup);
        let rows = std::mem::take(&mut report.cases);
        let Findings { findings, exploration, audit, .. } = found;
        let report = self.without_secrets(Report { findings, exploration, audit, ..report });
        let mut report = Report { cases: rows, ..report };
        fit(&mut report);
        report.causes = self.without_secrets(causes(&report));
        report.answers = answers(&report);
        report
    }

    /// Removes what the run made; what cannot be removed is named, and stays in the journal.
    pub async fn clean_up(&self, left: Sweep) -> CleanUp {
        let client = &self.context.client;
        let mut left = left;
        left.add(self.context.preflight.left.clone());
        let shared = self.context.shared.lock().await;
        left.keys.extend(shared.values().flatten().map(|object| object.key.clone()));
        drop(shared);
        left.keys.extend(self.context.ledger.entries().into_iter().map(|entry| entry.key));
        let sent = self.context.journal.sent_keys();
        let finished = left.finish(client, &self.context.prefix, self.versioned, &sent).await;
        let Finished { mut clean_up, mut is_certain } = finished;
        if self.options.bucket == BucketChoice::Create {
            let told = match client.call(&DeleteBucketRequest, &Log::for_clean_up()).await {
                Ok(answer) if answer.is_ok() || answer.status == 404 => None,
                Ok(answer) => Some(answer.summary()),
                Err(trouble) => Some(trouble.to_string()),
            };
            if let Some(told) = told {
                let bucket =
                    format!("bucket {} ({})", quoted(&client.target.bucket), visible_start(&told, 200));
                let by_hand = client.target.by_hand("delete-bucket", quoted);
                clean_up.left.push(named(&bucket, Some(by_hand)));
            } else {
                Finished { clean_up, is_certain } = Finished::without_bucket();
            }
        }
        if clean_up.left.is_empty() && is_certain {
            self.context.journal.remove();
        } else {
            clean_up.trouble.push("the journal stays: `mpuspec clean` looks again".to_owned());
        }
        clean_up
    }

    fn report(&self, mut rows: Vec<RowReport>, not_run: Vec<String>, end: End, cleanup: CleanUp) -> Report {
        let mut summary = Summary { total: rows.len(), ..Summary::default() };
        let mut by_level: BTreeMap<String, Counts> = BTreeMap::new();
        let mut observed = BTreeMap::new();
        for row in &mut rows {
            keep_binding_sources(row, &self.context.provider);
            summary.verdicts.add(row.verdict);
            by_level.entry(row.level.name().to_owned()).or_default().add(row.verdict);
            observed.extend(row.observed.clone());
        }
        summary.by_level = by_level;
        let provider = &self.context.provider;
        let conclusion = conclude(&rows, provider, self.options.strict, end);
        let (client, spent) = (&self.context.client, self.context.client.budget.spent());
        let others = client.target.others.iter().map(|node| Target::written(node).to_owned());
        Report {
            schema_version: SCHEMA_VERSION,
            complete: end == End::Whole,
            conformant: conclusion.conformant,
            exit: conclusion.exit,
            conclusion: conclusion.words,
            suite: Suite {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                commit: env!("MPUSPEC_COMMIT").to_owned(),
            },
            target: TargetInfo {
                name: self.options.name.clone(),
                provider: provider.name.clone(),
                dialect: provider.dialect.name().to_owned(),
                endpoint: Target::written(&client.target.endpoint).to_owned(),
                others: others.collect(),
                bucket: client.target.bucket.clone(),
                server: self.server.clone(),
                version: None,
                limits: LIMITS.iter().map(|name| (name.name().to_owned(), provider.limit(*name))).collect(),
            },
            run: RunInfo {
                started: self.started_at.clone(),
                millis: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
                seed: self.options.seed.clone(),
                id: self.options.id.clone(),
                jobs: self.options.jobs,
                requests: spent.requests,
                bytes_sent: spent.bytes,
                bytes_received: spent.received,
                cuts: client.cuts(),
                skipped: Vec::new(),
                again: None,
                repeat: Repeat::default(),
            },
            summary,
            preflight: self.context.preflight.results.clone(),
            observed,
            answers: Vec::new(),
            causes: Vec::new(),
            cases: rows,
            not_run,
            deaths: self.context.watch.deaths(),
            findings: Vec::new(),
            exploration: Exploration::default(),
            audit: Audit::default(),
            cleanup,
            baseline: None,
            was_read: false,
        }
    }
}

/// What others promise is no reason to hold this provider to it; without a document of its own all are shown. What its
/// own service was recorded to do stands beside its documents.
fn keep_binding_sources(row: &mut RowReport, provider: &Provider) {
    let bound = |source: &SourceInfo| binds(&source.key, &provider.sources);
    let is_recorded =
        |source: &SourceInfo| source.recorded_of.as_ref().is_some_and(|of| provider.sources.contains(of));
    if row.sources.iter().any(bound) {
        row.sources.retain(|source| bound(source) || is_recorded(source));
    }
}
