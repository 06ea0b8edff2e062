//! The audit: whether what was acknowledged is there.

mod ledger;

use std::collections::btree_map::Entry as Entries;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};
use sha2::{Digest, Sha256};

use super::life::Restart;
use super::runner::{Findings, Runner};
pub use ledger::{Entry, Ledger, SMALL, read_ledger};

use crate::case::Level;
use crate::operation::get_object::GetObjectRequest;
use crate::report::{AUDIT, Audit, Finding, FindingKind, LostObject, RowReport, Verdict, quoted};
use crate::visible::visible_start;
use crate::wire::{Client, Log, Target, TroubleKind, unquoted};

/// The most objects that are named, with the calls that led to them.
const MOST_TOLD: usize = 4;

impl Runner {
    /// Writes down which objects have to be there, for an audit at another time.
    pub fn save_ledger(&self, path: &Path) -> std::io::Result<()> {
        self.context.ledger.save(path, &self.header)
    }

    /// The objects that have to be there.
    pub fn acknowledged(&self) -> Vec<Entry> {
        self.context.ledger.entries()
    }

    /// Reads objects of the ledger again, after a restart where there can be one. Returns also those that are lost.
    pub async fn look_again(&self, entries: &[Entry]) -> (Audit, Vec<Entry>) {
        let restart = self.context.watch.restart();
        let restarted = match restart {
            Some(restart) if !entries.is_empty() && !self.is_interrupted() => {
                restart.restart(&self.context.client).await
            }
            _ => Ok(()),
        };
        // The mock is ready at once.
        let patience = if matches!(restart, Some(Restart::Command(_))) { WARMING } else { Duration::ZERO };
        let (mut found, lost) = audit(&self.context.client, entries, patience).await;
        if let Err(told) = restarted {
            found.trouble.get_or_insert(format!("a restart before it: {told}"));
        }
        (found, lost)
    }

    /// Reads every object of the ledger again. `ledger` is where it was saved, if the objects shall stay; `explained` are
    /// the rows of which it is known why they lost theirs.
    pub async fn audit(&self, ledger: Option<&Path>, explained: &BTreeSet<String>) -> Findings {
        let started = Instant::now();
        let entries = self.acknowledged();
        let (mut found, lost) = self.look_again(&entries).await;
        found.completions = self.context.ledger.completions();
        let mut row = RowReport::untried(
            AUDIT,
            None,
            "What a completion acknowledged is there, with the bytes that it listed",
            Level::Must,
        );
        row.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        row.notes.push(format!(
            "{} objects read again; {} completions were answered with success",
            found.read, found.completions
        ));
        (row.verdict, row.reason) = match (found.lost.len(), &found.trouble) {
            (1.., _) => {
                let lost = found.lost.iter().take(MOST_TOLD);
                let mut told: Vec<String> =
                    lost.map(|lost| format!("{} of {}: {}", lost.key, lost.row, lost.found)).collect();
                told.extend(
                    found
                        .lost_at_all()
                        .checked_sub(MOST_TOLD as u64)
                        .filter(|more| *more > 0)
                        .map(|more| format!("{more} more")),
                );
                (Verdict::Fail, Some(told.join("; ")))
            }
            (0, Some(trouble)) => (Verdict::Error, Some(trouble.clone())),
            (0, None) if found.read == 0 => {
                (Verdict::NotApplicable, Some("nothing was completed".to_owned()))
            }
            (0, None) => (Verdict::Pass, None),
        };
        let finding = |(lost, entry): (&LostObject, Entry)| Finding {
            id: AUDIT.to_owned(),
            level: Level::Must,
            kind: FindingKind::Lost,
            title: format!(
                "{}: {}, which {}: {}",
                FindingKind::Lost.in_words(),
                lost.key,
                entry.origin(),
                lost.found
            ),
            seed: self.options.seed.clone(),
            confirmed: None,
            others: 0,
            case: None,
            saved: None,
            history: entry.history,
            explanation: None,
            signs: vec![format!("of {}", lost.row), format!("found {}", class(&lost.found))],
        };
        // Of those that are there no more, or there otherwise, one each.
        let mut findings: BTreeMap<&str, (Finding, String)> = BTreeMap::new();
        for (lost, entry) in found.lost.iter().zip(lost).filter(|(lost, _)| !explained.contains(&lost.row)) {
            // A server chooses what it answers, and so how many classes there are.
            let mut at = class(&lost.found);
            if findings.len() >= MOST_CLASSES && !findings.contains_key(at) {
                at = findings.keys().next().copied().unwrap_or_default();
            }
            match findings.entry(at) {
                Entries::Vacant(place) => _ = place.insert((finding((lost, entry)), lost.row.clone())),
                Entries::Occupied(mut known) => known.get_mut().0.others += 1,
            }
        }
        let known = found.lost.iter().filter(|lost| explained.contains(&lost.row)).count();
        if known > 0 {
            row.notes.push(format!("{known} of those that are lost are explained by what exploring found"));
        }
        let (findings, origins) = findings.into_values().unzip();
        let kept = ledger.map(|path| {
            let count = entries.len();
            format!(
                "{count} objects, for `mpuspec audit {} --endpoint {}`: `mpuspec clean` removes them",
                quoted(&path.display().to_string()),
                quoted(Target::written(&self.context.client.target.endpoint))
            )
        });
        Findings { rows: vec![row], findings, origins, audit: found, kept, ..Findings::default() }
    }
}

/// What is found in place of an object, without what differs from one to the next.
fn class(found: &str) -> &str {
    found.trim_start_matches(|c: char| c.is_ascii_digit()).split(',').next().unwrap_or_default()
}

/// A server that was started anew may have to find its objects first, and fail until then.
const WARMING: Duration = Duration::from_secs(30);
/// Before what could not be read is tried once more.
const AGAIN: Duration = Duration::from_secs(1);

/// How long all of it may take.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Findings of one audit: each is tried again.
const MOST_CLASSES: usize = 10;
/// Lost objects that are named; of more, each would take memory, and tell nothing new.
const MOST_LOST: usize = 1_000;
/// Characters of what is found in place of one.
const FOUND: usize = 300;
/// What is read side by side.
const AT_ONCE: usize = 4;
/// Objects above this size are read one at a time.
const LARGE: u64 = 64 << 20;

/// After this many in a row that could not be read, the rest is not tried.
const MOST_TROUBLES: u32 = 3;

/// What came of reading an object.
enum Reading {
    AsItWas,
    Other(String),
    /// The server answered, and the object cannot be read.
    Broken(String),
    Trouble(String),
}

/// Reads every object of a ledger whole, and compares it. Returns also what the findings are about. What cannot be read is
/// tried again as long as the patience lasts, and at least once.
pub async fn audit(client: &Client, entries: &[Entry], patience: Duration) -> (Audit, Vec<Entry>) {
    let until_warm = Instant::now() + patience;
    let mut found = Audit { firm: entries.len() as u64, ..Audit::default() };
    let mut lost = Vec::new();
    let mut troubles = 0;
    let at_once = if entries.iter().any(|entry| entry.size > LARGE) { 1 } else { AT_ONCE };
    let mut readings = stream::iter(entries)
        .map(|entry| async move { (entry, read_again(client, entry, until_warm).await) })
        .buffered(at_once);
    let until = Instant::now() + LONGEST;
    while let Some((entry, reading)) = readings.next().await {
        if Instant::now() > until {
            let minutes = LONGEST.as_secs() / 60;
            let rest = entries.len() as u64 - found.read;
            found.trouble = Some(format!("after {minutes} minutes {rest} objects were not read"));
            break;
        }
        let told = match reading {
            Reading::AsItWas => None,
            Reading::Other(told) => Some(told),
            Reading::Broken(told) => Some(format!("cannot be read, twice: {told}")),
            Reading::Trouble(told) => {
                found.trouble = Some(format!("{}: {told}", entry.key));
                troubles += 1;
                // It will not be better with the others.
                if troubles == MOST_TROUBLES { break } else { continue }
            }
        };
        troubles = 0;
        found.read += 1;
        if told.is_some() && found.lost.len() >= MOST_LOST {
            found.more_lost += 1;
        } else if let Some(told) = told {
            found.lost.push(LostObject {
                key: entry.key.clone(),
                upload: entry.upload.clone(),
                etag: entry.etag.clone(),
                level: Level::Must,
                found: visible_start(&told, FOUND),
                row: entry.row.clone(),
            });
            lost.push(entry.clone());
        }
    }
    (found, lost)
}

/// Reads an object, and again if it could not be read: once, and until a server that was started anew is warm.
async fn read_again(client: &Client, entry: &Entry, until_warm: Instant) -> Reading {
    let mut reading = read(client, entry).await;
    for tries in 1.. {
        let is_broken = matches!(reading, Reading::Broken(_) | Reading::Trouble(_));
        if !is_broken || client.budget.is_interrupted() || (tries > 1 && Instant::now() > until_warm) {
            break;
        }
        tokio::time::sleep(AGAIN).await;
        reading = read(client, entry).await;
    }
    reading
}

async fn read(client: &Client, entry: &Entry) -> Reading {
    let call = GetObjectRequest {
        key: entry.key.clone(),
        longest: entry.size.saturating_add(1 << 20),
        ..Default::default()
    };
    match client.call(&call, &Log::for_clean_up()).await {
        Ok(answer) if answer.is_ok() => {
            let bytes = answer.content.clone().unwrap_or_default();
            let same =
                bytes.len() as u64 == entry.size && hex::encode(Sha256::digest(&bytes)) == entry.sha256;
            match same {
                true => Reading::AsItWas,
                false if answer.etag.as_deref().map(unquoted) == Some(unquoted(&entry.etag)) => {
                    Reading::Other(format!(
                        "{} other bytes than were listed, under the ETag of the completion",
                        bytes.len()
                    ))
                }
                false => Reading::Other(format!("{} other bytes, {}", bytes.len(), answer.summary())),
            }
        }
        // A server that is not ready, or has too much to do, says nothing about the object.
        Ok(answer) if answer.status == 503 => Reading::Trouble(answer.summary()),
        Ok(answer) if answer.status >= 500 => Reading::Broken(answer.summary()),
        Ok(answer) => Reading::Other(answer.summary()),
        Err(trouble) if matches!(trouble.kind, TroubleKind::Cut | TroubleKind::Oversized) => {
            Reading::Broken(trouble.to_string())
        }
        Err(trouble) => Reading::Trouble(trouble.to_string()),
    }
}
