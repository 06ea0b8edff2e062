//! Whether an answer shows that a part which was acknowledged is there no more, or is another one.

use std::collections::{BTreeMap, BTreeSet};

use super::joint::overlap;
use super::{Ask, Call, History, Saw, SeenPart};

/// Whether it is shown by this answer: by a listing, by a refusal of the completion that lists it, or because the upload is
/// not there any more.
pub(super) fn shows_lost_part(history: &History, call: &Call) -> bool {
    match (&call.ask, &call.saw) {
        (Ask::ListParts { upload, after: 0, .. }, Saw::Parts { parts, truncated: false }) => {
            let listed = |number: &i64| parts.iter().any(|part| i64::from(part.number) == *number);
            if !there(history, upload, call).iter().all(listed) {
                return true;
            }
            kept(history, upload, call).iter().any(|(number, etag)| {
                // An entry without an ETag is a fault of the listing.
                let tells = |seen: &&String| !seen.is_empty();
                let is_it = |seen: Option<&String>| etag.is_none() || seen.is_none() || seen == *etag;
                let fits = |seen: &SeenPart| {
                    i64::from(seen.number) == *number && is_it(seen.etag.as_ref().filter(tells))
                };
                !parts.iter().any(fits)
            })
        }
        (Ask::CompleteUpload { upload, list: Some(list), .. }, Saw::Refused { status: 400, code })
            if code == "InvalidPart" =>
        {
            let kept = kept(history, upload, call);
            let is_kept =
                |(number, etag): &(i64, String)| kept.get(number).is_some_and(|kept| *kept == Some(etag));
            !list.is_empty() && list.iter().all(is_kept)
        }
        (
            Ask::ListParts { upload, .. }
            | Ask::CompleteUpload { upload, .. }
            | Ask::UploadPart { upload, .. }
            | Ask::UploadPartCopy { upload, .. },
            Saw::Refused { status: 404, .. },
        ) => !there(history, upload, call).is_empty(),
        _ => false,
    }
}

/// The numbers under which some part has to be there, whichever: one was acknowledged, and nothing takes parts away. None if
/// the upload may have ended.
fn there(history: &History, upload: &str, call: &Call) -> BTreeSet<i64> {
    let all = sent(history, upload, call);
    let is_there = |(part, _): &&(&Call, i64)| matches!(part.saw, Saw::Stored { .. }) && part.is_before(call);
    all.iter().filter(is_there).map(|(_, number)| *number).collect()
}

/// The parts of an upload that were acknowledged before a call, with their ETags: those that nothing can have replaced. None
/// if the upload may have ended. A completion without an answer has not ended it where no object is there, which is for the
/// search to find.
fn kept<'h>(history: &'h History, upload: &str, call: &Call) -> BTreeMap<i64, Option<&'h String>> {
    let parts = sent(history, upload, call);
    let is_last = |(part, number): &(&Call, i64)| {
        let replaces = |(other, of): &(&Call, i64)| {
            !std::ptr::eq(*part, *other) && of == number && (part.is_before(other) || overlap(part, other))
        };
        part.is_before(call) && !parts.iter().any(replaces)
    };
    let last = parts.iter().filter(|part| is_last(part));
    last.filter_map(|(part, number)| match &part.saw {
        Saw::Stored { etag } => Some((*number, etag.as_ref())),
        _ => None,
    })
    .collect()
}

/// The parts that were sent to an upload of the key and not refused, with their numbers. None if the upload may have ended.
fn sent<'h>(history: &'h History, upload: &str, call: &Call) -> Vec<(&'h Call, i64)> {
    let came_before = |other: &&Call| other.start_us <= call.end_us.unwrap_or(u64::MAX);
    let ends = |other: &Call| match &other.ask {
        Ask::AbortUpload { upload: of, .. } => of == upload && !matches!(other.saw, Saw::Refused { .. }),
        Ask::CompleteUpload { .. } => other.has_completed(upload),
        _ => false,
    };
    if history.calls.iter().filter(came_before).any(ends) {
        return Vec::new();
    }
    let parts = history.calls.iter().filter_map(|part| match &part.ask {
        Ask::UploadPart { upload: of, number, .. } | Ask::UploadPartCopy { upload: of, number, .. }
            if of == upload && part.ask.key() == call.ask.key() =>
        {
            Some((part, *number))
        }
        _ => None,
    });
    parts.filter(|(part, _)| !matches!(part.saw, Saw::Refused { .. })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(at: u64, ask: Ask, saw: Saw) -> Call {
        Call { client: "A".to_owned(), start_us: at, end_us: Some(at + 1), ask, saw }
    }

    fn part(at: u64, etag: &str) -> Call {
        let ask = Ask::UploadPart {
            key: "k".to_owned(),
            upload: "u".to_owned(),
            number: 1,
            content: Vec::new(),
            md5: String::new(),
        };
        call(at, ask, Saw::Stored { etag: Some(etag.to_owned()) })
    }

    fn list(at: u64, saw: Saw) -> Call {
        call(at, Ask::ListParts { key: "k".to_owned(), upload: "u".to_owned(), after: 0, max: 1_000 }, saw)
    }

    fn shows(calls: &[Call]) -> bool {
        let history = History { calls: calls.to_vec() };
        shows_lost_part(&history, calls.last().expect("one"))
    }

    fn empty() -> Saw {
        Saw::Parts { parts: Vec::new(), truncated: false }
    }

    #[test]
    fn a_part_that_nothing_replaced_has_to_stay() {
        assert!(shows(&[part(1, "a"), list(9, empty())]));
        let gone = Saw::Refused { status: 404, code: "NoSuchUpload".to_owned() };
        assert!(shows(&[part(1, "a"), list(9, gone.clone())]));
        // Of one that was cut off it is not known which is there; one of them has to be.
        let cut = Call { end_us: None, saw: Saw::Nothing, ..part(4, "b") };
        assert!(shows(&[part(1, "a"), cut.clone(), list(9, empty())]));
        let other = SeenPart { number: 1, etag: Some("b".to_owned()), size: None };
        assert!(!shows(&[part(1, "a"), cut, list(9, Saw::Parts { parts: vec![other], truncated: false })]));
        // It is not there yet, or another one may have replaced it.
        assert!(!shows(&[list(9, empty())]));
        assert!(!shows(&[part(9, "a"), list(9, empty())]));
        let abort = Ask::AbortUpload { key: "k".to_owned(), upload: "u".to_owned() };
        assert!(!shows(&[part(1, "a"), call(4, abort, Saw::Done), list(9, gone)]));
        // Under another key there is no such upload.
        let astray = Ask::ListParts { key: "other".to_owned(), upload: "u".to_owned(), after: 0, max: 1_000 };
        assert!(!shows(&[part(1, "a"), call(9, astray, empty())]));
    }
}
