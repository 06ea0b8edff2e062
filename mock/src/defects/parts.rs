//! Mistakes about parts that arrive.

use super::Defect;
use super::call::{Around, Call, id_of};
use crate::model::{
    Answer, Body, ChecksumType, Claimed, Conditions, Content, Ending, Meta, Operation, Part, Refusal, Upload,
    etag_of_bytes,
};

pub(super) const AROUND: &[(Defect, Around)] = &[
    (Defect::StrayPartsReplaceObject, |call| match &call.operation {
        Operation::BeginPart { .. } if call.strays() && call.state.object.is_some() => {
            Answer::Continue(call.rules.usual_checksum)
        }
        Operation::UploadPart { body, .. } if call.strays() && call.state.object.is_some() => {
            let body = body.clone();
            put(call, body)
        }
        _ => call.go_on(),
    }),
    (Defect::LatePartReplacesObject, |call| match (&call.operation, ending(call)) {
        (Operation::UploadPart { body, .. }, Some(Ending::Completed { .. })) => {
            let body = body.clone();
            put(call, body)
        }
        _ => call.go_on(),
    }),
    (Defect::LatePartRevivesUpload, |call| match (&call.operation, ending(call), arrived(call)) {
        (Operation::UploadPart { upload, .. }, Some(Ending::Aborted), Some((number, part))) => {
            let etag = part.etag.clone();
            let parts = [(number, part)].into();
            let revived = Upload { initiated: call.given.at, parts, ..Upload::default() };
            call.state.ended.remove(upload);
            call.state.uploads.insert(upload.clone(), revived);
            Answer::Stored(etag)
        }
        _ => call.go_on(),
    }),
    (Defect::LatePartJoinsObject, |call| match (ending(call), arrived(call), &call.state.object) {
        (Some(Ending::Completed { .. }), Some((_, part)), Some(object)) => {
            let mut object = object.clone();
            object.content = Content::joined([object.content.clone(), part.content]);
            call.state.write(Some(object));
            Answer::Stored(part.etag)
        }
        _ => call.go_on(),
    }),
    (Defect::RefuseLargestNumber, |call| {
        if sends_part(call) {
            call.rules.limits.max_part_number -= 1;
        }
        call.go_on()
    }),
    (Defect::AcceptAnyNumber, |call| {
        if sends_part(call) {
            (call.rules.limits.min_part_number, call.rules.limits.max_part_number) = (0, u32::MAX);
        }
        call.go_on()
    }),
    (Defect::AcceptLargeParts, |call| {
        if sends_part(call) {
            call.rules.limits.max_part_size = None;
        }
        call.go_on()
    }),
    (Defect::AcceptOtherAlgorithm, |call| {
        let wanted = call.upload().and_then(|(_, upload)| upload.checksum);
        if let (Some(claimed), Some((wanted, of))) = (claimed(&mut call.operation), wanted)
            && (*claimed != Claimed::Nothing || of == ChecksumType::Composite)
            && *claimed != Claimed::Copied
        {
            *claimed = Claimed::With(wanted);
        }
        call.go_on()
    }),
    (Defect::RequirePartChecksums, |call| {
        let lacks = claimed(&mut call.operation) == Some(&mut Claimed::Nothing);
        call.refuse_if(|before, operation, _| {
            let upload = before.uploads.get(id_of(operation)?)?;
            let (expected, of) = upload.checksum?;
            (lacks && of == ChecksumType::FullObject)
                .then_some(Refusal::OtherAlgorithm { expected, sent: None })
        })
    }),
    (Defect::RefuseOddSizes, |call| refuse_size(call, |size| size > 1_024 && size % 1_024 != 0)),
    (Defect::RefuseSingleBytes, |call| refuse_size(call, |size| size == 1)),
    (Defect::RefuseEmptyPart, |call| refuse_size(call, |size| size == 0)),
    (Defect::SequentialTakesPartsAgain, |call| {
        out_of_turn(call, |upload, number| upload.parts.contains_key(&number))
    }),
    (Defect::SequentialTakesAnyOrder, |call| {
        out_of_turn(call, |upload, number| !upload.parts.contains_key(&number))
    }),
    (Defect::KeepReplacedPart, |call| replaced(call, |before, part, _| *part = before.clone())),
    (Defect::MixReplacedPart, |call| replaced(call, |before, part, _| part.content = before.content.clone())),
    (Defect::CopyKeepsEtag, |call| {
        replaced(call, |before, part, claimed| {
            if claimed == Claimed::Copied {
                part.etag.clone_from(&before.etag);
            }
        })
    }),
    (Defect::KeepTailOfReplacedPart, |call| {
        replaced(call, |before, part, _| {
            let (old, new) = (before.content.len(), part.content.len());
            if old > new {
                part.content = Content::joined([part.content.clone(), before.content.range(new, old)]);
            }
        })
    }),
    (Defect::AllTakesReplacedParts, remember),
    (Defect::HonoursSupersededEtags, remember),
    (Defect::ListsReplacedParts, remember),
];

/// Remembers a part that is replaced.
pub(super) fn remember(call: &mut Call<'_>) -> Answer {
    let before = part_before(call);
    let answer = call.go_on();
    if let (Some((number, part)), Answer::Stored(_), Some(id)) = (before, &answer, id_of(&call.operation)) {
        call.memory.entry(id.clone()).or_default().insert(number, part);
    }
    answer
}

fn sends_part(call: &Call<'_>) -> bool {
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
fn ending(call: &Call<'_>) -> Option<Ending> {
    let id = id_of(&call.operation).filter(|_| call.strays())?;
    call.state.ended.get(id).cloned()
}

/// The part that arrives, with its number.
fn arrived(call: &Call<'_>) -> Option<(u32, Part)> {
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
fn put(call: &mut Call<'_>, body: Body) -> Answer {
    call.instead(Operation::Put { body, meta: Meta::new(), conditions: Conditions::default() })
}

fn refuse_size(call: &mut Call<'_>, refused: fn(u64) -> bool) -> Answer {
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
fn out_of_turn(call: &mut Call<'_>, allowed: fn(&Upload, u32) -> bool) -> Answer {
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

/// The part that the call replaces, if it does.
fn part_before(call: &Call<'_>) -> Option<(u32, Part)> {
    let Operation::UploadPart { number, .. } = &call.operation else { return None };
    let number = u32::try_from(*number).ok()?;
    let part = call.upload()?.1.parts.get(&number)?;
    Some((number, part.clone()))
}

/// Changes a part that replaced another one.
fn replaced(call: &mut Call<'_>, change: fn(&Part, &mut Part, Claimed)) -> Answer {
    let before = part_before(call);
    let answer = call.go_on();
    let came = claimed(&mut call.operation).copied().unwrap_or_default();
    if let (Some((number, before)), Answer::Stored(_), Some(id)) = (before, &answer, id_of(&call.operation))
        && let Some(part) = call.state.uploads.get_mut(id).and_then(|upload| upload.parts.get_mut(&number))
    {
        change(&before, part, came);
    }
    answer
}
