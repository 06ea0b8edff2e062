//! A run whose server is there: the client, the options, and what keeps the server alive.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use mpuspec_mock::provider::Provider;
use sha2::{Digest, Sha256};

use super::planned::nodes;
use super::server::Guard;
use super::{LEAST_EXPLORE_TIME, Planned, Principals, Suite, SuiteError, USUAL_BUDGET, USUAL_EXPLORING};
use crate::baseline::{Baseline, Strictness, hold};
use crate::case::{Homes, Registry};
use crate::explore::{ExploreOptions, Explorer};
use crate::report::Report;
use crate::row::CallbackPlace;
use crate::run::{BucketChoice, Findings, Plan, Progress, Restart, RunOptions, Runner};
use crate::wire::{Budget, Client, Target, region_from_environment};

/// A run whose server is there.
pub(crate) struct Stage {
    pub(crate) client: Client,
    pub(crate) provider: Provider,
    pub(crate) registry: Registry,
    pub(crate) plan: Plan,
    pub(crate) options: RunOptions,
    /// Who gave the credentials.
    pub(crate) credentials_from: String,
    pub(crate) exploring: Option<ExploreOptions>,
    /// Whether what was acknowledged is read again at the end.
    pub(crate) audits: bool,
    pub(crate) against: Option<Against>,
    pub(super) guard: Guard,
}

/// What a report is held against.
pub(crate) struct Against {
    pub(crate) baseline: Baseline,
    pub(crate) rows: BTreeSet<String>,
    pub(crate) strict: Strictness,
}

/// The default limits of a run on a live endpoint.
const LIVE_BYTES: u64 = 300 << 20;
const LIVE_REQUESTS: u64 = 6_000;

impl Suite {
    /// Returns the most requests and bytes that a run sends.
    pub(crate) fn most(&self, is_live: bool) -> (u64, u64) {
        let usual = |most: u64| if is_live { most } else { u64::MAX };
        let (requests, bytes) = (self.budget.requests, self.budget.bytes);
        (requests.unwrap_or(usual(LIVE_REQUESTS)), bytes.unwrap_or(usual(LIVE_BYTES)))
    }
}

impl Planned {
    /// Starts the server where it is to be started, and makes a client for it.
    pub(crate) fn open(self) -> Result<Stage, SuiteError> {
        let Self { suite, provider, catalogue, plan, baseline, rows, is_live } = self;
        let (most_requests, most_bytes) = suite.most(is_live);
        let dialect = provider.dialect;
        let is_mock = suite.server.is_mock();
        let all = suite.patterns.is_empty();
        let (given, guard) = suite.server.start(&provider, suite.region.as_ref())?;
        let mut nodes = nodes(&given)?;
        if !is_live && !nodes.iter().all(Target::is_loopback) {
            let endpoint = given.join(", ");
            return Err(SuiteError::Endpoint(format!(
                "{endpoint}: a server that the run starts is on this machine"
            )));
        }
        let principals = match suite.principals {
            Some(principals) => principals,
            None if is_mock => Principals::of_the_mock(),
            None => Principals::find(dialect)?,
        };
        let surroundings = || if is_mock { None } else { region_from_environment(dialect) };
        let region = suite.region.or_else(surroundings);
        let id = fresh_id();
        let bucket = suite.bucket.clone().unwrap_or_else(|| format!("mpuspec-{id}"));
        let target = Target::new(&provider, nodes.remove(0), suite.addressing, bucket, region);
        let target = target.with_others(nodes);
        target.check().map_err(SuiteError::Usage)?;
        let name = suite.name.unwrap_or_else(|| match is_mock {
            true => format!("the bundled mock as {}", provider.title),
            false => target.nodes().map(Target::written).collect::<Vec<_>>().join(", "),
        });
        let budget = Budget::new(most_requests, most_bytes, suite.budget.rate);
        let client = Client::new(target, principals.main.clone(), budget, &suite.connection);
        let credentials_from = principals.main.origin.clone();
        let client = principals.introduce(client.map_err(SuiteError::Usage)?);
        let here = || CallbackPlace { listen: SocketAddr::from(([127, 0, 0, 1], 0)), url: None };
        let count = suite.explore.unwrap_or(if all && !is_live { USUAL_EXPLORING } else { 0 });
        let exploring = (count > 0).then(|| ExploreOptions {
            count,
            time: None,
            seed: suite.seed.clone(),
            budget: USUAL_BUDGET,
            save: None,
            shrinks: true,
            first_only: false,
        });
        let options = RunOptions {
            jobs: suite.jobs,
            seed: suite.seed,
            id,
            name,
            strict: suite.strict,
            fail_fast: suite.fail_fast,
            known: baseline.iter().flat_map(|baseline| baseline.verdicts(&rows)).collect(),
            all_evidence: suite.all_evidence,
            bucket: if suite.bucket.is_some() { BucketChoice::Existing } else { BucketChoice::Create },
            allow_versioned: suite.allow_versioned,
            audited: suite.audited,
            callbacks: suite.callbacks.or_else(|| (!is_live).then(here)),
            homes: Homes::of(&catalogue),
            restart: guard.restart.clone().or(suite.restart_command.map(Restart::Command)),
        };
        let strict = Strictness { should: suite.strict, new_in_suite: suite.strict_new };
        let against = baseline.map(|baseline| Against { baseline, rows, strict });
        let registry = catalogue.registry;
        Ok(Stage {
            client,
            provider,
            registry,
            plan,
            options,
            credentials_from,
            exploring,
            audits: all,
            against,
            guard,
        })
    }
}

impl Stage {
    /// Opens the bucket, and looks what the endpoint has.
    pub(crate) async fn prepare(&self) -> Result<Runner, SuiteError> {
        let (provider, registry) = (self.provider.clone(), self.registry.clone());
        Ok(Runner::prepare(self.client.clone(), provider, registry, self.options.clone()).await?)
    }

    /// Runs the rows, explores, reads again what was acknowledged, and removes what the run made.
    pub(super) async fn run(self, progress: Arc<dyn Progress>) -> Result<Report, SuiteError> {
        let runner = self.prepare().await?;
        let began = Instant::now();
        let done = runner.rows(self.plan, progress).await;
        let usual_time = began.elapsed().max(LEAST_EXPLORE_TIME);
        let mut found = Findings::default();
        if done.is_whole() {
            let mut explorer = self.exploring.map(|options| {
                let options = ExploreOptions { time: options.time.or(Some(usual_time)), ..options };
                Explorer::new(&runner, &self.provider, options)
            });
            if let Some(explorer) = &mut explorer {
                found.add(explorer.explore().await.into());
            }
            if self.audits {
                let mut audited = runner.audit(None, &found.explained).await;
                if let Some(explorer) = &mut explorer {
                    explorer.confirm_lost(&mut audited, async {}).await;
                }
                found.add(audited);
            }
        }
        let mut report = runner.finish(done, found).await;
        if let Some(against) = &self.against {
            against.hold(&mut report);
        }
        drop(self.guard);
        Ok(report)
    }
}

impl Against {
    /// Says of each row where it stands, and what that means for the exit status.
    pub(crate) fn hold(&self, report: &mut Report) {
        hold(report, &self.baseline, &self.rows, self.strict);
    }
}

/// An id that no other run has: names come from it, contents never.
pub(crate) fn fresh_id() -> String {
    let now = jiff::Timestamp::now();
    let unique = format!("{} {}", now.as_nanosecond(), std::process::id());
    format!("{}-{}", now.strftime("%Y%m%d%H%M%S"), &hex::encode(Sha256::digest(unique))[..6])
}
