//! What findings of one fault have in common.

use std::collections::{BTreeMap, BTreeSet};

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

/// What the lanes of a race are about; a call that is in it twice is another thing.
pub(super) fn essence_of_lanes(history: &History) -> Essence {
    let mut found = Essence::new();
    let mut completed = BTreeSet::new();
    for call in history.calls.iter().filter(|call| call.client != ALONE) {
        let word = of_call(&call.ask);
        if let Ask::CompleteUpload { upload, .. } = &call.ask {
            completed.insert(upload);
        }
        if !found.insert(word) {
            found.insert(match word {
                "complete_upload" if completed.len() > 1 => "complete_upload of two uploads",
                "complete_upload" => "complete_upload twice",
                "upload_part" => "upload_part twice",
                "put_object" => "put_object twice",
                "abort_upload" => "abort_upload twice",
                other => other,
            });
        }
    }
    found
}

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

    /// The calls without their names, with what they were answered and what was due.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.calls.iter()
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
    let wrong = wrong_listings(history, explanation);
    let calls = match earliest_to_blame(history, &stuck, oracle) {
        // All else goes on as if it had shown what it should.
        Some(call) if wrong.is_empty() => vec![call],
        _ if wrong.iter().any(|(_, what)| *what == UNLISTED) => {
            let lacks = |at: &usize| lacks_what_is_there(history, &history.calls[*at]);
            explanation.stuck.iter().copied().filter(lacks).collect()
        }
        _ => explanation.stuck.clone(),
    };
    let words = calls.iter().filter_map(|at| Some(in_words(history, history.calls.get(*at)?)));
    let mut words: BTreeSet<String> = words.collect();
    if calls == explanation.stuck {
        words.extend(refusals(history, explanation).into_iter().map(|code| format!("not {code}")));
    }
    words.extend(wrong.iter().map(|(_, what)| (*what).to_owned()));
    let signature = Signature { kind: explanation.kind, calls: words };
    match explanation.kind {
        // The abort was right; it is the call behind it that must be refused.
        FindingKind::CompletedAfterAbort | FindingKind::PartAfterAbort => {
            Told { signature, calls: explanation.stuck.clone() }
        }
        _ => Told { signature, calls },
    }
}

/// How a call that was answered with success had to be refused.
pub(super) fn refusals(history: &History, explanation: &Explanation) -> BTreeSet<String> {
    match explanation.stuck.as_slice() {
        [only]
            if matches!(history.calls[*only].saw, Saw::Stored { .. } | Saw::Completed { .. } | Saw::Done) =>
        {
            explanation.lawful.clone()
        }
        _ => BTreeSet::new(),
    }
}

/// What a single call with success was, if there was no upload that it could have been about.
fn about_nothing(history: &History, call: &Call) -> Option<&'static str> {
    let writes =
        call.client == ALONE && !call.ask.reads() && !matches!(call.saw, Saw::Refused { .. } | Saw::Nothing);
    (writes && IS_GONE.contains(&state(history, call))).then(|| of_call(&call.ask))
}

/// A call without its names, sizes and numbers.
pub(super) fn in_words(history: &History, call: &Call) -> String {
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

/// What is wrong with single calls, whatever else there is.
pub(super) type Plain = BTreeSet<(&'static str, &'static str)>;

/// Whether what is wrong with some calls is so with others.
pub(super) fn is_as_plain(one: &Plain, other: &Plain) -> bool {
    let of_parts = |plain: &Plain| plain.iter().all(|(call, what)| *call == "list_parts" && *what != GONE);
    // Where all of a listing is wrong, its pages are.
    let is_page = |plain: &Plain| plain.iter().any(|(_, what)| *what == PAGE);
    !one.is_empty()
        && !other.is_empty()
        && (one == other || (of_parts(one) && of_parts(other) && (is_page(one) || is_page(other))))
}

/// A page of a listing.
const PAGE: &str = "a page";

/// What is wrong with the calls to blame, where it is plain: an upload that was not there was taken for one, or a listing
/// says something else than all other calls do.
pub(super) fn plain(history: &History, explanation: &Explanation, told: &Told) -> Plain {
    let calls = told.calls.iter().filter_map(|at| history.calls.get(*at));
    let found: Option<Plain> = calls.map(|call| Some((about_nothing(history, call)?, GONE))).collect();
    found.unwrap_or_else(|| wrong_listings(history, explanation))
}

/// What is wrong with the listings that could not be explained; nothing where other calls could not either.
fn wrong_listings(history: &History, explanation: &Explanation) -> Plain {
    let calls = explanation.stuck.iter().filter_map(|at| history.calls.get(*at));
    // What is there throughout has to be listed, whatever else cannot be explained.
    if calls.clone().any(|call| lacks_what_is_there(history, call)) {
        return Plain::from([("list_objects", UNLISTED)]);
    }
    let mut wrong = Plain::new();
    for call in calls {
        match wrong_in_listing(history, call) {
            Listing::Wrong(what) => _ = wrong.insert((name(&call.ask), what)),
            Listing::Right => {}
            Listing::None => return Plain::new(),
        }
    }
    wrong
}

/// An object that no listing may lack.
pub(super) const UNLISTED: &str = "an object is missing";

/// Whether a listing lacks an object that was there before it began, and that nothing can have removed until it ended.
fn lacks_what_is_there(history: &History, call: &Call) -> bool {
    let (Ask::ListObjects { key }, Saw::Listed { object: None }) = (&call.ask, &call.saw) else {
        return false;
    };
    let of_key = || history.calls.iter().filter(|other| other.ask.key() == key);
    let is_written = |other: &Call| {
        matches!(other.ask, Ask::PutObject { .. } | Ask::CompleteUpload { .. })
            && matches!(other.saw, Saw::Stored { .. } | Saw::Completed { .. })
            && other.is_before(call)
    };
    let removes = |other: &Call| {
        matches!(other.ask, Ask::DeleteObject { .. }) && !matches!(other.saw, Saw::Refused { .. })
    };
    of_key().any(|write| {
        is_written(write)
            && !of_key().any(|other| removes(other) && !other.is_before(write) && !call.is_before(other))
    })
}

/// What a call shows as a listing of parts or uploads.
enum Listing {
    /// It is none.
    None,
    /// What all other calls say too.
    Right,
    Wrong(&'static str),
}

/// Something that is not there, and the calls that can have taken it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    what: &'static str,
    by: Essence,
}

impl Missing {
    /// Whether the same was taken away by a call of both.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.what == other.what && !self.by.is_disjoint(&other.by)
    }
}

/// What is missing, where the calls that could not be explained say that something is not there.
pub(super) fn missing(history: &History, explanation: &Explanation) -> Option<Missing> {
    let stuck: Vec<&Call> = explanation.stuck.iter().filter_map(|at| history.calls.get(*at)).collect();
    let what = |call: &&Call| match (&call.ask, &call.saw) {
        (Ask::GetObject { .. } | Ask::HeadObject { .. }, Saw::Refused { status: 404 | 410, .. })
        | (Ask::ListObjects { .. }, Saw::Listed { object: None }) => Some("object"),
        (
            Ask::UploadPart { .. }
            | Ask::UploadPartCopy { .. }
            | Ask::CompleteUpload { .. }
            | Ask::AbortUpload { .. }
            | Ask::ListParts { .. },
            Saw::Refused { status: 404 | 410, .. },
        ) => Some("upload"),
        _ => None,
    };
    let all: BTreeSet<Option<&str>> = stuck.iter().map(what).collect();
    let [Some(what)] = all.into_iter().collect::<Vec<_>>()[..] else { return None };
    let first = explanation.stuck.iter().min()?;
    let writes = |call: &&Call| !call.ask.reads() && !matches!(call.saw, Saw::Refused { .. });
    let beside = history.calls.iter().enumerate();
    let beside = beside.filter(|(at, call)| call.client != ALONE && !explanation.stuck.contains(at));
    let beside: Essence =
        beside.map(|(_, call)| call).filter(writes).map(|call| of_call(&call.ask)).collect();
    let before = history.calls[..*first].iter().rev().find(writes).map(|call| of_call(&call.ask));
    let by = if beside.is_empty() { before.into_iter().collect() } else { beside };
    Some(Missing { what, by })
}

/// What is wrong in a listing of parts or uploads, which no order explains.
fn wrong_in_listing(history: &History, call: &Call) -> Listing {
    let before = || history.calls.iter().filter(|other| other.is_before(call));
    match (&call.ask, &call.saw) {
        (Ask::ListParts { .. }, Saw::Parts { .. }) if IS_GONE.contains(&state(history, call)) => {
            Listing::Wrong(GONE)
        }
        (Ask::ListParts { after, max, upload, .. }, Saw::Parts { parts, .. }) => {
            let stored = before().filter_map(|other| match (&other.ask, &other.saw) {
                (
                    Ask::UploadPart { upload: of, number, .. }
                    | Ask::UploadPartCopy { upload: of, number, .. },
                    Saw::Stored { etag },
                ) if of == upload => Some((*number, etag.as_ref())),
                _ => None,
            });
            let newest: BTreeMap<i64, Option<&String>> = stored.collect();
            let listed: BTreeMap<i64, Option<&String>> =
                parts.iter().map(|part| (i64::from(part.number), part.etag.as_ref())).collect();
            let is_whole = *after == 0 && *max > 100;
            let due = newest.keys().filter(|number| **number > i64::from(*after)).take(*max as usize);
            match newest.keys().all(|number| listed.contains_key(number)) {
                _ if !is_whole && !due.eq(listed.keys()) => Listing::Wrong(PAGE),
                _ if !is_whole => Listing::Wrong("another part"),
                false => Listing::Wrong("a part is missing"),
                true if listed.len() > newest.len() => Listing::Wrong("a part too many"),
                true => Listing::Wrong("another part"),
            }
        }
        (Ask::ListUploads { key }, Saw::Uploads { ids }) => {
            let created = before().filter_map(|other| match (&other.ask, &other.saw) {
                (Ask::CreateUpload { key: of, .. }, Saw::Created { upload }) if of == key => Some(upload),
                _ => None,
            });
            // Under another key there is nothing that could have ended it.
            let ends = |other: &Call, upload: &String| {
                other.ask.key() == key && (other.has_aborted(upload) || other.has_completed(upload))
            };
            let gone = |upload: &&String| before().any(|other| ends(other, upload));
            let living: BTreeSet<&String> = created.filter(|upload| !gone(upload)).collect();
            match ids.iter().all(|id| living.contains(id)) {
                _ if living.iter().any(|upload| !ids.contains(*upload)) => {
                    Listing::Wrong("an upload is missing")
                }
                true => Listing::Right,
                false => Listing::Wrong("an upload too many"),
            }
        }
        _ => Listing::None,
    }
}

/// An upload that is not there.
const GONE: &str = "no upload";

const NONE_OF_THE_KEY: &str = "no upload of the key";
const COMPLETED: &str = "a completed upload";
const ABORTED: &str = "an aborted upload";
/// States in which an upload takes nothing.
const IS_GONE: [&str; 3] = [NONE_OF_THE_KEY, COMPLETED, ABORTED];

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
    let before = |other: &&Call| other.is_before(call);
    let any = |is: &dyn Fn(&Call) -> bool| history.calls.iter().filter(before).any(is);
    let created = |other: &Call| {
        matches!(&other.saw, Saw::Created { upload: id } if id == upload) && other.ask.key() == call.ask.key()
    };
    match () {
        () if !any(&created) => NONE_OF_THE_KEY,
        () if any(&|other| other.has_completed(upload)) => COMPLETED,
        () if any(&|other| other.has_aborted(upload)) => ABORTED,
        () => "an upload in progress",
    }
}
