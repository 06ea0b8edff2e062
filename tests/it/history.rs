use std::collections::BTreeMap;

use mpuspec::internals::history::{
    Ask, Call, Found, History, Joint, Kind, Oracle, Order, Piece, Saw, SeenObject, SeenPart,
    earliest_to_blame, judge, kind_of, order_of,
};
use proptest::prelude::*;

const KEY: &str = "k";

/// As many histories as are judged side by side, each too wide to be searched to its end.
#[test]
fn a_search_that_is_too_wide_takes_little_memory() {
    let wide = || {
        let create = Ask::CreateUpload { key: KEY.to_owned(), sequential: false, meta: BTreeMap::new() };
        let mut calls = vec![call("a", (0, Some(1)), create, Saw::Created { upload: "u".to_owned() })];
        let sent = |at: u64| {
            let ask = Ask::UploadPart {
                key: KEY.to_owned(),
                upload: "u".to_owned(),
                number: i64::try_from(at % 40 + 1).expect("it is small"),
                content: content(at),
                md5: String::new(),
            };
            call("b", (2, Some(100)), ask, Saw::Stored { etag: Some(format!("e{at}")) })
        };
        calls.extend((0..80).map(sent));
        let read = Ask::GetObject { key: KEY.to_owned(), range: None };
        calls.push(call("a", (101, Some(102)), read, object(3, "nobody's")));
        History { calls }
    };
    let (history, oracle) = (wide(), oracle());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(!matches!(judge(&history, &oracle), Found::Lawful(_))));
        }
    });
}

#[test]
fn more_calls_than_can_be_ordered_are_undecided() {
    let many = |count: u64| {
        let delete = |at| call("a", (at, Some(at)), Ask::DeleteObject { key: KEY.to_owned() }, Saw::Done);
        History { calls: (0..count).map(delete).collect() }
    };
    assert!(matches!(judge(&many(1_000), &oracle()), Found::Lawful(_) | Found::TooMany));
    assert!(matches!(judge(&many(200_000), &oracle()), Found::TooMany));
}

/// Each object is made of copies of the one before.
#[test]
fn copies_of_copies_take_as_much_as_a_state_may() {
    let key = |round: u64| format!("k{round}");
    let put = Ask::PutObject { key: key(0), content: content(1), meta: BTreeMap::new(), md5: String::new() };
    let mut calls = vec![call("a", (0, Some(0)), put, Saw::Stored { etag: Some("e0".to_owned()) })];
    let mut now = 1;
    let mut add = |ask: Ask, saw: Saw| {
        calls.push(call("a", (now, Some(now)), ask, saw));
        now += 1;
    };
    for round in 1..8 {
        let upload = format!("u{round}");
        let create = Ask::CreateUpload { key: key(round), sequential: false, meta: BTreeMap::new() };
        add(create, Saw::Created { upload: upload.clone() });
        for number in 1..=10 {
            let (key, upload, source) = (key(round), upload.clone(), key(round - 1));
            let ask = Ask::UploadPartCopy { key, upload, number, source, range: None, content: None };
            add(ask, Saw::Stored { etag: Some(format!("p{number}")) });
        }
        let list = Some((1..=10).map(|number| (number, format!("p{number}"))).collect());
        add(
            Ask::CompleteUpload { key: key(round), upload, list },
            Saw::Completed { etag: Some(format!("e{round}")) },
        );
    }
    assert_eq!(judge(&History { calls }, &oracle().with_small_parts()), Found::TooMany);
}

#[test]
fn large_metadata_is_held_as_often_as_there_is_room() {
    let meta: BTreeMap<String, String> = [("m".to_owned(), "x".repeat(4 << 20))].into();
    let put = Ask::PutObject { key: KEY.to_owned(), content: content(1), meta, md5: String::new() };
    let mut calls = vec![call("a", (0, Some(0)), put, Saw::Stored { etag: Some("e".to_owned()) })];
    let head = |at| {
        let saw = Saw::Object { etag: Some("e".to_owned()), size: Some(8), content: None, meta: None };
        call("a", (at, Some(at)), Ask::HeadObject { key: KEY.to_owned() }, saw)
    };
    calls.extend((1..100).map(head));
    assert_eq!(judge(&History { calls }, &oracle()), Found::TooMany);
}

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
    Saw::Object { etag: Some(etag.to_owned()), size: Some(8), content: Some(content(blob)), meta: None }
}

fn refused() -> Saw {
    Saw::Refused { status: 404, code: "NoSuchUpload".to_owned() }
}

/// A question, with what could be seen.
fn ask(which: u8) -> (Ask, Vec<Saw>) {
    let key = || KEY.to_owned();
    let id = || "u".to_owned();
    match which % 8 {
        0 => (
            Ask::CreateUpload { key: key(), sequential: false, meta: Default::default() },
            vec![Saw::Created { upload: id() }],
        ),
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
    let ask = Ask::CreateUpload { key: KEY.to_owned(), sequential: false, meta: Default::default() };
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
    let ask = Ask::PutObject {
        key: KEY.to_owned(),
        content: content(blob),
        md5: String::new(),
        meta: Default::default(),
    };
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

#[test]
fn an_etag_is_that_of_the_bytes_whoever_sent_them() {
    let done = completed((4, Some(20)), Saw::Completed { etag: Some("o".to_owned()) });
    let late = call("b", (2, Some(9)), part("u", 2), Saw::Stored { etag: Some("e2".to_owned()) });
    // Neither is this part listed, nor is the read behind the completion.
    let calls = vec![created(), sent(), late, done, get((10, Some(11)), object(2, "o"))];
    assert_eq!(kind(calls), Kind::OtherBytes);
}

#[test]
fn what_was_deleted_is_not_there_again() {
    let delete = |times| call("b", times, Ask::DeleteObject { key: KEY.to_owned() }, Saw::Done);
    let read = || get((10, Some(11)), object(7, "old"));
    assert_eq!(kind(vec![put((0, Some(1)), 7, "old"), delete((2, Some(3))), read()]), Kind::Undeleted);
    // Whichever came last.
    let history = History { calls: vec![put((0, Some(3)), 7, "old"), delete((2, Some(4))), read()] };
    assert!(is_lawful(&history));
    // A completion that is sent again brings nothing back, and nothing else.
    let done = |times| completed(times, Saw::Completed { etag: Some("o".to_owned()) });
    let calls = |writes: Vec<Call>| [vec![created(), sent(), done((4, Some(5)))], writes].concat();
    let again = || vec![done((8, Some(9))), get((10, Some(11)), object(1, "o"))];
    assert_eq!(kind(calls([vec![delete((6, Some(7)))], again()].concat())), Kind::Undeleted);
    assert_eq!(kind(calls([vec![put((6, Some(7)), 7, "new")], again()].concat())), Kind::Lost);
}

fn of_metadata(value: &str) -> BTreeMap<String, String> {
    [("v".to_owned(), value.to_owned())].into()
}

fn read_with(blob: u64, etag: &str, value: &str) -> Saw {
    match object(blob, etag) {
        Saw::Object { etag, size, content, .. } => {
            Saw::Object { etag, size, content, meta: Some(of_metadata(value)) }
        }
        other => other,
    }
}

fn put_with(times: (u64, Option<u64>), blob: u64, etag: &str, value: &str) -> Call {
    let mut call = put(times, blob, etag);
    if let Ask::PutObject { meta, .. } = &mut call.ask {
        *meta = of_metadata(value);
    }
    call
}

#[test]
fn an_object_has_the_metadata_of_its_own_write() {
    let writes = || vec![put_with((1, Some(2)), 1, "e1", "old"), put_with((3, Some(4)), 2, "e2", "new")];
    let read = |saw| [writes(), vec![get((5, Some(6)), saw)]].concat();
    assert!(is_lawful(&History { calls: read(read_with(2, "e2", "new")) }));
    // The bytes and the ETag are those of the newer one.
    assert_eq!(kind(read(read_with(2, "e2", "old"))), Kind::Torn);
}

fn listed(at: u64, entry: Option<(&str, u64)>) -> Call {
    let object = entry.map(|(etag, size)| SeenObject { etag: Some(etag.to_owned()), size: Some(size) });
    call("d", (at, Some(at + 1)), Ask::ListObjects { key: KEY.to_owned() }, Saw::Listed { object })
}

#[test]
fn a_listing_shows_the_object_that_is_there() {
    let after = |entry| History { calls: vec![put((1, Some(2)), 1, "e1"), listed(3, entry)] };
    assert!(is_lawful(&after(Some(("e1", 8)))));
    for wrong in [None, Some(("e2", 8)), Some(("e1", 9))] {
        assert!(!is_lawful(&after(wrong)), "{wrong:?}");
    }
    // While the put is under way either is right.
    let beside = |entry| History { calls: vec![put((1, Some(9)), 1, "e1"), listed(3, entry)] };
    assert!(is_lawful(&beside(None)) && is_lawful(&beside(Some(("e1", 8)))));
}

fn copied(times: (u64, Option<u64>), etag: &str, first: u64) -> Call {
    let content = vec![Piece { blob: Some(9), start: first, len: 8 }];
    let ask = Ask::UploadPartCopy {
        key: KEY.to_owned(),
        upload: "u".to_owned(),
        number: 1,
        source: "elsewhere".to_owned(),
        range: Some((first, first + 7)),
        content: Some(content),
    };
    call("a", times, ask, Saw::Stored { etag: Some(etag.to_owned()) })
}

#[test]
fn the_bytes_of_a_copy_are_known_where_nothing_changes_its_source() {
    let done = || completed((4, Some(5)), Saw::Completed { etag: Some("o".to_owned()) });
    let read = |pieces: Vec<Piece>| {
        let size = Some(pieces.iter().map(|piece| piece.len).sum());
        get((6, Some(7)), Saw::Object { etag: Some("o".to_owned()), size, content: Some(pieces), meta: None })
    };
    let piece = |start, len| Piece { blob: Some(9), start, len };
    let calls = |pieces| vec![created(), copied((2, Some(3)), "e1", 16), done(), read(pieces)];
    assert!(is_lawful(&History { calls: calls(vec![piece(16, 8)]) }));
    assert_eq!(kind(calls(vec![piece(24, 8)])), Kind::Torn);
    assert_eq!(kind(calls(vec![piece(16, 4)])), Kind::Torn);
}

#[test]
fn answers_show_which_of_two_calls_was_the_first() {
    let abort =
        |times| call("b", times, Ask::AbortUpload { key: KEY.to_owned(), upload: "u".to_owned() }, Saw::Done);
    let refused = || Saw::Refused { status: 404, code: "NoSuchUpload".to_owned() };
    let race = |completion: Saw| {
        let calls = vec![created(), sent(), completed((4, Some(9)), completion), abort((4, Some(9)))];
        order_of(&History { calls }, (2, 3), &oracle())
    };
    assert_eq!(race(refused()), Some(Order::Second));
    // Of two puts only what is read afterwards tells.
    let puts = |reads: Vec<Call>| {
        let puts = vec![put((1, Some(5)), 1, "e1"), put((1, Some(5)), 2, "e2")];
        order_of(&History { calls: [puts, reads].concat() }, (0, 1), &oracle())
    };
    assert_eq!(puts(Vec::new()), Some(Order::Either));
    assert_eq!(puts(vec![get((6, Some(7)), object(2, "e2"))]), Some(Order::First));
    assert_eq!(puts(vec![get((6, Some(7)), object(1, "e1"))]), Some(Order::Second));
}

#[test]
fn the_earliest_call_that_explains_all_others_is_to_blame() {
    let done = || completed((4, Some(5)), Saw::Completed { etag: Some("o".to_owned()) });
    let missing = || Saw::Refused { status: 404, code: "NoSuchKey".to_owned() };
    let blamed = |calls: Vec<Call>| {
        let history = History { calls };
        let Found::Unlawful(stuck) = judge(&history, &oracle()) else { panic!("some order explains it") };
        earliest_to_blame(&history, &stuck, &oracle())
    };
    // Had the completion had no effect, nothing would be wrong.
    assert_eq!(blamed(vec![created(), sent(), done(), get((6, Some(7)), missing())]), Some(2));
    // What was there once is missing now: the second read.
    let reads = [get((6, Some(7)), object(1, "o")), get((8, Some(9)), missing())];
    assert_eq!(blamed([vec![created(), sent(), done()], reads.to_vec()].concat()), Some(4));
}

/// A listing of parts that matches no order of many puts of parts at once.
#[test]
fn too_many_orders_are_told_and_are_no_fault() {
    let mut calls = vec![created()];
    for number in 0..24 {
        let ask = part("u", number + 1);
        calls.push(call("a", (2, Some(900)), ask, Saw::Stored { etag: Some(format!("e{number}")) }));
    }
    let parts = vec![SeenPart { number: 1, etag: Some("no".to_owned()), size: Some(8) }];
    let ask = Ask::ListParts { key: KEY.to_owned(), upload: "u".to_owned(), after: 0, max: 1000 };
    calls.push(call("b", (901, Some(902)), ask, Saw::Parts { parts, truncated: false }));
    assert!(matches!(judge(&History { calls }, &oracle()), Found::TooMany));
}
