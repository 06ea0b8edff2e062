//! The clean-up of runs that could not finish their own.

use super::allowance::Allowance;
use super::sweep::{Finished, Sweep};
use crate::operation::delete_bucket::DeleteBucketRequest;
use crate::report::quoted;
use crate::row::{JournalHeader, Made, SentKeys, is_own, is_running, journals};
use crate::run::RunError;
use crate::run::bucket::probe;
use crate::visible::visible;
use crate::wire::{Client, Log, TroubleKind};

/// What came of cleaning up after earlier runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cleaned {
    /// Nothing of them is left.
    AllGone,
    /// Something is left, or may be.
    Uncertain,
}

/// Which journals are looked at, and how.
#[derive(Clone, Debug, Default)]
pub struct Cleaning {
    /// That of one run alone.
    pub run: Option<String>,
    /// Shows what journals name, and asks no server.
    pub dry: bool,
    /// Removes journals, and asks no server.
    pub forget: bool,
}

/// Finishes the clean-up of runs that could not, from their journals. A journal stays while anything is left, or
/// may be. `connect` makes a client for the place of a journal.
pub async fn clean(
    cleaning: &Cleaning,
    connect: impl Fn(&JournalHeader) -> Result<Client, RunError>,
    mut tell: impl FnMut(String),
) -> Cleaned {
    // Journals and answers can be anybody's: each line stays one.
    let mut tell = |line: String| tell(visible(&line));
    let mut cleaned = Cleaned::AllGone;
    let (journals, unread) = journals();
    for (path, why) in unread {
        tell(format!("{}: {why}; what it names is not looked at", quoted(&path.display().to_string())));
        cleaned = Cleaned::Uncertain;
    }
    for (path, header, made) in journals {
        let run = &header.run;
        if cleaning.run.as_ref().is_some_and(|wanted| wanted != run) {
            continue;
        }
        if is_running(&header) {
            tell(format!("run {run} is still under way (process {})", header.pid));
            continue;
        }
        // A journal that was tampered with must not lead to other people's keys.
        if run.is_empty() || header.prefix != format!("mpuspec/{run}/") {
            tell(format!("{}: not a journal of this suite", path.display()));
            cleaned = Cleaned::Uncertain;
            continue;
        }
        if cleaning.dry {
            tell(named(&header, &made));
            continue;
        }
        if cleaning.forget {
            tell(format!("{}; its journal is removed, and nothing else", named(&header, &made)));
            let _ = std::fs::remove_file(path);
            continue;
        }
        if header.own_server {
            tell(format!("run {run}: its own server ended with it, and all with that"));
            let _ = std::fs::remove_file(path);
            continue;
        }
        let client = match connect(&header) {
            Ok(client) => client,
            Err(error) => {
                tell(format!("run {run}: {}: {error}", header.endpoint));
                cleaned = Cleaned::Uncertain;
                continue;
            }
        };
        let finished = match probe(&client, &Log::for_clean_up()).await {
            Ok(answer) if answer.status == 404 => {
                tell(format!("run {run}: the bucket {} is gone, and all with it", header.bucket));
                let _ = std::fs::remove_file(path);
                continue;
            }
            Err(trouble) if trouble.kind == TroubleKind::Unreachable => {
                // A server that is gone makes nobody's build red: there is nothing to be removed from it now.
                tell(format!(
                    "run {run}: {}: {trouble}; its journal stays, and `mpuspec clean --forget --run {}` removes it",
                    header.endpoint,
                    quoted(run)
                ));
                continue;
            }
            Err(trouble) => {
                tell(format!("run {run}: {}: {trouble}", header.endpoint));
                cleaned = Cleaned::Uncertain;
                continue;
            }
            Ok(_) => finish_journal(&client, &header, made).await,
        };
        let Finished { clean_up, is_certain } = finished;
        clean_up.left.iter().for_each(|line| tell(format!("run {run}: left {line}")));
        clean_up.trouble.iter().for_each(|line| tell(format!("run {run}: uncertain: {line}")));
        if clean_up.left.is_empty() && is_certain {
            tell(format!("run {run}: nothing is left in {} at {}", header.bucket, header.endpoint));
            let _ = std::fs::remove_file(path);
        } else {
            tell(format!(
                "run {run}: its journal stays, so that `mpuspec clean` looks again; once you know that nothing is left, remove {}",
                quoted(&path.display().to_string())
            ));
            cleaned = Cleaned::Uncertain;
        }
    }
    cleaned
}

/// What a journal names, in words.
fn named(header: &JournalHeader, made: &[Made]) -> String {
    let uploads = made.iter().filter(|made| matches!(made, Made::Upload(..))).count();
    let objects = made.iter().filter(|made| matches!(made, Made::Object(_))).count();
    let bucket = if header.own_bucket { ", and the bucket is the run's own" } else { "" };
    format!(
        "run {}: {uploads} uploads and {objects} objects may be below {} in {} at {}{bucket}",
        header.run, header.prefix, header.bucket, header.endpoint
    )
}

/// Removes what a journal names, and the bucket if the run made it.
async fn finish_journal(client: &Client, header: &JournalHeader, made: Vec<Made>) -> Finished {
    let mut sweep = Sweep::default();
    // The run may have ended in the middle of a creation.
    let sent = SentKeys::of(&made).doubting_creations();
    for entry in made {
        let (Made::Object(key) | Made::Creating(key) | Made::Unnamed(key) | Made::Upload(key, _)) = &entry;
        if !is_own(key, &header.prefix) {
            continue;
        }
        match entry {
            Made::Object(key) => _ = sweep.keys.insert(key),
            Made::Upload(key, id) => _ = sweep.uploads.insert((key, id)),
            Made::Creating(_) | Made::Unnamed(_) => {}
        }
    }
    let mut finished = sweep.finish(client, &header.prefix, true, &sent).await;
    // Where versions cannot be listed there are none to speak of: the run refused such buckets.
    finished.clean_up.trouble.retain(|trouble| !trouble.starts_with("versions"));
    // Whether an upload lives whose creation was not answered, only a listing can tell.
    finished.is_certain = finished.clean_up.trouble.is_empty();
    if header.own_bucket {
        let allowance = Allowance::of(1, client);
        let gone = allowance.call(client, &DeleteBucketRequest, &Log::for_clean_up()).await;
        if gone.is_ok_and(|answer| answer.is_ok() || answer.status == 404) {
            return Finished::without_bucket();
        }
    }
    finished
}
