//! Clean-up: aborts and deletes what the run made, and nothing else.

use std::collections::BTreeSet;

use super::RunError;
use super::bucket::probe;
use super::journal::{JournalHeader, Made, is_running, journals};
use crate::report::CleanUp;
use crate::wire::{Client, Log, s3};

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
/// More pages than any run fills.
const MOST_PAGES: usize = 100;

impl Sweep {
    /// Takes over what another one names.
    pub fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.uploads.extend(other.uploads);
    }

    /// Removes what is named in it, and forgets what is gone.
    pub async fn remove(&mut self, client: &Client) {
        let log = Log::for_clean_up();
        for (key, id) in std::mem::take(&mut self.uploads) {
            let call = s3::AbortMultipartUpload { key: key.clone(), upload_id: id.clone() };
            let gone =
                client.call(&call, &log).await.is_ok_and(|answer| answer.is_ok() || answer.status == 404);
            if !gone {
                self.uploads.insert((key, id));
            }
        }
        for key in std::mem::take(&mut self.keys) {
            let call = s3::DeleteObject { key: key.clone(), version_id: None };
            let gone =
                client.call(&call, &log).await.is_ok_and(|answer| answer.is_ok() || answer.status == 404);
            if !gone {
                self.keys.insert(key);
            }
        }
    }

    /// Removes what is named, then whatever is listed below the prefix, and looks again.
    pub async fn finish(mut self, client: &Client, prefix: &str, versioned: bool) -> CleanUp {
        let mut clean_up = CleanUp::default();
        for _ in 0..TRIES {
            self.remove(client).await;
            let (found, trouble) = list(client, prefix, versioned).await;
            clean_up.trouble = trouble;
            // What a listing does not show cannot be left, where there is a listing.
            if clean_up.trouble.is_empty() {
                self.keys.retain(|key| !key.starts_with(prefix));
                self.uploads.retain(|(key, _)| !key.starts_with(prefix));
            }
            let versions = found.versions;
            self.keys.extend(found.named.keys);
            self.uploads.extend(found.named.uploads);
            for (key, version) in &versions {
                let call = s3::DeleteObject { key: key.clone(), version_id: Some(version.clone()) };
                let _ = client.call(&call, &Log::for_clean_up()).await;
            }
            if self.keys.is_empty() && self.uploads.is_empty() && versions.is_empty() {
                break;
            }
        }
        for key in &self.keys {
            let by_hand = client.target.by_hand("delete-object");
            clean_up.left.push(format!("object {key}: {by_hand} --key {key}"));
        }
        for (key, id) in &self.uploads {
            let by_hand = client.target.by_hand("abort-multipart-upload");
            clean_up.left.push(format!("upload {id} of {key}: {by_hand} --key {key} --upload-id {id}"));
        }
        clean_up
    }
}

#[derive(Default)]
struct Found {
    named: Sweep,
    versions: Vec<(String, String)>,
}

/// Whether a key is one of a run or row: below its prefix, before which a case may put a slash or a backslash
/// to see it refused.
pub(super) fn is_own(key: &str, prefix: &str) -> bool {
    !prefix.is_empty() && key.strip_prefix(['/', '\\']).unwrap_or(key).starts_with(prefix)
}

/// Everything that is listed below a prefix. Keys that do not begin with it are never touched,
/// whatever the server lists.
async fn list(client: &Client, prefix: &str, versioned: bool) -> (Found, Vec<String>) {
    let log = Log::for_clean_up();
    let mut found = Found::default();
    let mut trouble = Vec::new();
    let ours = |key: &str| is_own(key, prefix);
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let call = s3::ListObjects { prefix: prefix.to_owned(), token, ..Default::default() };
        match client.call(&call, &log).await {
            Ok(answer) if answer.is_ok() => {
                found
                    .named
                    .keys
                    .extend(answer.keys.iter().map(|(key, _)| key.clone()).filter(|key| ours(key)));
                token = answer.field("NextContinuationToken").map(str::to_owned);
                if !answer.truncated || token.is_none() {
                    break;
                }
            }
            Ok(answer) => {
                trouble.push(format!("objects cannot be listed: {}", answer.summary()));
                break;
            }
            Err(reason) => {
                trouble.push(format!("objects cannot be listed: {reason}"));
                break;
            }
        }
    }
    let (mut key_marker, mut upload_id_marker) = (None, None);
    for _ in 0..MOST_PAGES {
        let call = s3::ListMultipartUploads {
            prefix: prefix.to_owned(),
            key_marker: key_marker.clone(),
            upload_id_marker: upload_id_marker.clone(),
            ..Default::default()
        };
        match client.call(&call, &log).await {
            Ok(answer) if answer.is_ok() => {
                let uploads = answer.uploads.iter().flatten().filter(|upload| ours(&upload.key));
                found.named.uploads.extend(uploads.map(|upload| (upload.key.clone(), upload.id.clone())));
                let next = answer.field("NextKeyMarker").map(str::to_owned);
                if !answer.truncated || next.is_none() || next == key_marker {
                    break;
                }
                key_marker = next;
                upload_id_marker =
                    answer.field("NextUploadIdMarker").filter(|id| !id.is_empty()).map(str::to_owned);
            }
            Ok(answer) => {
                trouble.push(format!("uploads cannot be listed: {}", answer.summary()));
                break;
            }
            Err(reason) => {
                trouble.push(format!("uploads cannot be listed: {reason}"));
                break;
            }
        }
    }
    if versioned {
        match client.call(&s3::ListObjectVersions { prefix: prefix.to_owned() }, &log).await {
            Ok(answer) if answer.is_ok() => {
                let versions = answer.keys.into_iter().filter(|(key, _)| ours(key));
                found.versions.extend(versions.filter_map(|(key, version)| Some((key, version?))));
            }
            Ok(answer) => trouble.push(format!("versions cannot be listed: {}", answer.summary())),
            Err(reason) => trouble.push(format!("versions cannot be listed: {reason}")),
        }
    }
    (found, trouble)
}

/// Finishes the clean-up of runs that could not, from their journals.
/// `connect` makes a client for the place of a journal.
pub async fn clean(
    connect: impl Fn(&JournalHeader) -> Result<Client, RunError>,
    mut tell: impl FnMut(String),
) -> Result<bool, RunError> {
    let mut all_gone = true;
    for (path, header, made) in journals() {
        if is_running(&header) {
            tell(format!("run {} is still under way (process {})", header.run, header.pid));
            continue;
        }
        // A journal that was tampered with must not lead to other people's keys.
        if header.run.is_empty() || header.prefix != format!("mpuspec/{}/", header.run) {
            tell(format!("{}: not a journal of this suite", path.display()));
            all_gone = false;
            continue;
        }
        let client = connect(&header)?;
        match probe(&client, &Log::for_clean_up()).await {
            Ok(answer) if answer.status == 404 => {
                tell(format!("run {}: the bucket {} is gone, and all with it", header.run, header.bucket));
                let _ = std::fs::remove_file(path);
                continue;
            }
            Err(trouble) => {
                tell(format!("run {}: {}: {trouble}", header.run, header.endpoint));
                all_gone = false;
                continue;
            }
            Ok(_) => {}
        }
        let mut sweep = Sweep::default();
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
        let mut clean_up = sweep.finish(&client, &header.prefix, true).await;
        // Where versions cannot be listed there are none to speak of: the run refused such buckets.
        clean_up.trouble.retain(|trouble| !trouble.starts_with("versions"));
        if header.own_bucket && clean_up.left.is_empty() {
            let _ = client.call(&s3::DeleteBucket, &Log::for_clean_up()).await;
        }
        for line in clean_up.left.iter().chain(&clean_up.trouble) {
            tell(format!("run {}: left {line}", header.run));
        }
        if clean_up.left.is_empty() {
            tell(format!("run {}: nothing is left in {} at {}", header.run, header.bucket, header.endpoint));
            let _ = std::fs::remove_file(path);
        } else {
            all_gone = false;
        }
    }
    Ok(all_gone)
}
