//! The two faces of the model agree: what `apply` answers, `admits` admits; and what a
//! defective `apply` answers is, sooner or later, not admitted.

#[cfg(feature = "defects")]
use mpuspec_mock::defects::{Defect, Defects};
use mpuspec_mock::model::{
    Algorithm, Answer, Blob, Body, Checksum, Claimed, Conditions, Content, ETags, Event, Given, KeyState,
    Limits, List, ListedPart, Observed, Operation, Repeated, Rules, Terms, Time, UploadId, UploadOrder,
    admits, apply,
};
use proptest::prelude::*;
#[cfg(feature = "defects")]
use proptest::test_runner::{Config, TestRunner};

/// An operation with references to what exists when its turn comes.
#[derive(Clone, Debug)]
enum Draft {
    Create { forbid_overwrite: bool, sequential: bool },
    UploadPart { upload: usize, number: i64, size: u64 },
    Complete { upload: usize, list: Choice, forbid_overwrite: bool, acl: bool },
    Abort { upload: usize },
    ListParts { upload: usize, after: u32, max: u32 },
    ListUploads,
    Put,
    Get,
    Head,
    Delete,
}

/// How the list of a completion differs from the parts that are there.
#[derive(Clone, Copy, Debug)]
enum Choice {
    Exact,
    AllButFirst,
    Reversed,
    WrongEtag,
    NeverSent,
    Empty,
    AsLastTime,
    All,
}

fn draft() -> impl Strategy<Value = Draft> {
    let list = prop_oneof![
        6 => Just(Choice::Exact),
        2 => Just(Choice::AllButFirst),
        1 => Just(Choice::Reversed),
        1 => Just(Choice::WrongEtag),
        1 => Just(Choice::NeverSent),
        1 => Just(Choice::Empty),
        2 => Just(Choice::AsLastTime),
        3 => Just(Choice::All),
    ];
    let number = prop_oneof![8 => 1..=4i64, 1 => Just(0), 2 => 10..=12i64];
    let size = prop_oneof![4 => Just(8u64), 1 => 0..=7u64, 1 => Just(33)];
    prop_oneof![
        4 => (prop::bool::weighted(0.2), prop::bool::weighted(0.3))
            .prop_map(|(forbid_overwrite, sequential)| Draft::Create { forbid_overwrite, sequential }),
        12 => (any::<usize>(), number, size).prop_map(|(upload, number, size)| Draft::UploadPart { upload, number, size }),
        5 => (any::<usize>(), list, prop::bool::weighted(0.2), any::<bool>())
            .prop_map(|(upload, list, forbid_overwrite, acl)| Draft::Complete { upload, list, forbid_overwrite, acl }),
        2 => any::<usize>().prop_map(|upload| Draft::Abort { upload }),
        3 => (any::<usize>(), 0..=3u32, 0..=3u32).prop_map(|(upload, after, max)| Draft::ListParts { upload, after, max }),
        1 => Just(Draft::ListUploads),
        1 => Just(Draft::Put),
        3 => Just(Draft::Get),
        1 => Just(Draft::Head),
        1 => Just(Draft::Delete),
    ]
}

/// The rules of OSS, where they differ.
fn rules_of_oss() -> Rules {
    Rules {
        etags: ETags::Uppercase,
        repeated_completion: Repeated::Refused,
        repeated_abort: Repeated::Refused,
        upload_order: UploadOrder::Id,
        usual_checksum: Algorithm::Crc64ecma,
        ..rules()
    }
}

fn rules() -> Rules {
    let limits = Limits {
        max_part_number: 11,
        min_part_size: Some(8),
        max_part_size: Some(32),
        list_parts_page: 3,
        ..Limits::default()
    };
    Rules { limits, ..Rules::default() }
}

/// A body whose digest is as unique as its blob.
fn body(slot: u64, len: u64) -> Body {
    let mut md5 = [0; 16];
    md5[..8].copy_from_slice(&slot.to_be_bytes());
    md5[8..].copy_from_slice(&len.to_be_bytes());
    Body {
        content: Content::of(Blob::Made { seed: 7, slot, len }),
        md5,
        checksum: Some(Checksum { algorithm: Algorithm::Crc64ecma, value: md5[..8].to_vec() }),
        claimed: Claimed::Nothing,
    }
}

fn put(slot: u64) -> Operation {
    Operation::Put { body: body(slot, 5), meta: Default::default(), conditions: Default::default() }
}

/// Turns drafts into operations while the mock's face runs, and holds each answer against the oracle's.
fn run(drafts: &[Draft], rules: fn() -> Rules) -> Result<(), TestCaseError> {
    run_with(drafts, &apply, true, rules)
}

/// What plays the mock's face.
type Face<'f> = &'f dyn Fn(&mut KeyState, &Rules, &Event) -> Answer;

fn run_with(
    drafts: &[Draft],
    face: Face<'_>,
    is_sound: bool,
    rules: fn() -> Rules,
) -> Result<(), TestCaseError> {
    let lawful = rules();
    let mut state = KeyState::default();
    let mut lawful_states = vec![KeyState::default()];
    let mut ids: Vec<UploadId> = vec![UploadId("unknown".to_owned())];
    let mut last_list: Vec<ListedPart> = Vec::new();
    for (slot, draft) in (1u64..).zip(drafts) {
        let pick = |at: usize| ids[at % ids.len()].clone();
        let operation = match draft {
            Draft::Create { forbid_overwrite, sequential } => Operation::Create {
                meta: [("x".to_owned(), slot.to_string())].into(),
                checksum: None,
                initiator: "main".to_owned(),
                forbid_overwrite: *forbid_overwrite,
                sequential: *sequential,
            },
            Draft::UploadPart { upload, number, size } => {
                Operation::UploadPart { upload: pick(*upload), number: *number, body: body(slot, *size) }
            }
            Draft::Complete { upload, list, forbid_overwrite, acl } => {
                let upload = pick(*upload);
                let list = match list {
                    Choice::All => List::All,
                    list => {
                        last_list = list_for(&state, &upload, *list, &last_list);
                        List::Parts(last_list.clone())
                    }
                };
                let conditions = Conditions { forbid_overwrite: *forbid_overwrite, ..Conditions::default() };
                let meta =
                    if *acl { [("acl".to_owned(), slot.to_string())].into() } else { Default::default() };
                Operation::Complete { upload, list, terms: Terms { conditions, meta, ..Terms::default() } }
            }
            Draft::Abort { upload } => Operation::Abort { upload: pick(*upload) },
            Draft::ListParts { upload, after, max } => {
                Operation::ListParts { upload: pick(*upload), after: *after, max: *max }
            }
            Draft::ListUploads => Operation::ListUploads,
            Draft::Put => put(slot),
            Draft::Get => Operation::Get,
            Draft::Head => Operation::Head,
            Draft::Delete => Operation::Delete,
        };
        let at = Time(slot);
        // Ids that do not sort by time.
        let id = UploadId(format!("u{:04}", slot * 7919 % 1000));
        let given = Given { id: Some(id), at, etag: None };
        let event = Event { operation: operation.clone(), given };
        let answer = face(&mut state, &lawful, &event);
        if let Answer::Created(id) = &answer {
            ids.push(id.clone());
        }
        let observed = match answer {
            Answer::Refused(refusal) => Observed::Refused(refusal.code()),
            answer => Observed::Answered(answer),
        };
        lawful_states = lawful_states
            .iter()
            .flat_map(|state| admits(state, &lawful, &operation, &observed, at))
            .collect();
        prop_assert!(!lawful_states.is_empty(), "{operation:?} cannot be answered {observed:?}");
        if is_sound {
            prop_assert!(
                lawful_states.contains(&state),
                "the state after {operation:?} is not among the lawful ones"
            );
            prop_assert!(!admits(&state, &lawful, &operation, &Observed::Nothing, at).is_empty());
        }
    }
    Ok(())
}

fn list_for(state: &KeyState, upload: &UploadId, choice: Choice, last: &[ListedPart]) -> Vec<ListedPart> {
    let mut list: Vec<ListedPart> = state.uploads.get(upload).map_or_else(Vec::new, |upload| {
        let entry = |(number, part): (&u32, &mpuspec_mock::model::Part)| ListedPart {
            number: i64::from(*number),
            etag: format!("\"{}\"", part.etag),
            checksums: Vec::new(),
        };
        upload.parts.iter().map(entry).collect()
    });
    match choice {
        Choice::Exact | Choice::All => {}
        Choice::AllButFirst => list = list.split_off(1.min(list.len())),
        Choice::Reversed => list.reverse(),
        Choice::WrongEtag => list.iter_mut().for_each(|part| part.etag = "wrong".to_owned()),
        Choice::NeverSent => {
            list.push(ListedPart { number: 9, etag: "00".to_owned(), checksums: Vec::new() });
        }
        Choice::Empty => list.clear(),
        Choice::AsLastTime => last.clone_into(&mut list),
    }
    list
}

fn sequences() -> impl Strategy<Value = Vec<Draft>> {
    prop::collection::vec(draft(), 1..40)
}

proptest! {
    #[test]
    fn what_one_face_answers_the_other_admits(drafts in sequences()) {
        run(&drafts, rules)?;
        run(&drafts, rules_of_oss)?;
    }
}

/// Defects that lie in the rules of one key; the others lie in HTTP or between keys.
#[cfg(feature = "defects")]
const IN_THE_RULES: &[&str] = &[
    "accept-small-parts",
    "keep-replaced-part",
    "join-in-arrival-order",
    "join-in-text-order",
    "keep-completed-upload",
    "ignore-listed-etags",
    "join-unlisted-parts",
    "skip-missing-parts",
    "accept-any-order",
    "accept-any-number",
    "refuse-largest-number",
    "refuse-gaps",
    "accept-empty-list",
    "refused-completion-ends-upload",
    "ignore-abort",
    "abort-deletes-object",
    "accept-unknown-abort",
    "plain-etag",
    "lose-last-byte",
    "lose-metadata",
    "visible-before-completion",
    "refuse-empty-part",
    "repeat-part-marker",
    "ignore-max-parts",
    "wrong-listed-size",
    "reuse-upload",
    "list-aborted-uploads",
    "delete-ends-uploads",
    "late-part-replaces-object",
];

/// Those that only the rules of OSS can show. What is told of checksums lies in HTTP.
#[cfg(feature = "defects")]
const IN_THE_RULES_OF_OSS: &[&str] = &[
    "all-in-arrival-order",
    "all-drops-highest",
    "all-takes-other-uploads",
    "all-takes-replaced-parts",
    "all-takes-small-parts",
    "sequential-takes-any-order",
    "sequential-takes-parts-again",
    "lowercase-etags",
    "ignore-forbid-overwrite-at-creation",
    "ignore-forbid-overwrite-at-completion",
    "lose-acl-of-completion",
    "list-uploads-by-time",
    "replay-completion",
    "replay-abort",
];

#[cfg(feature = "defects")]
#[test]
fn the_oracle_notices_every_defect_of_the_rules() {
    every_defect_is_noticed(IN_THE_RULES, rules);
}

#[cfg(feature = "defects")]
#[test]
fn the_oracle_notices_every_defect_of_the_rules_of_oss() {
    every_defect_is_noticed(IN_THE_RULES_OF_OSS, rules_of_oss);
}

#[cfg(feature = "defects")]
fn every_defect_is_noticed(defects: &[&str], rules: fn() -> Rules) {
    for name in defects {
        let faulty = Defects::of([name.parse::<Defect>().expect("a defect")]);
        let face = |state: &mut KeyState, rules: &Rules, event: &Event| faulty.apply(state, rules, event);
        let config = Config { cases: 3_000, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(
            config,
            prop::test_runner::TestRng::deterministic_rng(Default::default()),
        );
        let outcome = runner.run(&sequences(), |drafts| run_with(&drafts, &face, false, rules));
        assert!(outcome.is_err(), "no sequence shows that {name} is wrong");
    }
}

#[test]
fn a_write_between_creation_and_completion_may_end_up_on_top() {
    let rules = rules();
    let mut state = KeyState::default();
    let mut turn = 0;
    let mut step = |state: &mut KeyState, operation: Operation| {
        turn += 1;
        let given = Given { id: Some(UploadId("u".to_owned())), at: Time(turn), etag: None };
        apply(state, &rules, &Event { operation, given })
    };
    let upload = UploadId("u".to_owned());
    let initiator = "main".to_owned();
    step(
        &mut state,
        Operation::Create {
            meta: Default::default(),
            checksum: None,
            initiator,
            forbid_overwrite: false,
            sequential: false,
        },
    );
    step(&mut state, Operation::UploadPart { upload: upload.clone(), number: 1, body: body(1, 8) });
    step(&mut state, put(2));
    let list = List::Parts(list_for(&state, &upload, Choice::Exact, &[]));
    let operation = Operation::Complete { upload, list, terms: Terms::default() };
    let mut after = state.clone();
    let answer = step(&mut after, operation.clone());
    let states = admits(&state, &rules, &operation, &Observed::Answered(answer), Time(9));
    let sizes: Vec<_> =
        states.iter().map(|state| state.object.as_ref().map(|object| object.content.len())).collect();
    assert_eq!(sizes, [Some(8), Some(5)]);
}
