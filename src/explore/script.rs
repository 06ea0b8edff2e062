//! Moves as a case. What a number means is one of what there is at that point, so that any moves make sense.

use std::fmt::Write as _;

use super::moves::{Conduct, Id, Move, Number, Range, Size};
use super::scope::Scope;
use super::sizes::{copied_range, size_text};

/// Where the case comes from.
pub(super) struct Origin<'o> {
    pub(super) title: &'o str,
    pub(super) seed: &'o str,
}

pub(super) struct Upload {
    name: String,
    key: u8,
    pub(super) ended: bool,
    /// Nothing but an abort has ended it.
    aborted: bool,
    sequential: bool,
}

pub(super) struct Part {
    pub(super) name: String,
    pub(super) upload: usize,
    pub(super) number: String,
    /// It has the usual size of a part, or more.
    large: bool,
    /// An answer with success is expected, so that later steps can name it.
    pub(super) kept: bool,
}

/// The keys of a case.
const KEYS: u8 = 3;

/// A case in the making.
pub(super) struct Script {
    pub(super) scope: Scope,
    /// A text a step.
    steps: Vec<String>,
    pub(super) uploads: Vec<Upload>,
    pub(super) parts: Vec<Part>,
    held: Vec<String>,
    keys: [Key; KEYS as usize],
    names: usize,
    /// How the next call names its upload, where it is none of the key.
    astray: Option<(u8, Id)>,
}

#[derive(Clone, Copy, Default)]
struct Key {
    /// A call was about it.
    touched: bool,
    /// A put has written it, so that it can be copied from.
    put: bool,
    /// Its object may be so large that it is read in pieces.
    large: bool,
}

/// The text of the case that the moves come to, or of some steps of it; none if there is nothing to do. It may close
/// with a look at everything.
pub(super) fn write(
    moves: &[Move],
    scope: Scope,
    origin: &Origin<'_>,
    (closes, kept): (bool, Option<&[usize]>),
) -> Option<String> {
    let mut script = Script::new(scope);
    for next in moves {
        script.add(next);
    }
    if script.steps.is_empty() {
        return None;
    }
    if closes {
        script.close();
    } else {
        script.release_all();
    }
    if let Some(kept) = kept {
        script.steps = kept.iter().filter_map(|at| script.steps.get(*at).cloned()).collect();
    }
    Some(format!(
        "title: {}\nlevel: MUST\ngenerated: {{ seed: \"{}\", suite: {} }}\n\nsteps:\n{}",
        origin.title,
        origin.seed,
        env!("CARGO_PKG_VERSION"),
        script.steps.concat()
    ))
}

/// Which step each move comes to, where it comes to any.
pub(super) fn steps_of(moves: &[Move], scope: Scope) -> Vec<Option<usize>> {
    let mut script = Script::new(scope);
    let step = |next: &Move| {
        let before = script.steps.len();
        script.add(next);
        script.steps.len().checked_sub(1).filter(|last| *last >= before)
    };
    moves.iter().map(step).collect()
}

impl Script {
    fn new(scope: Scope) -> Self {
        Self {
            scope,
            steps: Vec::new(),
            uploads: Vec::new(),
            parts: Vec::new(),
            held: Vec::new(),
            keys: Default::default(),
            names: 0,
            astray: None,
        }
    }

    fn add(&mut self, next: &Move) {
        match next {
            Move::Race(calls) => {
                let leaves = calls.iter().any(Move::leaves);
                let deletes = calls.iter().any(|call| matches!(call.bare(), Move::Delete { .. }));
                let known = self.uploads.len();
                let of = |call: &Move| pick(call.upload()?, known);
                let ended: Vec<usize> =
                    calls.iter().filter(|call| call.ends_an_upload()).filter_map(of).collect();
                let mut lanes: Vec<(String, String)> = calls
                    .iter()
                    .filter_map(|call| {
                        let text = self.call(call, true)?;
                        // Where the other client went away, this one knows what it sent.
                        if let Some(part) = self.parts.last_mut().filter(|_| call.is_part()) {
                            part.kept |= leaves && !call.leaves() && part.number != "0";
                            // Nobody ends its upload, and a source of it is there before and after.
                            let goes = ended.contains(&part.upload) || (deletes && call.copies());
                            part.kept |= !goes && part.number != "0" && self.astray.is_none();
                        }
                        Some((text, conduct_text(call)))
                    })
                    .collect();
                match lanes.len() {
                    0 => {}
                    1 => self.step(&lanes.remove(0).0),
                    _ => {
                        let mut step = "  - together:\n".to_owned();
                        for (lane, (call, conduct)) in
                            ["one", "two", "three", "four", "five", "six"].iter().zip(&lanes)
                        {
                            let _ = writeln!(step, "      {lane}: {{ {call}{conduct} }}");
                        }
                        step.push_str("    expect: linearizable\n");
                        self.steps.push(step);
                    }
                }
            }
            Move::Release { held } => {
                if let Some(at) = pick(*held, self.held.len()) {
                    let held = self.held.remove(at);
                    self.step(&format!("release: {held}"));
                }
            }
            Move::Restart => {
                // What is under way would be cut, and prove nothing.
                self.release_all();
                self.steps.push("  - restart:\n".to_owned());
            }
            Move::Hold { upload, number } => {
                let Some(at) = pick(*upload, self.uploads.len()) else { return };
                // Whether it is in its turn is decided when its head comes, and judged when it ends.
                if self.uploads[at].sequential {
                    return;
                }
                let name = self.name("p");
                let of = &self.uploads[at].name;
                let number = number + 1;
                self.steps.push(format!(
                    "  - upload_part: {{ number: {number}, upload: {of}, size: 1KiB, as: {name}, hold: half }}\n"
                ));
                self.held.push(name);
            }
            call => {
                if let Some(call) = self.call(call, false) {
                    self.step(&call);
                }
            }
        }
    }

    /// What is under way comes to its end.
    fn release_all(&mut self) {
        for held in std::mem::take(&mut self.held) {
            self.step(&format!("release: {held}"));
        }
    }

    /// What is under way comes to its end, and everything is looked at.
    fn close(&mut self) {
        self.release_all();
        for at in 0..self.uploads.len() {
            let (of, key, aborted) =
                (self.uploads[at].name.clone(), self.uploads[at].key, self.uploads[at].aborted);
            self.step(&format!("list_parts: {{ upload: {of} }}"));
            // Of one that was completed, the object stays.
            self.step(&format!("abort_upload: {{ upload: {of} }}"));
            if aborted {
                let name = self.name("p");
                self.step(&format!("upload_part: {{ number: 1, upload: {of}, size: 24, as: {name} }}"));
                if let Some((list, _)) = self.list(at, super::moves::Listing::Exact) {
                    self.step(&format!("complete_upload: {{ upload: {of}, {list} }}"));
                    self.keys[usize::from(key)].touched = true;
                }
            }
        }
        if self.scope.listings {
            self.step("list_uploads: {}");
        }
        if self.scope.objects {
            self.step("list_objects: {}");
        }
        for key in (0..KEYS).filter(|key| self.keys[usize::from(*key)].touched).collect::<Vec<_>>() {
            let call = self.read(key, Range::Whole);
            // Calls that follow each other go round over the nodes.
            for _ in 0..self.scope.nodes {
                if self.keys[usize::from(key)].large {
                    self.step(&format!("head_object: {{ key: k{key} }}"));
                }
            }
            for _ in 0..self.scope.nodes {
                self.step(&call);
            }
        }
    }

    fn step(&mut self, call: &str) {
        self.steps.push(format!("  - {call}\n    expect: lawful\n"));
    }

    fn name(&mut self, letter: &str) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    fn touch(&mut self, key: u8) -> &mut Key {
        let key = &mut self.keys[usize::from(key % KEYS)];
        key.touched = true;
        key
    }

    /// A call as it stands in a step; none if there is nothing that it could be about.
    fn call(&mut self, call: &Move, in_race: bool) -> Option<String> {
        Some(match call {
            Move::Create { key, sequential } => {
                let (key, name) = (*key % KEYS, self.name("U"));
                self.touch(key);
                self.uploads.push(Upload {
                    name: name.clone(),
                    key,
                    ended: false,
                    aborted: false,
                    sequential: *sequential,
                });
                let sequential = if *sequential { ", sequential: true" } else { "" };
                format!("create_upload: {{ key: k{key}, as: {name}{sequential}{} }}", self.metadata())
            }
            Move::Part { upload, number, size } | Move::CopyShared { upload, number, size } => {
                let (at, of) = self.upload(*upload)?;
                let large = matches!(size, Size::Full | Size::AlmostFull);
                let copied = matches!(call, Move::CopyShared { .. }) || (large && self.scope.costly);
                let size = match self.is_taken(at, *number) {
                    true => *size,
                    // What has to be refused need not be large.
                    false => Size::Tiny(0),
                };
                let number = self.number(*number);
                let name = self.name("p");
                self.keep(&name, at, &number, large, in_race);
                match copied && self.scope.shared {
                    true => format!(
                        "upload_part_copy: {{ number: {number}, upload: {of}, source: {{ shared: full + 1MiB }}, {}, as: {name} }}",
                        copied_range(size, self.names)
                    ),
                    false => format!(
                        "upload_part: {{ number: {number}, upload: {of}, size: {}, as: {name} }}",
                        size_text(size, self.names)
                    ),
                }
            }
            Move::Copy { upload, number, source, ranged } => {
                let (at, of) = self.upload(*upload)?;
                let source = *source % KEYS;
                if !self.keys[usize::from(source)].put {
                    return None;
                }
                let number = self.number(*number);
                let name = self.name("p");
                self.keep(&name, at, &number, false, in_race);
                let range = if *ranged { ", range: [2, 9]" } else { "" };
                format!(
                    "upload_part_copy: {{ number: {number}, upload: {of}, source: k{source}{range}, as: {name} }}"
                )
            }
            Move::Complete { upload, list } => {
                let (at, of) = self.upload(*upload)?;
                // A list that has to be refused leaves the upload as it is.
                let (list, completes) = self.list(at, *list)?;
                if self.astray.is_none() && completes {
                    let large = self.parts.iter().any(|part| part.upload == at && part.large);
                    let key = self.uploads[at].key;
                    self.touch(key).large |= large && self.scope.costly;
                    self.uploads[at].ended |= !in_race;
                    self.uploads[at].aborted = false;
                }
                format!("complete_upload: {{ upload: {of}, {list} }}")
            }
            Move::Abort { upload } => {
                let (at, of) = self.upload(*upload)?;
                if !in_race && self.astray.is_none() {
                    self.uploads[at].aborted = !self.uploads[at].ended;
                    self.uploads[at].ended = true;
                }
                format!("abort_upload: {{ upload: {of} }}")
            }
            Move::ListParts { upload, paged, after } => {
                let (_, of) = self.upload(*upload)?;
                match paged {
                    true => format!(
                        "list_parts: {{ upload: {of}, max_parts: {}, part_number_marker: {after} }}",
                        after % 2 + 1
                    ),
                    false => format!("list_parts: {{ upload: {of} }}"),
                }
            }
            Move::ListUploads { paged: true } => "list_uploads: { max_uploads: 2 }".to_owned(),
            Move::ListUploads { paged: false } => "list_uploads: {}".to_owned(),
            Move::ListObjects => "list_objects: {}".to_owned(),
            Move::Put { key, size } => {
                let key = *key % KEYS;
                self.touch(key).put = true;
                self.names += 1;
                let size = size_text(*size, self.names);
                format!("put_object: {{ key: k{key}, size: {size}{} }}", self.metadata())
            }
            Move::Get { key, range } => {
                self.touch(*key);
                self.read(*key % KEYS, *range)
            }
            Move::Head { key } => {
                self.touch(*key);
                format!("head_object: {{ key: k{} }}", key % KEYS)
            }
            Move::Delete { key } => {
                self.touch(*key);
                format!("delete_object: {{ key: k{} }}", key % KEYS)
            }
            Move::Astray { key, id, call } => {
                self.touch(*key);
                self.astray = Some((*key % KEYS, *id));
                let call = self.call(call, in_race);
                self.astray = None;
                return call;
            }
            Move::Lane { call, .. } => return self.call(call, in_race),
            Move::Race(_) | Move::Hold { .. } | Move::Release { .. } | Move::Restart => return None,
        })
    }

    /// Each object has other metadata, so that a mixture shows.
    fn metadata(&self) -> String {
        if self.scope.metadata { format!(", metadata: {{ v: \"{}\" }}", self.names) } else { String::new() }
    }

    /// A reading of an object; of a large one never all.
    fn read(&self, key: u8, range: Range) -> String {
        let large = self.keys[usize::from(key)].large;
        let range = match range {
            Range::Whole if large => Range::Border,
            range => range,
        };
        match range {
            Range::Whole | Range::All => format!("get_object: {{ key: k{key} }}"),
            Range::First => format!("get_object: {{ key: k{key}, range: [0, 7] }}"),
            Range::Border => format!("get_object: {{ key: k{key}, range: [full - 64, full + 135] }}"),
            Range::SecondBorder => {
                format!("get_object: {{ key: k{key}, range: [full + full - 64, full + full + 199] }}")
            }
        }
    }

    /// An upload, and how a call names it.
    fn upload(&self, which: u8) -> Option<(usize, String)> {
        let at = pick(which, self.uploads.len());
        match self.astray {
            Some((key, Id::Unknown)) => Some((at.unwrap_or(0), format!("{{ id: unknown }}, key: k{key}"))),
            Some((key, Id::OfAnotherKey)) => Some((at?, format!("{}, key: k{key}", self.uploads[at?].name))),
            None => Some((at?, self.uploads[at?].name.clone())),
        }
    }

    /// Whether a part is taken where the documents are kept.
    fn is_taken(&self, upload: usize, number: Number) -> bool {
        let in_range = !matches!(number, Number::TooSmall | Number::TooLarge);
        in_range && self.astray.is_none() && self.uploads.get(upload).is_some_and(|upload| !upload.ended)
    }

    /// Parts of an upload that is there, with a number in range, have an ETag that lists can name.
    fn keep(&mut self, name: &str, upload: usize, number: &str, large: bool, in_race: bool) {
        let there = self.astray.is_none() && self.uploads.get(upload).is_some_and(|upload| !upload.ended);
        let kept = number.parse::<u64>().is_ok() && there && !in_race;
        let (name, number) = (name.to_owned(), number.to_owned());
        self.parts.push(Part { name, upload, number, large, kept });
    }

    fn number(&self, number: Number) -> String {
        match number {
            Number::Low(low) => (low % 4 + 1).to_string(),
            Number::Far => "77".to_owned(),
            Number::Largest if self.scope.largest_number => "max_part_number".to_owned(),
            Number::TooLarge if self.scope.largest_number && self.scope.high_numbers => {
                "max_part_number + 1".to_owned()
            }
            Number::TooSmall if self.scope.low_numbers => "0".to_owned(),
            Number::Largest | Number::TooLarge | Number::TooSmall => "9".to_owned(),
        }
    }
}

/// What is said beside the call of a lane.
fn conduct_text(call: &Move) -> String {
    let Move::Lane { conduct, call } = call else { return String::new() };
    let text = match conduct {
        Conduct::Late(by) => format!(", after: {by}us"),
        Conduct::Leaves(after) => format!(", hangs_up: {after}us"),
        Conduct::LeavesInBody => ", hangs_up: in_body".to_owned(),
        Conduct::Pauses(by) => format!(", pauses: {by}us"),
    };
    text + &conduct_text(call)
}

/// One of several; the highest numbers stand for the last.
pub(super) fn pick(which: u8, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(if which == u8::MAX { last } else { usize::from(which) % count })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::collections::BTreeSet;

    use super::super::draws::{races, sequence};
    use super::super::plan::{
        across_restarts, going_away, pairs, parts_of_unlike_sizes, reading_slowly, walks,
    };
    use super::*;
    use crate::case::load_case;

    fn scope(provider: &str) -> Scope {
        Scope::of(&mpuspec_mock::provider::load(provider).expect("it is bundled"), "http").with_restarts(true)
    }

    fn loads(moves: &[Move], scope: Scope) -> Result<(), String> {
        let Some(text) = write(moves, scope, &Origin { title: "A title", seed: "1" }, (true, None)) else {
            return Ok(());
        };
        let origin = mpuspec_mock::provider::Origin { name: "it.yaml".to_owned(), text: text.clone() };
        load_case("explore/it", origin).map(|_| ()).map_err(|problems| {
            let told: Vec<String> = problems
                .iter()
                .map(|problem| format!("{}: {}", problem.placed.span.line, problem.placed.message))
                .collect();
            format!("{}\n{text}", told.join("\n"))
        })
    }

    #[test]
    fn all_of_the_plan_is_a_case() {
        for provider in ["aws-s3", "alibaba-oss", "yandex", "storj", "generic"] {
            let scope = scope(provider);
            let walks = walks(scope, "seed", &BTreeSet::new(), 40).into_iter().map(|walk| walk.moves);
            let rounds =
                pairs(scope).into_iter().flat_map(|pair| (0..3).map(move |at| pair.moves(at, scope)));
            let away = going_away(scope, "seed", 2).into_iter().chain(reading_slowly(scope, 1));
            for moves in
                walks.chain(parts_of_unlike_sizes(scope)).chain(rounds).chain(across_restarts()).chain(away)
            {
                assert_eq!(loads(&moves, scope), Ok(()), "{provider}");
            }
        }
    }

    #[test]
    fn each_node_is_asked_for_each_key_in_the_end() {
        let moves = [Move::Put { key: 0, size: Size::Tiny(1) }, Move::Put { key: 1, size: Size::Tiny(2) }];
        let origin = Origin { title: "A title", seed: "1" };
        let text = write(&moves, scope("aws-s3").with_nodes(3), &origin, (true, None)).expect("a case");
        for key in ["k0", "k1"] {
            assert_eq!(text.matches(&format!("get_object: {{ key: {key} }}")).count(), 3, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_part_of_any_moves_is_a_case(
            moves in sequence(scope("alibaba-oss"), true),
            rounds in races(scope("aws-s3"), true),
            keep in any::<u64>(),
        ) {
            for (moves, scope) in [(moves, scope("alibaba-oss")), (rounds, scope("aws-s3"))] {
                let some: Vec<Move> = moves
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| keep >> (at % 64) & 1 == 1)
                    .map(|(_, call)| call.clone())
                    .collect();
                for moves in [&moves, &some] {
                    prop_assert_eq!(loads(moves, scope), Ok(()));
                }
            }
        }
    }
}
