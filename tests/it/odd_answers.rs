//! Servers whose answers are odd: one flaw is one accusation, and hides nothing else.

use std::sync::Arc;
use std::time::Duration;

use mpuspec::internals::explore::{ExploreOptions, Explorer};
use mpuspec::internals::report::{Finding, Report, RowReport, Verdict};
use mpuspec::internals::run::{Restart, RunOptions, SMALL};
use mpuspec_mock::Mock;
use mpuspec_mock::defects::Defect;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::any;
use wiremock::{Mock as Answering, MockServer, ResponseTemplate};

use crate::stage::{
    catalogue, command, defect, defects_to_explore, play, prepare_as, run, side_by_side, small, stderr,
};

/// What a mock with these defects is accused of.
async fn report_of(defects: &[Defect], judged_as: &str) -> Report {
    let mock = play_with(defects);
    run(&mock.endpoint(), small(judged_as), &[]).await
}

fn play_with(defects: &[Defect]) -> Mock {
    let builder = defects.iter().fold(play(&small("aws-s3")), |mock, defect| mock.defect(*defect));
    builder.start().expect("it starts")
}

fn broken(report: &Report) -> Vec<&RowReport> {
    let counts = |row: &&RowReport| matches!(row.verdict, Verdict::Fail | Verdict::Blocked | Verdict::Error);
    report.cases.iter().filter(counts).collect()
}

fn told(rows: &[&RowReport]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {}: {:?}", row.verdict.name(), row.name(), row.reason)).collect()
}

/// The answers that leave an ETag out, each with the row that is about it.
const WITHOUT_ETAG: [(&str, &str); 2] = [
    ("empty-completion-etag", "answers/complete-upload[etag]"),
    ("omit-part-listing-etags", "answers/list-parts-entries[etag]"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_that_is_left_out_is_told_once() {
    for (name, home) in WITHOUT_ETAG {
        for judged_as in ["aws-s3", "generic"] {
            let report = report_of(&[defect(name)], judged_as).await;
            let broken = broken(&report);
            assert!(broken.len() <= 3, "{name}: {:#?}", told(&broken));
            let failed: Vec<String> =
                broken.iter().filter(|row| row.verdict == Verdict::Fail).map(|row| row.name()).collect();
            assert_eq!(failed, [home], "{name}");
            for row in broken.iter().filter(|row| row.verdict == Verdict::Blocked) {
                assert_eq!(row.blocked_by.as_deref(), Some(home), "{}", row.name());
            }
        }
    }
}

/// Explores with small limits until something is found, and gives what it is.
fn explored(defects: &[Defect], seed: &str) -> Vec<String> {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(explore(defects, seed))
}

async fn explore(defects: &[Defect], seed: &str) -> Vec<String> {
    const USUAL: u32 = 40;
    let (provider, catalogue) = (small("aws-s3"), catalogue());
    let mock = play_with(defects);
    let restart = Some(Restart::Own(Arc::new(mock.restarter())));
    let change = |options| RunOptions { restart, audited: SMALL, ..options };
    let runner = prepare_as(&mock.endpoint(), &provider, &catalogue, change).await;
    let options = ExploreOptions {
        count: USUAL,
        time: None,
        seed: seed.to_owned(),
        budget: 256 << 20,
        shrinks: false,
        first_only: true,
        save: None,
    };
    let explored = Explorer::new(&runner, &provider, options).explore().await;
    let told = |finding: Finding| match finding.explanation {
        Some(explanation) => format!("{}\n{}", finding.title, explanation.text),
        None => finding.title,
    };
    let mut found: Vec<String> = explored.findings.into_iter().map(told).collect();
    if found.is_empty() {
        tokio::time::sleep(Duration::from_millis(300)).await;
        found.extend(
            runner.audit(None, &Default::default()).await.findings.into_iter().map(|finding| finding.title),
        );
    }
    runner.clean_up(explored.left).await;
    found
}

#[test]
fn every_defect_of_races_and_of_state_is_found() {
    let unfound = side_by_side(defects_to_explore(), |defect: Defect| {
        let found = ["alone-0", "alone-1"].into_iter().any(|seed| !explored(&[defect], seed).is_empty());
        (!found).then(|| defect.name())
    });
    assert!(unfound.is_empty(), "{unfound:#?}");
}

#[test]
fn an_etag_that_is_left_out_hides_no_race() {
    // Each beside one of them; `.ci/full` tries each beside all.
    let all = std::env::var_os("MPUSPEC_PAIRS").is_some();
    let turn = |at: usize, of: usize| all || at % WITHOUT_ETAG.len() == of;
    let pairs = WITHOUT_ETAG.iter().enumerate().flat_map(|(of, (odd, _))| {
        let others = defects_to_explore().into_iter().enumerate().filter(move |(at, _)| turn(*at, of));
        others.map(move |(_, other)| (defect(odd), other))
    });
    let pairs = pairs.collect();
    let unfound = side_by_side(pairs, |(odd, defect): (Defect, Defect)| {
        let finds = |seed| !explored(&[defect, odd], seed).is_empty();
        let found = ["beside-0", "beside-1", "beside-2"].into_iter().any(finds);
        (!found).then(|| format!("{} is not found beside {}", defect.name(), odd.name()))
    });
    assert!(unfound.is_empty(), "{unfound:#?}");
    for (odd, _) in WITHOUT_ETAG {
        let alone = explored(&[defect(odd)], "odd");
        assert_eq!(alone, Vec::<String>::new(), "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_namespaces_of_ones_own_are_told_at_home_alone() {
    let odd: Vec<Defect> = Defect::all()
        .filter(|defect| {
            let name = defect.name();
            (name.starts_with("misname-") && name != "misname-errors") || name.ends_with("-namespace")
        })
        .collect();
    let report = report_of(&odd, "generic").await;
    let broken = broken(&report);
    let elsewhere: Vec<_> = broken.iter().filter(|row| row.area != "answers").copied().collect();
    assert!(elsewhere.is_empty(), "{:#?}", told(&elsewhere));
    assert!(broken.len() <= odd.len(), "{:#?}", told(&broken));
    // Nobody is hurt by that, and this server made no promise of its own.
    assert_eq!(report.exit, 0, "{}", report.conclusion);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_ones_own_are_told_once() {
    let report = report_of(&[defect("foreign-codes")], "generic").await;
    let failed: Vec<_> = broken(&report).into_iter().filter(|row| row.verdict == Verdict::Fail).collect();
    assert!(failed.iter().any(|row| row.name() == "answers/errors[code]"), "{:#?}", told(&failed));
    assert!(failed.len() <= 3, "{:#?}", told(&failed));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_absent_is_one_verdict() {
    let report = report_of(&[defect("no-list-parts")], "generic").await;
    let broken = broken(&report);
    let failed: Vec<String> =
        broken.iter().filter(|row| row.verdict == Verdict::Fail).map(|row| row.name()).collect();
    assert_eq!(failed, ["answers/list-parts[answer]"]);
    for row in &broken[..] {
        if row.verdict == Verdict::Blocked {
            assert_eq!(row.blocked_by.as_deref(), Some("answers/list-parts[answer]"), "{}", row.name());
        }
    }
}

/// Runs the command line against a server, and gives its exit code and what it says.
async fn run_against(server: &MockServer) -> (Option<i32>, String) {
    let uri = server.uri();
    let run = move || {
        let folder = tempfile::tempdir().expect("a folder");
        command(folder.path()).args(["run", "--endpoint", &uri, "--bucket", "b"]).output().expect("it runs")
    };
    let output = tokio::task::spawn_blocking(run).await.expect("it ends");
    (output.status.code(), stderr(&output))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_multipart_uploads_is_one_line() {
    for answer in [
        ResponseTemplate::new(200),
        ResponseTemplate::new(200).set_body_string("<html><body>It works!</body></html>"),
        ResponseTemplate::new(200).set_body_string("<Result/>"),
        ResponseTemplate::new(501),
    ] {
        let server = MockServer::start().await;
        Answering::given(any()).respond_with(answer).mount(&server).await;
        let (exit, said) = run_against(&server).await;
        assert_eq!(exit, Some(3), "{said}");
        assert!(!said.contains("promise"), "{said}");
    }
}

/// Connects to a server, which gets the first line of a request, and is asked to close behind its answer.
async fn asked_to_close(client: &mut TcpStream, server: std::net::SocketAddr) -> std::io::Result<TcpStream> {
    let mut server = TcpStream::connect(server).await?;
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(client.read_u8().await?);
    }
    server.write_all(&[&line[..], b"connection: close\r\n"].concat()).await?;
    Ok(server)
}

/// Passes one request of each connection on to a server, and closes behind the answer, which does not say so.
async fn closing_unsaid(server: std::net::SocketAddr) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut server = asked_to_close(&mut client, server).await?;
                let (mut from_client, mut to_client) = client.split();
                let (mut from_server, mut to_server) = server.split();
                let there = tokio::io::copy(&mut from_client, &mut to_server);
                let back = async {
                    let mut answer = Vec::new();
                    from_server.read_to_end(&mut answer).await?;
                    let head = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap_or(answer.len());
                    let said = String::from_utf8_lossy(&answer[..head]).replace("connection: close\r\n", "");
                    let said = said.replace("\r\nconnection: close", "");
                    to_client.write_all(&[said.as_bytes(), &answer[head..]].concat()).await?;
                    // A client that asks again at once finds the connection open still.
                    tokio::time::sleep(Duration::from_millis(3)).await;
                    Ok(0)
                };
                tokio::select! { ended = there => ended, ended = back => ended }
            });
        }
    });
    Ok(url)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_being_closed_is_no_fault() {
    let mock = play_with(&[]);
    let url = closing_unsaid(mock.address()).await.expect("a port");
    let report = run(&url, small("generic"), &["upload/*", "complete/*", "abort/*", "list-parts/*"]).await;
    assert_eq!(told(&broken(&report)), Vec::<String>::new());
    assert!(report.run.cuts > 0, "it was not met");
}

/// Passes each connection on to a server, which is asked to close it behind its answer.
async fn closing(server: std::net::SocketAddr) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut server = asked_to_close(&mut client, server).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    Ok(url)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_closed_behind_each_answer_is_no_fault() {
    let mock = play_with(&[]);
    let url = closing(mock.address()).await.expect("a port");
    let report = run(&url, small("generic"), &[]).await;
    assert_eq!(told(&broken(&report)), Vec::<String>::new());
}
