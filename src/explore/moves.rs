//! What can be done next, and how often it is.

use mpuspec_mock::provider::{Dialect, LimitName, Provider, Support};
use proptest::prelude::*;
use proptest::strategy::Union;

/// What of a provider matters to what is tried.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Parts can be copied.
    pub(super) copies: bool,
    /// Uploads can be listed.
    pub(super) listings: bool,
    /// An upload can be completed without a list.
    pub(super) complete_all: bool,
    /// Uploads can be sequential.
    pub(super) sequential: bool,
    /// There is a smallest part, and documents agree on it.
    pub(super) smallest: bool,
    /// There is a largest part number.
    pub(super) largest_number: bool,
    /// Requests can stop in the middle of their body.
    pub(super) holds: bool,
    /// A part of the usual size costs much.
    pub(super) costly: bool,
    /// The server can be started anew.
    pub(super) restarts: bool,
}

/// From this size on, a part costs much.
const COSTLY: u64 = 256 << 10;

impl Scope {
    /// What can be tried of a provider on an endpoint of this scheme.
    pub fn of(provider: &Provider, scheme: &str) -> Self {
        let may = |name: &str| provider.support(name) != Support::No;
        let has = |name: &str| provider.support(name) == Support::Yes;
        let claims = provider.limits.get(&LimitName::MinPartSize).map_or(0, Vec::len);
        Self {
            copies: may("upload_part_copy"),
            listings: may("list_uploads"),
            complete_all: provider.dialect == Dialect::Oss && has("complete_all"),
            sequential: provider.dialect == Dialect::Oss && has("sequential"),
            smallest: claims == 1 && provider.limit(LimitName::MinPartSize).is_some(),
            largest_number: provider.limit(LimitName::MaxPartNumber).is_some(),
            holds: scheme == "http",
            costly: provider.limit(LimitName::MinPartSize).unwrap_or(0) > COSTLY,
            restarts: false,
        }
    }

    /// The same without operations that a server does not have.
    #[must_use]
    pub fn without(self, copies: bool, listings: bool) -> Self {
        Self { copies: self.copies && !copies, listings: self.listings && !listings, ..self }
    }

    /// The same on a server that can be started anew, or cannot.
    #[must_use]
    pub fn with_restarts(self, restarts: bool) -> Self {
        Self { restarts, ..self }
    }
}

/// Something to do. Numbers stand for one of what there is by then.
#[derive(Clone, Debug)]
pub(super) enum Move {
    Create {
        key: u8,
        sequential: bool,
    },
    Part {
        upload: u8,
        number: Number,
        size: Size,
    },
    Copy {
        upload: u8,
        number: Number,
        source: u8,
        ranged: bool,
    },
    Complete {
        upload: u8,
        list: Listing,
    },
    Abort {
        upload: u8,
    },
    ListParts {
        upload: u8,
        paged: bool,
        after: u8,
    },
    ListUploads {
        paged: bool,
    },
    Put {
        key: u8,
    },
    Get {
        key: u8,
        ranged: bool,
    },
    Head {
        key: u8,
    },
    Delete {
        key: u8,
    },
    Hold {
        upload: u8,
        number: u8,
    },
    Release {
        held: u8,
    },
    /// The server is started anew.
    Restart,
    /// At the same time.
    Race(Vec<Move>),
}

impl Move {
    /// The number of the upload that it is about.
    pub(super) fn upload_mut(&mut self) -> Option<&mut u8> {
        match self {
            Self::Part { upload, .. }
            | Self::Copy { upload, .. }
            | Self::Complete { upload, .. }
            | Self::Abort { upload }
            | Self::ListParts { upload, .. }
            | Self::Hold { upload, .. } => Some(upload),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    /// One of the first.
    Low(u8),
    /// Far from the others.
    Far,
    Largest,
    TooSmall,
    TooLarge,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Size {
    /// A few bytes.
    Tiny(u8),
    /// As large as a part that is not the last must be.
    Full,
    /// One byte less.
    AlmostFull,
    Empty,
}

/// What the list of a completion says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listing {
    /// Every part as it is.
    Exact,
    /// Some of them.
    Some(u8),
    /// In another order.
    Turned,
    /// The first one twice.
    Twice,
    /// A wrong ETag.
    WrongETag(u8),
    /// The ETag that a part had before it was sent again.
    Superseded,
    /// The ETag of a part of another upload.
    Foreign(u8),
    /// A number that was never sent.
    NeverSent,
    Empty,
    /// No list: everything.
    All,
}

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
        (3, few().prop_map(|key| Move::Put { key }).boxed()),
        (5, (few(), prop::bool::weighted(0.3)).prop_map(|(key, ranged)| Move::Get { key, ranged }).boxed()),
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

/// One race between what has been prepared and what tells its end, some rounds of it.
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
        moves.extend([Move::Release { held: newest }, look(), Move::Get { key, ranged: false }]);
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
        moves.push(Move::Get { key, ranged: false });
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
            moves.push(Move::Put { key });
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
                Move::Put { key: of }
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
        moves.push(Move::Get { key, ranged: false });
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
        (2, Just(Move::Put { key: 0 }).boxed()),
        (3, Just(Move::Get { key: 0, ranged: false }).boxed()),
        (2, Just(Move::Delete { key: 0 }).boxed()),
        (1, Just(Move::Create { key: 0, sequential: false }).boxed()),
        (2, Just(Move::ListParts { upload: newest, paged: false, after: 0 }).boxed()),
        (on(scope.listings), Just(Move::ListUploads { paged: false }).boxed()),
    ])
}
