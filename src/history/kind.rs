//! What kind of thing an unlawful history shows: what may never happen anywhere is told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use mpuspec_mock::model::Content;

use super::joint::{content_of, overlap};
use super::looked::{Looked, bytes_of};
use super::lost_part::shows_lost_part;
use super::search::Stuck;
use super::{Ask, Call, History, Piece, Saw};

/// The kinds of unlawful histories, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Bytes that nobody sent.
    ForeignBytes,
    /// An object that mixes what several writes left: their bytes, or the bytes of one with the ETag of
    /// another.
    Torn,
    /// An acknowledged object that is not there any more.
    Lost,
    /// Other bytes than those of the write that was answered the ETag.
    OtherBytes,
    /// A deleted object that is there again.
    Undeleted,
    /// An acknowledged part that is not there any more, or is another one.
    LostPart,
    /// An upload that is listed again after the server had told it to be gone.
    Revived,
    /// A completion of an aborted upload that was answered with success.
    CompletedAfterAbort,
    /// A finished upload that answers another list than the one that finished it with success.
    ReplayedForAnyList,
    /// The bytes that were acknowledged, under another ETag.
    OtherETag,
    /// A part that was taken after its upload had been aborted.
    PartAfterAbort,
    /// Another answer than the state allows.
    UnlawfulAnswer,
    /// Answers to calls at the same time that no order explains.
    NoLawfulOrder,
}

/// Looks at the calls that could not be explained.
pub fn kind_of(history: &History, stuck: &Stuck) -> Kind {
    let history = &Looked::into(history);
    let unexplained: Vec<&Call> = stuck.next.iter().map(|at| &history.calls[*at]).collect();
    let may = |_: &&&Call| history.may_compare_all();
    let reads = unexplained.iter().filter_map(|call| match &call.saw {
        Saw::Object { content: Some(pieces), .. } => Some((*call, pieces)),
        _ => None,
    });
    let reads: Vec<(&Call, &Vec<Piece>)> = reads.collect();
    if reads.iter().any(|(_, pieces)| pieces.iter().any(is_foreign)) {
        return Kind::ForeignBytes;
    }
    if reads.iter().any(|(call, pieces)| history.may_compare_all() && is_torn(history, call, pieces)) {
        return Kind::Torn;
    }
    if unexplained.iter().filter(may).any(|call| is_mislabelled(history, call)) {
        return Kind::Torn;
    }
    if unexplained.iter().filter(may).any(|call| read_of(history, call) == Some(Read::Missing)) {
        return Kind::Lost;
    }
    if unexplained.iter().filter(may).any(|call| bears_the_etag_of_other_bytes(history, call)) {
        return Kind::OtherBytes;
    }
    if unexplained.iter().filter(may).any(|call| is_undeleted(history, call)) {
        return Kind::Undeleted;
    }
    if unexplained.iter().filter(may).any(|call| shows_lost_part(history, call)) {
        return Kind::LostPart;
    }
    if let Some(kind) = unexplained.iter().filter(may).filter_map(|call| after_the_end(history, call)).min() {
        return kind;
    }
    if unexplained.iter().filter(may).any(|call| read_of(history, call) == Some(Read::OtherETag)) {
        return Kind::OtherETag;
    }
    let alone = |call: &&Call| history.calls.iter().filter(|other| is_beside(call, other)).count() == 0;
    if unexplained.iter().all(alone) { Kind::UnlawfulAnswer } else { Kind::NoLawfulOrder }
}

/// Whether another call was under way at the same time, and could be the reason for an answer. What had no answer may still
/// happen, but the search has tried every moment for it.
fn is_beside(call: &Call, other: &Call) -> bool {
    let key = call.ask.key();
    let is_about_it = match &other.ask {
        Ask::UploadPartCopy { key: of, source, .. } => of == key || source == key,
        ask => ask.key() == key,
    };
    !std::ptr::eq(call, other) && is_about_it && other.saw != Saw::Nothing && overlap(call, other)
}

/// Fewer bytes that nothing begins with may be the rest of something.
const TELLING: u64 = 8;

fn is_foreign(piece: &Piece) -> bool {
    piece.blob.is_none() && piece.len >= TELLING
}

/// Whether the bytes of a whole read are neither those of one put nor a join of whole parts of one upload.
fn is_torn(history: &Looked<'_>, call: &Call, pieces: &[Piece]) -> bool {
    let Ask::GetObject { key, range: None } = &call.ask else { return false };
    let Some(seen) = content_of(pieces) else { return true };
    let mut uploads = BTreeSet::new();
    for other in history.calls.iter().filter(|other| other.ask.key() == key) {
        match &other.ask {
            Ask::PutObject { content, .. } if content_of(content).as_ref() == Some(&seen) => return false,
            Ask::UploadPart { upload, .. } | Ask::UploadPartCopy { upload, content: Some(_), .. } => {
                uploads.insert(upload);
            }
            // Which bytes a copy brings depends on when it read them, but alone they are those of one object.
            Ask::UploadPartCopy { upload, source, range, .. } => match may_bring(history, source, *range) {
                Some(contents) if !contents.contains(&seen) && is_of_one_part(history, upload) => {}
                _ => return false,
            },
            _ => {}
        }
    }
    !uploads.into_iter().any(|upload| joins(history, upload, pieces, 0, &mut Tried::default()))
}

/// What a copy from an object can bring: the bytes of each write of it, where all of them are known.
fn may_bring(history: &Looked<'_>, source: &str, range: Option<(u64, u64)>) -> Option<Vec<Content>> {
    let writes = history.calls.iter().filter(|write| {
        write.ask.key() == source
            && matches!(write.ask, Ask::PutObject { .. } | Ask::CompleteUpload { .. })
            && !matches!(write.saw, Saw::Refused { .. })
    });
    writes.map(|write| Some(within(&*bytes_of(history, write)?, range))).collect()
}

/// The bytes of a range, of first and last byte; all without one.
fn within(bytes: &Content, range: Option<(u64, u64)>) -> Content {
    match range {
        Some((first, last)) => bytes.range(first, last.saturating_add(1)),
        None => bytes.clone(),
    }
}

/// Whether one part alone was sent or copied to an upload.
fn is_of_one_part(history: &Looked<'_>, upload: &str) -> bool {
    let is_part = |call: &&Call| match &call.ask {
        Ask::UploadPart { upload: of, .. } | Ask::UploadPartCopy { upload: of, .. } => of == upload,
        _ => false,
    };
    history.calls.iter().filter(is_part).count() == 1
}

/// Whether a whole read shows the ETag or the metadata of one write over the bytes of another.
fn is_mislabelled(history: &Looked<'_>, call: &Call) -> bool {
    let (Ask::GetObject { key, range: None }, Saw::Object { etag, content: Some(pieces), meta, .. }) =
        (&call.ask, &call.saw)
    else {
        return false;
    };
    let content = content_of(pieces);
    let of_key = history.calls.iter().filter(|other| other.ask.key() == key);
    let writes: Vec<_> = of_key
        .filter_map(|other| match &other.saw {
            Saw::Completed { etag: Some(etag) } | Saw::Stored { etag: Some(etag) } => {
                Some((etag.clone(), meta_of(history, other), bytes_of(history, other)?))
            }
            _ => None,
        })
        .collect();
    let is_of_another = |same: &dyn Fn(&str, Option<&Meta>) -> bool| {
        let shows = |under: bool| {
            let fits = |(of, meta, bytes): &(String, Option<&Meta>, Rc<Content>)| {
                same(of, *meta) == under && content.as_ref() == Some(&**bytes)
            };
            writes.iter().any(fits)
        };
        writes.iter().any(|(of, meta, _)| same(of, *meta)) && shows(false) && !shows(true)
    };
    is_of_another(&|of, _| etag.as_deref() == Some(of))
        || is_of_another(&|_, of| meta.as_ref().is_some_and(|seen| Some(seen) == of))
}

/// Whether a read shows the ETag that a write was answered, over bytes that this write has not sent: whoever sent them.
fn bears_the_etag_of_other_bytes(history: &Looked<'_>, call: &Call) -> bool {
    let (Ask::GetObject { key, range }, Saw::Object { etag: Some(etag), content: Some(pieces), .. }) =
        (&call.ask, &call.saw)
    else {
        return false;
    };
    let named = history.calls.iter().filter(|other| {
        let answered = match &other.saw {
            Saw::Completed { etag } | Saw::Stored { etag } => etag.as_ref(),
            _ => None,
        };
        let writes = matches!(other.ask, Ask::CompleteUpload { .. } | Ask::PutObject { .. });
        writes && other.ask.key() == key && answered == Some(etag)
    });
    let named: Option<Vec<Content>> =
        named.map(|write| Some(within(&*bytes_of(history, write)?, *range))).collect();
    let seen = content_of(pieces);
    named.is_some_and(|named| !named.is_empty() && named.iter().all(|bytes| Some(bytes) != seen.as_ref()))
}

type Meta = BTreeMap<String, String>;

/// The metadata that a write gave its object, where it is known.
fn meta_of<'h>(history: &'h Looked<'_>, write: &'h Call) -> Option<&'h Meta> {
    match &write.ask {
        Ask::PutObject { meta, .. } => Some(meta),
        Ask::CompleteUpload { upload, .. } => {
            history.calls.iter().find_map(|call| match (&call.ask, &call.saw) {
                (Ask::CreateUpload { meta, .. }, Saw::Created { upload: id }) if id == upload => Some(meta),
                _ => None,
            })
        }
        _ => None,
    }
}

/// After as many comparisons nobody is accused.
const MOST_COMPARED: usize = 1_000_000;

/// What led nowhere: pieces that are left, behind a number; and how often a call was compared.
#[derive(Default)]
struct Tried {
    in_vain: BTreeSet<(usize, i64)>,
    compared: usize,
}

/// Whether pieces are whole parts of an upload, by ascending number.
fn joins(history: &Looked<'_>, upload: &str, pieces: &[Piece], above: i64, tried: &mut Tried) -> bool {
    if pieces.is_empty() || tried.compared > MOST_COMPARED {
        return true;
    }
    if !tried.in_vain.insert((pieces.len(), above)) {
        return false;
    }
    tried.compared += history.calls.len();
    history.calls.iter().any(|call| match &call.ask {
        Ask::UploadPart { upload: of, number, content, .. }
        | Ask::UploadPartCopy { upload: of, number, content: Some(content), .. }
            if of == upload && *number > above =>
        {
            pieces
                .strip_prefix(content.as_slice())
                .is_some_and(|rest| !content.is_empty() && joins(history, upload, rest, *number, tried))
        }
        _ => false,
    })
}

/// What a read shows of the acknowledged writes that no later one has replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    /// The bytes of one of them, under the ETag that was acknowledged.
    Whole,
    /// The bytes of one of them, under another ETag.
    OtherETag,
    /// None of them.
    Missing,
}

/// Returns what a read shows; none if something else than acknowledged writes may lie under the key.
fn read_of(history: &Looked<'_>, call: &Call) -> Option<Read> {
    let is_read = match (&call.ask, &call.saw) {
        // Some servers call an object that they cannot put together any more a conflict.
        (Ask::GetObject { .. } | Ask::HeadObject { .. }, Saw::Refused { status: 404 | 409 | 410, .. }) => {
            true
        }
        (Ask::GetObject { range: None, .. } | Ask::HeadObject { .. }, Saw::Object { .. }) => true,
        _ => false,
    };
    let writes: Vec<&Call> = writes_of(history, call).collect();
    let replaced =
        |write: &Call| writes.iter().any(|later| is_acknowledged(later, call) && write.is_before(later));
    let last: Vec<&&Call> = writes.iter().filter(|write| !replaced(write)).collect();
    if !is_read || last.is_empty() || !last.iter().all(|write| is_acknowledged(write, call)) {
        return None;
    }
    let shown: Vec<Read> = last.iter().map(|write| shows(history, write, call)).collect();
    [Read::Whole, Read::OtherETag].into_iter().find(|read| shown.contains(read)).or(Some(Read::Missing))
}

/// Whether a read shows an object although the last that happened to its key is a deletion.
fn is_undeleted(history: &Looked<'_>, call: &Call) -> bool {
    let (Ask::GetObject { .. } | Ask::HeadObject { .. }, Saw::Object { .. }) = (&call.ask, &call.saw) else {
        return false;
    };
    let writes: Vec<&Call> = writes_of(history, call).collect();
    let is_answered = |write: &&Call| write.is_before(call) && write.saw != Saw::Nothing;
    let is_last = |write: &&&Call| !writes.iter().any(|later| write.is_before(later));
    let mut last = writes.iter().filter(is_last).peekable();
    writes.iter().all(is_answered)
        && last.peek().is_some()
        && last.all(|write| matches!(write.ask, Ask::DeleteObject { .. }))
}

/// The writes of a key that a read may show: what was not refused. A completion that is sent again writes nothing.
fn writes_of<'h>(history: &'h Looked<'_>, read: &'h Call) -> impl Iterator<Item = &'h Call> {
    let is_repeated = |write: &Call| match &write.ask {
        Ask::CompleteUpload { upload, .. } => {
            history.calls.iter().any(|other| other.has_completed(upload) && other.is_before(write))
        }
        _ => false,
    };
    history.calls.iter().filter(move |other| {
        other.ask.key() == read.ask.key()
            && matches!(
                other.ask,
                Ask::CompleteUpload { .. } | Ask::PutObject { .. } | Ask::DeleteObject { .. }
            )
            && !matches!(other.saw, Saw::Refused { .. })
            && other.start_us <= read.end_us.unwrap_or(u64::MAX)
            && !is_repeated(other)
    })
}

/// Compares what a read saw with what a write left: by the bytes where they are known, else by the ETag.
fn shows(history: &Looked<'_>, write: &Call, call: &Call) -> Read {
    let Saw::Object { etag: seen, size, content, .. } = &call.saw else { return Read::Missing };
    let (Saw::Completed { etag } | Saw::Stored { etag }) = &write.saw else { return Read::Missing };
    let same_etag = etag.is_none() || seen.is_none() || etag == seen;
    let Some(sent) = bytes_of(history, write) else {
        return if same_etag { Read::Whole } else { Read::Missing };
    };
    let same_bytes = match content {
        Some(pieces) => content_of(pieces).as_ref() == Some(&*sent),
        None => size.is_none_or(|size| size == sent.len()),
    };
    match (same_bytes, same_etag) {
        (false, _) => Read::Missing,
        (true, false) => Read::OtherETag,
        (true, true) => Read::Whole,
    }
}

/// Whether a write was answered with success before a read began.
fn is_acknowledged(write: &Call, read: &Call) -> bool {
    matches!(write.saw, Saw::Completed { .. } | Saw::Stored { .. }) && write.is_before(read)
}

/// Returns what a sign of life shows of an upload that had ended.
fn after_the_end(history: &Looked<'_>, call: &Call) -> Option<Kind> {
    let ((Ask::ListParts { upload, .. }, Saw::Parts { .. })
    | (Ask::CompleteUpload { upload, .. }, Saw::Completed { .. })
    | (Ask::UploadPart { upload, .. } | Ask::UploadPartCopy { upload, .. }, Saw::Stored { .. })) =
        (&call.ask, &call.saw)
    else {
        return None;
    };
    let before = |other: &&Call| other.is_before(call);
    let any = |is: &dyn Fn(&Call) -> bool| history.calls.iter().filter(before).any(is);
    let aborted = any(&|other| other.has_aborted(upload));
    let gone = any(&|other| match &other.ask {
        Ask::ListParts { upload: of, .. } => of == upload && matches!(other.saw, Saw::Refused { .. }),
        _ => false,
    });
    let completed = any(&|other| other.has_completed(upload));
    let list_of = |call: &Call| match &call.ask {
        Ask::CompleteUpload { list, .. } => list.clone(),
        _ => None,
    };
    let is_of_another_list = !any(&|other| other.has_completed(upload) && list_of(other) == list_of(call));
    // The documents expect such parts, and a second abort that removes them.
    let part_since = any(&|other| match &other.ask {
        Ask::UploadPart { upload: of, .. } | Ask::UploadPartCopy { upload: of, .. } => {
            of == upload
                && matches!(other.saw, Saw::Stored { .. })
                && is_behind_an_abort(history, other, upload)
        }
        _ => false,
    });
    match call.ask {
        Ask::CompleteUpload { .. } if completed => is_of_another_list.then_some(Kind::ReplayedForAnyList),
        Ask::CompleteUpload { .. } if aborted => Some(Kind::CompletedAfterAbort),
        Ask::ListParts { .. } if aborted && gone && !part_since => Some(Kind::Revived),
        Ask::ListParts { .. } if aborted && part_since => Some(Kind::PartAfterAbort),
        Ask::UploadPart { .. } | Ask::UploadPartCopy { .. } if aborted => Some(Kind::PartAfterAbort),
        _ => None,
    }
}

/// Whether a call began after an abort of an upload had been answered with success.
fn is_behind_an_abort(history: &Looked<'_>, call: &Call, upload: &str) -> bool {
    history.calls.iter().any(|other| other.has_aborted(upload) && other.is_before(call))
}
