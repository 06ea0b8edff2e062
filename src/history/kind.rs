//! What kind of thing an unlawful history shows: what may never happen anywhere is told apart.

use std::collections::BTreeSet;

use mpuspec_mock::model::Content;

use super::joint::{content_of, overlap};
use super::search::Stuck;
use super::{Ask, Call, History, Piece, Saw};

/// The kinds of unlawful histories, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Bytes that nobody sent.
    ForeignBytes,
    /// An object that mixes what several writes sent, or bears the ETag of another.
    Torn,
    /// An acknowledged object that is not there any more.
    Lost,
    /// An upload that is there again after the server had told it to be gone.
    Revived,
    /// Another answer than the state allows.
    UnlawfulAnswer,
    /// Answers to calls at the same time that no order explains.
    NoLawfulOrder,
}

/// Looks at the calls that could not be explained.
pub fn kind_of(history: &History, stuck: &Stuck) -> Kind {
    let unexplained: Vec<&Call> = stuck.next.iter().map(|at| &history.calls[*at]).collect();
    let reads = unexplained.iter().filter_map(|call| match &call.saw {
        Saw::Object { content: Some(pieces), .. } => Some((*call, pieces)),
        _ => None,
    });
    let reads: Vec<(&Call, &Vec<Piece>)> = reads.collect();
    if reads.iter().any(|(_, pieces)| pieces.iter().any(is_foreign)) {
        return Kind::ForeignBytes;
    }
    if reads.iter().any(|(call, pieces)| is_torn(history, call, pieces)) {
        return Kind::Torn;
    }
    if unexplained.iter().any(|call| is_lost(history, call)) {
        return Kind::Lost;
    }
    if unexplained.iter().any(|call| is_mislabelled(history, call)) {
        return Kind::Torn;
    }
    if unexplained.iter().any(|call| is_revived(history, call)) {
        return Kind::Revived;
    }
    let alone = |call: &&Call| history.calls.iter().filter(|other| overlap(call, other)).count() == 1;
    if unexplained.iter().all(alone) { Kind::UnlawfulAnswer } else { Kind::NoLawfulOrder }
}

/// Fewer bytes that nothing begins with may be the rest of something.
const TELLING: u64 = 8;

fn is_foreign(piece: &Piece) -> bool {
    piece.blob.is_none() && piece.len >= TELLING
}

/// Whether the bytes of a whole read are neither those of one put nor a join of whole parts of one upload.
fn is_torn(history: &History, call: &Call, pieces: &[Piece]) -> bool {
    let Ask::GetObject { key, range: None } = &call.ask else { return false };
    let Some(seen) = content_of(pieces) else { return true };
    let mut uploads = BTreeSet::new();
    for other in history.calls.iter().filter(|other| other.ask.key() == key) {
        match &other.ask {
            Ask::PutObject { content, .. } if content_of(content).as_ref() == Some(&seen) => return false,
            Ask::UploadPart { upload, .. } => _ = uploads.insert(upload),
            // Which bytes a copy brings depends on when it read them.
            Ask::UploadPartCopy { .. } => return false,
            _ => {}
        }
    }
    !uploads.into_iter().any(|upload| joins(history, upload, pieces, 0))
}

/// Whether a whole read shows the ETag of one write over the bytes of another.
fn is_mislabelled(history: &History, call: &Call) -> bool {
    let (Ask::GetObject { key, range: None }, Saw::Object { etag, content: Some(pieces), .. }) =
        (&call.ask, &call.saw)
    else {
        return false;
    };
    let seen = content_of(pieces);
    let answered = |other: &Call| match &other.saw {
        Saw::Completed { etag, .. } | Saw::Stored { etag, .. } if other.ask.key() == key => {
            Some((etag.clone(), bytes_of(history, other)?))
        }
        _ => None,
    };
    let writes: Vec<(String, Content)> = history.calls.iter().filter_map(answered).collect();
    let shows =
        |under: bool| writes.iter().any(|(of, bytes)| (of == etag) == under && seen.as_ref() == Some(bytes));
    writes.iter().any(|(of, _)| of == etag) && shows(false) && !shows(true)
}

/// Whether pieces are whole parts of an upload, by ascending number.
fn joins(history: &History, upload: &str, pieces: &[Piece], above: i64) -> bool {
    if pieces.is_empty() {
        return true;
    }
    history.calls.iter().any(|call| match &call.ask {
        Ask::UploadPart { upload: of, number, content, .. } if of == upload && *number > above => pieces
            .strip_prefix(content.as_slice())
            .is_some_and(|rest| !content.is_empty() && joins(history, upload, rest, *number)),
        _ => false,
    })
}

/// Whether a read misses what was acknowledged before: of the writes that no later one has replaced, all were
/// answered with success, and it shows none of them.
fn is_lost(history: &History, call: &Call) -> bool {
    let key = call.ask.key();
    let whole = match (&call.ask, &call.saw) {
        // Some servers call an object that they cannot put together any more a conflict.
        (Ask::GetObject { .. } | Ask::HeadObject { .. }, Saw::Refused { status: 404 | 409 | 410, .. }) => {
            false
        }
        (Ask::GetObject { range, .. }, Saw::Object { .. }) => range.is_none(),
        _ => return false,
    };
    let writes = |other: &&Call| {
        other.ask.key() == key
            && matches!(
                other.ask,
                Ask::CompleteUpload { .. } | Ask::PutObject { .. } | Ask::DeleteObject { .. }
            )
            && !matches!(other.saw, Saw::Refused { .. })
            && other.start_us <= call.end_us.unwrap_or(u64::MAX)
    };
    let writes: Vec<&Call> = history.calls.iter().filter(writes).collect();
    let replaced = |write: &Call| {
        writes.iter().any(|later| acknowledged(later, call).is_some() && is_before(write, later))
    };
    let last: Vec<&&Call> = writes.iter().filter(|write| !replaced(write)).collect();
    let shown = |write: &Call| match &call.saw {
        Saw::Object { etag, content, .. } => {
            let sent = bytes_of(history, write).filter(|_| whole);
            let same = sent.is_none() || content.as_deref().and_then(content_of) == sent;
            acknowledged(write, call) == Some(etag) && same
        }
        _ => false,
    };
    // Of a single one, other bytes stand under its ETag, or something else is there.
    let is_shown = last.len() > 1 && last.iter().any(|write| shown(write));
    !last.is_empty() && last.iter().all(|write| acknowledged(write, call).is_some()) && !is_shown
}

/// The bytes that a write left, where each part of it is known by its ETag.
fn bytes_of(history: &History, write: &Call) -> Option<Content> {
    let (upload, list) = match &write.ask {
        Ask::PutObject { content, .. } => return content_of(content),
        Ask::CompleteUpload { upload, list: Some(list), .. } => (upload, list),
        _ => return None,
    };
    let part = |(listed, named): &(i64, String)| {
        history.calls.iter().find_map(|call| match (&call.ask, &call.saw) {
            (Ask::UploadPart { upload: of, number, content, .. }, Saw::Stored { etag })
                if of == upload && number == listed && etag == named =>
            {
                content_of(content)
            }
            _ => None,
        })
    };
    Some(Content::joined(list.iter().map(part).collect::<Option<Vec<_>>>()?))
}

fn is_before(call: &Call, later: &Call) -> bool {
    call.end_us.is_some_and(|end| end < later.start_us)
}

/// The ETag of a write that was answered with success before a read began.
fn acknowledged<'c>(write: &'c Call, read: &Call) -> Option<&'c String> {
    match &write.saw {
        Saw::Completed { etag, .. } | Saw::Stored { etag, .. } if is_before(write, read) => Some(etag),
        _ => None,
    }
}

/// Whether an upload shows a sign of life behind answers that it had ended and that it is gone.
fn is_revived(history: &History, call: &Call) -> bool {
    let ((Ask::ListParts { upload, .. }, Saw::Parts { .. })
    | (Ask::CompleteUpload { upload, .. }, Saw::Completed { .. })) = (&call.ask, &call.saw)
    else {
        return false;
    };
    let before = |other: &&Call| other.end_us.is_some_and(|end| end < call.start_us);
    let aborted = |other: &Call| match &other.ask {
        Ask::AbortUpload { upload: of, .. } => of == upload && other.saw == Saw::Done,
        _ => false,
    };
    let gone = |other: &Call| match &other.ask {
        Ask::ListParts { upload: of, .. } => of == upload && matches!(other.saw, Saw::Refused { .. }),
        _ => false,
    };
    history.calls.iter().filter(before).any(aborted) && history.calls.iter().filter(before).any(gone)
}
