use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mpuspec::internals::case::{Catalogue, Homes, Selection};
use mpuspec::internals::report::{Report, RowReport};
use mpuspec::internals::row::CallbackPlace;
use mpuspec::internals::run::{BucketChoice, Progress, RunOptions, Runner, plan};
use mpuspec::internals::wire::{Budget, Client, ClientOptions, Credentials, Target};
use mpuspec_mock::defects::Defect;
use mpuspec_mock::provider::{self, LimitName, Provider};
use mpuspec_mock::{Mock, MockBuilder};

pub(crate) struct Silent;

impl Progress for Silent {
    fn row(&self, _: usize, _: usize, _: &RowReport) {}
}

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::from_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")).expect("the cases load")
}

/// A provider whose limits are small, so that a run takes a moment.
pub(crate) fn small(name: &str) -> Provider {
    let mut provider = provider::load(name).expect("it is bundled");
    provider.override_limit(LimitName::MinPartSize, Some(2048));
    provider.override_limit(LimitName::ListPartsPage, Some(20));
    provider.override_limit(LimitName::ListUploadsPage, Some(20));
    // Two puts of the largest size make the largest object, which is the largest part.
    provider.override_limit(LimitName::MaxPutSize, Some(256 << 10));
    provider.override_limit(LimitName::MaxPartSize, Some(512 << 10));
    provider.override_limit(LimitName::MaxObjectSize, Some(512 << 10));
    provider
}

pub(crate) fn client(endpoint: &str, bucket: &str, timeout: Duration) -> Client {
    let provider = provider::load("aws-s3").expect("it is bundled");
    client_of(&provider, endpoint, bucket, timeout)
}

/// A client that speaks a provider's language.
pub(crate) fn client_of(provider: &Provider, endpoint: &str, bucket: &str, timeout: Duration) -> Client {
    let credentials = Credentials {
        access_key: mpuspec_mock::ACCESS_KEY.to_owned(),
        secret_key: mpuspec_mock::SECRET_KEY.to_owned(),
        token: Some("a-session-token-that-is-secret".to_owned()).filter(|_| bucket == "echo"),
        origin: "test".to_owned(),
    };
    let endpoint = Target::endpoint(endpoint).expect("a URL");
    let target = Target::new(provider, endpoint, None, bucket.to_owned(), None);
    let options = ClientOptions { timeout, ca: None, insecure: false, proxy: None };
    let second = Credentials::known(mpuspec_mock::SECOND_ACCESS_KEY, mpuspec_mock::SECOND_SECRET_KEY, "test");
    let client = Client::new(target, credentials, Budget::new(u64::MAX, u64::MAX, None), &options);
    let temporary = Credentials {
        token: Some(mpuspec_mock::SECURITY_TOKEN.to_owned()),
        ..Credentials::known(mpuspec_mock::TEMPORARY_ACCESS_KEY, mpuspec_mock::TEMPORARY_SECRET_KEY, "test")
    };
    client.expect("a client").with_second(Some(second)).with_temporary(Some(temporary))
}

/// The mistake of the mock that has this name.
pub(crate) fn defect(name: &str) -> Defect {
    name.parse().expect("a defect")
}

/// The mistakes that exploring is there to find: those of races, and some of state.
pub(crate) fn defects_to_explore() -> Vec<Defect> {
    let of_state = ["mix-reads", "mix-replaced-part", "reuse-upload"].map(defect);
    Defect::all().filter(|defect| defect.is_of_races()).chain(of_state).collect()
}

/// Plays a provider, for callers that do not wait long for what never comes.
pub(crate) fn play(provider: &Provider) -> MockBuilder {
    Mock::builder().provider(provider.clone()).callback_timeout(Duration::from_millis(300))
}

/// Starts the mock with a bucket.
pub(crate) fn with_bucket(mock: MockBuilder, name: &str) -> Mock {
    let mock = mock.start().expect("it starts");
    mock.create_bucket(name);
    mock
}

/// Runs the suite with small limits.
pub(crate) async fn run(endpoint: &str, provider: Provider, patterns: &[&str]) -> Report {
    let catalogue = catalogue();
    let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    let selection = if patterns.is_empty() {
        Selection::default()
    } else {
        catalogue.select(&patterns).expect("they fit")
    };
    let plan = plan(&catalogue, &provider, &selection, true, |_, _| true);
    prepare(endpoint, &provider, &catalogue).await.run(plan, Arc::new(Silent)).await
}

/// Prepares a run with small limits.
pub(crate) async fn prepare(endpoint: &str, provider: &Provider, catalogue: &Catalogue) -> Runner {
    prepare_as(endpoint, provider, catalogue, |options| options).await
}

/// As [`prepare`], with other options.
pub(crate) async fn prepare_as(
    endpoint: &str,
    provider: &Provider,
    catalogue: &Catalogue,
    change: impl FnOnce(RunOptions) -> RunOptions,
) -> Runner {
    let id =
        format!("it-{:x}-{}", std::process::id(), std::time::UNIX_EPOCH.elapsed().expect("now").as_nanos());
    let client = client_of(provider, endpoint, &format!("mpuspec-{id}"), Duration::from_secs(20));
    let options = RunOptions {
        jobs: 8,
        seed: "it".to_owned(),
        id,
        name: "it".to_owned(),
        strict: false,
        fail_fast: false,
        known: Default::default(),
        all_evidence: true,
        bucket: BucketChoice::Create,
        allow_versioned: false,
        audited: 0,
        callbacks: Some(CallbackPlace { listen: ([127, 0, 0, 1], 0).into(), url: None }),
        restart: None,
        homes: Homes::of(catalogue),
    };
    let options = change(options);
    let prepared = Runner::prepare(client, provider.clone(), catalogue.registry.clone(), options).await;
    prepared.expect("it is usable")
}

/// The binary, with nothing of the caller's surroundings that could matter.
pub(crate) fn command(state: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpuspec"));
    for name in [
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "OSS_REGION",
        "OSS_SESSION_TOKEN",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
    ] {
        command.env_remove(name);
    }
    command
        .env("AWS_ACCESS_KEY_ID", mpuspec_mock::ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", mpuspec_mock::SECRET_KEY)
        .env("MPUSPEC_SECOND_ACCESS_KEY_ID", mpuspec_mock::SECOND_ACCESS_KEY)
        .env("MPUSPEC_SECOND_SECRET_ACCESS_KEY", mpuspec_mock::SECOND_SECRET_KEY)
        .env("AWS_SHARED_CREDENTIALS_FILE", state.join("none"))
        .env("AWS_CONFIG_FILE", state.join("none"))
        .env("XDG_STATE_HOME", state);
    command
}

pub(crate) fn mpuspec(arguments: &[&str]) -> Output {
    let state = tempfile::tempdir().expect("a folder");
    command(state.path()).args(arguments).output().expect("it runs")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Looks at items three at a time, as who explores waits for the most part. Given is what was found.
pub(crate) fn side_by_side<T: Send, R: Send>(items: Vec<T>, look: impl Fn(T) -> Option<R> + Sync) -> Vec<R> {
    let (items, found) = (Mutex::new(items.into_iter()), Mutex::new(Vec::new()));
    let next = || items.lock().expect("taking one does not panic").next();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(item) = next() {
                    let seen = look(item);
                    found.lock().expect("adding does not panic").extend(seen);
                }
            });
        }
    });
    found.into_inner().expect("adding does not panic")
}
