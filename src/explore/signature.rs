//! What findings of one fault have in common.

use std::collections::BTreeSet;

use crate::history::{Ask, Call, History, Oracle, Saw, Stuck, earliest_to_blame};
use crate::report::{Explanation, FindingKind};

/// What findings of one fault have in common: the kind, the call, what was seen, and the state it was in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Signature {
    kind: FindingKind,
    calls: BTreeSet<String>,
}

/// What a case cannot do without: the calls of its race, or all of it; what only reads is one thing.
pub(super) type Essence = BTreeSet<&'static str>;

/// The client of calls that are no lane of a race.
pub(super) const ALONE: &str = "A";

/// What only reads.
pub(super) const READING: &str = "read";

/// What the calls of a history are about.
pub(super) fn essence<'h>(calls: impl Iterator<Item = &'h Call>) -> Essence {
    calls.map(|call| of_call(&call.ask)).collect()
}

fn of_call(ask: &Ask) -> &'static str {
    match ask {
        Ask::GetObject { .. }
        | Ask::HeadObject { .. }
        | Ask::ListObjects { .. }
        | Ask::ListParts { .. }
        | Ask::ListUploads { .. } => READING,
        Ask::UploadPartCopy { .. } => "upload_part",
        ask => name(ask),
    }
}

impl Signature {
    pub(super) fn kind(&self) -> FindingKind {
        self.kind
    }
}

/// What is said of an unlawful history.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) signature: Signature,
    /// The calls to blame, as positions in the history.
    pub(super) calls: Vec<usize>,
}

/// What to say of an unlawful history.
pub(super) fn told(history: &History, explanation: &Explanation, oracle: &Oracle) -> Told {
    let stuck = Stuck { next: explanation.stuck.clone(), ..Stuck::default() };
    let calls = match earliest_to_blame(history, &stuck, oracle) {
        Some(call) => vec![call],
        None => explanation.stuck.clone(),
    };
    let words = calls.iter().filter_map(|at| Some(in_words(history, history.calls.get(*at)?)));
    Told { signature: Signature { kind: explanation.kind, calls: words.collect() }, calls }
}

/// A call without its names, sizes and numbers.
fn in_words(history: &History, call: &Call) -> String {
    let saw = match &call.saw {
        Saw::Nothing => "nothing".to_owned(),
        Saw::Refused { status, code } => format!("{status} {code}"),
        Saw::Parts { .. } | Saw::Uploads { .. } => "a listing".to_owned(),
        Saw::Listed { object } => if object.is_some() { "an entry" } else { "no entry" }.to_owned(),
        Saw::Object { .. } => "an object".to_owned(),
        Saw::Created { .. } | Saw::Stored { .. } | Saw::Completed { .. } | Saw::Done => "success".to_owned(),
    };
    format!("{} of {}: {saw}", name(&call.ask), state(history, call))
}

fn name(ask: &Ask) -> &'static str {
    match ask {
        Ask::CreateUpload { .. } => "create_upload",
        Ask::UploadPart { .. } => "upload_part",
        Ask::UploadPartCopy { .. } => "upload_part_copy",
        Ask::CompleteUpload { .. } => "complete_upload",
        Ask::AbortUpload { .. } => "abort_upload",
        Ask::ListParts { .. } => "list_parts",
        Ask::ListUploads { .. } => "list_uploads",
        Ask::ListObjects { .. } => "list_objects",
        Ask::PutObject { .. } => "put_object",
        Ask::GetObject { .. } => "get_object",
        Ask::HeadObject { .. } => "head_object",
        Ask::DeleteObject { .. } => "delete_object",
    }
}

/// What the upload of a call was when it began.
fn state(history: &History, call: &Call) -> &'static str {
    let (Ask::UploadPart { upload, .. }
    | Ask::UploadPartCopy { upload, .. }
    | Ask::CompleteUpload { upload, .. }
    | Ask::AbortUpload { upload, .. }
    | Ask::ListParts { upload, .. }) = &call.ask
    else {
        return "a key";
    };
    let before = |other: &&Call| other.end_us.is_some_and(|end| end < call.start_us);
    let any = |is: &dyn Fn(&Call) -> bool| history.calls.iter().filter(before).any(is);
    let created = |other: &Call| {
        matches!(&other.saw, Saw::Created { upload: id } if id == upload) && other.ask.key() == call.ask.key()
    };
    let completed = |other: &Call| {
        matches!(&other.ask, Ask::CompleteUpload { upload: id, .. } if id == upload)
            && matches!(other.saw, Saw::Completed { .. })
    };
    let aborted = |other: &Call| {
        matches!(&other.ask, Ask::AbortUpload { upload: id, .. } if id == upload) && other.saw == Saw::Done
    };
    match () {
        () if !any(&created) => "no upload of the key",
        () if any(&completed) => "a completed upload",
        () if any(&aborted) => "an aborted upload",
        () => "an upload in progress",
    }
}
