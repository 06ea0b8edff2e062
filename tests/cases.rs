//! Every row as a test: against the in-process mock, or, with MPUSPEC_ENDPOINT and the usual
//! credentials set, against that endpoint.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use mpuspec::case::{Catalogue, Homes, Selection};
use mpuspec::report::Verdict;
use mpuspec::run::{Applicable, BucketChoice, PlannedRow, RunOptions, Runner, plan};
use mpuspec::wire::{Budget, Client, ClientOptions, Credentials, Target, region_from_environment};
use mpuspec_mock::Mock;
use mpuspec_mock::provider::{self, Provider};

/// A server with a run that is prepared on it.
struct Stage {
    runtime: tokio::runtime::Runtime,
    runner: Runner,
    _mock: Option<Mock>,
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn stage(provider: &Provider, catalogue: &Catalogue) -> Result<Stage, String> {
    let endpoint = variable("MPUSPEC_ENDPOINT");
    let bucket = variable("MPUSPEC_BUCKET");
    let mock = match &endpoint {
        Some(_) => None,
        None => Some(Mock::builder().loaded_provider(provider.clone()).start().map_err(|e| e.to_string())?),
    };
    let credentials = match &endpoint {
        Some(_) => Credentials::find(provider.dialect).map_err(|e| e.to_string())?,
        None => Credentials::known(mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY, "the mock's own"),
    };
    let second = match &mock {
        None => Credentials::find_second().map_err(|e| e.to_string())?,
        Some(_) => Some(Credentials::known(
            mpuspec_mock::SECOND_ACCESS_KEY,
            mpuspec_mock::SECOND_SECRET_KEY,
            "the mock's own",
        )),
    };
    let url = endpoint.or(mock.as_ref().map(Mock::usual_endpoint)).unwrap_or_default();
    let id = format!(
        "test-{}-{:x}",
        std::process::id(),
        std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_micros()
    );
    let url = Target::endpoint(&url).map_err(|e| e.to_string())?;
    let in_bucket = bucket.clone().unwrap_or_else(|| format!("mpuspec-{id}"));
    let region = region_from_environment(provider.dialect).filter(|_| mock.is_none());
    let target = Target::new(provider, url, None, in_bucket, region);
    // Where every row is a process, every row would make a bucket of its own.
    let process_per_row = mock.is_none() && std::env::var_os("NEXTEST").is_some();
    if bucket.is_none() && (process_per_row || !Target::is_loopback(&target.endpoint)) {
        return Err("set MPUSPEC_BUCKET to the bucket to use".to_owned());
    }
    let options = ClientOptions { timeout: Duration::from_secs(30), ca: None, insecure: false, proxy: None };
    let budget = Budget::new(u64::MAX, u64::MAX, None);
    let client = Client::new(target, credentials, budget, &options)?.with_second(second);
    let options = RunOptions {
        jobs: 1,
        seed: "tests".to_owned(),
        id,
        name: "tests".to_owned(),
        strict: false,
        fail_fast: false,
        known: Default::default(),
        all_evidence: false,
        bucket: if bucket.is_some() { BucketChoice::Existing } else { BucketChoice::Create },
        allow_versioned: false,
        audited: 0,
        callbacks: None,
        restart: None,
        homes: Homes::of(catalogue),
    };
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    let prepared = Runner::prepare(client, provider.clone(), catalogue.registry.clone(), options);
    let runner = runtime.block_on(prepared).map_err(|e| e.to_string())?;
    Ok(Stage { runtime, runner, _mock: mock })
}

fn run(stage: &Stage, row: &PlannedRow) -> Result<Completion, Failed> {
    if let Applicable::No(why) = &row.applicable {
        return Ok(Completion::ignored_with(why));
    }
    let report = stage.runtime.block_on(stage.runner.run_one(row));
    let reason = report.reason.clone().unwrap_or_default();
    match report.verdict {
        Verdict::Pass | Verdict::Tolerated => Ok(Completion::Completed),
        Verdict::NotApplicable | Verdict::Unsupported => Ok(Completion::ignored_with(reason)),
        verdict => {
            let evidence = serde_json::to_string_pretty(&report.exchanges).unwrap_or_default();
            Err(format!("{}: {reason}\n{}\n{evidence}", verdict.name(), report.title).into())
        }
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let catalogue =
        Arc::new(Catalogue::from_folder(&folder).expect("the cases load; `mpuspec lint` tells more"));
    let name = variable("MPUSPEC_PROVIDER");
    let name = name.unwrap_or_else(|| {
        if variable("MPUSPEC_ENDPOINT").is_some() { "generic" } else { "aws-s3" }.to_owned()
    });
    let provider = provider::load(&name).expect("MPUSPEC_PROVIDER names a provider");
    let plan = plan(&catalogue, &provider, &Selection::default(), true, |_, _| true);
    // Listing must be cheap: nothing is started before a row runs.
    let stage_once: Arc<OnceLock<Result<Stage, String>>> = Arc::default();
    let trials = plan.rows.into_iter().map(|row| {
        let row_name = row.id.row.as_ref().map_or_else(String::new, |row| format!("[{row}]"));
        let test = format!("{name}::{}{row_name}", row.id.case.replace('/', "::"));
        let (stage_once, provider, catalogue) = (stage_once.clone(), provider.clone(), catalogue.clone());
        let level = row.level.name();
        Trial::ignorable_test(test, move || match stage_once.get_or_init(|| stage(&provider, &catalogue)) {
            Ok(stage) => run(stage, &row),
            Err(reason) => Err(reason.clone().into()),
        })
        .with_kind(level)
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    if let Some(Ok(stage)) = stage_once.get() {
        let left = stage.runtime.block_on(stage.runner.clean_up(Default::default()));
        left.left.iter().for_each(|line| eprintln!("left: {line}"));
    }
    conclusion.exit();
}
