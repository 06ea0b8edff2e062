//! Clean-up: aborts and deletes what the run made, and nothing else.

use std::collections::BTreeSet;
use std::future::ready;

use futures_util::stream::{self, StreamExt as _};

use super::RunError;
use super::bucket::probe;
use crate::operation::abort_multipart_upload::AbortMultipartUploadRequest;
use crate::operation::delete_bucket::DeleteBucketRequest;
use crate::operation::delete_object::DeleteObjectRequest;
use crate::operation::list_multipart_uploads::ListMultipartUploadsRequest;
use crate::operation::list_object_versions::ListObjectVersionsRequest;
use crate::operation::list_objects::ListObjectsRequest;
use crate::report::{CleanUp, quoted};
use crate::row::{JournalHeader, Made, SentKeys, is_own, is_running, journals};
use crate::wire::{Answer, Client, Log, Trouble};

/// What a row or a run made.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// Keys under which objects may be.
    pub keys: BTreeSet<String>,
    /// Uploads that may be in progress, by key and id.
    pub uploads: BTreeSet<(String, String)>,
}

/// As often a listing is walked through before what is left is named.
const TRIES: usize = 3;
/// What is removed side by side.
const AT_ONCE: usize = 8;
/// More pages than any run fills.
const MOST_PAGES: usize = 100;

impl Sweep {
    /// Adds what another one names.
    pub fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.uploads.extend(other.uploads);
    }

    /// Removes what is named in it, and forgets what is gone.
    pub async fn remove(&mut self, client: &Client, log: &Log) {
        let gone = |answer: Result<Answer, Trouble>| {
            answer.is_ok_and(|answer| answer.is_ok() || answer.status == 404)
        };
        let aborts = std::mem::take(&mut self.uploads).into_iter().map(|(key, id)| async move {
            let call = AbortMultipartUploadRequest { key: key.clone(), upload_id: id.clone() };
            (!gone(client.call(&call, log).await)).then_some((key, id))
        });
        self.uploads = stream::iter(aborts).buffer_unordered(AT_ONCE).filter_map(ready).collect().await;
        let deletions = std::mem::take(&mut self.keys).into_iter().map(|key| async move {
            let call = DeleteObjectRequest { key: key.clone(), version_id: None };
            (!gone(client.call(&call, log).await)).then_some(key)
        });
        self.keys = stream::iter(deletions).buffer_unordered(AT_ONCE).filter_map(ready).collect().await;
    }

    /// Removes what is named, then whatever is listed below the prefix, and looks again. `sent` are the keys under
    /// which uploads were created: a server may list them garbled.
    pub(super) async fn finish(
        mut self,
        client: &Client,
        prefix: &str,
        versioned: bool,
        sent: &SentKeys,
    ) -> Finished {
        let mut clean_up = CleanUp::default();
        let mut doubts = Vec::new();
        for _ in 0..TRIES {
            self.remove(client, &Log::for_clean_up()).await;
            let found;
            (found, doubts) = list(client, prefix, versioned).await;
            // What a listing does not show cannot be left, where there is a listing.
            if doubts.is_empty() {
                self.keys.retain(|key| !key.starts_with(prefix));
                self.uploads.retain(|(key, _)| !key.starts_with(prefix));
            }
            let versions = found.versions;
            self.keys.extend(found.named.keys);
            let listed = found.named.uploads.into_iter();
            self.uploads.extend(listed.map(|(key, id)| (sent.of_upload(&id, key), id)));
            for (key, version) in &versions {
                let call = DeleteObjectRequest { key: key.clone(), version_id: Some(version.clone()) };
                let _ = client.call(&call, &Log::for_clean_up()).await;
            }
            if self.keys.is_empty() && self.uploads.is_empty() && versions.is_empty() {
                break;
            }
        }
        for key in &self.keys {
            let (by_hand, named) = (client.target.by_hand("delete-object", quoted), quoted(key));
            clean_up.left.push(format!("object {named}: {by_hand} --key {named}"));
        }
        for (key, id) in &self.uploads {
            let by_hand = client.target.by_hand("abort-multipart-upload", quoted);
            let (named, id) = (quoted(key), quoted(id));
            clean_up.left.push(format!("upload {id} of {named}: {by_hand} --key {named} --upload-id {id}"));
        }
        let is_certain = doubts.iter().all(|doubt| doubt.lacks);
        clean_up.trouble = doubts.into_iter().map(|doubt| doubt.told).collect();
        Finished { clean_up, is_certain }
    }
}

/// What a clean-up came to.
pub(super) struct Finished {
    pub(super) clean_up: CleanUp,
    /// Whether nothing kept it from looking, but what the server does not have.
    pub(super) is_certain: bool,
}

impl Finished {
    /// The same, where the bucket has gone and all with it.
    pub(super) fn without_bucket() -> Self {
        Self { clean_up: CleanUp::default(), is_certain: true }
    }
}

/// Why it is not known what a bucket holds.
struct Doubt {
    told: String,
    /// The server has no such listing.
    lacks: bool,
}

impl Doubt {
    fn of(what: &str, outcome: Result<Answer, Trouble>) -> Self {
        let (told, lacks) = match outcome {
            Ok(answer) => {
                let code = answer.code();
                let lacks = matches!(answer.status, 405 | 501) || code == "NotImplemented";
                (answer.summary(), lacks)
            }
            Err(trouble) => (trouble.to_string(), false),
        };
        Self { told: format!("{what} cannot be listed: {told}"), lacks }
    }
}

#[derive(Default)]
struct Found {
    named: Sweep,
    versions: Vec<(String, String)>,
}

/// Everything that is listed below a prefix. Keys that do not begin with it are never touched,
/// whatever the server lists.
async fn list(client: &Client, prefix: &str, versioned: bool) -> (Found, Vec<Doubt>) {
    let mut found = Found::default();
    let mut doubts = Vec::new();
    let ours = |key: &str| is_own(key, prefix);
    // Not every key can be said in XML. A server that takes no encoding is asked for the keys as they are.
    let mut objects = list_objects(client, prefix, Some("url")).await;
    if objects.is_err() {
        objects = list_objects(client, prefix, None).await;
    }
    match objects {
        Ok(keys) => found.named.keys.extend(keys.into_iter().filter(|key| ours(key))),
        Err(doubt) => doubts.push(doubt),
    }
    let mut uploads = list_uploads(client, prefix, Some("url")).await;
    if uploads.is_err() {
        uploads = list_uploads(client, prefix, None).await;
    }
    match uploads {
        Ok(uploads) => found.named.uploads.extend(uploads.into_iter().filter(|(key, _)| ours(key))),
        Err(doubt) => doubts.push(doubt),
    }
    if versioned {
        let call = ListObjectVersionsRequest { prefix: prefix.to_owned() };
        match client.call(&call, &Log::for_clean_up()).await {
            Ok(answer) if answer.is_ok() => {
                let versions = answer.keys.into_iter().filter(|(key, _)| ours(key));
                found.versions.extend(versions.filter_map(|(key, version)| Some((key, version?))));
            }
            outcome => doubts.push(Doubt::of("versions", outcome)),
        }
    }
    (found, doubts)
}

/// Lists the objects below a prefix to the last page.
async fn list_objects(client: &Client, prefix: &str, encoding: Option<&str>) -> Result<Vec<String>, Doubt> {
    let mut keys = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let call = ListObjectsRequest {
            prefix: prefix.to_owned(),
            token: token.clone(),
            encoding_type: encoding.map(str::to_owned),
            ..Default::default()
        };
        let outcome = client.call(&call, &Log::for_clean_up()).await;
        let Some(answer) = outcome.as_ref().ok().filter(|answer| answer.is_ok()) else {
            return Err(Doubt::of("objects", outcome));
        };
        keys.extend(answer.keys.iter().map(|(key, _)| key.clone()));
        if !answer.truncated {
            return Ok(keys);
        }
        let next = answer.field("NextContinuationToken").map(str::to_owned);
        if next.is_none() || next == token {
            break;
        }
        token = next;
    }
    Err(broken_off("objects"))
}

/// Lists the uploads in progress below a prefix to the last page.
async fn list_uploads(
    client: &Client,
    prefix: &str,
    encoding: Option<&str>,
) -> Result<Vec<(String, String)>, Doubt> {
    let mut uploads = Vec::new();
    let (mut key_marker, mut upload_id_marker) = (None, None);
    for _ in 0..MOST_PAGES {
        let call = ListMultipartUploadsRequest {
            prefix: prefix.to_owned(),
            encoding_type: encoding.map(str::to_owned),
            key_marker: key_marker.clone(),
            upload_id_marker: upload_id_marker.clone(),
            ..Default::default()
        };
        let outcome = client.call(&call, &Log::for_clean_up()).await;
        let Some(answer) = outcome.as_ref().ok().filter(|answer| answer.is_ok()) else {
            return Err(Doubt::of("uploads", outcome));
        };
        let listed = answer.uploads.iter().flatten();
        uploads.extend(listed.map(|upload| (upload.key.clone(), upload.id.clone())));
        if !answer.truncated {
            return Ok(uploads);
        }
        let next = (
            answer.field("NextKeyMarker").map(str::to_owned),
            answer.field("NextUploadIdMarker").filter(|id| !id.is_empty()).map(str::to_owned),
        );
        if next.0.is_none() || next == (key_marker, upload_id_marker) {
            break;
        }
        (key_marker, upload_id_marker) = next;
    }
    Err(broken_off("uploads"))
}

fn broken_off(what: &str) -> Doubt {
    Doubt { told: format!("{what} cannot be listed: the pages lead to no end"), lacks: false }
}

/// What came of cleaning up after earlier runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cleaned {
    /// Nothing of them is left.
    AllGone,
    /// A place could not be reached.
    Unreached,
    /// Something is left, or may be.
    Uncertain,
}

/// Finishes the clean-up of runs that could not, from their journals. A journal stays while anything is left, or
/// may be. `connect` makes a client for the place of a journal.
pub async fn clean(
    connect: impl Fn(&JournalHeader) -> Result<Client, RunError>,
    mut tell: impl FnMut(String),
) -> Cleaned {
    let mut cleaned = Cleaned::AllGone;
    for (path, header, made) in journals() {
        let run = &header.run;
        if is_running(&header) {
            tell(format!("run {run} is still under way (process {})", header.pid));
            continue;
        }
        // A journal that was tampered with must not lead to other people's keys.
        if run.is_empty() || header.prefix != format!("mpuspec/{run}/") {
            tell(format!("{}: not a journal of this suite", path.display()));
            cleaned = cleaned.max(Cleaned::Unreached);
            continue;
        }
        if header.own_server {
            tell(format!("run {run}: its own server ended with it, and all with that"));
            let _ = std::fs::remove_file(path);
            continue;
        }
        let client = match connect(&header) {
            Ok(client) => client,
            Err(error) => {
                tell(format!("run {run}: {}: {error}", header.endpoint));
                cleaned = cleaned.max(Cleaned::Unreached);
                continue;
            }
        };
        let finished = match probe(&client, &Log::for_clean_up()).await {
            Ok(answer) if answer.status == 404 => {
                tell(format!("run {run}: the bucket {} is gone, and all with it", header.bucket));
                let _ = std::fs::remove_file(path);
                continue;
            }
            Err(trouble) => {
                tell(format!("run {run}: {}: {trouble}", header.endpoint));
                cleaned = cleaned.max(Cleaned::Unreached);
                continue;
            }
            Ok(_) => finish_journal(&client, &header, made).await,
        };
        let Finished { clean_up, is_certain } = finished;
        clean_up.left.iter().for_each(|line| tell(format!("run {run}: left {line}")));
        clean_up.trouble.iter().for_each(|line| tell(format!("run {run}: uncertain: {line}")));
        if clean_up.left.is_empty() && is_certain {
            tell(format!("run {run}: nothing is left in {} at {}", header.bucket, header.endpoint));
            let _ = std::fs::remove_file(path);
        } else {
            tell(format!(
                "run {run}: its journal stays, so that `mpuspec clean` looks again; once you know that nothing is left, remove {}",
                quoted(&path.display().to_string())
            ));
            cleaned = Cleaned::Uncertain;
        }
    }
    cleaned
}

/// Removes what a journal names, and the bucket if the run made it.
async fn finish_journal(client: &Client, header: &JournalHeader, made: Vec<Made>) -> Finished {
    let mut sweep = Sweep::default();
    let sent = SentKeys::of(&made);
    for entry in made {
        let (Made::Object(key) | Made::Creating(key) | Made::Upload(key, _)) = &entry;
        if !is_own(key, &header.prefix) {
            continue;
        }
        match entry {
            Made::Object(key) => _ = sweep.keys.insert(key),
            Made::Upload(key, id) => _ = sweep.uploads.insert((key, id)),
            Made::Creating(_) => {}
        }
    }
    let mut finished = sweep.finish(client, &header.prefix, true, &sent).await;
    // Where versions cannot be listed there are none to speak of: the run refused such buckets.
    finished.clean_up.trouble.retain(|trouble| !trouble.starts_with("versions"));
    // Whether an upload lives whose creation was not answered, only a listing can tell.
    finished.is_certain = finished.clean_up.trouble.is_empty();
    if header.own_bucket {
        let gone = client.call(&DeleteBucketRequest, &Log::for_clean_up()).await;
        if gone.is_ok_and(|answer| answer.is_ok() || answer.status == 404) {
            return Finished::without_bucket();
        }
    }
    finished
}
