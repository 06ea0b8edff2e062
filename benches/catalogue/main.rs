//! How long the catalogue takes against the mock, what it sends and holds, and what a client that judges
//! nothing needs for the same requests. `cargo bench`; with `--quick`, one round with small parts.

mod harness;
mod hashing;
mod recording;
mod replay;

use std::error::Error;
use std::time::Duration;

use mpuspec_mock::Mock;

use hashing::Hashing;
use replay::{Replay, Sends};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;
const MIB: f64 = (1 << 20) as f64;

fn main() -> Result<()> {
    // `cargo test --benches` runs this too, and without `--bench`.
    let arguments: Vec<String> = std::env::args().collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let quick = given("--quick") || !given("--bench");
    let (rounds, limit) = if quick { (1, Some("64KiB")) } else { (ROUNDS, None) };

    let first = harness::run(limit, None)?;
    // Before anything large is kept here: a child counts the memory of its parent until it is loaded.
    let peak = harness::peak_of_children();
    let recording = recording::record(|endpoint| harness::run(limit, Some(endpoint)), mock(limit, &[]))?;
    let (mut runs, mut bare, mut signing) = (Vec::new(), Vec::new(), Vec::new());
    // By turns, so that whatever else the machine does falls on all of them.
    for _ in 0..rounds {
        let defects = ["ignore-signatures", "ignore-skew", "ignore-expiry"];
        runs.push(harness::run(limit, None)?);
        signing.push(replay::replay(&recording, Sends::Signed, &mock(limit, &defects)?)?);
        bare.push(replay::replay(&recording, Sends::AsMade, &mock(limit, &defects)?)?);
    }

    let hashing = Hashing::measure();
    let (requests, rows) = (first.requests as f64, first.judged as f64);
    let wall = Spread::of(runs.iter().map(|run| run.wall));
    let cpu = Spread::of(runs.iter().map(|run| run.cpu));
    let server = hashing.server(first.bytes_sent);
    let client = hashing.client(recording.distinct_bytes(), recording.bytes_received());
    let hashed = (server + client) / 2;

    println!("\nthe catalogue as aws-s3 against the mock");
    line("machine", machine(), "");
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    let parts = limit.map_or_else(String::new, |limit| format!(", parts from {limit} on"));
    line("build", format!("{build}{parts}"), "");
    line("rows judged", rows, "");
    line("requests", requests, "");
    line("bytes sent", format!("{:.0} MiB", first.bytes_sent as f64 / MIB), "aim: below 300 MiB");
    line("peak memory, mock included", peak.map_or("unknown".to_owned(), mib), "aim: below 300 MiB");
    line("time", wall, "");
    line("time a judged row", millis(wall.median.div_f64(rows.max(1.0))), "");
    line("CPU time", cpu, "");
    line("hashing, CPU time of the mock", seconds(server), "");
    line("hashing, CPU time of the suite", seconds(client), "");
    line("hashing, share of two cores", percent(hashed, wall.median), "");
    let rest = wall.median.saturating_sub(hashed).div_f64(requests.max(1.0));
    line("time without hashing, a request", millis(rest), "aim: below 2 ms");

    let clients = [
        ("signs its requests, as each client of S3 has to", signing, "aim: below 1.30"),
        ("has its requests made beforehand", bare, ""),
    ];
    for (name, replays, aim) in clients {
        println!("\na bare client that {name}");
        let Replay { sent, as_recorded, .. } = replays.first().ok_or("no replay")?;
        line("requests", sent, "");
        line("answered with the same status", as_recorded, "");
        let bare_wall = Spread::of(replays.iter().map(|replay| replay.wall));
        let bare_cpu = Spread::of(replays.iter().map(|replay| replay.cpu));
        line("time", bare_wall, "");
        line("CPU time", bare_cpu, "");
        line("suite to bare client, time", ratio(wall, bare_wall), aim);
        line("suite to bare client, CPU time", ratio(cpu, bare_cpu), "");
    }
    Ok(())
}

fn mock(limit: Option<&str>, defects: &[&str]) -> Result<Mock> {
    let mut builder = Mock::builder();
    for defect in defects {
        builder = builder.defect(defect);
    }
    if let Some(size) = limit {
        builder = builder.limit("min_part_size", size);
    }
    Ok(builder.start()?)
}

fn line(what: &str, value: impl ToString, aim: &str) {
    println!("{}", format!("  {what:<34} {:<30} {aim}", value.to_string()).trim_end());
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

fn percent(part: Duration, whole: Duration) -> String {
    format!("{:.0} %", 100.0 * part.as_secs_f64() / whole.as_secs_f64())
}

fn ratio(one: Spread, other: Spread) -> String {
    format!("{:.2}", one.median.as_secs_f64() / other.median.as_secs_f64())
}

/// The processor and how many cores of it there are.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!("{cores} cores, {}", model.map_or("of an unknown model", |(_, name)| name))
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
