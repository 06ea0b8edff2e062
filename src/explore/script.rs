//! Moves as a case. What a number means is one of what there is at that point, so that any moves make sense.

use std::fmt::Write as _;

use super::moves::{Listing, Move, Number, Scope, Size};

/// Where the case comes from.
pub(super) struct Origin<'o> {
    pub(super) title: &'o str,
    pub(super) seed: &'o str,
}

struct Upload {
    name: String,
    ended: bool,
    sequential: bool,
}

struct Part {
    name: String,
    upload: usize,
    number: String,
    /// An answer with success is expected, so that later steps can name it.
    kept: bool,
}

struct Held {
    name: String,
}

/// A case in the making.
struct Script {
    scope: Scope,
    /// A text a step.
    steps: Vec<String>,
    uploads: Vec<Upload>,
    parts: Vec<Part>,
    held: Vec<Held>,
    /// Keys that a put has written, and can be copied from.
    put: [bool; 3],
    names: usize,
}

/// The text of the case that the moves come to, or of some steps of it; none if there is nothing to do.
pub(super) fn write(
    moves: &[Move],
    scope: Scope,
    origin: &Origin<'_>,
    kept: Option<&[usize]>,
) -> Option<String> {
    let mut script = Script {
        scope,
        steps: Vec::new(),
        uploads: Vec::new(),
        parts: Vec::new(),
        held: Vec::new(),
        put: [false; 3],
        names: 0,
    };
    for next in moves {
        script.add(next);
    }
    if script.steps.is_empty() {
        return None;
    }
    script.close();
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

impl Script {
    fn add(&mut self, next: &Move) {
        match next {
            Move::Race(calls) => {
                let mut lanes: Vec<String> = calls.iter().filter_map(|call| self.call(call, true)).collect();
                match lanes.len() {
                    0 => {}
                    1 => self.step(&lanes.remove(0)),
                    _ => {
                        let mut step = "  - together:\n".to_owned();
                        for (lane, call) in ["one", "two", "three"].iter().zip(&lanes) {
                            let _ = writeln!(step, "      {lane}: {{ {call} }}");
                        }
                        step.push_str("    expect: linearizable\n");
                        self.steps.push(step);
                    }
                }
            }
            Move::Release { held } => {
                if let Some(at) = pick(*held, self.held.len()) {
                    let held = self.held.remove(at);
                    self.step(&format!("release: {}", held.name));
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
                self.held.push(Held { name });
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
            self.step(&format!("release: {}", held.name));
        }
    }

    /// What is under way comes to its end, and everything is looked at.
    fn close(&mut self) {
        self.release_all();
        let uploads: Vec<String> = self.uploads.iter().map(|upload| upload.name.clone()).collect();
        for upload in uploads {
            self.step(&format!("list_parts: {{ upload: {upload} }}"));
            // Of one that was completed, the object stays.
            self.step(&format!("abort_upload: {{ upload: {upload} }}"));
        }
        if self.scope.listings {
            self.step("list_uploads: {}");
        }
        for key in 0..3 {
            self.step(&format!("get_object: {{ key: k{key} }}"));
        }
    }

    fn step(&mut self, call: &str) {
        self.steps.push(format!("  - {call}\n    expect: lawful\n"));
    }

    fn name(&mut self, letter: &str) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    /// A call as it stands in a step; none if there is nothing that it could be about.
    fn call(&mut self, call: &Move, in_race: bool) -> Option<String> {
        Some(match call {
            Move::Create { key, sequential } => {
                let name = self.name("U");
                self.uploads.push(Upload { name: name.clone(), ended: false, sequential: *sequential });
                let sequential = if *sequential { ", sequential: true" } else { "" };
                format!("create_upload: {{ key: k{key}, as: {name}{sequential} }}")
            }
            Move::Part { upload, number, size } => {
                let (at, of) = self.upload(*upload)?;
                let number = self.number(*number);
                let name = self.name("p");
                let size = size_text(*size, self.names);
                self.keep(&name, at, &number, in_race);
                format!("upload_part: {{ number: {number}, upload: {of}, size: {size}, as: {name} }}")
            }
            Move::Copy { upload, number, source, ranged } => {
                let (at, of) = self.upload(*upload)?;
                let source = *source % 3;
                if !self.put[usize::from(source)] {
                    return None;
                }
                let number = self.number(*number);
                let name = self.name("p");
                self.keep(&name, at, &number, in_race);
                let range = if *ranged { ", range: [2, 9]" } else { "" };
                format!(
                    "upload_part_copy: {{ number: {number}, upload: {of}, source: k{source}{range}, as: {name} }}"
                )
            }
            Move::Complete { upload, list } => {
                let (at, of) = self.upload(*upload)?;
                let list = self.list(at, *list)?;
                if !in_race {
                    self.uploads[at].ended = true;
                }
                format!("complete_upload: {{ upload: {of}, {list} }}")
            }
            Move::Abort { upload } => {
                let (at, of) = self.upload(*upload)?;
                if !in_race {
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
            Move::Put { key } => {
                let key = *key % 3;
                self.put[usize::from(key)] = true;
                self.names += 1;
                format!("put_object: {{ key: k{key}, size: {} }}", 16 + self.names % 48)
            }
            Move::Get { key, ranged: true } => format!("get_object: {{ key: k{}, range: [0, 7] }}", key % 3),
            Move::Get { key, ranged: false } => format!("get_object: {{ key: k{} }}", key % 3),
            Move::Head { key } => format!("head_object: {{ key: k{} }}", key % 3),
            Move::Delete { key } => format!("delete_object: {{ key: k{} }}", key % 3),
            Move::Race(_) | Move::Hold { .. } | Move::Release { .. } | Move::Restart => return None,
        })
    }

    fn upload(&self, which: u8) -> Option<(usize, String)> {
        let at = pick(which, self.uploads.len())?;
        Some((at, self.uploads[at].name.clone()))
    }

    /// Parts of an upload that is there, with a number in range, have an ETag that lists can name.
    fn keep(&mut self, name: &str, upload: usize, number: &str, in_race: bool) {
        let kept = number.parse::<u64>().is_ok() && !self.uploads[upload].ended && !in_race;
        let (name, number) = (name.to_owned(), number.to_owned());
        self.parts.push(Part { name, upload, number, kept });
    }

    fn number(&self, number: Number) -> String {
        match number {
            Number::Low(low) => (low % 4 + 1).to_string(),
            Number::Far => "77".to_owned(),
            Number::Largest if self.scope.largest_number => "max_part_number".to_owned(),
            Number::TooLarge if self.scope.largest_number => "max_part_number + 1".to_owned(),
            Number::TooSmall => "0".to_owned(),
            Number::Largest | Number::TooLarge => "9".to_owned(),
        }
    }

    /// The list of a completion in the words of the language.
    fn list(&self, upload: usize, list: Listing) -> Option<String> {
        let sent = self.parts.iter().filter(|part| part.upload == upload && part.kept && part.number != "0");
        let mut newest: Vec<&Part> = Vec::new();
        let mut superseded = None;
        for part in sent {
            match newest.iter_mut().find(|other| other.number == part.number) {
                Some(other) => superseded = Some(std::mem::replace(other, part)),
                None => newest.push(part),
            }
        }
        newest.sort_by_key(|part| part.number.parse::<u64>().unwrap_or(u64::MAX));
        let mut entries: Vec<String> = newest.iter().map(|part| part.name.clone()).collect();
        match list {
            Listing::All if self.scope.complete_all => return Some("all: true".to_owned()),
            Listing::Empty => entries.clear(),
            Listing::NeverSent => entries.push("{ number: 99, etag: wrong }".to_owned()),
            Listing::Exact | Listing::All => {}
            // Where no part was sent again, there is none to be named.
            Listing::Superseded if superseded.is_none() => {}
            Listing::Some(mask) => {
                let mut at = 0;
                entries.retain(|_| {
                    at += 1;
                    mask >> (at % 8) & 1 == 1
                });
            }
            Listing::Turned => entries.reverse(),
            Listing::Twice => entries.extend(entries.first().cloned()),
            Listing::WrongETag(which) => {
                let at = pick(which, entries.len())?;
                entries[at] = format!("{{ part: {}, etag: wrong }}", entries[at]);
            }
            Listing::Superseded => {
                let old = superseded?;
                let at = newest.iter().position(|part| part.number == old.number)?;
                entries[at] = old.name.clone();
            }
            Listing::Foreign(which) => {
                let at = pick(which, entries.len())?;
                let foreign = self.parts.iter().rev().find(|part| part.upload != upload && part.kept)?;
                entries[at] = format!("{{ part: {}, etag: {{ of: {} }} }}", entries[at], foreign.name);
            }
        }
        Some(format!("parts: [{}]", entries.join(", ")))
    }
}

fn size_text(size: Size, names: usize) -> String {
    match size {
        // Each has another size, so that a mixture shows.
        Size::Tiny(more) => (16 + usize::from(more % 32) * 64 + names % 64).to_string(),
        Size::Full => format!("full + {}", names % 64),
        Size::AlmostFull => "min_part_size - 1".to_owned(),
        Size::Empty => "0".to_owned(),
    }
}

/// One of several; the highest numbers stand for the last.
pub(super) fn pick(which: u8, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(if which == u8::MAX { last } else { usize::from(which) % count })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::moves::{races, sequence};
    use super::*;
    use crate::case::load_case;

    fn scope(provider: &str) -> Scope {
        Scope::of(&mpuspec_mock::provider::load(provider).expect("it is bundled"), "http").with_restarts(true)
    }

    fn loads(moves: &[Move], scope: Scope) -> Result<(), String> {
        let Some(text) = write(moves, scope, &Origin { title: "A title", seed: "1" }, None) else {
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
