//! The seven operations, called once before the cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bucket::{refused, unreachable};
use super::journal::{Journal, Made};
use super::{RunError, Sweep};
use crate::wire::{Answer, Blob, Client, Log, Trouble, s3};

/// What came of each.
#[derive(Clone, Debug, Default)]
pub struct Preflight {
    /// By operation: `ok`, or what was answered.
    pub results: BTreeMap<String, String>,
}

impl Preflight {
    /// Whether an operation is missing on this server.
    pub fn is_missing(&self, operation: &str) -> bool {
        self.results.get(operation).is_some_and(|result| result != "ok")
    }
}

/// Calls each operation once. Credentials that are refused end the run here.
pub async fn preflight(client: &Client, journal: &Journal, prefix: &str) -> Result<Preflight, RunError> {
    let log = Log::default();
    let mut preflight = Preflight::default();
    let mut sweep = Sweep::default();
    let key = format!("{prefix}preflight/object");
    let other = format!("{prefix}preflight/other");
    let blob = Arc::new(Blob::new("preflight".into(), "preflight".to_owned()));
    let create = |key: &str| {
        journal.note(&Made::Creating(key.to_owned()));
        s3::CreateMultipartUpload { key: key.to_owned(), ..Default::default() }
    };
    let first = client.call(&create(&key), &log).await;
    let id = match &first {
        Err(trouble) if !trouble.is_of_the_server() => return Err(unreachable(client, trouble)),
        Ok(answer) if answer.status == 403 => return Err(refused(client, answer, "CreateMultipartUpload")),
        Ok(answer) => answer.upload_ids.first().cloned(),
        Err(_) => None,
    };
    preflight.note("CreateMultipartUpload", &first);
    if let Some(id) = id {
        journal.note(&Made::Upload(key.clone(), id.clone()));
        journal.note(&Made::Object(key.clone()));
        sweep.uploads.insert((key.clone(), id.clone()));
        sweep.keys.insert(key.clone());
        let part = s3::UploadPart {
            key: key.clone(),
            upload_id: id.clone(),
            number: "1".to_owned(),
            body: blob,
            headers: Vec::new(),
            framing: None,
        };
        let sent = client.call(&part, &log).await;
        preflight.note("UploadPart", &sent);
        let list = s3::ListParts { key: key.clone(), upload_id: id.clone(), ..Default::default() };
        preflight.note("ListParts", &client.call(&list, &log).await);
        let uploads = s3::ListMultipartUploads { prefix: key.clone(), ..Default::default() };
        preflight.note("ListMultipartUploads", &client.call(&uploads, &log).await);
        let etag = sent.ok().and_then(|answer| answer.etag);
        let parts = vec![s3::CompletedPart { number: Some("1".to_owned()), etag, ..Default::default() }];
        let complete = s3::CompleteMultipartUpload {
            key: key.clone(),
            upload_id: id.clone(),
            parts,
            ..Default::default()
        };
        preflight.note("CompleteMultipartUpload", &client.call(&complete, &log).await);
    }
    if let Ok(answer) = client.call(&create(&other), &log).await
        && let Some(id) = answer.upload_ids.first().cloned()
    {
        journal.note(&Made::Upload(other.clone(), id.clone()));
        sweep.uploads.insert((other.clone(), id.clone()));
        let copy = s3::UploadPartCopy {
            key: other.clone(),
            upload_id: id.clone(),
            number: "1".to_owned(),
            source: format!("{}/{key}", client.target.bucket),
            ..Default::default()
        };
        preflight.note("UploadPartCopy", &client.call(&copy, &log).await);
        let abort = s3::AbortMultipartUpload { key: other, upload_id: id };
        preflight.note("AbortMultipartUpload", &client.call(&abort, &log).await);
    }
    sweep.remove(client).await;
    Ok(preflight)
}

impl Preflight {
    fn note(&mut self, operation: &str, outcome: &Result<Answer, Trouble>) {
        let result = match outcome {
            Ok(answer) if answer.is_ok() => "ok".to_owned(),
            Ok(answer) => answer.summary(),
            Err(trouble) => trouble.to_string(),
        };
        self.results.insert(operation.to_owned(), result);
    }
}
