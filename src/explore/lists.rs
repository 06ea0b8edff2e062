//! The lists of completions.

use super::moves::Listing;
use super::script::{Part, Script, pick};

impl Script {
    /// The list of a completion in the words of the language, and whether it completes an upload that is there.
    pub(super) fn list(&self, upload: usize, list: Listing) -> Option<(String, bool)> {
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
        let is_right = match list {
            Listing::Exact | Listing::All | Listing::Some(_) => true,
            Listing::Superseded => superseded.is_none(),
            _ => false,
        };
        match list {
            Listing::All if self.scope.complete_all => return Some(("all: true".to_owned(), true)),
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
            // Behind itself: where the first is large enough, nothing else is wrong with the list.
            Listing::Twice => {
                if let Some(first) = entries.first().cloned() {
                    entries.insert(0, first);
                }
            }
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
        Some((format!("parts: [{}]", entries.join(", ")), is_right && !entries.is_empty()))
    }
}
