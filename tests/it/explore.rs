use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use mpuspec::internals::case::Level;
use mpuspec::internals::report::{Finding, Report, Verdict};
use mpuspec_mock::Mock;
use mpuspec_mock::defects::Defect;

use crate::stage::{command, defect, play, side_by_side, small, stderr, with_bucket};

/// What limits are on both sides, so that parts cost little.
const SMALL: [&str; 4] = ["--limit", "min_part_size=2KiB", "--limit", "list_parts_page=20"];

/// A server in this process, or in one of its own that can be restarted.
enum Server {
    Here(Mock),
    Process(Child, String),
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Process(child, _) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Server {
    fn endpoint(&self) -> String {
        match self {
            Self::Here(mock) => mock.endpoint(),
            Self::Process(_, endpoint) => endpoint.clone(),
        }
    }

    /// How it is restarted.
    fn restart(&self) -> Vec<String> {
        match self {
            Self::Here(_) => Vec::new(),
            Self::Process(child, _) => {
                vec!["--restart-command".to_owned(), format!("kill -HUP {}", child.id())]
            }
        }
    }
}

fn mock(provider: &str, defect: Option<Defect>) -> Server {
    let mut provider = small(provider);
    let page = mpuspec_mock::provider::LimitName::ListUploadsPage;
    provider.override_limit(page, Some(1_000));
    let builder = play(&provider);
    let builder = match defect {
        Some(defect) => builder.defect(defect),
        None => builder,
    };
    Server::Here(with_bucket(builder, "b"))
}

/// The same in a process of its own.
fn process(provider: &str, defect: Option<Defect>) -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let mut mock = command(folder.path());
    mock.args(["mock", "--provider", provider, "--bucket", "b"]).args(SMALL);
    if let Some(defect) = defect {
        mock.args(["--defect", defect.name()]);
    }
    let mut child = mock.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut line = String::new();
    let told = child.stdout.take().expect("it is piped");
    BufReader::new(told).read_line(&mut line).expect("it says where it listens");
    let endpoint = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
    Server::Process(child, endpoint)
}

/// Those that only a restart shows need a server that can be restarted.
fn server(provider: &str, defect: Defect, is_wrong: bool) -> Server {
    let start = if defect.name().starts_with("restart-") { process } else { mock };
    start(provider, is_wrong.then_some(defect))
}

/// Explores, or runs a case, and gives the report with the exit code.
fn report(server: &Server, provider: &str, folder: &Path, arguments: &[&str]) -> (Report, Option<i32>) {
    let file = folder.join("report.json");
    let endpoint = server.endpoint();
    let target = ["--endpoint", &endpoint, "--provider", provider, "--bucket", "b"];
    let json = format!("json={}", file.display());
    let output = command(folder)
        .args(arguments)
        .args(target)
        .args(server.restart())
        .args(SMALL)
        .args(["--report", &json])
        .output()
        .expect("it runs");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{}", stderr(&output)));
    (mpuspec::internals::report::from_json(&text).expect("a report"), output.status.code())
}

/// What a run explores, with so many seeds at most: the worst that is found.
fn explored(mock: &Server, provider: &str, folder: &Path) -> Option<Finding> {
    ["test-0", "test-1", "test-2"].into_iter().find_map(|seed| {
        let arguments =
            ["explore", "--explore", "40", "--explore-time", "20s", "--seed", seed, "--settle", "400ms"];
        let findings = report(mock, provider, folder, &arguments).0.findings.into_iter();
        findings.min_by_key(|finding| (finding.level, finding.confirmed.is_none()))
    })
}

#[test]
fn the_case_of_a_finding_fails_again_and_not_on_a_sound_server() {
    let names =
        ["abort-breaks-completion", "stale-reads", "restart-loses-parts", "second-completion-empties"];
    let troubles = side_by_side(names.map(defect).to_vec(), |defect| repeated(defect).err());
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

fn repeated(defect: Defect) -> Result<(), String> {
    let name = defect.name();
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = server("aws-s3", defect, true);
    let finding =
        explored(&wrong, "aws-s3", folder.path()).ok_or_else(|| format!("nothing is found of {name}"))?;
    let case = finding.case.ok_or_else(|| format!("{name} has no case: {}", finding.title))?;
    let file = folder.path().join("finding.yaml");
    std::fs::write(&file, &case).expect("written");
    let run = ["run", file.to_str().expect("a path")];
    if !(0..5).any(|_| report(&wrong, "aws-s3", folder.path(), &run).1 == Some(1)) {
        return Err(format!("{name}: this does not fail again:\n{case}"));
    }
    let (sound, exit) = report(&server("aws-s3", defect, false), "aws-s3", folder.path(), &run);
    match exit {
        Some(0) => Ok(()),
        _ => Err(format!("{name}: without it {:?}\n{case}", sound.cases[0].reason)),
    }
}

#[test]
fn a_sound_server_gives_no_finding() {
    for provider in ["aws-s3", "yandex", "storj", "alibaba-oss"] {
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = ["explore", "--explore", "40", "--seed", "sound"];
        let (report, exit) = report(&mock(provider, None), provider, folder.path(), &arguments);
        let told: Vec<_> = report.findings.iter().map(|finding| (&finding.title, &finding.case)).collect();
        assert!(told.is_empty(), "{provider}: {told:#?}");
        assert_eq!(exit, Some(0), "{provider}: {}", report.conclusion);
        assert_eq!(report.exploration.cells_not_judged, Vec::<String>::new(), "{provider}");
        // On a server as fast as this one, calls may miss each other.
        let open = report.exploration.pairs.iter().filter(|pair| pair.not_exercised().is_some());
        let open: Vec<&String> = open.map(|pair| &pair.calls).collect();
        assert!(open.len() <= 4, "{provider}: {open:#?}");
    }
}

#[test]
fn large_parts_are_copied_and_cost_few_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.json");
    let written = format!("json={}", file.display());
    let arguments = ["explore", "--mock", "--explore", "40", "--seed", "bytes", "--report", &written];
    let output = command(folder.path()).args(arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(&file).expect("a report");
    let report = mpuspec::internals::report::from_json(&text).expect("a report");
    assert_eq!(report.target.limits["min_part_size"], Some(5 << 20));
    let explored = &report.exploration;
    assert!(explored.bytes_sent <= 64 << 20, "{}", explored.bytes_sent);
    assert!(explored.bytes_received <= 256 << 20, "{}", explored.bytes_received);
    let (of_several, completions) = (explored.completions_of_several, explored.completions);
    assert!(of_several * 4 >= completions, "{of_several} of {completions} have several parts");
    let histories = report.cases.iter().find(|row| row.id == "explore/histories").expect("it is there");
    assert_eq!(histories.verdict, Verdict::Pass, "{:?}", histories.reason);
}

/// What single calls show, they show each time: so it is told once, however many draws have met it.
#[test]
fn a_fault_is_told_once() {
    let names = ["lists-replaced-parts", "reuse-upload", "list-aborted-uploads"];
    let troubles = side_by_side(names.map(defect).to_vec(), |defect| {
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = ["explore", "--explore", "40", "--explore-time", "30s", "--seed", "once"];
        let (report, _) = report(&mock("aws-s3", Some(defect)), "aws-s3", folder.path(), &arguments);
        let must = report.findings.iter().filter(|finding| finding.level == Level::Must);
        let told: Vec<&String> = must.map(|finding| &finding.title).collect();
        (told.len() != 1).then(|| format!("{}: {told:#?}", defect.name()))
    });
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

/// A client that goes away leaves a call that may have happened; nobody is to blame for the answer that it did not wait for.
#[test]
fn a_client_can_go_away_and_read_slowly() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("away.yaml");
    let text = "title: A client goes away\nlevel: MUST\ngenerated: { seed: by-hand, suite: 0.1.0 }\nsteps:\n  - create_upload: { as: U }\n  - upload_part: { number: 1, upload: U, size: 100KiB, as: p }\n  - together:\n      one: { upload_part: { number: 1, upload: U, size: 120KiB, as: q }, hangs_up: in_body }\n      two: { complete_upload: { upload: U, parts: [p] }, hangs_up: 100us }\n      three: { get_object: {}, pauses: 20ms }\n    expect: linearizable\n  - get_object: {}\n    expect: lawful\n";
    std::fs::write(&file, text).expect("written");
    let run = ["run", file.to_str().expect("a path"), "--evidence", "all"];
    let (report, exit) = report(&mock("aws-s3", None), "aws-s3", folder.path(), &run);
    assert_eq!(exit, Some(0), "{:?}", report.cases[0].reason);
    let of_lane = |lane: &str| {
        let exchanges = report.cases[0].exchanges.iter();
        exchanges.clone().find(|exchange| exchange.lane.as_deref() == Some(lane)).expect("it was sent")
    };
    for (lane, when) in [("one", "in the middle of the body"), ("two", "before the answer")] {
        let trouble = of_lane(lane).trouble.as_deref().unwrap_or_default();
        assert!(trouble.ends_with(&format!("closed by the suite {when}")), "{trouble}");
    }
    let slow = of_lane("three");
    assert!(slow.end_us - slow.start_us >= 20_000, "{slow:?}");
}

#[test]
fn an_object_of_the_run_is_written_once_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("copies.yaml");
    let copy = |number: u32, first: u32| {
        format!(
            "  - upload_part_copy: {{ number: {number}, source: {{ shared: 96KiB }}, range: [{first}, {}] }}\n    expect: lawful\n",
            first + 4_095
        )
    };
    let text = format!(
        "title: Parts are copied from an object of the run\nlevel: MUST\ngenerated: {{ seed: \"by-hand\", suite: 0.1.0 }}\nrepeat: 3\nsteps:\n  - create_upload: {{}}\n{}{}  - complete_upload: {{ parts: [1, 2] }}\n    expect: lawful\n  - get_object: {{}}\n    expect: lawful\n",
        copy(1, 0),
        copy(2, 2_048)
    );
    std::fs::write(&file, text).expect("written");
    let run = ["run", file.to_str().expect("a path")];
    let (report, exit) = report(&mock("aws-s3", None), "aws-s3", folder.path(), &run);
    assert_eq!(exit, Some(0), "{:?}", report.cases[0].reason);
    // Three rounds, and one object of 96 KiB.
    assert!((96 << 10..192 << 10).contains(&report.run.bytes_sent), "{}", report.run.bytes_sent);
    assert!(report.cleanup.left.is_empty(), "{:?}", report.cleanup.left);
}

#[test]
fn the_same_seed_gives_the_same_sequences() {
    let folder = tempfile::tempdir().expect("a folder");
    let steps = |seed: &str| {
        let arguments = ["explore", "--explore", "20", "--seed", seed];
        let (report, _) = report(&mock("aws-s3", None), "aws-s3", folder.path(), &arguments);
        let explored = report.cases.into_iter().filter(|row| row.id == "explore/sequences");
        explored.map(|row| row.notes).collect::<Vec<_>>()
    };
    assert_eq!(steps("a"), steps("a"));
    assert_ne!(steps("a"), steps("b"));
}

#[test]
fn a_budget_that_allows_nothing_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["explore", "--explore", "20", "--budget", "1B", "--seed", "a"];
    let (report, exit) = report(&mock("aws-s3", None), "aws-s3", folder.path(), &arguments);
    let row = report.cases.iter().find(|row| row.id == "explore/histories").expect("it is there");
    assert!(row.reason.as_ref().is_some_and(|reason| reason.contains("--budget")), "{:?}", row.reason);
    assert_eq!(row.verdict, Verdict::Error);
    assert_eq!(exit, Some(5), "{}", report.conclusion);
}

#[test]
fn a_settle_command_that_fails_is_told_and_the_audit_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["run", "upload/simple", "--settle-command", "exit 3"];
    let (report, exit) = report(&mock("aws-s3", None), "aws-s3", folder.path(), &arguments);
    assert!(report.audit.trouble.is_some_and(|told| told.contains("`exit 3` failed")));
    assert_eq!((report.audit.read, exit), (1, Some(5)));
}

#[test]
fn what_the_audit_misses_is_tried_again_behind_one_settling() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = mock("aws-s3", Some(defect("late-abort-deletes-later")));
    let settled = folder.path().join("settled");
    let command = format!("echo >>{} && sleep 0.4", settled.display());
    let arguments = ["explore", "--explore", "40", "--seed", "lost", "--settle-command", &command];
    let (report, exit) = report(&wrong, "aws-s3", folder.path(), &arguments);
    assert_eq!(exit, Some(1), "{}", report.conclusion);
    let lost = report.findings.iter().find(|finding| finding.id == "audit/acknowledged-object-lost");
    let lost = lost.expect("the audit misses it");
    let confirmed = lost.confirmed.expect("it was tried again");
    assert!(confirmed.shown > 0 && lost.case.is_some(), "{}", lost.title);
    // Once before the audit, and once behind all that was tried again.
    assert_eq!(std::fs::read_to_string(settled).expect("it settled").lines().count(), 2);
    assert!(report.cleanup.left.is_empty(), "{:?}", report.cleanup.left);
}

#[test]
fn a_ledger_is_audited_at_another_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = folder.path().join("ledger.jsonl");
    let path = ledger.to_str().expect("a path");
    let mock = mock("aws-s3", None);
    report(&mock, "aws-s3", folder.path(), &["run", "upload/*", "--ledger", path]);
    let audit = || command(folder.path()).args(["audit", path]).output().expect("it runs");
    let output = audit();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let cleaned = command(folder.path()).arg("clean").output().expect("it runs");
    assert_eq!(cleaned.status.code(), Some(0), "{}", stderr(&cleaned));
    let output = audit();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("LOST "));
}

#[test]
fn a_kept_history_is_judged_again_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = mock("aws-s3", Some(defect("stale-reads")));
    let finding = explored(&wrong, "aws-s3", folder.path()).expect("it is found");
    let file = folder.path().join("report.json");
    drop(wrong);
    let check = |case: &str| {
        let output = command(folder.path()).arg("check").arg(&file).arg(case).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), stderr(&output))
    };
    let (code, told, _) = check(&finding.id);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("longest lawful order:"), "{told}");
    let (code, _, told) = check("explore/nothing");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains(&finding.id), "{told}");
}
