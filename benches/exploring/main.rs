//! What exploring finds, and in which time; and what the search for a lawful order costs.
//!
//! `cargo bench --bench exploring` prints all; `-- --quick` one round of each, `-- NAME` what is found of one
//! defect. Defects that show nothing in the draws are looked for by the audit, 0.3 s later.

mod histories;
#[path = "../catalogue/readme.rs"]
mod readme;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mpuspec::internals::case::{Catalogue, Homes};
use mpuspec::internals::explore::{ExploreOptions, Explorer};
use mpuspec::internals::history::{self, Oracle, judge};
use mpuspec::internals::run::{BucketChoice, Restart, RunOptions, Runner};
use mpuspec::internals::wire::{Budget, Client, ClientOptions, Credentials, Target};
use mpuspec_mock::Mock;
use mpuspec_mock::defects::Defect;
use mpuspec_mock::provider::{self, LimitName, Provider};

/// As many sequences, and races, as a run on this machine explores.
const COUNT: u32 = 40;

fn small(name: &str) -> Provider {
    let mut provider = provider::load(name).expect("it is bundled");
    provider.override_limit(LimitName::MinPartSize, Some(4 << 10));
    provider
}

/// A run with nothing to run, on a mock that is wrong in one way or in none.
async fn runner(mock: &Mock, provider: &Provider, catalogue: &Catalogue) -> Runner {
    let endpoint = Target::endpoint(&mock.endpoint()).expect("a URL");
    let id = format!("bench-{}", std::time::UNIX_EPOCH.elapsed().expect("now").as_nanos());
    let target = Target::new(provider, endpoint, None, format!("mpuspec-{id}"), None);
    let credentials = Credentials::known(mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY, "the mock's");
    let options = ClientOptions { timeout: Duration::from_secs(20), ca: None, insecure: false, proxy: None };
    let budget = Budget::new(u64::MAX, u64::MAX, None);
    let client = Client::new(target, credentials, budget, &options).expect("a client");
    let options = RunOptions {
        jobs: 1,
        seed: "bench".to_owned(),
        id,
        name: "bench".to_owned(),
        strict: false,
        fail_fast: false,
        all_evidence: false,
        bucket: BucketChoice::Create,
        allow_versioned: false,
        audited: u64::MAX,
        known: Default::default(),
        callbacks: None,
        restart: Some(Restart::Own(Arc::new(mock.restarter()))),
        homes: Homes::of(catalogue),
    };
    Runner::prepare(client, provider.clone(), catalogue.registry.clone(), options)
        .await
        .expect("it is usable")
}

/// Draws until something is found, which stays as large as it is.
fn options(count: u32, seed: &str) -> ExploreOptions {
    ExploreOptions {
        count,
        race_time: Duration::ZERO,
        seed: seed.to_owned(),
        budget: 256 << 20,
        save: None,
        shrinks: false,
        most: 1,
    }
}

/// What it took to find a defect.
struct Found {
    /// Sequences and races that were drawn; the audit comes behind all of them.
    draws: u32,
    time: Duration,
}

/// Looks for anything at the usual number of draws, the audit included.
async fn find(defect: Defect, seed: &str, catalogue: &Catalogue) -> Option<Found> {
    let provider = small("aws-s3");
    let mock = Mock::builder().provider(provider.clone()).defect(defect).start();
    let mock = mock.expect("it starts");
    let runner = runner(&mock, &provider, catalogue).await;
    let options = options(COUNT, seed);
    let started = Instant::now();
    let explored = Explorer::new(&runner, &provider, options).explore().await;
    let mut time = started.elapsed();
    let drawn = explored.findings.first().map(|finding| {
        let index = finding.seed.rsplit('/').next().and_then(|index| index.parse().ok()).unwrap_or(0);
        let before = if finding.id == mpuspec::internals::report::HISTORIES { COUNT } else { 0 };
        before + index + 1
    });
    let draws = match drawn {
        Some(draws) => Some(draws),
        None => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let audited = runner.audit(None).await;
            time = started.elapsed();
            (!audited.findings.is_empty()).then_some(2 * COUNT)
        }
    };
    runner.clean_up(explored.left).await;
    draws.map(|draws| Found { draws, time })
}

/// The one in the middle, and the last.
fn middle_and_worst<T: Copy + Ord>(mut all: Vec<T>) -> Option<(T, T)> {
    all.sort();
    Some((*all.get(all.len() / 2)?, *all.last()?))
}

/// Returns how many defects were looked for, how often one was found at least, and the range of the times it took.
async fn defects(
    rounds: usize,
    only: Option<&Defect>,
    catalogue: &Catalogue,
) -> (usize, usize, [Duration; 2]) {
    let (mut looked_for, mut least, mut range) = (0, rounds, [Duration::MAX, Duration::ZERO]);
    println!(
        "{:<28} {:>8} {:>13} {:>11} {:>10} {:>8}",
        "defect", "found", "draws: median", "worst", "s: median", "worst"
    );
    let of_state =
        ["mix-reads", "mix-replaced-part", "reuse-upload"].map(|name| name.parse().expect("a defect"));
    let all = Defect::all().filter(|defect| defect.is_of_races()).chain(of_state);
    for defect in all.filter(|defect| only.is_none_or(|one| one == defect)) {
        let mut found = Vec::new();
        looked_for += 1;
        for round in 0..rounds {
            found.extend(find(defect, &format!("bench-{round}"), catalogue).await);
        }
        let draws = middle_and_worst(found.iter().map(|found| found.draws).collect());
        let times = middle_and_worst(found.iter().map(|found| found.time).collect());
        let (Some(draws), Some(times)) = (draws, times) else {
            println!("{:<28} {:>2} of {rounds}", defect.name(), 0);
            least = 0;
            continue;
        };
        least = least.min(found.len());
        range = [range[0].min(times.0), range[1].max(times.0)];
        println!(
            "{:<28} {:>2} of {rounds:<2} {:>13} {:>11} {:>10.2} {:>8.2}",
            defect.name(),
            found.len(),
            draws.0,
            draws.1,
            times.0.as_secs_f64(),
            times.1.as_secs_f64()
        );
    }
    (looked_for, least, range)
}

async fn pace(catalogue: &Catalogue) {
    let provider = small("aws-s3");
    let mock = Mock::builder().provider(provider.clone()).start().expect("it starts");
    let runner = runner(&mock, &provider, catalogue).await;
    let options = options(200, "pace");
    let started = Instant::now();
    let explored = Explorer::new(&runner, &provider, options).explore().await;
    let seconds = started.elapsed().as_secs_f64();
    println!("\n{:.0} sequences and races a second against the mock in this process", 400.0 / seconds);
    assert!(explored.findings.is_empty(), "{:#?}", explored.findings);
    runner.clean_up(explored.left).await;
}

/// Returns how long the longest history takes that is judged here.
fn search(rounds: usize) -> Duration {
    let mut last = Duration::ZERO;
    println!("\n{:>6} {:>8} {:>12} {:>12}", "calls", "clients", "median ms", "worst ms");
    let oracle = Oracle::of(&provider::load("aws-s3").expect("it is bundled"));
    for calls in [10, 30, 100, 300] {
        for clients in [4, 8] {
            let mut times = Vec::new();
            for round in 0..rounds as u64 {
                let history = histories::lawful(calls, clients, round);
                let started = Instant::now();
                assert!(matches!(judge(&history, &oracle), history::Found::Lawful(_)), "{round}");
                times.push(started.elapsed());
            }
            let Some((median, worst)) = middle_and_worst(times) else { continue };
            last = median;
            println!(
                "{calls:>6} {clients:>8} {:>12.2} {:>12.2}",
                median.as_secs_f64() * 1e3,
                worst.as_secs_f64() * 1e3
            );
        }
    }
    last
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rounds = if arguments.iter().any(|argument| argument == "--quick") { 1 } else { 20 };
    let only: Option<Defect> = arguments.iter().find_map(|argument| argument.parse().ok());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let catalogue = Catalogue::builtin().expect("the cases load");
    let (looked_for, least, [from, to]) = runtime.block_on(defects(rounds, only.as_ref(), &catalogue));
    if only.is_some() {
        return;
    }
    runtime.block_on(pace(&catalogue));
    let longest = search(rounds);
    if arguments.iter().any(|argument| argument == "--write") {
        let found = format!(
            "Each of the {looked_for} is found in {least} of {rounds} runs at least, in {:.1} to {:.1} s (medians).",
            from.as_secs_f64(),
            to.as_secs_f64()
        );
        let judged = format!(
            "A history of 300 calls by 8 clients is judged in {:.1} ms.",
            longest.as_secs_f64() * 1e3
        );
        let origin = readme::origin().expect("the benches can be read");
        readme::write("exploring", &format!("{found}\n{judged}\n{origin}")).expect("README.md has the place");
    }
}
