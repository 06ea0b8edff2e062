//! What the suite sends, byte for byte, heard by a listener between it and the mock.
//!
//! The rows are run one after the other, so that each request can be given to its row.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use mpuspec_mock::Mock;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;
use crate::harness::Run;

/// A request with what is known about its answer.
pub(crate) struct Recorded {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Bytes,
    pub(crate) start: Duration,
    pub(crate) end: Duration,
    pub(crate) status: u16,
    /// The upload that the answer names, if the request began one.
    pub(crate) upload: Option<String>,
    answered: u64,
}

/// All requests of a run.
pub(crate) struct Recording {
    /// What comes before the rows.
    pub(crate) before: Vec<Recorded>,
    /// The requests of each row, in the order of their start.
    pub(crate) rows: Vec<Vec<Recorded>>,
    /// What comes behind the rows.
    pub(crate) behind: Vec<Recorded>,
}

impl Recording {
    fn all(&self) -> impl Iterator<Item = &Recorded> {
        self.before.iter().chain(self.rows.iter().flatten()).chain(&self.behind)
    }

    /// The size of all bodies that differ.
    pub(crate) fn distinct_bytes(&self) -> u64 {
        let mut seen = HashSet::new();
        let new = |request: &&Recorded| seen.insert(Sha256::digest(&request.body));
        self.all().filter(new).map(|request| request.body.len() as u64).sum()
    }

    pub(crate) fn bytes_received(&self) -> u64 {
        self.all().map(|request| request.answered).sum()
    }
}

/// What came over a connection, in order; true is the client's side.
type Heard = Vec<(Duration, bool, Vec<u8>)>;
type Ear = Arc<Mutex<Heard>>;

/// Records a run against the mock.
pub(crate) fn record(run: impl FnOnce(&str) -> Result<Run>, mock: Result<Mock>) -> Result<Recording> {
    let mock = mock?;
    let runtime = tokio::runtime::Runtime::new()?;
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let ears: Arc<Mutex<Vec<Ear>>> = Arc::default();
    runtime.spawn(listen(listener, mock.address(), ears.clone()));
    run(&endpoint)?;
    drop(runtime);
    let ears = std::mem::take(&mut *ears.lock().unwrap_or_else(PoisonError::into_inner));
    let mut requests = Vec::new();
    for ear in ears {
        requests
            .extend(requests_of(std::mem::take(&mut *ear.lock().unwrap_or_else(PoisonError::into_inner))));
    }
    requests.sort_by_key(|request| request.start);
    Ok(by_row(requests))
}

async fn listen(listener: TcpListener, mock: std::net::SocketAddr, ears: Arc<Mutex<Vec<Ear>>>) {
    let started = Instant::now();
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(mock).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let ear = Ear::default();
        ears.lock().unwrap_or_else(PoisonError::into_inner).push(ear.clone());
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        tokio::spawn(pass_on(from_client, to_server, ear.clone(), started, true));
        tokio::spawn(pass_on(from_server, to_client, ear, started, false));
    }
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, ear: Ear, started: Instant, client: bool) {
    let mut piece = vec![0; 64 << 10];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        let heard = (started.elapsed(), client, piece[..count].to_vec());
        ear.lock().unwrap_or_else(PoisonError::into_inner).push(heard);
        if to.write_all(&piece[..count]).await.is_err() {
            return;
        }
    }
}

/// Takes a connection apart. A request that did not come to its end is left out.
fn requests_of(heard: Heard) -> Vec<Recorded> {
    let mut requests = Vec::new();
    let (mut request, mut answer): (Vec<u8>, Vec<u8>) = Default::default();
    let (mut start, mut end, mut whole) = (Duration::ZERO, Duration::ZERO, false);
    for (at, client, piece) in heard {
        if !client {
            end = at;
            answer.extend_from_slice(&piece);
            continue;
        }
        if whole {
            requests.extend(understood(&request, &answer, start, end));
            request.clear();
            answer.clear();
        }
        if request.is_empty() {
            start = at;
        }
        request.extend_from_slice(&piece);
        whole = length_of(&request).is_some_and(|length| request.len() >= length);
    }
    if whole {
        requests.extend(understood(&request, &answer, start, end));
    }
    requests
}

/// How long a request is in all, once its head is there.
fn length_of(bytes: &[u8]) -> Option<usize> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(bytes).ok()? else { return None };
    let length = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    Some(head + length.map_or(Some(0), |header| std::str::from_utf8(header.value).ok()?.parse().ok())?)
}

fn understood(request: &[u8], answer: &[u8], start: Duration, end: Duration) -> Option<Recorded> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(request).ok()? else { return None };
    // Behind an interim answer comes the true one.
    let text = String::from_utf8_lossy(answer);
    let (_, last) = text.rsplit_once("HTTP/1.1 ")?;
    let status = last.get(..3)?.parse().ok()?;
    let (method, target) = (parsed.method?.to_owned(), parsed.path?.to_owned());
    let begins =
        method == "POST" && target.split_once('?').is_some_and(|(_, query)| query.starts_with("uploads"));
    let upload = if begins { upload_of(last) } else { None };
    let headers = parsed.headers.iter().map(|header| (header.name.to_owned(), header.value.to_vec()));
    Some(Recorded {
        method,
        target,
        headers: headers.collect(),
        body: Bytes::copy_from_slice(&request[head..]),
        start,
        end: end.max(start),
        status,
        upload,
        answered: answer.len() as u64,
    })
}

/// The id in the answer to CreateMultipartUpload.
pub(crate) fn upload_of(answer: &str) -> Option<String> {
    let (_, rest) = answer.split_once("<UploadId>")?;
    Some(rest.split_once("</UploadId>")?.0.to_owned())
}

/// Gives each request to the row whose folder its target names, or else to the row that is under way.
fn by_row(requests: Vec<Recorded>) -> Recording {
    let folders: Vec<Option<String>> = requests.iter().map(|request| folder_of(&request.target)).collect();
    let of_row = |folder: &Option<String>| folder.as_ref().is_some_and(|folder| folder != "preflight");
    let first = folders.iter().position(of_row).unwrap_or(folders.len());
    let last = folders.iter().rposition(of_row).map_or(first, |last| last + 1);
    let mut recording = Recording { before: Vec::new(), rows: Vec::new(), behind: Vec::new() };
    let (mut rows, mut row): (HashMap<String, usize>, usize) = Default::default();
    for (at, (request, folder)) in requests.into_iter().zip(folders).enumerate() {
        if at < first {
            recording.before.push(request);
            continue;
        } else if at >= last {
            recording.behind.push(request);
            continue;
        }
        if let Some(folder) = folder {
            row = *rows.entry(folder).or_insert_with(|| {
                recording.rows.push(Vec::new());
                recording.rows.len() - 1
            });
        }
        recording.rows[row].push(request);
    }
    recording
}

/// The folder of the row: keys are mpuspec/RUN/FOLDER/NUMBER/….
fn folder_of(target: &str) -> Option<String> {
    let target = percent_encoding::percent_decode_str(target).decode_utf8_lossy();
    let (_, key) = target.split_once("mpuspec/")?;
    let mut parts = key.split('/').skip(1);
    let folder = parts.next()?;
    parts.next().map(|_| folder.to_owned())
}
