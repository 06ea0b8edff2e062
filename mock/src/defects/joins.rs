//! Mistakes about what the parts of a completion become.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::call::ModelCall;
use super::mistake::{Mistake, model};
use crate::model::checksum::combined;
use crate::model::complete::objects;
use crate::model::{
    Answer, ChecksumType, ETags, Ending, List, Object, ObjectChecksum, Operation, Part, Refusal, Terms,
    Upload, UploadId,
};

pub(super) const MISTAKES: &[Mistake] = &[
    model("join-in-arrival-order", "The object is joined in the order in which the parts arrived.", |call| {
        joined(call, |parts, _, _| parts.sort_by_key(|(_, part)| part.arrived))
    }),
    model("join-in-text-order", "The object is joined with part numbers sorted as text.", |call| {
        joined(call, |parts, _, _| parts.sort_by_key(|(number, _)| number.to_string()))
    }),
    model("join-unlisted-parts", "Parts that were sent but not listed are joined as well.", |call| {
        joined(call, |parts, upload, _| {
            *parts = upload.parts.iter().map(|(number, part)| (*number, part)).collect();
        })
    }),
    model(
        "all-in-arrival-order",
        "Without a list, the parts are joined in the order in which they arrived.",
        |call| {
            joined(call, |parts, _, all| {
                if all {
                    parts.sort_by_key(|(_, part)| part.arrived);
                }
            })
        },
    )
    .of_oss(),
    model("lose-last-byte", "The last byte of a finished object is lost.", |call| {
        completed(call, |object, _, _| {
            object.content = object.content.range(0, object.content.len().saturating_sub(1));
        })
    }),
    model(
        "plain-etag",
        "The ETag of a finished object is the MD5 of its bytes, without the number of parts.",
        |call| {
            let etags = call.rules.etags;
            let mut etag = None;
            let answer = completed(call, |object, _, _| {
                if etags != ETags::Opaque {
                    let mut hasher = Md5::new();
                    object.content.pieces().flatten().for_each(|piece| hasher.update(&piece));
                    let digest = hex::encode(hasher.finalize());
                    object.etag = if etags == ETags::Uppercase { digest.to_uppercase() } else { digest };
                    etag = Some(object.etag.clone());
                }
            });
            match etag {
                Some(etag) => answered(call, etag),
                None => answer,
            }
        },
    ),
    model("lose-acl-of-completion", "The ACL of a completion is lost.", |call| {
        if let Operation::Complete { terms, .. } = &mut call.operation {
            terms.meta.clear();
        }
        call.go_on()
    })
    .of_oss(),
    model("omit-default-checksum", "Nothing is computed where no checksum was asked for.", |call| {
        let is_asked_for = call.upload().is_some_and(|(_, upload)| upload.checksum.is_some());
        if let Operation::Complete { terms, .. } = &mut call.operation
            && !is_asked_for
        {
            terms.checksum = None;
        }
        completed(call, |object, upload, _| {
            if upload.checksum.is_none() {
                object.checksum = None;
            }
        })
    }),
    model(
        "compose-full-object",
        "The checksum of an object is composite where that of the full object was asked for.",
        compose,
    ),
    model(
        "crc64-of-parts",
        "The CRC-64 of an object is made of those of its parts, and not of its bytes.",
        compose,
    )
    .of_oss(),
    model("keep-completed-upload", "An upload can still be listed after its completion.", |call| {
        let before = call.upload().map(|(id, upload)| (id.clone(), upload.clone()));
        let answer = call.go_on();
        if let (Answer::Completed(_), Some((id, upload))) = (&answer, before) {
            call.state.uploads.insert(id, upload);
        }
        answer
    }),
    model(
        "completion-ends-other-uploads",
        "A completion throws the other uploads of its key away.",
        |call| {
            let is_first = call.upload().is_some();
            let answer = call.go_on();
            if matches!(answer, Answer::Completed(_)) && is_first {
                call.state.uploads.clear();
            }
            answer
        },
    ),
    model(
        "keep-assembled-object",
        "A completion leaves an object that an earlier upload made as it is.",
        |call| {
            let is_first = call.upload().is_some();
            let before = call.state.clone();
            let answer = call.go_on();
            let is_assembled = before.object.as_ref().is_some_and(|object| object.parts.is_some());
            if matches!(answer, Answer::Completed(_)) && is_first && is_assembled {
                call.state.object = before.object;
                for (id, upload) in &mut call.state.uploads {
                    upload.overtaken = before.uploads.get(id).is_some_and(|upload| upload.overtaken);
                }
            }
            answer
        },
    ),
];

/// A completion with the upload as it was before.
fn first_completion(call: &ModelCall<'_>) -> Option<(UploadId, Upload, Terms)> {
    let Operation::Complete { terms, .. } = &call.operation else { return None };
    let (id, upload) = call.upload()?;
    Some((id.clone(), upload.clone(), terms.clone()))
}

/// Changes the object that a completion has made.
fn completed(call: &mut ModelCall<'_>, change: impl FnOnce(&mut Object, &Upload, &Terms)) -> Answer {
    let first = first_completion(call);
    let answer = call.go_on();
    if let (Answer::Completed(_), Some((_, upload, terms)), Some(object)) =
        (&answer, first, &mut call.state.object)
    {
        change(object, &upload, &terms);
    }
    answer
}

/// Answers a completion with another ETag, which the upload ended with.
fn answered(call: &mut ModelCall<'_>, etag: String) -> Answer {
    if let Operation::Complete { upload, .. } = &call.operation
        && let Some(Ending::Completed { etag: known, .. }) = call.state.ended.get_mut(upload)
    {
        known.clone_from(&etag);
    }
    Answer::Completed(etag)
}

/// Joins other parts than those listed, or in another order.
fn joined(
    call: &mut ModelCall<'_>,
    choose: for<'u> fn(&mut Vec<(u32, &'u Part)>, &'u Upload, bool),
) -> Answer {
    let Some((_, upload, terms)) = first_completion(call) else { return call.go_on() };
    let (listed, all) = match &call.operation {
        Operation::Complete { list: List::Parts(list), .. } => {
            (list.iter().filter_map(|part| u32::try_from(part.number).ok()).collect::<Vec<_>>(), false)
        }
        _ => (upload.parts.keys().copied().collect(), true),
    };
    let answer = call.go_on();
    if !matches!(answer, Answer::Completed(_)) {
        return answer;
    }
    let mut parts: Vec<(u32, &Part)> = Vec::new();
    parts.extend(listed.iter().filter_map(|number| Some((*number, upload.parts.get(number)?))));
    choose(&mut parts, &upload, all);
    match objects(&upload, &call.rules, &parts, &terms, call.given).into_iter().next() {
        Some(object) => {
            let etag = object.etag.clone();
            call.state.object = Some(object);
            answered(call, etag)
        }
        None => answer,
    }
}

/// Composes the checksum of a whole object from those of its parts.
fn compose(call: &mut ModelCall<'_>) -> Answer {
    let composed = |upload: &Upload, usual, list: &List| {
        let (algorithm, of) = upload.checksum.unwrap_or((usual, ChecksumType::FullObject));
        if of != ChecksumType::FullObject {
            return None;
        }
        let parts: Vec<&Part> = match list {
            List::All => upload.parts.values().collect(),
            List::Parts(list) => {
                let number = |number: i64| u32::try_from(number).ok();
                list.iter().filter_map(|part| upload.parts.get(&number(part.number)?)).collect()
            }
        };
        let kept: Option<Vec<_>> =
            parts.iter().map(|part| Some((part.checksum.as_ref()?, part.content.len()))).collect();
        let composed = combined(algorithm, ChecksumType::Composite, &kept?)?;
        Some(ObjectChecksum { checksum_type: of, ..composed })
    };
    let Operation::Complete { list, .. } = call.operation.clone() else { return call.go_on() };
    let (first, usual) = (first_completion(call), call.rules.usual_checksum);
    let wrong = first.as_ref().and_then(|(_, upload, _)| composed(upload, usual, &list));
    let told = first.and_then(|(_, _, terms)| terms.checksum);
    let refused = wrong.as_ref().zip(told).filter(|(wrong, (algorithm, told))| {
        *algorithm == wrong.checksum.algorithm && *told != STANDARD.encode(&wrong.checksum.value)
    });
    let refused = refused.map(|(wrong, _)| Refusal::ObjectChecksum(wrong.checksum.algorithm));
    let answer = call.refuse_if(|_, _, _| refused);
    if let (Answer::Completed(_), Some(wrong), Some(object)) = (&answer, wrong, &mut call.state.object) {
        object.checksum = Some(wrong);
    }
    answer
}
