//! What exploring finds, and in which time; and what the search for a lawful order costs, also where there is none.
//!
//! `cargo bench --bench exploring` prints all; `-- --quick` one round of each, `-- NAME` what is found of one
//! defect; `-- --seeds TEXT` draws from other seeds. Defects that show nothing in the draws are looked for by the
//! audit, 0.3 s later.

mod histories;
#[path = "../catalogue/measures.rs"]
mod measures;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mpuspec::internals::case::{Catalogue, Homes};
use mpuspec::internals::explore::{ExploreOptions, Explorer};
use mpuspec::internals::history::{self, Oracle, judge};
use mpuspec::internals::report::HISTORIES;
use mpuspec::internals::run::{BucketChoice, Restart, RunOptions, Runner};
use mpuspec::internals::wire::{Budget, Client, ClientOptions, Credentials, Target};
use mpuspec_mock::Mock;
use mpuspec_mock::defects::Defect;
use mpuspec_mock::provider::{self, LimitName, Provider};

/// The whole plan, as a run on this machine explores it.
const COUNT: u32 = 40;
/// As long as a run on this machine explores.
const TIME: Duration = Duration::from_secs(10);

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
fn options(seed: &str) -> ExploreOptions {
    ExploreOptions {
        count: COUNT,
        time: Some(TIME),
        seed: seed.to_owned(),
        budget: 64 << 20,
        save: None,
        shrinks: false,
        first_only: true,
    }
}

/// Looks for anything in a usual run, the audit included. Returns how long it took.
async fn find(defect: Defect, seed: &str, catalogue: &Catalogue) -> Option<Duration> {
    let provider = small("aws-s3");
    let mock = Mock::builder().provider(provider.clone()).defect(defect).start();
    let mock = mock.expect("it starts");
    let runner = runner(&mock, &provider, catalogue).await;
    let started = Instant::now();
    let explored = Explorer::new(&runner, &provider, options(seed)).explore().await;
    let mut found = !explored.findings.is_empty();
    let mut time = started.elapsed();
    if !found {
        tokio::time::sleep(Duration::from_millis(300)).await;
        found = !runner.audit(None, &Default::default()).await.findings.is_empty();
        time = started.elapsed();
    }
    runner.clean_up(explored.left).await;
    found.then_some(time)
}

/// The one in the middle, and the last.
fn middle_and_worst<T: Copy + Ord>(mut all: Vec<T>) -> Option<(T, T)> {
    all.sort();
    Some((*all.get(all.len() / 2)?, *all.last()?))
}

/// The defects of state, of listings and of reads that a plan has to find; those of races and restarts say so
/// themselves.
const OF_STATE: &str = include_str!("of_state.txt");

/// Returns how many defects were looked for, how often one was found at least, and the range of the times it took.
async fn defects(
    rounds: usize,
    only: Option<&Defect>,
    seeds: &str,
    catalogue: &Catalogue,
) -> (usize, usize, [Duration; 2]) {
    let (mut looked_for, mut least, mut range) = (0, rounds, [Duration::MAX, Duration::ZERO]);
    println!("{:<32} {:>8} {:>10} {:>8}", "defect", "found", "s: median", "worst");
    let of_state = OF_STATE.split_whitespace().map(|name| name.parse().expect("a defect"));
    let all = Defect::all().filter(|defect| defect.is_of_races()).chain(of_state);
    for defect in all.filter(|defect| only.is_none_or(|one| one == defect)) {
        let mut times = Vec::new();
        looked_for += 1;
        for round in 0..rounds {
            times.extend(find(defect, &format!("{seeds}-{round}"), catalogue).await);
        }
        let found = times.len();
        least = least.min(found);
        let Some((median, worst)) = middle_and_worst(times) else {
            println!("{:<32} {:>2} of {rounds}", defect.name(), 0);
            continue;
        };
        range = [range[0].min(median), range[1].max(median)];
        println!(
            "{:<32} {found:>2} of {rounds:<2} {:>10.2} {:>8.2}",
            defect.name(),
            median.as_secs_f64(),
            worst.as_secs_f64()
        );
    }
    (looked_for, least, range)
}

async fn pace(catalogue: &Catalogue) {
    let provider = small("aws-s3");
    let mock = Mock::builder().provider(provider.clone()).start().expect("it starts");
    let runner = runner(&mock, &provider, catalogue).await;
    let options = ExploreOptions { time: None, budget: u64::MAX, ..options("pace") };
    let started = Instant::now();
    let explored = Explorer::new(&runner, &provider, options).explore_only(HISTORIES).await;
    let seconds = started.elapsed().as_secs_f64();
    let rounds: u32 = explored.exploration.pairs.iter().map(|pair| pair.rounds).sum();
    println!("\n{rounds} rounds of pairs in {seconds:.1} s against the mock in this process");
    assert!(explored.findings.is_empty(), "{:#?}", explored.findings);
    runner.clean_up(explored.left).await;
}

/// Returns how long the longest history takes that is judged here.
fn search(rounds: usize) -> Duration {
    let mut last = Duration::ZERO;
    let oracle = Oracle::of(&provider::load("aws-s3").expect("it is bundled"));
    for unlawful in [false, true] {
        let what = if unlawful { "unlawful" } else { "lawful" };
        println!(
            "\n{what:>8} {:>6} {:>8} {:>12} {:>12} {:>10}",
            "calls", "clients", "median ms", "worst ms", "undecided"
        );
        for calls in [10, 30, 100, 300] {
            for clients in [4, 8] {
                let (mut times, mut undecided) = (Vec::new(), 0);
                for round in 0..rounds as u64 {
                    let mut history = histories::lawful(calls, clients, round);
                    if unlawful {
                        histories::spoil(&mut history);
                    }
                    let started = Instant::now();
                    match judge(&history, &oracle) {
                        history::Found::TooMany => undecided += 1,
                        found => assert_eq!(matches!(found, history::Found::Lawful(_)), !unlawful, "{round}"),
                    }
                    times.push(started.elapsed());
                }
                let Some((median, worst)) = middle_and_worst(times) else { continue };
                if !unlawful {
                    last = median;
                }
                println!(
                    "{:>8} {calls:>6} {clients:>8} {:>12.2} {:>12.2} {undecided:>10}",
                    "",
                    median.as_secs_f64() * 1e3,
                    worst.as_secs_f64() * 1e3
                );
            }
        }
    }
    last
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rounds = if arguments.iter().any(|argument| argument == "--quick") { 1 } else { 10 };
    let seeds = arguments.iter().skip_while(|argument| *argument != "--seeds").nth(1);
    let seeds = seeds.map_or("bench", String::as_str);
    let only: Option<Defect> = arguments.iter().find_map(|argument| argument.parse().ok());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let catalogue = Catalogue::builtin().expect("the cases load");
    let (looked_for, least, [from, to]) = runtime.block_on(defects(rounds, only.as_ref(), seeds, &catalogue));
    if only.is_some() {
        return;
    }
    runtime.block_on(pace(&catalogue));
    let longest = search(2 * rounds);
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
        let origin = measures::origin().expect("the benches can be read");
        measures::write("exploring", &format!("{found}\n{judged}\n{origin}"))
            .expect("docs/measures.md has the place");
    }
}
