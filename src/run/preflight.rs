//! The seven operations, called once before the cases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use mpuspec_mock::provider::{Provider, Support};

use super::bucket::{refused, unreachable};
use super::send::{may_leave_unnamed, send};
use super::{RunError, Sweep};
use crate::case::error_code;
use crate::language::Algorithm;
use crate::operation::abort_multipart_upload::AbortMultipartUploadRequest;
use crate::operation::complete_multipart_upload::CompleteMultipartUploadRequest;
use crate::operation::completed_parts::CompletedPart;
use crate::operation::create_multipart_upload::CreateMultipartUploadRequest;
use crate::operation::list_multipart_uploads::ListMultipartUploadsRequest;
use crate::operation::list_parts::ListPartsRequest;
use crate::operation::upload_part::UploadPartRequest;
use crate::operation::upload_part_copy::UploadPartCopyRequest;
use crate::operation::wire_checksum;
use crate::row::{Journal, Made};
use crate::wire::{Answer, Blob, Call, Client, Log, Signing, Trouble, TroubleKind};

/// What came of each.
#[derive(Clone, Debug, Default)]
pub struct Preflight {
    /// By operation: `ok`, or what was answered.
    pub results: BTreeMap<String, String>,
    /// Operations that are not there: not implemented, or answered with something else. A refusal of this call
    /// alone says nothing of others.
    absent: BTreeSet<String>,
    /// Capabilities that nobody promised and that an answer showed.
    shown: BTreeSet<&'static str>,
    /// Whether a refusal bears a code that S3 does not have.
    pub(super) codes_are_foreign: bool,
    /// What it could not remove.
    pub(super) left: Sweep,
    /// How long a call took: half of them took less.
    pub a_call_takes: Duration,
}

/// What an operation that answers as it ought to is noted as.
const OK: &str = "ok";

impl Preflight {
    /// Whether an operation is missing on this server.
    pub fn is_missing(&self, operation: &str) -> bool {
        self.results.get(operation).is_some_and(|result| result != OK)
    }

    /// Whether an operation is not there, whatever it is asked.
    pub fn is_absent(&self, operation: &str) -> bool {
        self.absent.contains(operation)
    }

    /// Whether an answer has shown a capability.
    pub(super) fn shows(&self, capability: &str) -> bool {
        self.shown.contains(capability)
    }
}

/// Why no case can be run, and what has to be removed.
pub struct Failed {
    pub(super) error: RunError,
    pub(super) left: Sweep,
}

/// The calls before the cases, and what they leave.
struct Probe<'p> {
    client: &'p Client,
    journal: &'p Journal,
    log: Log,
    preflight: Preflight,
    sweep: Sweep,
}

/// Calls each operation once. Credentials that are refused, and a server without multipart uploads, end the
/// run here.
pub async fn preflight(
    client: &Client,
    provider: &Provider,
    journal: &Journal,
    prefix: &str,
) -> Result<Preflight, Failed> {
    let mut probe = Probe {
        client,
        journal,
        log: Log::default().insisting(),
        preflight: Preflight::default(),
        sweep: Sweep::default(),
    };
    let done = probe.operations(prefix).await;
    if done.is_ok() {
        probe.checksums(provider, prefix).await;
    }
    probe.sweep.remove(client, &Log::for_clean_up()).await;
    let mut took: Vec<u64> = probe
        .log
        .exchanges()
        .iter()
        .map(|exchange| exchange.end_us.saturating_sub(exchange.start_us))
        .collect();
    took.sort_unstable();
    let half = took.get(took.len() / 2).copied().unwrap_or_default();
    let Probe { preflight, sweep: left, .. } = probe;
    match done {
        Ok(()) => Ok(Preflight { a_call_takes: Duration::from_micros(half), left, ..preflight }),
        Err(error) => Err(Failed { error, left }),
    }
}

impl Probe<'_> {
    async fn call(&self, call: &dyn Call) -> Result<Answer, Trouble> {
        send(self.client, call, &Signing::default(), &self.log).await
    }

    /// Creates an upload and returns its id, if there is one.
    async fn create(
        &mut self,
        key: &str,
        headers: Vec<(String, String)>,
    ) -> (Result<Answer, Trouble>, Option<String>) {
        self.journal.note(&Made::Creating(key.to_owned()));
        let call = CreateMultipartUploadRequest { key: key.to_owned(), headers, ..Default::default() };
        let answer = self.call(&call).await;
        let id = answer.as_ref().ok().and_then(|answer| answer.upload_ids.first().cloned());
        if let Some(id) = &id {
            self.journal.note(&Made::Upload(key.to_owned(), id.clone()));
            self.sweep.uploads.insert((key.to_owned(), id.clone()));
        }
        if may_leave_unnamed(answer.as_ref()) {
            self.journal.note(&Made::Unnamed(key.to_owned()));
        }
        (answer, id)
    }

    fn part(key: &str, id: &str, blob: &Arc<Blob>, headers: Vec<(String, String)>) -> UploadPartRequest {
        UploadPartRequest {
            key: key.to_owned(),
            upload_id: id.to_owned(),
            number: "1".to_owned(),
            body: blob.clone(),
            headers,
            framing: None,
        }
    }

    async fn operations(&mut self, prefix: &str) -> Result<(), RunError> {
        let client = self.client;
        let key = format!("{prefix}preflight/object");
        let other = format!("{prefix}preflight/other");
        let blob = Arc::new(Blob::new("preflight".into(), "preflight".to_owned()));
        let (created, id) = self.create(&key, Vec::new()).await;
        self.preflight.note("CreateMultipartUpload", &created);
        let Some(id) = id else {
            return Err(match &created {
                Err(trouble) if !trouble.is_of_the_server() => unreachable(client, trouble),
                Ok(answer) if answer.status == 403 => refused(client, answer, "CreateMultipartUpload"),
                _ => self.no_uploads(),
            });
        };
        self.journal.note(&Made::Object(key.clone()));
        self.sweep.keys.insert(key.clone());
        let sent = self.call(&Self::part(&key, &id, &blob, Vec::new())).await;
        self.preflight.note("UploadPart", &sent);
        let list = ListPartsRequest { key: key.clone(), upload_id: id.clone(), ..Default::default() };
        let listed = self.call(&list).await;
        self.preflight.note("ListParts", &listed);
        let unknown: String = id.chars().rev().collect();
        let refused = self.call(&ListPartsRequest { upload_id: unknown, ..list }).await;
        let code = refused.ok().and_then(|answer| answer.refusal).and_then(|refusal| refusal.code);
        self.preflight.codes_are_foreign = code.is_some_and(|code| error_code(&code).is_none());
        let uploads = ListMultipartUploadsRequest { prefix: key.clone(), ..Default::default() };
        let found = self.call(&uploads).await;
        self.preflight.note("ListMultipartUploads", &found);
        let lists = |answer: &Answer| answer.uploads.iter().flatten().any(|upload| upload.id == id);
        if found.is_ok_and(|answer| answer.is_ok() && !lists(&answer)) {
            let told = "200, without the upload that was begun before";
            self.preflight.results.insert("ListMultipartUploads".to_owned(), told.to_owned());
            self.preflight.absent.insert("ListMultipartUploads".to_owned());
        }
        // What an operation leaves out of its answer is for the rows to judge; it answers.
        let of_listing = || {
            let parts = listed.ok().and_then(|answer| answer.parts).unwrap_or_default();
            parts.into_iter().find(|part| part.number == 1).and_then(|part| part.etag)
        };
        let etag = sent.ok().and_then(|answer| answer.etag).or_else(of_listing);
        let parts = vec![CompletedPart { number: Some("1".to_owned()), etag, ..Default::default() }];
        let complete = CompleteMultipartUploadRequest {
            key: key.clone(),
            upload_id: id.clone(),
            parts,
            ..Default::default()
        };
        let completed = self.call(&complete).await;
        self.preflight.note("CompleteMultipartUpload", &completed);
        if let (_, Some(id)) = self.create(&other, Vec::new()).await {
            let copy = UploadPartCopyRequest {
                key: other.clone(),
                upload_id: id.clone(),
                number: "1".to_owned(),
                source: format!("{}/{key}", client.target.bucket),
                ..Default::default()
            };
            let copied = self.call(&copy).await;
            self.preflight.note("UploadPartCopy", &copied);
            let aborted = self.call(&AbortMultipartUploadRequest { key: other, upload_id: id }).await;
            self.preflight.note("AbortMultipartUpload", &aborted);
        }
        Ok(())
    }

    /// Why a server on which no upload can be created is not tested.
    fn no_uploads(&self) -> RunError {
        let told = self.preflight.results.get("CreateMultipartUpload").map_or("", String::as_str);
        let told = if told == OK { "200 without an UploadId" } else { told };
        RunError(format!(
            "{} has no multipart uploads: CreateMultipartUpload was answered {told}",
            self.client.target.endpoint
        ))
    }

    /// Sends a part with each checksum that nobody promised: an answer may show that the server knows it.
    async fn checksums(&mut self, provider: &Provider, prefix: &str) {
        let blob = Arc::new(Blob::new("checksum".into(), "checksum".to_owned()));
        for algorithm in Algorithm::OF_S3 {
            let capability = algorithm.capability();
            if provider.support(capability) != Support::Unknown {
                continue;
            }
            let kind = wire_checksum(algorithm);
            let key = format!("{prefix}preflight/{}", algorithm.name());
            let asked = ("x-amz-checksum-algorithm".to_owned(), algorithm.name().to_uppercase());
            let (created, Some(id)) = self.create(&key, vec![asked]).await else { continue };
            let headers = vec![(kind.header(), kind.of(&blob.bytes))];
            let sent = self.call(&Self::part(&key, &id, &blob, headers)).await;
            let shows = |answer: &Answer| answer.is_ok() && answer.bears_checksums();
            if [created, sent].iter().flatten().any(shows) {
                self.preflight.shown.insert(capability);
            }
        }
    }
}

impl Preflight {
    fn note(&mut self, operation: &str, outcome: &Result<Answer, Trouble>) {
        let result = match outcome {
            Ok(answer) if answer.is_ok() => OK.to_owned(),
            Ok(answer) => answer.summary(),
            Err(trouble) => trouble.to_string(),
        };
        let is_absent = match outcome {
            Ok(answer) => answer.is_not_implemented(),
            Err(trouble) => trouble.kind == TroubleKind::Unreadable,
        };
        if is_absent {
            self.absent.insert(operation.to_owned());
        }
        self.results.insert(operation.to_owned(), result);
    }
}
