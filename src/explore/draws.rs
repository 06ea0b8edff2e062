//! Random moves, and how often each is drawn.

use proptest::prelude::*;
use proptest::strategy::Union;

use super::moves::{Listing, Move, Number, Range, Size};
use super::scope::Scope;

/// One of several, those with a weight of nothing left out.
fn weighted<T: std::fmt::Debug + 'static>(options: Vec<(u32, BoxedStrategy<T>)>) -> BoxedStrategy<T> {
    Union::new_weighted(options.into_iter().filter(|(weight, _)| *weight > 0).collect()).boxed()
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        20 => (0..4u8).prop_map(Number::Low),
        2 => Just(Number::Far),
        1 => Just(Number::Largest),
        1 => Just(Number::TooSmall),
        1 => Just(Number::TooLarge),
    ]
}

fn size(scope: Scope, full: bool) -> impl Strategy<Value = Size> {
    let full = u32::from(full);
    let almost = u32::from(scope.smallest) * full;
    weighted(vec![
        (8, any::<u8>().prop_map(Size::Tiny).boxed()),
        (1, Just(Size::Empty).boxed()),
        (12 * full, Just(Size::Full).boxed()),
        (almost, Just(Size::AlmostFull).boxed()),
    ])
}

fn range() -> impl Strategy<Value = Range> {
    prop_oneof![7 => Just(Range::Whole), 3 => Just(Range::First)]
}

fn listing(scope: Scope) -> impl Strategy<Value = Listing> {
    weighted(vec![
        (12, Just(Listing::Exact).boxed()),
        (4, any::<u8>().prop_map(Listing::Some).boxed()),
        (1, Just(Listing::Turned).boxed()),
        (1, Just(Listing::Twice).boxed()),
        (1, any::<u8>().prop_map(Listing::WrongETag).boxed()),
        (2, Just(Listing::Superseded).boxed()),
        (1, any::<u8>().prop_map(Listing::Foreign).boxed()),
        (1, Just(Listing::NeverSent).boxed()),
        (1, Just(Listing::Empty).boxed()),
        (6 * u32::from(scope.complete_all), Just(Listing::All).boxed()),
    ])
}

fn single(scope: Scope, full: bool) -> impl Strategy<Value = Move> {
    let on = u32::from;
    let few = || 0..3u8;
    weighted(vec![
        (
            6,
            (few(), prop::bool::weighted(0.15))
                .prop_map(move |(key, wanted)| Move::Create { key, sequential: wanted && scope.sequential })
                .boxed(),
        ),
        (
            16,
            (any::<u8>(), number(), size(scope, full))
                .prop_map(|(upload, number, size)| Move::Part { upload, number, size })
                .boxed(),
        ),
        (
            3 * on(scope.copies),
            (any::<u8>(), number(), few(), any::<bool>())
                .prop_map(|(upload, number, source, ranged)| Move::Copy { upload, number, source, ranged })
                .boxed(),
        ),
        (9, (any::<u8>(), listing(scope)).prop_map(|(upload, list)| Move::Complete { upload, list }).boxed()),
        (3, any::<u8>().prop_map(|upload| Move::Abort { upload }).boxed()),
        (
            4,
            (any::<u8>(), any::<bool>(), 0..4u8)
                .prop_map(|(upload, paged, after)| Move::ListParts { upload, paged, after })
                .boxed(),
        ),
        (2 * on(scope.listings), any::<bool>().prop_map(|paged| Move::ListUploads { paged }).boxed()),
        (on(scope.objects), Just(Move::ListObjects).boxed()),
        (3, (few(), any::<u8>()).prop_map(|(key, size)| Move::Put { key, size: Size::Tiny(size) }).boxed()),
        (5, (few(), range()).prop_map(|(key, range)| Move::Get { key, range }).boxed()),
        (1, few().prop_map(|key| Move::Head { key }).boxed()),
        (2, few().prop_map(|key| Move::Delete { key }).boxed()),
        (
            2 * on(scope.holds),
            (any::<u8>(), 0..4u8).prop_map(|(upload, number)| Move::Hold { upload, number }).boxed(),
        ),
        (3 * on(scope.holds), any::<u8>().prop_map(|held| Move::Release { held }).boxed()),
        (8 * on(scope.restarts), Just(Move::Restart).boxed()),
    ])
}

/// Calls one behind the other.
pub(super) fn sequence(scope: Scope, full: bool) -> BoxedStrategy<Vec<Move>> {
    // Without an upload most calls are about nothing.
    let first = (0..3u8).prop_map(|key| Move::Create { key, sequential: false });
    let calls = prop::collection::vec(single(scope, full), 6..30);
    (first, calls).prop_map(|(first, calls)| std::iter::once(first).chain(calls).collect()).boxed()
}

/// Races between what has been prepared and what shows its end.
pub(super) fn races(scope: Scope, full: bool) -> BoxedStrategy<Vec<Move>> {
    let round = weighted(vec![
        (4, round(scope, full).boxed().boxed()),
        (u32::from(scope.holds), under_way(scope, full).boxed().boxed()),
        (4 * u32::from(scope.restarts), across_a_restart(scope, full).boxed()),
    ]);
    prop::collection::vec(round, 1..4).prop_map(|rounds| rounds.concat()).boxed()
}

/// A part whose body is under way while its upload ends.
fn under_way(scope: Scope, full: bool) -> impl Strategy<Value = Vec<Move>> {
    let newest = u8::MAX;
    let end = prop_oneof![
        1 => Just(Move::Abort { upload: newest }),
        1 => Just(Move::Complete { upload: newest, list: Listing::Exact }),
    ];
    let look = move || Move::ListParts { upload: newest, paged: false, after: 0 };
    let between = prop::collection::vec(single(scope, full), 0..2);
    (0..2u8, 0..3u8, end, between).prop_map(move |(key, number, end, between)| {
        let part = Move::Part { upload: newest, number: Number::Low(number), size: Size::Tiny(number) };
        let mut moves = vec![Move::Create { key, sequential: false }, part];
        moves.extend([Move::Hold { upload: newest, number }, end, look()]);
        moves.extend(between);
        moves.extend([Move::Release { held: newest }, look(), Move::Get { key, range: Range::Whole }]);
        moves
    })
}

/// Parts before a restart, and what is done with them behind it.
fn across_a_restart(scope: Scope, full: bool) -> impl Strategy<Value = Vec<Move>> {
    let newest = u8::MAX;
    let parts = prop::collection::vec((0..3u8, size(scope, full)), 1..3);
    let completes = prop::bool::weighted(0.7);
    (0..2u8, parts, completes).prop_map(move |(key, parts, completes)| {
        let mut moves = vec![Move::Create { key, sequential: false }];
        let number = Number::Low;
        moves.extend(parts.iter().map(|(at, size)| Move::Part {
            upload: newest,
            number: number(*at),
            size: *size,
        }));
        moves.extend([Move::Restart, Move::ListParts { upload: newest, paged: false, after: 0 }]);
        moves.extend(completes.then_some(Move::Complete { upload: newest, list: Listing::Exact }));
        moves.push(Move::Get { key, range: Range::Whole });
        moves
    })
}

/// An upload with some parts, an object beside it at times, two or three calls at once, and a look at what is.
fn round(scope: Scope, full: bool) -> impl Strategy<Value = Vec<Move>> {
    let key = 0..2u8;
    let parts = prop::collection::vec((0..3u8, size(scope, full)), 1..4);
    let (puts, again) = (prop::bool::weighted(0.5), prop::bool::weighted(0.5));
    // What a completion overlaps matters most.
    let first = prop_oneof![1 => completion(scope), 1 => racer(scope)];
    let racers = (first, racer(scope), prop::option::weighted(0.4, racer(scope)));
    let behind = prop::collection::vec(single(scope, full), 0..4);
    (key, parts, puts, again, racers, behind).prop_map(|(key, parts, puts, again, racers, behind)| {
        let mut moves = Vec::new();
        if puts {
            moves.push(Move::Put { key, size: Size::Tiny(7) });
        }
        // The newest upload is the last, whatever was before.
        moves.push(Move::Create { key, sequential: false });
        for (number, size) in &parts {
            moves.push(Move::Part { upload: u8::MAX, number: Number::Low(*number), size: *size });
        }
        if again {
            let (number, size) = parts[0];
            moves.push(Move::Part { upload: u8::MAX, number: Number::Low(number), size });
        }
        let (first, second, third) = racers;
        let of_key = |mut call: Move| {
            match &mut call {
                Move::Put { key: of, .. }
                | Move::Get { key: of, .. }
                | Move::Delete { key: of }
                | Move::Create { key: of, .. } => *of = key,
                // Most parts that race replace one that is there.
                Move::Part { number: Number::Low(number @ 0..3), .. } => {
                    *number = parts[usize::from(*number) % parts.len()].0;
                }
                _ => {}
            }
            call
        };
        moves.push(Move::Race([first, second].into_iter().chain(third).map(of_key).collect()));
        // The bytes first: a server whose listings are known to be wrong is judged up to there.
        moves.push(Move::Get { key, range: Range::Whole });
        moves.push(Move::ListParts { upload: u8::MAX, paged: false, after: 0 });
        moves.extend(behind);
        moves
    })
}

/// A completion of the newest upload, for a race.
fn completion(scope: Scope) -> BoxedStrategy<Move> {
    let list = weighted(vec![
        (6, Just(Listing::Exact).boxed()),
        (2, any::<u8>().prop_map(Listing::Some).boxed()),
        (1, Just(Listing::Superseded).boxed()),
        (3 * u32::from(scope.complete_all), Just(Listing::All).boxed()),
    ]);
    list.prop_map(|list| Move::Complete { upload: u8::MAX, list }).boxed()
}

/// A call that takes part in a race for the newest upload.
fn racer(scope: Scope) -> impl Strategy<Value = Move> {
    let newest = u8::MAX;
    let on = u32::from;
    weighted(vec![
        (10, completion(scope)),
        (4, Just(Move::Abort { upload: newest }).boxed()),
        (
            8,
            (0..4u8, any::<u8>())
                .prop_map(move |(number, size)| Move::Part {
                    upload: newest,
                    number: Number::Low(number),
                    size: Size::Tiny(size),
                })
                .boxed(),
        ),
        (2, Just(Move::Put { key: 0, size: Size::Tiny(5) }).boxed()),
        (3, Just(Move::Get { key: 0, range: Range::Whole }).boxed()),
        (2, Just(Move::Delete { key: 0 }).boxed()),
        (1, Just(Move::Create { key: 0, sequential: false }).boxed()),
        (2, Just(Move::ListParts { upload: newest, paged: false, after: 0 }).boxed()),
        (on(scope.listings), Just(Move::ListUploads { paged: false }).boxed()),
    ])
}
