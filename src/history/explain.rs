//! Why no order explains a history: in words, and as a picture of text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::joint::{Oracle, part_in_words, short};
use super::search::Stuck;
use super::{Ask, Call, History, Piece, Saw, SeenObject};
use crate::visible::{visible, visible_start};

/// The width of the timeline.
const WIDTH: u64 = 40;
/// Characters of the name of a client.
const NAME: usize = 24;
/// Characters of what a call was, and as many of what it saw.
const CALL: usize = 1_000;
/// Calls that are told one by one.
const MOST_CALLS: usize = 500;
/// Calls that cannot follow, which are told with what would be lawful.
const MOST_STUCK: usize = 20;

/// Tells the calls, the longest lawful order, and what cannot follow it.
pub fn explain(history: &History, stuck: &Stuck, oracle: &Oracle) -> String {
    let mut text = timeline(history);
    let order: Vec<String> = stuck.order.iter().map(|at| name(*at)).collect();
    let order = if order.is_empty() { "none".to_owned() } else { order.join(" ") };
    let _ = writeln!(text, "longest lawful order: {order}");
    for at in stuck.next.iter().take(MOST_STUCK) {
        let call = &history.calls[*at];
        let lawful = stuck.at.could_answer(oracle, call);
        let lawful = if lawful.is_empty() { "nothing".to_owned() } else { lawful.join(", or ") };
        let _ = writeln!(
            text,
            "then {} cannot answer: {}; lawful would be: {lawful}",
            name(*at),
            visible_start(&saw_in_words(&call.saw), CALL),
            lawful = visible_start(&lawful, CALL)
        );
    }
    if stuck.next.len() > MOST_STUCK {
        let _ = writeln!(text, "nor can {} more", stuck.next.len() - MOST_STUCK);
    }
    text
}

/// One line a call: who, when, what, and what came back.
pub fn timeline(history: &History) -> String {
    let begin = history.calls.iter().map(|call| call.start_us).min().unwrap_or(0);
    let end = history.calls.iter().map(|call| call.end_us.unwrap_or(call.start_us)).max().unwrap_or(0);
    // A report can be anybody's, and so can its times.
    let whole = u128::from(end.saturating_sub(begin).max(1));
    let place = |us: u64| {
        let scaled = u128::from(us.saturating_sub(begin)) * u128::from(WIDTH - 1) / whole;
        u64::try_from(scaled).unwrap_or(WIDTH).min(WIDTH - 1)
    };
    let client = |call: &Call| visible_start(&call.client, NAME);
    let told = || history.calls.iter().take(MOST_CALLS);
    let widest = told().map(|call| client(call).chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (at, call) in told().enumerate() {
        let first = place(call.start_us) as usize;
        let last = call.end_us.map_or(WIDTH - 1, place) as usize;
        let mark = if call.end_us.is_some() { '=' } else { '.' };
        let bar: String =
            (0..WIDTH as usize).map(|at| if (first..=last).contains(&at) { mark } else { ' ' }).collect();
        let _ = writeln!(
            text,
            "{:>3} {:<widest$} |{bar}| {} -> {}",
            name(at),
            client(call),
            visible_start(&ask_in_words(&call.ask), CALL),
            visible_start(&saw_in_words(&call.saw), CALL)
        );
    }
    if history.calls.len() > MOST_CALLS {
        let _ = writeln!(text, "and {} calls more", history.calls.len() - MOST_CALLS);
    }
    text
}

/// A call by its position.
fn name(at: usize) -> String {
    format!("#{}", at + 1)
}

/// The calls of a history in a line each, without times.
pub fn call_in_words(call: &Call) -> String {
    visible(&format!("{} -> {}", ask_in_words(&call.ask), saw_in_words(&call.saw)))
}

/// What was asked.
pub fn ask_in_words(ask: &Ask) -> String {
    let id = |upload: &String| short(upload);
    match ask {
        Ask::CreateUpload { key, sequential, meta } => {
            let sequential = if *sequential { ", sequential" } else { "" };
            format!("create_upload {key}{sequential}{}", meta_in_words(meta))
        }
        Ask::UploadPart { upload, number, content, .. } => {
            format!("upload_part {number} of {} with {}", id(upload), pieces_in_words(content))
        }
        Ask::UploadPartCopy { upload, number, content: Some(content), .. } => {
            format!("upload_part_copy {number} of {} of {}", id(upload), pieces_in_words(content))
        }
        Ask::UploadPartCopy { upload, number, source, range, .. } => {
            let range = range.map_or_else(String::new, |(first, last)| format!(" from {first} to {last}"));
            format!("upload_part_copy {number} of {} from {source}{range}", id(upload))
        }
        Ask::CompleteUpload { upload, list: Some(list), .. } => {
            let numbers: Vec<String> =
                list.iter().map(|(number, etag)| format!("{number} ({})", short(etag))).collect();
            format!("complete_upload {} with [{}]", id(upload), numbers.join(", "))
        }
        Ask::CompleteUpload { upload, list: None, .. } => format!("complete_upload {} with all", id(upload)),
        Ask::AbortUpload { upload, .. } => format!("abort_upload {}", id(upload)),
        Ask::ListParts { upload, after, max, .. } => {
            format!("list_parts of {} behind {after}, {max} at most", id(upload))
        }
        Ask::ListUploads { key } => format!("list_uploads of {key}"),
        Ask::ListObjects { key } => format!("list_objects of {key}"),
        Ask::PutObject { key, content, meta, .. } => {
            format!("put_object {key} with {}{}", pieces_in_words(content), meta_in_words(meta))
        }
        Ask::GetObject { key, range: None } => format!("get_object {key}"),
        Ask::GetObject { key, range: Some((first, last)) } => {
            format!("get_object {key} from {first} to {last}")
        }
        Ask::HeadObject { key } => format!("head_object {key}"),
        Ask::DeleteObject { key } => format!("delete_object {key}"),
    }
}

/// What was seen.
pub fn saw_in_words(saw: &Saw) -> String {
    match saw {
        Saw::Nothing => "no answer".to_owned(),
        Saw::Refused { status, code } => format!("{status} {code}").trim_end().to_owned(),
        Saw::Created { upload } => format!("upload {}", short(upload)),
        Saw::Stored { etag } | Saw::Completed { etag } => etag_in_words(etag),
        Saw::Done => "done".to_owned(),
        Saw::Parts { parts, truncated } => {
            let parts: Vec<String> =
                parts.iter().map(|part| part_in_words(part.number, part.etag.as_ref(), part.size)).collect();
            let more = if *truncated { " and more" } else { "" };
            if parts.is_empty() {
                format!("no parts{more}")
            } else {
                format!("parts {}{more}", parts.join(", "))
            }
        }
        Saw::Uploads { ids } => {
            let ids: Vec<String> = ids.iter().map(|id| short(id)).collect();
            if ids.is_empty() { "no uploads".to_owned() } else { format!("uploads {}", ids.join(", ")) }
        }
        Saw::Object { etag, size, content, meta } => {
            let bytes = match (content, size) {
                (Some(pieces), _) => pieces_in_words(pieces),
                (None, Some(size)) => format!("{size} bytes"),
                (None, None) => "no size".to_owned(),
            };
            let meta = meta.as_ref().map_or_else(String::new, meta_in_words);
            format!("{bytes}, {}{meta}", etag_in_words(etag))
        }
        Saw::Listed { object: None } => "no entry".to_owned(),
        Saw::Listed { object: Some(SeenObject { etag, size }) } => {
            let size = size.map_or_else(|| "no size".to_owned(), |size| format!("{size} bytes"));
            format!("an entry of {size}, {}", etag_in_words(etag))
        }
    }
}

fn meta_in_words(meta: &BTreeMap<String, String>) -> String {
    meta.iter().map(|(name, value)| format!(", {name}={value}")).collect()
}

fn etag_in_words(etag: &Option<String>) -> String {
    etag.as_ref().map_or_else(|| "no ETag".to_owned(), |etag| format!("ETag {}", short(etag)))
}

/// The bytes of blobs.
fn pieces_in_words(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece.blob {
        Some(blob) if piece.start == 0 => format!("b{blob}:{}", piece.len),
        Some(blob) => format!("b{blob}:{}+{}", piece.start, piece.len),
        None => format!("{} bytes that nobody sent", piece.len),
    };
    if pieces.is_empty() {
        "no bytes".to_owned()
    } else {
        pieces.iter().map(piece).collect::<Vec<_>>().join(" ")
    }
}
