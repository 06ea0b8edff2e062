//! Mistakes about ranges of copies, which OSS passes over where they break the rules.

use http::HeaderValue;

use crate::defects::copies::source;
use crate::defects::documents::without_header;
use crate::defects::mistake::{Mistake, answer, request};
use crate::defects::requests::{refuse, without};
use crate::http::S3Error;

const RANGE: &str = "x-oss-copy-source-range";

pub(in crate::defects) const MISTAKES: &[Mistake] = &[
    request("refuse-bad-copy-ranges", "A range of a copy that breaks the rules is refused.", |call| {
        let range = call.request.header(RANGE)?;
        let bounds = call.dialect().copied_range(range, source(call)?.content.len());
        refuse(matches!(bounds, Ok(None)), || {
            S3Error::invalid_argument("The range does not fit the source.", RANGE, range)
        })
    })
    .of_oss(),
    request("shorten-open-copy-ranges", "A range of a copy without an end lacks its last byte.", |call| {
        let range = call.request.header(RANGE).filter(|range| range.ends_with('-'))?;
        let size = source(call)?.content.len();
        let (first, last) = call.dialect().copied_range(range, size).ok()??;
        let shorter = format!("bytes={first}-{}", last.saturating_sub(1));
        call.request.headers.insert(RANGE, HeaderValue::try_from(shorter).ok()?);
        None
    })
    .of_oss(),
    request(
        "ignore-open-copy-ranges",
        "A range of a copy without an end is taken for one that breaks the rules.",
        |call| {
            if call.request.header(RANGE)?.ends_with('-') {
                without(call, &[RANGE]);
            }
            None
        },
    )
    .of_oss(),
    answer("omit-copied-range", "The answer to a copied range does not tell the range.", |told, answer| {
        without_header(told, answer, "UploadPartCopy", "content-range");
    })
    .of_oss(),
];
