//! A server that answers at random what no server should: a run ends, stays small, touches nothing else and tells no
//! secret.
//!
//! MPUSPEC_HOSTILE_SECONDS says how long it goes on with new seeds, and MPUSPEC_HOSTILE_SEED with which it begins.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::stage::{command, play, small};

/// No run may take more memory, in KiB.
const LARGEST: u64 = 512 << 10;
/// No run may take longer.
const LONGEST: Duration = Duration::from_secs(300);

/// What looks like chance, the same for a seed.
struct Chance(ChaCha8Rng);

impl Chance {
    fn of(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0.next_u64() % most
    }

    fn one_in(&mut self, most: u64) -> bool {
        self.below(most) == 0
    }
}

/// What was asked for: the first line, and where it copies from.
type Asked = Arc<Mutex<Vec<(String, Option<String>)>>>;

/// Answers as a mock does, but for one answer in `rate`, about, behind the first `calm` ones.
fn serve(mock: SocketAddr, seed: u64, rate: u64, calm: usize) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let asked: Asked = Arc::default();
    let kept = asked.clone();
    thread::spawn(move || {
        for (at, client) in listener.incoming().flatten().enumerate() {
            let (asked, chance) = (kept.clone(), Chance::of(seed ^ ((at as u64) << 32)));
            let rate = if at < calm { u64::MAX } else { rate };
            thread::spawn(move || answer(client, mock, chance, rate, &asked));
        }
    });
    (url, asked)
}

fn answer(
    mut client: TcpStream,
    mock: SocketAddr,
    mut chance: Chance,
    rate: u64,
    asked: &Asked,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let (line, headers) = text.split_once("\r\n")?;
    let source = headers.lines().find_map(|header| header.strip_prefix("x-amz-copy-source: "));
    asked.lock().expect("no panic").push((line.to_owned(), source.map(str::to_owned)));
    let mut server = TcpStream::connect(mock).ok()?;
    server.write_all(format!("{line}\r\nconnection: close\r\n{headers}").as_bytes()).ok()?;
    let (mut from, mut to) = (client.try_clone().ok()?, server.try_clone().ok()?);
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut said = Vec::new();
    server.read_to_end(&mut said).ok()?;
    if chance.one_in(rate) {
        hostile(&mut client, &text, &said, &mut chance)?;
    } else {
        client.write_all(&said).ok()?;
    }
    let _ = client.shutdown(Shutdown::Both);
    Some(())
}

/// Says something that no server should.
fn hostile(client: &mut TcpStream, asked: &str, said: &[u8], chance: &mut Chance) -> Option<()> {
    let whole = |status: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    };
    let split = said.windows(4).position(|end| end == b"\r\n\r\n").map_or(said.len(), |at| at + 4);
    let body = String::from_utf8_lossy(&said[split..]).into_owned();
    let echo = asked.replace('&', "&amp;").replace('<', "&lt;");
    let text = match chance.below(16) {
        0 => whole("403 Forbidden", &format!("<Error><Code>{echo}\u{1b}[2J\n::error::x</Code></Error>")),
        1 => whole("200 OK", &format!("<StringToSign>{}</StringToSign>", echo.repeat(200))),
        2 => whole("200 OK", &"<a>".repeat(200_000)),
        3 => whole("200 OK", &body.replace("<IsTruncated>false", "<IsTruncated>true")),
        4 => whole("200 OK", &body.replace("</UploadId>", "$(touch x);'\"`</UploadId>")),
        5 => whole("200 OK", &body.replace("</UploadId>", &format!("{}</UploadId>", "8".repeat(4 << 20)))),
        6 => whole("200 OK", &body.replace("<Key>mpuspec/", "<Key>other/")),
        7 => format!("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n{body}"),
        8 => format!("HTTP/1.1 200 OK\r\n{}\r\n\r\n", "x-a: b\r\n".repeat(20_000)),
        9 => format!(
            "HTTP/1.1 {} X\r\netag: {}\r\ncontent-length: 0\r\n\r\n",
            200 + chance.below(400),
            "e".repeat(60_000)
        ),
        10 => "HTTP/1.1 307 R\r\nlocation: http://127.0.0.1:1/other\r\ncontent-length: 0\r\n\r\n".to_owned(),
        11 => "HTTP/1.1 100 Continue\r\n\r\n".repeat(100_000),
        12 => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx".to_owned(),
        13 => {
            // Byte by byte, for longer than anybody waits.
            for byte in said.iter().take(200) {
                client.write_all(&[*byte]).ok()?;
                thread::sleep(Duration::from_millis(20));
            }
            return Some(());
        }
        14 => {
            let mut broken = said.to_vec();
            for _ in 0..=chance.below(8) {
                let at = usize::try_from(chance.below(broken.len().max(1) as u64)).expect("it is small");
                if let Some(byte) = broken.get_mut(at) {
                    *byte = u8::try_from(chance.below(256)).expect("it is a byte");
                }
            }
            client.write_all(&broken).ok()?;
            return Some(());
        }
        _ => return None,
    };
    client.write_all(text.as_bytes()).ok()
}

/// The most memory that a process has taken, in KiB; unknown elsewhere than on Linux.
fn largest(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

fn assert_no_secret(text: &str, what: &str) {
    for secret in
        [mpuspec_mock::TEMPORARY_SECRET_KEY, mpuspec_mock::SECOND_SECRET_KEY, mpuspec_mock::SECURITY_TOKEN]
    {
        assert!(!text.contains(secret), "{secret} is in {what}");
    }
    let is_signature = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (at, _) in text.match_indices("Signature=") {
        let word: String = text[at + 10..].chars().take(64).collect();
        assert!(!is_signature(&word), "{word} is in {what}");
    }
}

/// A run against a hostile server.
fn run(seed: u64, folder: &Path) {
    let mock = play(&small("aws-s3")).start().expect("it starts");
    mock.create_bucket("b");
    let mut chance = Chance::of(seed);
    let rate = [3, 10, 50][usize::try_from(chance.below(3)).expect("it is small")];
    // Half of the runs get through their preflight.
    let calm = if chance.one_in(2) { 80 } else { 0 };
    let (url, asked) = serve(mock.address(), seed, rate, calm);
    let file = |name: &str| folder.join(name);
    let mut run = command(folder);
    run.env("AWS_ACCESS_KEY_ID", mpuspec_mock::TEMPORARY_ACCESS_KEY);
    run.env("AWS_SECRET_ACCESS_KEY", mpuspec_mock::TEMPORARY_SECRET_KEY);
    run.env("AWS_SESSION_TOKEN", mpuspec_mock::SECURITY_TOKEN);
    run.args(["run", "--endpoint", &url, "--bucket", "b", "--provider", "aws-s3", "--verbose"]);
    run.args([
        "--timeout",
        "500ms",
        "--explore",
        "5",
        "--explore-time",
        "5s",
        "--limit",
        "min_part_size=2KiB",
    ]);
    run.args(["--seed", &seed.to_string()]);
    for (format, name) in [("json", "r.json"), ("html", "r.html"), ("md", "r.md"), ("junit", "r.xml")] {
        run.arg("--report").arg(format!("{format}={}", file(name).display()));
    }
    let out = |name: &str| Stdio::from(std::fs::File::create(file(name)).expect("a file"));
    let mut child = run.stdout(out("out")).stderr(out("err")).spawn().expect("it starts");
    let begun = Instant::now();
    let mut memory = 0;
    let exit = loop {
        memory = memory.max(largest(&child));
        if let Some(exit) = child.try_wait().expect("it can be asked") {
            break exit;
        }
        if begun.elapsed() > LONGEST {
            let _ = child.kill();
            panic!("seed {seed}: it does not end");
        }
        thread::sleep(Duration::from_millis(20));
    };
    let said = std::fs::read_to_string(file("err")).unwrap_or_default();
    let end: Vec<&str> = said.lines().rev().take(40).collect();
    assert!(exit.code().is_some_and(|code| code <= 5), "seed {seed}: {exit}; the last lines first: {end:#?}");
    assert!(memory < LARGEST, "seed {seed}: {memory} KiB");
    for name in ["out", "err", "r.json", "r.html", "r.md", "r.xml"] {
        let Ok(text) = std::fs::read(file(name)) else { continue };
        let text = String::from_utf8(text).expect("it is text");
        assert_no_secret(&text, &format!("{name} of seed {seed}"));
        if matches!(name, "out" | "err") {
            let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            assert!(!text.contains(steers), "seed {seed}: {name}");
            assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "seed {seed}: {name}");
        }
    }
    for (line, source) in asked.lock().expect("no panic").iter() {
        let path = line.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
        let key = path.strip_prefix("/b").unwrap_or("not in the bucket").trim_start_matches('/');
        let key = key.trim_start_matches("%5C");
        assert!(key.is_empty() || key.starts_with("mpuspec/"), "seed {seed}: {line}");
        let own = |source: &String| source.trim_start_matches('/').starts_with("b/mpuspec/");
        assert!(
            source.as_ref().is_none_or(|source| own(source) || source.contains("mpuspec")),
            "{seed}: {source:?}"
        );
    }
    println!("seed {seed}: {exit}, {} MiB, {} s", memory >> 10, begun.elapsed().as_secs());
}

#[test]
fn whatever_a_server_answers_a_run_ends_and_harms_nobody() {
    let number =
        |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let until = Instant::now() + Duration::from_secs(number("MPUSPEC_HOSTILE_SECONDS", 0));
    let first = number("MPUSPEC_HOSTILE_SEED", 1);
    for seed in first.. {
        let folder = tempfile::tempdir().expect("a folder");
        run(seed, folder.path());
        if Instant::now() >= until {
            break;
        }
    }
}
