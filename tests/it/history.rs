use mpuspec::internals::history::{
    Ask, Call, Found, History, Joint, Kind, Oracle, Piece, Saw, judge, kind_of,
};
use proptest::prelude::*;

const KEY: &str = "k";

fn oracle() -> Oracle {
    Oracle::of(&mpuspec_mock::provider::load("aws-s3").expect("it is bundled"))
}

fn content(blob: u64) -> Vec<Piece> {
    vec![Piece { blob: Some(blob), start: 0, len: 8 }]
}

fn part(upload: &str, blob: u64) -> Ask {
    let (key, upload) = (KEY.to_owned(), upload.to_owned());
    Ask::UploadPart { key, upload, number: 1, content: content(blob), md5: String::new() }
}

fn object(blob: u64, etag: &str) -> Saw {
    Saw::Object { etag: Some(etag.to_owned()), size: Some(8), content: Some(content(blob)) }
}

fn refused() -> Saw {
    Saw::Refused { status: 404, code: "NoSuchUpload".to_owned() }
}

/// A question, with what could be seen.
fn ask(which: u8) -> (Ask, Vec<Saw>) {
    let key = || KEY.to_owned();
    let id = || "u".to_owned();
    match which % 8 {
        0 => (Ask::CreateUpload { key: key(), sequential: false }, vec![Saw::Created { upload: id() }]),
        1 => (part("u", 1), vec![Saw::Stored { etag: Some("e1".to_owned()) }, refused()]),
        2 => (part("u", 2), vec![Saw::Stored { etag: Some("e2".to_owned()) }, refused()]),
        3 | 4 => {
            let list = Some(vec![(1, format!("e{}", which % 2 + 1))]);
            let ask = Ask::CompleteUpload { key: key(), upload: id(), list };
            (ask, vec![Saw::Completed { etag: Some(format!("o{}", which % 2 + 1)) }, refused()])
        }
        5 => (Ask::AbortUpload { key: key(), upload: id() }, vec![Saw::Done, refused()]),
        6 => (
            Ask::GetObject { key: key(), range: None },
            vec![object(1, "o1"), object(2, "o2"), refused(), object(2, "o1")],
        ),
        _ => (Ask::DeleteObject { key: key() }, vec![Saw::Done]),
    }
}

/// Calls that take effect one behind the other, and overlap by as much as their slack; each sees what is
/// lawful at its turn, but for those that shall lie.
fn history(calls: &[(u8, u8, u8, bool)]) -> History {
    let oracle = oracle();
    let mut state = Joint::default();
    let mut history = History::default();
    for (at, (which, early, late, lies)) in calls.iter().enumerate() {
        let (ask, saws) = ask(*which);
        let now = at as u64 * 10 + 50;
        let (start_us, end_us) = (now - u64::from(early % 40), Some(now + u64::from(late % 40)));
        let client = format!("c{at}");
        let mut lawful = None;
        for saw in &saws {
            let call = Call { client: client.clone(), start_us, end_us, ask: ask.clone(), saw: saw.clone() };
            let alone = History { calls: vec![call.clone()] };
            if let Some(after) = state.after(&oracle, &alone, 0).into_iter().next() {
                lawful = Some((call, after));
                break;
            }
        }
        let Some((mut call, after)) = lawful else { continue };
        state = after;
        if *lies {
            call.saw = saws[saws.len() - 1].clone();
        }
        history.calls.push(call);
    }
    history
}

/// Whether any order at all is lawful: every one is tried.
fn some_order(history: &History, done: &[usize], state: &Joint, oracle: &Oracle) -> bool {
    if done.len() == history.calls.len() {
        return true;
    }
    (0..history.calls.len()).filter(|at| !done.contains(at)).any(|at| {
        let waits = (0..history.calls.len()).any(|other| {
            !done.contains(&other)
                && history.calls[other].end_us.is_some_and(|end| end < history.calls[at].start_us)
        });
        !waits
            && state.after(oracle, history, at).iter().any(|after| {
                let done: Vec<usize> = done.iter().copied().chain([at]).collect();
                some_order(history, &done, after, oracle)
            })
    })
}

fn is_lawful(history: &History) -> bool {
    matches!(judge(history, &oracle()), Found::Lawful(_))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_search_finds_what_trying_every_order_finds(
        calls in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>(), prop::bool::weighted(0.15)), 1..7),
    ) {
        let history = history(&calls);
        let expected = some_order(&history, &[], &Joint::default(), &oracle());
        prop_assert_eq!(is_lawful(&history), expected, "{:#?}", history);
    }

    #[test]
    fn what_took_effect_in_some_order_is_lawful(
        calls in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>(), Just(false)), 1..20),
    ) {
        prop_assert!(is_lawful(&history(&calls)));
    }
}

fn call(client: &str, times: (u64, Option<u64>), ask: Ask, saw: Saw) -> Call {
    Call { client: client.to_owned(), start_us: times.0, end_us: times.1, ask, saw }
}

fn created() -> Call {
    let ask = Ask::CreateUpload { key: KEY.to_owned(), sequential: false };
    call("a", (1, Some(1)), ask, Saw::Created { upload: "u".to_owned() })
}

fn get(times: (u64, Option<u64>), saw: Saw) -> Call {
    call("b", times, Ask::GetObject { key: KEY.to_owned(), range: None }, saw)
}

fn completed(times: (u64, Option<u64>), saw: Saw) -> Call {
    let list = Some(vec![(1, "e1".to_owned())]);
    call("a", times, Ask::CompleteUpload { key: KEY.to_owned(), upload: "u".to_owned(), list }, saw)
}

fn sent() -> Call {
    call("a", (2, Some(3)), part("u", 1), Saw::Stored { etag: Some("e1".to_owned()) })
}

#[test]
fn a_call_without_an_answer_may_have_happened_or_not() {
    let unanswered = || completed((4, None), Saw::Nothing);
    let missing = Saw::Refused { status: 404, code: "NoSuchKey".to_owned() };
    for (seen, lawful) in [
        (vec![object(1, "o")], true),
        (vec![missing.clone()], true),
        (vec![missing.clone(), object(1, "o")], true),
        (vec![object(1, "o"), missing], false),
        (vec![object(2, "o")], false),
    ] {
        let mut calls = vec![created(), sent(), unanswered()];
        let reads = seen.iter().zip((10..).step_by(10));
        calls.extend(reads.map(|(saw, at)| get((at, Some(at + 1)), saw.clone())));
        assert_eq!(is_lawful(&History { calls }), lawful, "{seen:?}");
    }
}

#[test]
fn an_object_that_was_read_stays() {
    let done = || completed((4, Some(20)), Saw::Completed { etag: Some("o".to_owned()) });
    let missing = || Saw::Refused { status: 404, code: "NoSuchKey".to_owned() };
    // While the completion is under way either is right, but not the old after the new.
    let reads = |first: Saw, second: Saw| History {
        calls: vec![created(), sent(), done(), get((6, Some(7)), first), get((8, Some(9)), second)],
    };
    assert!(is_lawful(&reads(missing(), object(1, "o"))));
    assert!(is_lawful(&reads(object(1, "o"), object(1, "o"))));
    assert!(!is_lawful(&reads(object(1, "o"), missing())));
}

#[test]
fn a_part_that_was_under_way_when_its_upload_ended_may_be_accepted() {
    let abort =
        call("a", (4, Some(5)), Ask::AbortUpload { key: KEY.to_owned(), upload: "u".to_owned() }, Saw::Done);
    let late = |start| call("b", (start, Some(9)), part("u", 2), Saw::Stored { etag: Some("e2".to_owned()) });
    assert!(is_lawful(&History { calls: vec![created(), sent(), abort.clone(), late(3)] }));
    assert!(!is_lawful(&History { calls: vec![created(), sent(), abort, late(6)] }));
}

#[test]
fn an_unknown_etag_is_bound_by_what_is_seen_later() {
    let sent = || call("a", (2, Some(3)), part("u", 1), Saw::Stored { etag: None });
    let done = || completed((4, Some(5)), Saw::Completed { etag: None });
    let read = |at, etag| get((at, Some(at + 1)), object(1, etag));
    assert!(is_lawful(&History { calls: vec![created(), sent(), done(), read(6, "x"), read(8, "x")] }));
    assert!(!is_lawful(&History { calls: vec![created(), sent(), done(), read(6, "x"), read(8, "y")] }));
    // Whatever its ETag is, other bytes are not what was completed.
    let other = get((6, Some(7)), object(7, "x"));
    assert_eq!(kind(vec![put((0, Some(0)), 7, "old"), created(), sent(), done(), other]), Kind::Lost);
}

#[test]
fn the_acknowledged_bytes_under_another_etag_are_not_lost() {
    let done = completed((4, Some(5)), Saw::Completed { etag: Some("o".to_owned()) });
    let calls = vec![created(), sent(), done, get((10, Some(11)), object(1, "else"))];
    assert_eq!(kind(calls), Kind::OtherETag);
}

#[test]
fn what_happens_after_an_abort_is_told_apart() {
    let abort = || {
        call("a", (4, Some(5)), Ask::AbortUpload { key: KEY.to_owned(), upload: "u".to_owned() }, Saw::Done)
    };
    let list = |at, saw| {
        let ask = Ask::ListParts { key: KEY.to_owned(), upload: "u".to_owned(), after: 0, max: 1000 };
        call("a", (at, Some(at + 1)), ask, saw)
    };
    let parts = || Saw::Parts { parts: Vec::new(), truncated: false };
    let gone = || Saw::Refused { status: 404, code: "NoSuchUpload".to_owned() };
    let etag = || Some("o".to_owned());
    let late = || call("b", (6, Some(7)), part("u", 2), Saw::Stored { etag: Some("e2".to_owned()) });
    for (calls, expected) in [
        (vec![abort(), list(6, gone()), list(8, parts())], Kind::Revived),
        (vec![abort(), late()], Kind::PartAfterAbort),
        (vec![abort(), completed((8, Some(9)), Saw::Completed { etag: etag() })], Kind::CompletedAfterAbort),
        (
            vec![
                completed((4, Some(5)), Saw::Completed { etag: etag() }),
                call(
                    "a",
                    (6, Some(7)),
                    Ask::CompleteUpload {
                        key: KEY.to_owned(),
                        upload: "u".to_owned(),
                        list: Some(vec![(2, "other".to_owned())]),
                    },
                    Saw::Completed { etag: etag() },
                ),
            ],
            Kind::ReplayedForAnyList,
        ),
    ] {
        let calls = [vec![created(), sent()], calls].concat();
        assert_eq!(kind(calls), expected);
    }
}

fn put(times: (u64, Option<u64>), blob: u64, etag: &str) -> Call {
    let ask = Ask::PutObject { key: KEY.to_owned(), content: content(blob), md5: String::new() };
    call("c", times, ask, Saw::Stored { etag: Some(etag.to_owned()) })
}

fn kind(calls: Vec<Call>) -> Kind {
    let history = History { calls };
    let Found::Unlawful(stuck) = judge(&history, &oracle()) else { panic!("some order explains it") };
    kind_of(&history, &stuck)
}

#[test]
fn what_was_acknowledged_and_is_not_there_is_lost() {
    let done = |times| completed(times, Saw::Completed { etag: Some("o".to_owned()) });
    let missing = |status| Saw::Refused { status, code: "any".to_owned() };
    let old = || put((0, Some(0)), 7, "old");
    for (seen, expected) in [
        (missing(404), Kind::Lost),
        // It is there, and cannot be put together.
        (missing(409), Kind::Lost),
        (object(7, "old"), Kind::Lost),
        (missing(403), Kind::UnlawfulAnswer),
    ] {
        let calls = vec![old(), created(), sent(), done((4, Some(5))), get((10, Some(11)), seen.clone())];
        assert_eq!(kind(calls), expected, "{seen:?}");
    }
    // Of two at once either may stay, and nothing else.
    let both = |seen| {
        let (one, other) = (done((4, Some(6))), put((5, Some(7)), 8, "new"));
        vec![old(), created(), sent(), one, other, get((10, Some(11)), seen)]
    };
    assert_eq!(kind(both(object(7, "old"))), Kind::Lost);
    assert_eq!(kind(both(missing(404))), Kind::Lost);
    // The bytes of one lie under the ETag of the other.
    assert_eq!(kind(both(object(8, "o"))), Kind::Torn);
    assert!(is_lawful(&History { calls: both(object(8, "new")) }));
    assert!(is_lawful(&History { calls: both(object(1, "o")) }));
}

#[test]
fn the_etag_of_one_object_over_the_bytes_of_another_is_torn() {
    let seen = |saw| {
        let done = completed((4, Some(20)), Saw::Completed { etag: Some("o".to_owned()) });
        vec![put((0, Some(0)), 7, "old"), created(), sent(), done, get((6, Some(7)), saw)]
    };
    assert_eq!(kind(seen(object(1, "old"))), Kind::Torn);
    assert_eq!(kind(seen(object(7, "o"))), Kind::Torn);
    assert!(is_lawful(&History { calls: seen(object(1, "o")) }));
    assert!(is_lawful(&History { calls: seen(object(7, "old")) }));
}
