//! A client that only sends: no evidence, no judgement, and signatures only if asked.
//!
//! What was recorded is sent again with the names of the new uploads put in, as many rows side by side as
//! the suite runs. Within a row a request waits for those that had ended before it began.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use http::header::AUTHORIZATION;
use mpuspec_mock::Mock;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Result;
use crate::harness::cpu_of_this_process;
use crate::recording::{Recorded, Recording, upload_of};

/// Rows side by side, as `mpuspec run` has it.
const JOBS: usize = 8;

/// What is done with a request before it is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sends {
    /// Nothing: signature and digest are those that were recorded.
    AsMade,
    /// Its body is hashed, and it is signed, as every client of S3 has to.
    Signed,
}

/// What a replay took.
pub(crate) struct Replay {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) sent: usize,
    pub(crate) as_recorded: usize,
}

/// Sends a recording to a mock that does not mind old signatures, and computes them all the same.
pub(crate) fn replay(recording: &Recording, sends: Sends, mock: &Mock) -> Result<Replay> {
    let http = reqwest::Client::builder().http1_only().tcp_nodelay(true).no_proxy().build()?;
    let bare = Bare { http, endpoint: mock.endpoint(), uploads: Arc::default(), sends };
    let (before, behind) = (bare.row(&recording.before)?, bare.row(&recording.behind)?);
    let rows = recording.rows.iter().map(|row| bare.row(row)).collect::<Result<Vec<_>>>()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let cpu = cpu_of_this_process();
    let start = Instant::now();
    let statuses = runtime.block_on(async {
        let mut counts = Counts::default();
        counts.add(before.send(bare.clone()).await?);
        let turns = Arc::new(Semaphore::new(JOBS));
        let mut tasks = JoinSet::new();
        for row in rows {
            let (turns, bare) = (turns.clone(), bare.clone());
            tasks.spawn(async move {
                let _turn = turns.acquire_owned().await;
                row.send(bare).await
            });
        }
        while let Some(row) = tasks.join_next().await {
            counts.add(row.map_err(|error| error.to_string())??);
        }
        counts.add(behind.send(bare.clone()).await?);
        Ok::<_, String>(counts)
    })?;
    let Counts { sent, as_recorded } = statuses;
    Ok(Replay { wall: start.elapsed(), cpu: cpu_of_this_process() - cpu, sent, as_recorded })
}

#[derive(Clone, Copy, Default)]
struct Counts {
    sent: usize,
    as_recorded: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.as_recorded += other.as_recorded;
    }
}

#[derive(Clone)]
struct Bare {
    http: reqwest::Client,
    endpoint: String,
    /// The new id of each recorded one.
    uploads: Arc<Mutex<HashMap<String, String>>>,
    sends: Sends,
}

/// The requests of a row, ready to be sent.
struct Row(Vec<Ready>);

struct Ready {
    method: http::Method,
    target: String,
    headers: http::HeaderMap,
    body: bytes::Bytes,
    status: u16,
    upload: Option<String>,
    /// How many requests of the row have to be answered before, in the order of their ends.
    waits_for: usize,
    /// Its own place in that order.
    ends_at: usize,
}

impl Bare {
    fn row(&self, recorded: &[Recorded]) -> Result<Row> {
        let mut ends: Vec<usize> = (0..recorded.len()).collect();
        ends.sort_by_key(|index| recorded[*index].end);
        let mut row = Vec::new();
        for (index, request) in recorded.iter().enumerate() {
            let mut headers = http::HeaderMap::new();
            for (name, value) in &request.headers {
                if !["host", "content-length", "expect"].contains(&name.to_ascii_lowercase().as_str()) {
                    headers.append(http::HeaderName::try_from(name)?, http::HeaderValue::from_bytes(value)?);
                }
            }
            if request.body.is_empty() && matches!(request.method.as_str(), "PUT" | "POST") {
                headers.insert(http::header::CONTENT_LENGTH, http::HeaderValue::from_static("0"));
            }
            row.push(Ready {
                method: request.method.parse()?,
                target: request.target.clone(),
                headers,
                body: request.body.clone(),
                status: request.status,
                upload: request.upload.clone(),
                waits_for: recorded.iter().filter(|other| other.end <= request.start).count(),
                ends_at: ends.iter().position(|end| *end == index).unwrap_or_default(),
            });
        }
        Ok(Row(row))
    }

    /// The target with the ids that this mock gave, wherever a parameter names an upload.
    fn with_new_uploads(&self, target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
        let uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = |pair: &str| match pair.split_once('=').map(|(name, id)| (name, uploads.get(id))) {
            Some((name, Some(new))) => format!("{name}={new}"),
            _ => pair.to_owned(),
        };
        format!("{path}?{}", query.split('&').map(pair).collect::<Vec<_>>().join("&"))
    }

    async fn send(self, mut ready: Ready) -> std::result::Result<(usize, bool), String> {
        let url = format!("{}{}", self.endpoint, self.with_new_uploads(&ready.target));
        if self.sends == Sends::Signed && ready.headers.contains_key(AUTHORIZATION) {
            sign(&mut ready, &url)?;
        }
        let mut request = self.http.request(ready.method, url).headers(ready.headers);
        if !ready.body.is_empty() {
            request = request.body(ready.body);
        }
        let answer = request.send().await.map_err(|error| format!("{error:?}"))?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(|error| format!("{error:?}"))?;
        if let Some(recorded) = ready.upload
            && let Some(new) = upload_of(&String::from_utf8_lossy(&body))
        {
            self.uploads.lock().unwrap_or_else(PoisonError::into_inner).insert(recorded, new);
        }
        Ok((ready.ends_at, status == ready.status))
    }
}

/// Puts a fresh digest and signature in the place of the recorded ones.
fn sign(ready: &mut Ready, url: &str) -> std::result::Result<(), String> {
    let told = ready.headers.remove("x-amz-content-sha256");
    let told =
        told.as_ref().and_then(|told| told.to_str().ok()).filter(|told| told.starts_with("STREAMING-"));
    let digest = told.map_or_else(|| hex::encode(Sha256::digest(&ready.body)), str::to_owned);
    ready.headers.remove(AUTHORIZATION);
    ready.headers.remove("x-amz-date");
    let credentials =
        Credentials::new(mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY, None, None, "bench");
    let identity = credentials.into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let params = v4::SigningParams::builder().identity(&identity).region(mpuspec_mock::REGION).name("s3");
    let params = params.time(SystemTime::now()).settings(settings).build();
    let params = params.map_err(|error| error.to_string())?.into();
    let headers =
        ready.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = SignableBody::Precomputed(digest);
    let signable = SignableRequest::new(ready.method.as_str(), url, headers, body);
    let signed = aws_sigv4::http_request::sign(signable.map_err(|error| error.to_string())?, &params);
    let (instructions, _) = signed.map_err(|error| error.to_string())?.into_parts();
    let mut request = http::Request::new(());
    instructions.apply_to_request_http1x(&mut request);
    ready.headers.extend(std::mem::take(request.headers_mut()));
    Ok(())
}

impl Row {
    async fn send(self, bare: Bare) -> std::result::Result<Counts, String> {
        let mut counts = Counts::default();
        let mut under_way = JoinSet::new();
        let mut ended = vec![false; self.0.len()];
        let mut all_ended_below = 0;
        for ready in self.0 {
            while all_ended_below < ready.waits_for {
                let Some(answered) = under_way.join_next().await else { break };
                let (place, as_recorded) = answered.map_err(|error| error.to_string())??;
                counts.as_recorded += usize::from(as_recorded);
                ended[place] = true;
                while ended.get(all_ended_below) == Some(&true) {
                    all_ended_below += 1;
                }
            }
            counts.sent += 1;
            under_way.spawn(bare.clone().send(ready));
        }
        while let Some(answered) = under_way.join_next().await {
            let (_, as_recorded) = answered.map_err(|error| error.to_string())??;
            counts.as_recorded += usize::from(as_recorded);
        }
        Ok(counts)
    }
}
