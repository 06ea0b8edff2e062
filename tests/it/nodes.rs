//! Servers with several nodes, and servers that die.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mpuspec::internals::report::{Report, RowReport, Verdict};
use mpuspec_mock::Mock;

use crate::stage::{command, play, small, stderr};

/// What becomes of a node by a request with its poison in it.
#[derive(Clone, Copy)]
enum End {
    Dies(&'static str),
    Hangs(&'static str),
}

/// A node before a mock. It ends with a request that contains its poison, and lives again when a file is there.
struct Node {
    address: SocketAddr,
    taken: Arc<AtomicUsize>,
}

impl Node {
    fn before(mock: &Mock, end: Option<End>, cure: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let (behind, taken, cure) = (mock.address(), Arc::new(AtomicUsize::new(0)), cure.to_owned());
        let counter = taken.clone();
        thread::spawn(move || {
            let mut listener = Some(listener);
            loop {
                let dead = Arc::new(AtomicBool::new(false));
                serve(listener.take().expect("it listens"), behind, (end, &cure), &dead, &counter);
                while std::fs::remove_file(&cure).is_err() {
                    thread::sleep(Duration::from_millis(10));
                }
                listener = Some(TcpListener::bind(address).expect("the port is free again"));
            }
        });
        Self { address, taken }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Passes connections on until one of them is poisoned; then all are cut, and nobody listens. A node that hangs takes
/// connections all the same, and nothing comes of them until it is cured.
fn serve(
    listener: TcpListener,
    behind: SocketAddr,
    (end, cure): (Option<End>, &Path),
    dead: &Arc<AtomicBool>,
    taken: &Arc<AtomicUsize>,
) {
    listener.set_nonblocking(true).expect("it can be asked");
    let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
    let poison = end.map(|end| match end {
        End::Dies(poison) | End::Hangs(poison) => poison,
    });
    let hangs = matches!(end, Some(End::Hangs(_)));
    while !dead.load(Ordering::SeqCst) || (hangs && !cure.exists()) {
        let Ok((client, _)) = listener.accept() else {
            thread::sleep(Duration::from_millis(1));
            continue;
        };
        client.set_nonblocking(false).expect("it can wait");
        taken.fetch_add(1, Ordering::SeqCst);
        let server = TcpStream::connect(behind).expect("the mock listens");
        for (from, to, poison) in [(&client, &server, poison), (&server, &client, None)] {
            let (mut from, mut to) = (from.try_clone().expect("a copy"), to.try_clone().expect("a copy"));
            open.lock().expect("no panic").push(from.try_clone().expect("a copy"));
            let dead = dead.clone();
            thread::spawn(move || {
                let mut bytes = [0; 1 << 16];
                while let Ok(count @ 1..) = from.read(&mut bytes) {
                    let text = String::from_utf8_lossy(&bytes[..count]);
                    if poison.is_some_and(|poison| text.contains(poison)) {
                        dead.store(true, Ordering::SeqCst);
                        return;
                    }
                    if hangs && dead.load(Ordering::SeqCst) {
                        continue;
                    }
                    if to.write_all(&bytes[..count]).is_err() {
                        break;
                    }
                }
                let _ = to.shutdown(Shutdown::Write);
            });
        }
    }
    for stream in open.lock().expect("no panic").iter() {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn run(endpoints: &[&Node], folder: &Path, arguments: &[&str]) -> (Option<i32>, Option<Report>, String) {
    let file = folder.join("report.json");
    let mut run = command(folder);
    run.arg("run").args(arguments).args(["--provider", "aws-s3", "--create-bucket"]);
    run.args(["--limit", "min_part_size=2KiB", "--report", &format!("json={}", file.display())]);
    for node in endpoints {
        run.args(["--endpoint", &node.endpoint()]);
    }
    let output = run.output().expect("it runs");
    let report = std::fs::read_to_string(&file).ok();
    let report = report.map(|text| mpuspec::internals::report::from_json(&text).expect("a report"));
    (output.status.code(), report, String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output))
}

fn mock() -> Mock {
    play(&small("aws-s3")).start().expect("it starts")
}

#[test]
fn the_calls_of_a_row_go_round_over_the_nodes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = mock();
    let cure = folder.path().join("cure");
    let nodes = [Node::before(&mock, None, &cure), Node::before(&mock, None, &cure)];
    let arguments = ["upload/*", "race/*", "--evidence", "all"];
    let (exit, report, told) = run(&[&nodes[0], &nodes[1]], folder.path(), &arguments);
    assert_eq!(exit, Some(0), "{told}");
    let report = report.expect("a report");
    assert_eq!(
        (report.target.endpoint, report.target.others),
        (nodes[0].endpoint(), vec![nodes[1].endpoint()])
    );
    let row = report.cases.iter().find(|row| row.id == "upload/overwrite-part").expect("it ran");
    let asked: Vec<_> = row.exchanges.iter().map(|exchange| exchange.node.clone()).collect();
    let turns = (0..asked.len()).map(|turn| Some(nodes[turn % 2].endpoint()));
    assert_eq!(asked, turns.collect::<Vec<_>>());
    let taken = nodes.iter().map(|node| node.taken.load(Ordering::SeqCst)).collect::<Vec<_>>();
    assert!(taken.iter().all(|taken| *taken > 50), "{taken:?}");
}

#[test]
fn nodes_that_do_not_share_their_storage_are_told_before_a_row_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, other) = (mock(), mock());
    let cure = folder.path().join("cure");
    let nodes = [Node::before(&one, None, &cure), Node::before(&other, None, &cure)];
    let (exit, _, told) = run(&[&nodes[0], &nodes[1]], folder.path(), &["upload/*"]);
    assert_eq!(exit, Some(3), "{told}");
    assert!(told.contains("does not have the bucket"), "{told}");
}

/// What is in the keys of the row that the server dies of.
const POISON: &str = "upload-content-md5";

fn verdicts(report: &Report, verdict: Verdict) -> Vec<String> {
    report.cases.iter().filter(|row| row.verdict == verdict).map(RowReport::name).collect()
}

/// The rows that do not pass, but for the one that the server ends with.
fn broken_beside_the_poisoned(report: &Report) -> Vec<String> {
    [Verdict::Fail, Verdict::Error, Verdict::Blocked]
        .into_iter()
        .flat_map(|verdict| verdicts(report, verdict))
        .filter(|name| !name.starts_with("upload/content-md5"))
        .collect()
}

#[test]
fn a_server_that_dies_is_named_with_its_last_requests() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = mock();
    let node = Node::before(&mock, Some(End::Dies(POISON)), &folder.path().join("cure"));
    let (exit, report, told) = run(&[&node], folder.path(), &["upload/*", "--jobs", "1"]);
    let report = report.expect("a report");
    assert!(exit == Some(1) || exit == Some(5), "{told}");
    assert_eq!(report.deaths.len(), 1, "{told}");
    let death = &report.deaths[0];
    assert!(death.alone && !death.went_on, "{death:?}");
    let last = death.requests.last().expect("requests are told");
    assert!(last.contains(POISON) && last.ends_with("no answer"), "{last}");
    assert!(told.contains("── DEATH  the server died") && told.contains("--restart-command"), "{told}");
    assert!(!verdicts(&report, Verdict::Error).is_empty());
}

#[test]
fn with_a_restart_command_the_run_goes_on_and_knows_the_row_that_did_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = mock();
    let cure = folder.path().join("cure");
    let node = Node::before(&mock, Some(End::Dies(POISON)), &cure);
    let restart = format!("touch {}", cure.display());
    let arguments = ["upload/*", "abort/*", "--restart-command", &restart];
    let (exit, report, told) = run(&[&node], folder.path(), &arguments);
    let report = report.expect("a report");
    assert_eq!(exit, Some(1), "{told}");
    let bad = broken_beside_the_poisoned(&report);
    assert!(bad.is_empty(), "{bad:?}\n{told}");
    assert!(report.deaths.iter().all(|death| death.went_on), "{told}");
    assert!(report.deaths.iter().any(|death| death.alone && death.row.starts_with("upload/content-md5")));
}

#[test]
fn a_restart_command_that_fails_is_told_and_the_other_rows_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = mock();
    let node = Node::before(&mock, None, &folder.path().join("cure"));
    let arguments = ["restart/*", "upload/simple", "--restart-command", "exit 7"];
    let (exit, report, told) = run(&[&node], folder.path(), &arguments);
    assert_eq!(exit, Some(5), "{told}");
    let report = report.expect("a report");
    assert_eq!(verdicts(&report, Verdict::Pass), ["upload/simple"]);
    let reasons =
        report.cases.iter().filter(|row| row.area == "restart").filter_map(|row| row.reason.as_ref());
    assert_eq!(reasons.filter(|reason| reason.contains("`exit 7` failed")).count(), 4, "{told}");
}

#[test]
fn without_a_way_to_restart_the_rows_that_need_one_have_no_meaning() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = mock();
    let node = Node::before(&mock, None, &folder.path().join("cure"));
    let (_, report, told) = run(&[&node], folder.path(), &["restart/*", "upload/simple"]);
    let report = report.expect("a report");
    assert_eq!(verdicts(&report, Verdict::NotApplicable).len(), 4, "{told}");
}

#[test]
fn a_server_that_hangs_is_named_and_asked_nothing_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = mock();
    let node = Node::before(&mock, Some(End::Hangs(POISON)), &folder.path().join("cure"));
    let (exit, report, told) =
        run(&[&node], folder.path(), &["upload/*", "complete/*", "--timeout", "500ms"]);
    let report = report.expect("a report");
    assert!(exit == Some(1) || exit == Some(5), "{told}");
    let [death] = &report.deaths[..] else { panic!("{told}") };
    assert!(death.hung && !death.went_on, "{death:?}");
    assert!(death.requests.iter().any(|request| request.contains(POISON) && request.ends_with("no answer")));
    assert!(told.contains("── HUNG  the server hung"), "{told}");
    // One row is told of it; the others could not be judged.
    let broken = [Verdict::Fail, Verdict::Blocked].map(|verdict| verdicts(&report, verdict)).concat();
    assert!(broken.len() <= 1, "{broken:?}");
    let others = report.cases.iter().filter(|row| row.verdict == Verdict::Error);
    assert!(others.clone().count() > 10, "{told}");
    assert!(
        others
            .clone()
            .all(|row| row.reason.as_ref().is_some_and(|reason| reason.contains("the server hangs")))
    );
    assert!(told.contains("calls in a row had no answer"), "{told}");
}

#[test]
fn a_server_that_hangs_is_started_anew_and_the_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = mock();
    let cure = folder.path().join("cure");
    let node = Node::before(&mock, Some(End::Hangs(POISON)), &cure);
    let restart = format!("touch {}", cure.display());
    let arguments = ["upload/*", "abort/*", "--restart-command", &restart, "--timeout", "500ms"];
    let (exit, report, told) = run(&[&node], folder.path(), &arguments);
    let report = report.expect("a report");
    assert_eq!(exit, Some(1), "{told}");
    let bad = broken_beside_the_poisoned(&report);
    assert!(bad.is_empty(), "{bad:?}\n{told}");
    assert!(report.deaths.iter().all(|death| death.hung && death.went_on), "{told}");
}
