//! Mistakes about what a completion is refused for, and about those that are sent again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call::ModelCall;
use super::mistake::{At, Mistake, model};
use crate::http::Element;
use crate::model::complete::{all_of, is_gapless, objects, remembered};
use crate::model::decide::unquoted;
use crate::model::{
    Answer, Content, Ending, List, ListedPart, Object, Operation, Part, Refusal, Repeated, Terms, Upload,
    UploadId,
};

pub(super) const MISTAKES: &[Mistake] = &[
    model(
        "ignore-forbid-overwrite-at-completion",
        "A completion overlooks that the key must not be overwritten.",
        |call| {
            if let Some(terms) = terms(&mut call.operation) {
                terms.conditions.forbid_overwrite = false;
            }
            call.go_on()
        },
    )
    .of_oss(),
    model(
        "ignore-conflicts",
        "A conditional completion does not notice that the key was written meanwhile.",
        |call| {
            let Operation::Complete { upload, .. } = &call.operation else { return call.go_on() };
            let id = upload.clone();
            call.as_if(&id, |upload| upload.overtaken = false)
        },
    ),
    model(
        "refused-completion-writes-metadata",
        "A completion that is refused gives the object under the key the metadata of its upload.",
        |call| {
            let meta = call.upload().map(|(_, upload)| upload.meta.clone());
            let completes = terms(&mut call.operation).is_some();
            let answer = call.go_on();
            if let (Answer::Refused(_), Some(meta), Some(object)) = (&answer, meta, &mut call.state.object)
                && completes
            {
                object.meta = meta;
            }
            answer
        },
    ),
    model("accept-small-parts", "A completion takes parts below the smallest size.", |call| {
        if terms(&mut call.operation).is_some() {
            call.rules.limits.min_part_size = None;
        }
        call.go_on()
    }),
    model("all-takes-small-parts", "Without a list, parts below the smallest size are taken.", |call| {
        if let Operation::Complete { list: List::All, .. } = call.operation {
            call.rules.limits.min_part_size = None;
        }
        call.go_on()
    })
    .of_oss(),
    model("refuse-beyond-one-put", "Parts cannot make an object larger than a single put.", |call| {
        if let (Some(most), true) = (call.rules.limits.max_put_size, terms(&mut call.operation).is_some()) {
            call.rules.limits.max_object_size = Some(most);
        }
        call.go_on()
    }),
    model("accept-large-objects", "Objects beyond the largest size are made.", |call| {
        if terms(&mut call.operation).is_some() {
            call.rules.limits.max_object_size = None;
        }
        call.go_on()
    }),
    model("all-drops-highest", "Without a list, the part with the highest number is left out.", |call| {
        let list = call.upload().map(|(_, upload)| all_of(upload)).filter(|list| list.len() > 1);
        if let (Operation::Complete { list: known @ List::All, .. }, Some(mut list)) =
            (&mut call.operation, list)
        {
            list.pop();
            *known = List::Parts(list);
        }
        call.go_on()
    })
    .of_oss(),
    model(
        "all-takes-other-uploads",
        "Without a list, parts of other uploads of the key are taken where numbers are missing.",
        |call| {
            let others: Vec<(u32, Part)> = (call.state.uploads.values())
                .flat_map(|other| other.parts.iter().map(|(number, part)| (*number, part.clone())))
                .collect();
            seen_by_all(call, |upload| {
                for (number, part) in others {
                    upload.parts.entry(number).or_insert(part);
                }
            })
        },
    )
    .of_oss(),
    model(
        "all-takes-replaced-parts",
        "Without a list, a part that was sent again is taken as it was before.",
        |call| {
            let before =
                call.upload().and_then(|(id, _)| call.memory.replaced.get(id)).cloned().unwrap_or_default();
            seen_by_all(call, |upload| upload.parts.extend(before))
        },
    )
    .of_oss(),
    model("refused-completion-ends-upload", "A refused completion throws the upload away.", |call| {
        let id = match &call.operation {
            Operation::Complete { upload, .. } => upload.clone(),
            _ => return call.go_on(),
        };
        let is_open = call.upload().is_some();
        let answer = call.go_on();
        if is_open && matches!(answer, Answer::Refused(_)) {
            call.state.uploads.remove(&id);
            call.state.ended.insert(id, Ending::Aborted);
        }
        answer
    }),
    model("refuse-gaps", "Numbers with gaps are refused at completion.", |call| {
        let Some((id, upload)) = call.upload() else { return call.go_on() };
        let has_gaps = match &call.operation {
            Operation::Complete { list: List::Parts(list), .. } => !is_gapless(list),
            Operation::Complete { list: List::All, .. } => !is_gapless(&all_of(upload)),
            _ => false,
        };
        let refusal = Answer::Refused(Refusal::InvalidPartOrder(id.clone()));
        if has_gaps { refusal } else { call.go_on() }
    }),
    model(
        "lose-later-parts",
        "A completion finds as many parts as fit on a page of a listing, and no more.",
        |call| {
            let page = call.rules.limits.list_parts_page as usize;
            let lost = call.list().and_then(|list| list.get(page).cloned());
            let id = call.upload().map(|(id, _)| id.clone());
            call.refuse_if(|_, _, _| {
                let (ListedPart { number, etag, .. }, upload) = lost.zip(id)?;
                Some(Refusal::InvalidPart { upload, number, etag })
            })
        },
    ),
    model("accept-any-order", "A list that does not ascend is sorted and taken.", |call| {
        if let Some(list) = call.list() {
            list.sort_by_key(|part| part.number);
            list.dedup_by_key(|part| part.number);
        }
        call.go_on()
    }),
    model("skip-missing-parts", "Listed parts that were never sent are skipped.", |call| {
        let Some((_, upload)) = call.upload() else { return call.go_on() };
        let upload = upload.clone();
        let Some(list) = call.list() else { return call.go_on() };
        let is_empty = list.is_empty();
        list.retain(|listed| sent(&upload, listed).is_some());
        if list.is_empty() && !is_empty { complete_anyway(call) } else { call.go_on() }
    }),
    Mistake::new(
        "accept-empty-list",
        "A completion without parts makes an empty object.",
        At::Several(&[
            At::Document(|call, document| {
                let is_list = document.as_ref().is_some_and(|root| root.name == LIST);
                let takes_all = call.request.own("complete-all").is_some();
                if call.operation == LIST && !is_list && !takes_all {
                    *document = Some(Element::named(LIST));
                }
            }),
            At::Model(|call| match call.go_on() {
                Answer::Refused(Refusal::EmptyList) => complete_anyway(call),
                answer => answer,
            }),
        ]),
    ),
    model(
        "accept-gaps-with-checksums",
        "Part numbers with gaps are taken although checksums were asked for.",
        |call| match call.go_on() {
            Answer::Refused(Refusal::NotConsecutive(_)) => complete_anyway(call),
            answer => answer,
        },
    ),
    Mistake::new(
        "accept-incomplete-entries",
        "In the list of a completion a number that is missing is counted, and an ETag that is missing is not asked for.",
        At::Several(&[
            At::Document(|call, document| {
                let Some(root) = document.as_mut().filter(|_| call.operation == LIST) else { return };
                for (part, position) in root.children.iter_mut().filter(|part| part.name == "Part").zip(1..) {
                    for (name, text) in [("PartNumber", position.to_string()), ("ETag", String::new())] {
                        if part.element(name).is_none() {
                            part.children.push(Element::of_text(name, text));
                        }
                    }
                }
            }),
            At::Model(|call| {
                with_entries(call, |listed, part| {
                    if listed.etag.is_empty() {
                        listed.etag.clone_from(&part.etag);
                    }
                })
            }),
        ]),
    ),
    model("ignore-listed-etags", "A completion does not compare ETags.", |call| {
        with_entries(call, |listed, part| listed.etag.clone_from(&part.etag))
    }),
    model(
        "honours-superseded-etags",
        "A completion takes the ETag that a part had before it was sent again.",
        |call| {
            let before =
                call.upload().and_then(|(id, _)| call.memory.replaced.get(id)).cloned().unwrap_or_default();
            with_entries(call, |listed, part| {
                let was = u32::try_from(listed.number).ok().and_then(|number| before.get(&number));
                if was.is_some_and(|was| was.etag == unquoted(&listed.etag)) {
                    listed.etag.clone_from(&part.etag);
                }
            })
        },
    )
    .of_races(),
    model("ignore-listed-checksums", "The checksums in the list of a completion are not compared.", |call| {
        with_entries(call, |listed, part| {
            let right =
                |checksum: &crate::model::Checksum| (checksum.algorithm, STANDARD.encode(&checksum.value));
            listed.checksums = part.checksum.iter().map(right).collect();
        })
    }),
    model("ignore-checksum-type", "The type of checksum that a completion names is not compared.", |call| {
        let stated = call.upload().and_then(|(_, upload)| upload.checksum);
        if let Some(terms) = terms(&mut call.operation) {
            terms.checksum_type = terms.checksum_type.and(stated.map(|(_, of)| of));
        }
        call.go_on()
    }),
    model(
        "accept-impossible-type",
        "A completion may call a checksum composite that can only be that of the full object.",
        |call| {
            let stated = call.upload().and_then(|(_, upload)| upload.checksum);
            if let (Some(terms), Some((algorithm, of))) = (terms(&mut call.operation), stated)
                && terms.checksum_type.is_some_and(|asked| !algorithm.allows(asked))
            {
                terms.checksum_type = Some(of);
            }
            call.go_on()
        },
    ),
    model("ignore-object-size", "The size of the object that a completion names is not compared.", |call| {
        if let Some(terms) = terms(&mut call.operation) {
            terms.size = None;
        }
        call.go_on()
    }),
    model(
        "ignore-object-checksum",
        "The checksum of the object that a completion names is not compared.",
        |call| {
            if let Some(terms) = terms(&mut call.operation) {
                terms.checksum = None;
            }
            call.go_on()
        },
    ),
    model(
        "second-completion-empties",
        "A second completion of an upload empties the object.",
        |call| match (again(call), &call.state.object) {
            (Some((_, Some(Ending::Completed { etag, .. }))), Some(object)) => {
                let empty = Object { content: Content::default(), ..object.clone() };
                call.state.write(Some(empty));
                Answer::Completed(etag)
            }
            _ => call.go_on(),
        },
    )
    .of_races(),
    model(
        "stray-completion-empties-object",
        "A completion of an upload that never was is refused, and empties the object under the key.",
        |call| match (again(call), &call.state.object) {
            (Some((id, None)), Some(object)) => {
                let empty = Object { content: Content::default(), ..object.clone() };
                call.state.write(Some(empty));
                Answer::Refused(Refusal::NoSuchUpload(id))
            }
            _ => call.go_on(),
        },
    ),
    model("replay-completion", "A completion that is sent again is answered as before.", |call| {
        if terms(&mut call.operation).is_some() {
            call.rules.repeated_completion = Repeated::Open;
        }
        call.go_on()
    })
    .of_oss(),
    model(
        "replay-other-completions",
        "A completion of an upload that was completed is answered as that one, whatever it lists.",
        |call| match (again(call), call.go_on()) {
            (Some((_, Some(Ending::Completed { etag, .. }))), Answer::Refused(_)) => Answer::Completed(etag),
            (_, answer) => answer,
        },
    ),
    model(
        "complete-over-object",
        "A completion of an upload that is not there is answered as done if there is an object under the key.",
        |call| match (again(call), call.go_on()) {
            (Some((id, _)), Answer::Refused(_)) if call.state.object.is_some() => Answer::Completed(id.0),
            (_, answer) => answer,
        },
    ),
    model(
        "accept-unknown-completion",
        "A completion of an upload that never was is answered as done.",
        |call| match (again(call), call.go_on()) {
            (Some((id, None)), Answer::Refused(_)) => Answer::Completed(id.0),
            (_, answer) => answer,
        },
    ),
];

/// The operation, and the root of its list.
const LIST: &str = "CompleteMultipartUpload";

fn terms(operation: &mut Operation) -> Option<&mut Terms> {
    match operation {
        Operation::Complete { terms, .. } => Some(terms),
        _ => None,
    }
}

/// A completion of an upload that is not there: its id, and how it ended if it was one.
fn again(call: &ModelCall<'_>) -> Option<(UploadId, Option<Ending>)> {
    match &call.operation {
        Operation::Complete { upload, .. } if call.strays() => {
            Some((upload.clone(), call.state.ended.get(upload).cloned()))
        }
        _ => None,
    }
}

/// The part that an entry names.
fn sent<'u>(upload: &'u Upload, listed: &ListedPart) -> Option<&'u Part> {
    upload.parts.get(&u32::try_from(listed.number).ok()?)
}

/// Changes the entries of a list whose parts are there.
fn with_entries(call: &mut ModelCall<'_>, change: impl Fn(&mut ListedPart, &Part)) -> Answer {
    let upload = call.upload().map(|(_, upload)| upload.clone()).unwrap_or_default();
    for listed in call.list().into_iter().flatten() {
        if let Some(part) = sent(&upload, listed) {
            change(listed, part);
        }
    }
    call.go_on()
}

/// A completion without a list sees the upload otherwise.
fn seen_by_all(call: &mut ModelCall<'_>, change: impl FnOnce(&mut Upload)) -> Answer {
    match &call.operation {
        Operation::Complete { upload, list: List::All, .. } => {
            let id = upload.clone();
            call.as_if(&id, change)
        }
        _ => call.go_on(),
    }
}

/// Completes an upload with what is there of the list, whatever else is wrong with it.
fn complete_anyway(call: &mut ModelCall<'_>) -> Answer {
    let Operation::Complete { upload: id, list: List::Parts(list), terms } = &call.operation else {
        return call.go_on();
    };
    let Some(upload) = call.state.uploads.remove(id) else { return call.go_on() };
    let part = |listed: &ListedPart| Some((u32::try_from(listed.number).ok()?, sent(&upload, listed)?));
    let parts: Vec<(u32, &Part)> = list.iter().filter_map(part).collect();
    let Some(object) = objects(&upload, &call.rules, &parts, terms, call.given).into_iter().next() else {
        return call.go_on();
    };
    let etag = object.etag.clone();
    call.state.ended.insert(id.clone(), Ending::Completed { list: remembered(list), etag: etag.clone() });
    call.state.write(Some(object));
    Answer::Completed(etag)
}
