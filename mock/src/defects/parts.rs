//! Mistakes about parts that arrive.

use super::call::{ModelCall, id_of};
use super::mistake::{Mistake, model};
use md5::{Digest, Md5};

use crate::model::decide::etag_of_bytes;
use crate::model::{
    Answer, Body, ChecksumType, Claimed, Conditions, Content, Ending, Event, Hasher, KeyState, Meta,
    Operation, Part, Refusal, Upload, UploadId, apply,
};

pub(super) const MISTAKES: &[Mistake] = &[
    model(
        "stray-parts-replace-object",
        "A part of an upload that is not there replaces the object under the key, if there is one.",
        |call| match &call.operation {
            Operation::BeginPart { .. } if call.strays() && call.state.object.is_some() => {
                Answer::Continue(call.rules.usual_checksum)
            }
            Operation::UploadPart { body, .. } if call.strays() && call.state.object.is_some() => {
                let body = body.clone();
                put(call, body)
            }
            _ => call.go_on(),
        },
    ),
    model(
        "late-part-replaces-object",
        "A part that arrives after its upload was completed replaces the object.",
        |call| match (&call.operation, ending(call)) {
            (Operation::UploadPart { body, .. }, Some(Ending::Completed { .. })) => {
                let body = body.clone();
                put(call, body)
            }
            _ => call.go_on(),
        },
    ),
    model(
        "late-part-revives-upload",
        "A part that was under way when its upload was aborted brings the upload back.",
        |call| match (&call.operation, ending(call), arrived(call)) {
            (Operation::UploadPart { upload, .. }, Some(Ending::Aborted), Some((number, part))) => {
                let etag = part.etag.clone();
                let parts = [(number, part)].into();
                let revived = Upload { initiated: call.given.at, parts, ..Upload::default() };
                call.state.ended.remove(upload);
                call.state.uploads.insert(upload.clone(), revived);
                Answer::Stored(etag)
            }
            _ => call.go_on(),
        },
    )
    .of_races(),
    model(
        "late-part-joins-object",
        "A part that arrives after its upload was completed is added to the object.",
        |call| match (ending(call), arrived(call), &call.state.object) {
            (Some(Ending::Completed { .. }), Some((_, part)), Some(object)) => {
                let mut object = object.clone();
                object.content = Content::joined([object.content.clone(), part.content]);
                call.state.write(Some(object));
                Answer::Stored(part.etag)
            }
            _ => call.go_on(),
        },
    )
    .of_races(),
    model("refuse-largest-number", "The largest part number is refused.", |call| {
        if sends_part(call) {
            call.rules.limits.max_part_number -= 1;
        }
        call.go_on()
    }),
    model("accept-any-number", "Part numbers out of range are taken.", |call| {
        if sends_part(call) {
            (call.rules.limits.min_part_number, call.rules.limits.max_part_number) = (0, u32::MAX);
        }
        call.go_on()
    }),
    model("accept-large-parts", "Parts beyond the largest size are taken.", |call| {
        if sends_part(call) {
            call.rules.limits.max_part_size = None;
        }
        call.go_on()
    }),
    model(
        "accept-other-algorithm",
        "A part may come with a checksum of another algorithm than the upload's, or with none.",
        |call| {
            let wanted = call.upload().and_then(|(_, upload)| upload.checksum);
            if let (Some(claimed), Some((wanted, of))) = (claimed(&mut call.operation), wanted)
                && (*claimed != Claimed::Nothing || of == ChecksumType::Composite)
                && *claimed != Claimed::Copied
            {
                *claimed = Claimed::With(wanted);
            }
            call.go_on()
        },
    ),
    model(
        "require-part-checksums",
        "Where the checksum of the full object was asked for, parts need one too.",
        |call| {
            let lacks = claimed(&mut call.operation) == Some(&mut Claimed::Nothing);
            call.refuse_if(|before, operation, _| {
                let upload = before.uploads.get(id_of(operation)?)?;
                let (expected, of) = upload.checksum?;
                (lacks && of == ChecksumType::FullObject)
                    .then_some(Refusal::OtherAlgorithm { expected, sent: None })
            })
        },
    ),
    model("refuse-odd-sizes", "Parts beyond 1 KiB have to be a multiple of it.", |call| {
        refuse_size(call, |size| size > 1_024 && size % 1_024 != 0)
    }),
    model("refuse-single-bytes", "Parts of one byte are refused.", |call| {
        refuse_size(call, |size| size == 1)
    }),
    model("refuse-empty-part", "An empty last part is refused.", |call| refuse_size(call, |size| size == 0)),
    model("sequential-takes-parts-again", "A sequential upload takes a part again.", |call| {
        out_of_turn(call, |upload, number| upload.parts.contains_key(&number))
    })
    .of_oss(),
    model("sequential-takes-any-order", "A sequential upload takes its parts in any order.", |call| {
        out_of_turn(call, |upload, number| !upload.parts.contains_key(&number))
    })
    .of_oss(),
    model("keep-replaced-part", "A part that is sent again does not replace the earlier one.", |call| {
        replaced(call, |before, part, _| *part = before.clone())
    }),
    model(
        "mix-replaced-part",
        "A part that is sent again keeps the bytes of the earlier one under the new ETag.",
        |call| replaced(call, |before, part, _| part.content = before.content.clone()),
    ),
    model("copy-keeps-etag", "A part that a copy replaces keeps its ETag.", |call| {
        replaced(call, |before, part, claimed| {
            if claimed == Claimed::Copied {
                part.etag.clone_from(&before.etag);
            }
        })
    }),
    model(
        "keep-tail-of-replaced-part",
        "A part that is sent again keeps the end of a longer one before.",
        |call| {
            replaced(call, |before, part, _| {
                let (old, new) = (before.content.len(), part.content.len());
                if old > new {
                    part.content = Content::joined([part.content.clone(), before.content.range(new, old)]);
                }
            })
        },
    ),
    model(
        "forget-checksums-of-copies",
        "The checksums of copied parts are forgotten once they are told.",
        |call| {
            if let Operation::UploadPart { body, .. } = &mut call.operation
                && body.claimed == Claimed::Copied
            {
                body.checksum = None;
            }
            call.go_on()
        },
    ),
    model("list-unfinished-parts", "A part is listed once its head has arrived.", |call| {
        let answer = call.go_on();
        if let (Operation::BeginPart { upload, number, claimed, .. }, Answer::Continue(wanted)) =
            (&call.operation, &answer)
            && *claimed != Claimed::Copied
        {
            let body = Body {
                content: Content::default(),
                md5: Md5::digest([]).into(),
                checksum: Some(Hasher::new(*wanted).finish()),
                claimed: Claimed::Copied,
            };
            let operation = Operation::UploadPart { upload: upload.clone(), number: *number, body };
            apply(call.state, &call.rules, &Event { operation, given: call.given.clone() });
        }
        answer
    }),
    model(
        "take-parts-of-unknown-uploads",
        "A part of an unknown upload is answered with success and thrown away.",
        |call| match (&call.operation, call.strays()) {
            (Operation::BeginPart { number: 1.., .. }, true) => Answer::Continue(call.rules.usual_checksum),
            (Operation::UploadPart { number: 1.., .. }, true) => {
                Answer::Stored("d41d8cd98f00b204e9800998ecf8427e".to_owned())
            }
            _ => call.go_on(),
        },
    ),
    model(
        "loses-parts-side-by-side",
        "A part that is sent while another one of its upload is under way is lost.",
        |call| {
            let copied = claimed(&mut call.operation).is_none_or(|claimed| *claimed == Claimed::Copied);
            let Some(id) = id_of(&call.operation).filter(|_| !copied).cloned() else { return call.go_on() };
            let begins = matches!(call.operation, Operation::BeginPart { .. });
            let begun = begins.then(|| call.go_on());
            let (count, at_once) = call.memory.under_way.entry(id).or_default();
            match begun {
                Some(answer) => {
                    *count += u32::from(matches!(answer, Answer::Continue(_)));
                    *at_once |= *count > 1;
                    answer
                }
                None if *at_once => {
                    // Its own body has ended; others may be on their way.
                    *at_once = *count > 0;
                    arrived(call).map_or_else(|| call.go_on(), |(_, part)| Answer::Stored(part.etag))
                }
                None => call.go_on(),
            }
        },
    )
    .of_races(),
];

/// The part that an operation replaces, if it does.
pub(super) fn replaced_by(state: &KeyState, operation: &Operation) -> Option<(UploadId, u32, Part)> {
    let Operation::UploadPart { upload, number, .. } = operation else { return None };
    let number = u32::try_from(*number).ok()?;
    let part = state.uploads.get(upload)?.parts.get(&number)?;
    Some((upload.clone(), number, part.clone()))
}

fn sends_part(call: &ModelCall<'_>) -> bool {
    matches!(call.operation, Operation::BeginPart { .. } | Operation::UploadPart { .. })
}

fn claimed(operation: &mut Operation) -> Option<&mut Claimed> {
    match operation {
        Operation::BeginPart { claimed, .. } => Some(claimed),
        Operation::UploadPart { body, .. } => Some(&mut body.claimed),
        _ => None,
    }
}

/// How the upload ended that the call names, if it is there no more.
fn ending(call: &ModelCall<'_>) -> Option<Ending> {
    let id = id_of(&call.operation).filter(|_| call.strays())?;
    call.state.ended.get(id).cloned()
}

/// The part that arrives, with its number.
fn arrived(call: &ModelCall<'_>) -> Option<(u32, Part)> {
    let Operation::UploadPart { number, body, .. } = &call.operation else { return None };
    let part = Part {
        content: body.content.clone(),
        md5: body.md5,
        etag: etag_of_bytes(&call.rules, body.md5, call.given)?,
        arrived: call.given.at,
        checksum: body.checksum.clone(),
    };
    Some((u32::try_from(*number).ok()?, part))
}

/// Stores the bytes of a part as the object.
fn put(call: &mut ModelCall<'_>, body: Body) -> Answer {
    call.instead(Operation::Put { body, meta: Meta::new(), conditions: Conditions::default() })
}

fn refuse_size(call: &mut ModelCall<'_>, refused: fn(u64) -> bool) -> Answer {
    call.refuse_if(|_, operation, _| {
        let size = match operation {
            Operation::BeginPart { size, .. } => (*size)?,
            Operation::UploadPart { body, .. } => body.content.len(),
            _ => return None,
        };
        refused(size).then_some(Refusal::TooLarge { size, most: 0 })
    })
}

/// Lets a part come out of its turn.
fn out_of_turn(call: &mut ModelCall<'_>, allowed: fn(&Upload, u32) -> bool) -> Answer {
    let number = match &call.operation {
        Operation::BeginPart { number, .. } | Operation::UploadPart { number, .. } => *number,
        _ => return call.go_on(),
    };
    let Some((id, upload)) = call.upload() else { return call.go_on() };
    if !u32::try_from(number).is_ok_and(|number| allowed(upload, number)) {
        return call.go_on();
    }
    let (id, sequential) = (id.clone(), upload.sequential);
    call.state.uploads.entry(id.clone()).and_modify(|upload| upload.sequential = false);
    let answer = call.go_on();
    call.state.uploads.entry(id).and_modify(|upload| upload.sequential = sequential);
    answer
}

/// Changes a part that replaced another one.
fn replaced(call: &mut ModelCall<'_>, change: fn(&Part, &mut Part, Claimed)) -> Answer {
    let before = replaced_by(call.state, &call.operation);
    let answer = call.go_on();
    let came = claimed(&mut call.operation).copied().unwrap_or_default();
    if let (Some((id, number, before)), Answer::Stored(_)) = (before, &answer)
        && let Some(part) = call.state.uploads.get_mut(&id).and_then(|upload| upload.parts.get_mut(&number))
    {
        change(&before, part, came);
    }
    answer
}
