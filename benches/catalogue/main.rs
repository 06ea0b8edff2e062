//! How long the catalogue takes against the mock, what it sends and holds, and what a client that judges
//! nothing needs for the same requests; exploring is told apart. `cargo bench`; with `--quick`, one round with
//! small parts; with `--write`, into docs/measures.md; with `--check`, what docs/measures.md says is compared.

mod check;
mod harness;
mod hashing;
mod measures;
mod recording;
mod replay;
mod table;

use std::error::Error;
use std::time::Duration;

use mpuspec_mock::Mock;

use harness::{Run, What};
use hashing::Hashing;
use recording::Recording;
use replay::{Replay, Sends};
use table::{BYTES, REQUESTS, Table, count};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;
const MIB: f64 = (1 << 20) as f64;
/// Where the table stands in docs/measures.md.
const PLACE: &str = "measures";

/// The most that the catalogue shall send to a live endpoint, and that it shall hold together with the mock.
const MOST_BYTES: u64 = 300 << 20;
/// The most that a request shall take, hashing aside.
const MOST_A_REQUEST: Duration = Duration::from_millis(2);
/// How much longer the suite shall take than a client that does nothing but sign and send.
const MOST_TO_BARE: f64 = 1.3;

fn main() -> Result<()> {
    // `cargo test --benches` runs this too, and without `--bench`.
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    if given("--check") {
        return check::check();
    }
    let quick = given("--quick") || !given("--bench");
    if quick && given("--write") {
        return Err("--write and --quick cannot be combined: small parts say nothing about real ones".into());
    }
    let measured = measure(if quick { 1 } else { ROUNDS }, quick.then_some("64KiB"))?;
    println!("\n{}\n\n{}", measures::machine(), measured.text());
    if given("--write") {
        measures::write(PLACE, &format!("{}\n{}", measured.markdown(), measures::origin()?))?;
    }
    Ok(())
}

fn measure(rounds: usize, limit: Option<&str>) -> Result<Table> {
    let first = harness::run(What::Catalogue, limit, None)?;
    // Before anything large is kept here: a child counts the memory of its parent until it is loaded.
    let peak = harness::peak_of_children();
    harness::run(What::Both, limit, None)?;
    let peak_of_both = harness::peak_of_children();
    let costly = harness::run(What::Costly, limit, None)?;
    let recording =
        recording::record(|endpoint| harness::run(What::Catalogue, limit, Some(endpoint)), mock(limit, &[]))?;
    let (mut runs, mut bare, mut signing, mut exploring) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // By turns, so that whatever else the machine does falls on all of them.
    for _ in 0..rounds {
        let defects = ["ignore-signatures", "ignore-skew", "ignore-expiry"];
        runs.push(harness::run(What::Catalogue, limit, None)?);
        signing.push(replay::replay(&recording, Sends::Signed, &mock(limit, &defects)?)?);
        bare.push(replay::replay(&recording, Sends::AsMade, &mock(limit, &defects)?)?);
        exploring.push(harness::run(What::Exploring, limit, None)?);
    }
    let mut table = Table::default();
    of_catalogue(&mut table, [&first, &costly], peak, &runs, &recording);
    of_clients(&mut table, &runs, &signing, &bare);
    of_exploring(&mut table, &exploring, peak_of_both);
    Ok(table)
}

fn of_catalogue(
    table: &mut Table,
    [first, costly]: [&Run; 2],
    peak: Option<u64>,
    runs: &[Run],
    recording: &Recording,
) {
    let hashing = Hashing::measure();
    let wall = Spread::of(runs.iter().map(|run| run.wall));
    let server = hashing.server(first.bytes_sent);
    let client = hashing.client(recording.distinct_bytes(), recording.bytes_received());
    let hashed = (server + client) / 2;
    let each = |time: Duration, number: u64| time.div_f64((number as f64).max(1.0));

    table.part("the catalogue");
    table.line("rows judged", count(first.judged as u64));
    table.line(REQUESTS, count(first.requests));
    let bytes = format!("{} ({})", count(first.bytes_sent), mib(first.bytes_sent));
    table.line(BYTES, bytes);
    let usual = first.bytes_sent.saturating_sub(costly.bytes_sent);
    let what = "without rows that elsewhere have to be named";
    table.aimed(what, mib(usual), "at most 300 MiB", usual <= MOST_BYTES);
    let fits = peak.is_none_or(|peak| peak <= MOST_BYTES);
    table.aimed("peak memory, mock included", told(peak), "at most 300 MiB", fits);
    table.line("time", wall);
    table.line("time a judged row", millis(each(wall.median, first.judged as u64)));
    table.line("CPU time", Spread::of(runs.iter().map(|run| run.cpu)));
    table.line("hashing, CPU time of the mock", seconds(server));
    table.line("hashing, CPU time of the suite", seconds(client));
    table.line("hashing, share of two cores", percent(hashed, wall.median));
    let rest = each(wall.median.saturating_sub(hashed), first.requests);
    table.aimed("time without hashing, a request", millis(rest), "at most 2 ms", rest <= MOST_A_REQUEST);
}

fn of_clients(table: &mut Table, runs: &[Run], signing: &[Replay], bare: &[Replay]) {
    let wall = Spread::of(runs.iter().map(|run| run.wall));
    let cpu = Spread::of(runs.iter().map(|run| run.cpu));
    for (name, replays, aims) in [
        ("a bare client that signs, as each has to", signing, true),
        ("a bare client whose requests were made beforehand", bare, false),
    ] {
        let bare_wall = Spread::of(replays.iter().map(|replay| replay.wall));
        let bare_cpu = Spread::of(replays.iter().map(|replay| replay.cpu));
        let (sent, same) = replays.first().map_or((0, 0), |replay| (replay.sent, replay.as_recorded));
        table.part(name);
        table.line("answered as the suite was", format!("{} of {}", count(same as u64), count(sent as u64)));
        table.line("its time", bare_wall);
        table.line("its CPU time", bare_cpu);
        let ratio = wall.to(bare_wall);
        let what = "the catalogue to it, time";
        if aims {
            table.aimed(what, format!("{ratio:.2}"), "at most 1.30", ratio <= MOST_TO_BARE);
        } else {
            table.line(what, format!("{ratio:.2}"));
        }
        table.line("the catalogue to it, CPU time", format!("{:.2}", cpu.to(bare_cpu)));
    }
}

/// Who comes first in a race decides what is drawn next: these differ from run to run.
fn of_exploring(table: &mut Table, runs: &[Run], peak_of_both: Option<u64>) {
    let range = |of: fn(&Run) -> u64, told: fn(u64) -> String| {
        let all = || runs.iter().map(of);
        let (least, most) = (all().min().unwrap_or(0), all().max().unwrap_or(0));
        if least == most { told(least) } else { format!("{} to {}", told(least), told(most)) }
    };
    table.part("exploring, 40 sequences and 40 races");
    table.line("its requests", range(|run| run.requests, count));
    table.line("its bytes sent", range(|run| run.bytes_sent, mib));
    table.line("its time", Spread::of(runs.iter().map(|run| run.wall)));
    table.line("its CPU time", Spread::of(runs.iter().map(|run| run.cpu)));
    table.line("peak memory of the catalogue with exploring", told(peak_of_both));
}

fn mock(limit: Option<&str>, defects: &[&str]) -> Result<Mock> {
    let mut builder = Mock::builder();
    for defect in defects {
        builder = builder.defect(defect.parse()?);
    }
    if let Some(size) = limit {
        builder = builder.limit(format!("min_part_size={size}").parse()?);
    }
    Ok(builder.start()?)
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

fn mib(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / MIB)
}

fn told(memory: Option<u64>) -> String {
    memory.map_or("unknown".to_owned(), mib)
}

fn percent(part: Duration, whole: Duration) -> String {
    format!("{:.0} %", 100.0 * part.as_secs_f64() / whole.as_secs_f64())
}

/// The times of several rounds.
#[derive(Clone, Copy)]
struct Spread {
    median: Duration,
    least: Duration,
    most: Duration,
    rounds: usize,
}

impl Spread {
    fn of(times: impl Iterator<Item = Duration>) -> Self {
        let mut times: Vec<Duration> = times.collect();
        times.sort();
        let at = |index: usize| times.get(index).copied().unwrap_or_default();
        let rounds = times.len();
        Self { median: at(rounds / 2), least: at(0), most: at(rounds.saturating_sub(1)), rounds }
    }

    /// How many times as long as another.
    fn to(self, other: Self) -> f64 {
        self.median.as_secs_f64() / other.median.as_secs_f64()
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&seconds(self.median))?;
        if self.rounds > 1 {
            write!(f, " ({} to {})", seconds(self.least), seconds(self.most))?;
        }
        Ok(())
    }
}
