//! What is listed below the prefix of a run.

use std::collections::BTreeSet;

use super::Sweep;
use super::allowance::Allowance;
use crate::operation::list_multipart_uploads::ListMultipartUploadsRequest;
use crate::operation::list_object_versions::ListObjectVersionsRequest;
use crate::operation::list_objects::ListObjectsRequest;
use crate::row::is_own;
use crate::wire::{Answer, Call, Client, Log, Trouble};

/// More pages than any run fills.
const MOST_PAGES: usize = 100;
/// More bytes of keys and ids than any run makes.
const MOST_BYTES: usize = 64 << 20;

/// Why it is not known what a bucket holds.
pub(super) struct Doubt {
    /// What cannot be listed.
    pub(super) what: &'static str,
    pub(super) told: String,
    /// The server has no such listing.
    pub(super) lacks: bool,
}

impl Doubt {
    fn of(what: &'static str, outcome: Result<Answer, Trouble>) -> Self {
        let (told, lacks) = match outcome {
            Ok(answer) => {
                let code = answer.code();
                let lacks = matches!(answer.status, 405 | 501) || code == "NotImplemented";
                (answer.summary(), lacks)
            }
            Err(trouble) => (trouble.to_string(), false),
        };
        Self { what, told: format!("{what} cannot be listed: {told}"), lacks }
    }
}

#[derive(Default)]
pub(super) struct Found {
    pub(super) named: Sweep,
    pub(super) versions: Vec<(String, String)>,
}

/// Everything that is listed below prefixes. Keys that are none of the run's, whose own prefix is `prefix`, are never
/// touched, whatever the server lists.
pub(super) async fn list(
    (client, allowance): (&Client, &Allowance),
    (prefix, prefixes): (&str, &[String]),
    versioned: bool,
) -> (Found, Vec<Doubt>) {
    let mut found = Found::default();
    let mut doubts = Vec::new();
    for below in prefixes {
        list_below((client, allowance), (prefix, below), versioned, (&mut found, &mut doubts)).await;
    }
    // What cannot be listed below one prefix cannot be below another: that is said once.
    let mut told = BTreeSet::new();
    doubts.retain(|doubt: &Doubt| told.insert(doubt.told.clone()));
    (found, doubts)
}

async fn list_below(
    (client, allowance): (&Client, &Allowance),
    (own, below): (&str, &str),
    versioned: bool,
    (found, doubts): (&mut Found, &mut Vec<Doubt>),
) {
    let log = Log::for_clean_up();
    let asked = Asked { client, allowance, log: &log, prefix: below };
    let ours = |key: &str| is_own(key, own);
    // Not every key can be said in XML. A server that takes no encoding is asked for the keys as they are.
    let mut objects = asked.objects(Some("url")).await;
    if objects.is_err() {
        objects = asked.objects(None).await;
    }
    match objects {
        Ok(keys) => found.named.keys.extend(keys.into_iter().filter(|key| ours(key))),
        Err(doubt) => doubts.push(doubt),
    }
    let mut uploads = asked.uploads(Some("url")).await;
    if uploads.is_err() {
        uploads = asked.uploads(None).await;
    }
    match uploads {
        Ok(uploads) => found.named.uploads.extend(uploads.into_iter().filter(|(key, _)| ours(key))),
        Err(doubt) => doubts.push(doubt),
    }
    if versioned {
        let call = ListObjectVersionsRequest { prefix: below.to_owned() };
        match asked.call(&call).await {
            Ok(answer) if answer.is_ok() => {
                let versions = answer.keys.into_iter().filter(|(key, _)| ours(key));
                found.versions.extend(versions.filter_map(|(key, version)| Some((key, version?))));
            }
            outcome => doubts.push(Doubt::of("versions", outcome)),
        }
    }
}

/// Who is asked, and for what.
struct Asked<'a> {
    client: &'a Client,
    allowance: &'a Allowance,
    log: &'a Log,
    prefix: &'a str,
}

impl Asked<'_> {
    async fn call(&self, call: &dyn Call) -> Result<Answer, Trouble> {
        self.allowance.call(self.client, call, self.log).await
    }

    /// Lists the objects below a prefix to the last page.
    async fn objects(&self, encoding: Option<&str>) -> Result<Vec<String>, Doubt> {
        let mut keys = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = ListObjectsRequest {
                prefix: self.prefix.to_owned(),
                token: token.clone(),
                encoding_type: encoding.map(str::to_owned),
                ..Default::default()
            };
            let outcome = self.call(&call).await;
            let Some(answer) = outcome.as_ref().ok().filter(|answer| answer.is_ok()) else {
                return Err(Doubt::of("objects", outcome));
            };
            keys.extend(answer.keys.iter().map(|(key, _)| key.clone()));
            if keys.iter().map(String::len).sum::<usize>() > MOST_BYTES {
                break;
            }
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
    async fn uploads(&self, encoding: Option<&str>) -> Result<Vec<(String, String)>, Doubt> {
        let mut uploads = Vec::new();
        let (mut key_marker, mut upload_id_marker) = (None, None);
        for _ in 0..MOST_PAGES {
            let call = ListMultipartUploadsRequest {
                prefix: self.prefix.to_owned(),
                encoding_type: encoding.map(str::to_owned),
                key_marker: key_marker.clone(),
                upload_id_marker: upload_id_marker.clone(),
                ..Default::default()
            };
            let outcome = self.call(&call).await;
            let Some(answer) = outcome.as_ref().ok().filter(|answer| answer.is_ok()) else {
                return Err(Doubt::of("uploads", outcome));
            };
            let listed = answer.uploads.iter().flatten();
            uploads.extend(listed.map(|upload| (upload.key.clone(), upload.id.clone())));
            if uploads.iter().map(|(key, id)| key.len() + id.len()).sum::<usize>() > MOST_BYTES {
                break;
            }
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
}

fn broken_off(what: &'static str) -> Doubt {
    Doubt { what, told: format!("{what} cannot be listed: the pages lead to no end"), lacks: false }
}
