//! Mistakes about reads: ranges, parts of an object, and what comes with its bytes.

use bytes::Bytes;

use super::documents::{header, is_of, set_header};
use super::mistake::{At, Mistake, answer, request};
use super::requests::{READS, has, is_one_of, without};
use crate::call::Call;
use crate::call::points::Answered;
use crate::http::{Answer, Content};
use crate::model::{self, Content as Body, Meta, Object};

pub(super) const MISTAKES: &[Mistake] = &[
    request(
        "whole-range-is-none",
        "A range of the whole object is answered as if none had been asked for.",
        |call| {
            let size = object(call)?.content.len();
            let range = call.request.header("range")?.strip_prefix("bytes=")?;
            let (first, last) = range.split_once('-')?;
            let (first, last) = (first.parse::<u64>().ok(), last.parse::<u64>().ok());
            let is_whole = match (first, last) {
                (Some(0), last) => last.is_none_or(|last| last + 1 >= size),
                (None, Some(last)) => last >= size,
                _ => false,
            };
            if is_whole && size > 0 {
                without(call, &["range"]);
            }
            None
        },
    ),
    request("ignore-range-of-part", "A range is passed over where a part is asked for.", |call| {
        if is_one_of(call, READS) && has(call, "partNumber") {
            without(call, &["range"]);
        }
        None
    }),
    request("ignore-part-of-put", "A part number is passed over where the object was put.", |call| {
        if object(call)?.parts.is_none() && is_one_of(call, READS) {
            call.request.set_query("partNumber", None);
        }
        None
    }),
    request("ignore-impossible-parts", "A read passes over a part number that none can be.", |call| {
        if is_one_of(call, READS) && number(call).is_none() {
            call.request.set_query("partNumber", None);
        }
        None
    }),
    request("clamp-part-reads", "A part number beyond the last reads the last part.", |call| {
        let count = object(call)?.parts.map_or(1, |parts| parts.len());
        if is_one_of(call, READS) && number(call)? as usize > count {
            call.request.set_query("partNumber", Some(&count.to_string()));
        }
        None
    }),
    Mistake::new(
        "read-parts-in-progress",
        "A part of an upload in progress is read where a part of the object is asked for.",
        At::CarryOut(
            |call, _| is_one_of(call, READS) && object(call).is_none() && part_in_progress(call).is_some(),
            |call, operation, _| {
                let answer = match part_in_progress(call) {
                    Some(part) => Ok(model::Answer::Object(Box::new(part))),
                    None => call.apply(operation),
                };
                Box::pin(std::future::ready(answer))
            },
        ),
    ),
    answer("shift-ranges", "The bytes of a range begin one too late.", |told, answer| {
        if told.request.header("range").is_some()
            && let Some((first, last)) = bounds(answer)
        {
            with_bytes(told, answer, first + 1, last + 1);
        }
    }),
    answer("shift-part-reads", "A part of an object is read one byte too early.", |told, answer| {
        if told.request.has_query("partNumber")
            && let Some((first, last)) = bounds(answer).filter(|(first, _)| *first > 0)
        {
            let size = header(answer, "content-range").and_then(|range| range.rsplit('/').next());
            let range = format!("bytes {}-{}/{}", first - 1, last - 1, size.unwrap_or("*"));
            set_header(answer, "content-range", &range);
            with_bytes(told, answer, first - 1, last);
        }
    }),
    answer("tell-raw-metadata", "Metadata beyond ASCII is told as its bytes are.", |told, answer| {
        for (name, value) in stored(told).map(|object| object.meta).unwrap_or_default() {
            if answer.headers.contains_key(&name) && name.starts_with("x-amz-meta-") && reads(told) {
                answer.headers.remove(&name);
                set_header(answer, &name, &value);
            }
        }
    }),
];

/// What is under the key of a request.
fn object(call: &Call<'_>) -> Option<Object> {
    call.look(|state| state.object.clone()).flatten()
}

/// What is under the key of a request that was answered.
pub(super) fn stored(told: Answered<'_>) -> Option<Object> {
    let store = told.service.store.lock();
    store.buckets.get(told.request.bucket())?.keys.get(told.request.key())?.object.clone()
}

/// Whether an answer is that of a read.
pub(super) fn reads(told: Answered<'_>) -> bool {
    READS.iter().any(|operation| is_of(told, operation))
}

/// The part number that is asked for, if an object can have it.
fn number(call: &Call<'_>) -> Option<u32> {
    call.request.query("partNumber")?.parse().ok().filter(|number| (1..=10_000).contains(number))
}

fn part_in_progress(call: &Call<'_>) -> Option<Object> {
    let number = number(call)?;
    call.look(|state| {
        let part = state.uploads.values().find_map(|upload| upload.parts.get(&number))?;
        Some(Object {
            content: part.content.clone(),
            etag: part.etag.clone(),
            meta: Meta::new(),
            modified: part.arrived,
            parts: None,
            checksum: None,
            sequential: false,
        })
    })
    .flatten()
}

/// The first and the last byte that an answer has.
fn bounds(answer: &Answer) -> Option<(u64, u64)> {
    let range = header(answer, "content-range")?.strip_prefix("bytes ")?;
    let (first, last) = range.split_once('/')?.0.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// Gives an answer other bytes of its object.
fn with_bytes(told: Answered<'_>, answer: &mut Answer, first: u64, end: u64) {
    let Some(content) = stored(told).map(|object| Body::range(&object.content, first, end)) else { return };
    set_header(answer, "content-length", &content.len().to_string());
    if let Content::Bytes(pieces) = &mut answer.content {
        *pieces = content.pieces().flatten().collect::<Vec<Bytes>>();
    }
}
