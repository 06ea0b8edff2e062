//! What has to be removed, and its removal.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt as _};

use super::allowance::Allowance;
use super::listing::list;
use crate::operation::abort_multipart_upload::AbortMultipartUploadRequest;
use crate::operation::delete_object::DeleteObjectRequest;
use crate::report::{CleanUp, can_be_pasted, quoted};
use crate::row::{SentKeys, is_own};
use crate::visible::{visible, visible_start};
use crate::wire::{Answer, Client, Log, Trouble, TroubleKind};

/// What a row or a run made.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// Keys under which objects may be.
    pub keys: BTreeSet<String>,
    /// Uploads that may be in progress, by key and id.
    pub uploads: BTreeSet<(String, String)>,
}

/// As often a listing is walked through before what is left is named.
const TRIES: usize = 3;
/// What is removed side by side.
const AT_ONCE: usize = 8;
/// As many of the things that stay are named.
const MOST_NAMED: usize = 1_000;

impl Sweep {
    /// Adds what another one names.
    pub fn add(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.uploads.extend(other.uploads);
    }

    /// How many things it names.
    fn len(&self) -> usize {
        self.keys.len() + self.uploads.len()
    }

    /// Removes what is named in it, and forgets what is gone.
    pub async fn remove(&mut self, client: &Client, log: &Log) {
        let allowance = Allowance::of(self.len(), client);
        self.remove_within(&allowance, client, log).await;
    }

    /// As [`remove`](Self::remove), as long as there is something left of the allowance. Returns what had no answer.
    async fn remove_within(&mut self, allowance: &Allowance, client: &Client, log: &Log) -> Self {
        let aborts = std::mem::take(&mut self.uploads).into_iter().map(|(key, id)| async move {
            let call = AbortMultipartUploadRequest { key: key.clone(), upload_id: id.clone() };
            (Came::of(allowance.call(client, &call, log).await), (key, id))
        });
        let aborts: Vec<_> = stream::iter(aborts).buffer_unordered(AT_ONCE).collect().await;
        let deletions = std::mem::take(&mut self.keys).into_iter().map(|key| async move {
            let call = DeleteObjectRequest { key: key.clone(), version_id: None };
            (Came::of(allowance.call(client, &call, log).await), key)
        });
        let deletions: Vec<_> = stream::iter(deletions).buffer_unordered(AT_ONCE).collect().await;
        let mut unanswered = Self::default();
        for (came, upload) in aborts {
            match came {
                Came::Gone => {}
                Came::Stays => _ = self.uploads.insert(upload),
                Came::Unanswered => _ = unanswered.uploads.insert(upload),
            }
        }
        for (came, key) in deletions {
            match came {
                Came::Gone => {}
                Came::Stays => _ = self.keys.insert(key),
                Came::Unanswered => _ = unanswered.keys.insert(key),
            }
        }
        unanswered
    }

    /// Removes what is named, then whatever is listed below the prefix, and looks again. `sent` are the keys under
    /// which uploads were created: a server may list them garbled. What had no answer once is not tried again.
    pub(in super::super) async fn finish(
        mut self,
        client: &Client,
        prefix: &str,
        versioned: bool,
        sent: &SentKeys,
    ) -> Finished {
        let allowance = Allowance::of(self.len(), client);
        let log = Log::for_clean_up();
        let prefixes = sent.prefixes(prefix);
        let mut doubts = Vec::new();
        let mut unanswered = Self::default();
        let mut versions_left = Vec::new();
        for _ in 0..TRIES {
            unanswered.add(self.remove_within(&allowance, client, &log).await);
            let found;
            (found, doubts) = list((client, &allowance), (prefix, &prefixes), versioned).await;
            // What a listing does not show cannot be left, where there is a listing.
            if doubts.is_empty() {
                for named in [&mut self, &mut unanswered] {
                    named.keys.retain(|key| !key.starts_with(prefix));
                    named.uploads.retain(|(key, _)| !key.starts_with(prefix));
                }
            }
            let versions = found.versions;
            self.keys.extend(found.named.keys);
            let listed = found.named.uploads.into_iter();
            self.uploads.extend(listed.map(|(key, id)| (sent.of_upload(&id, key), id)));
            let is_done = self.len() == 0 && versions.is_empty();
            let deletions = versions.into_iter().map(|(key, version)| {
                let call = DeleteObjectRequest { key, version_id: Some(version) };
                let (allowance, log) = (&allowance, &log);
                async move { (Came::of(allowance.call(client, &call, log).await), call) }
            });
            let deletions: Vec<_> = stream::iter(deletions).buffer_unordered(AT_ONCE).collect().await;
            let stays = deletions.into_iter().filter(|(came, _)| !matches!(came, Came::Gone));
            versions_left = stays.map(|(_, call)| call).collect();
            if is_done || allowance.is_used_up().is_some() {
                break;
            }
        }
        self.add(unanswered);
        let mut clean_up = CleanUp::default();
        for key in &self.keys {
            let how = by_hand(client, "delete-object", &[("key", key)]);
            clean_up.left.push(named(&format!("object {}", quoted(key)), how));
        }
        for DeleteObjectRequest { key, version_id } in &versions_left {
            let Some(version) = version_id else { continue };
            let how = by_hand(client, "delete-object", &[("key", key), ("version-id", version)]);
            clean_up.left.push(named(&format!("version {} of object {}", quoted(version), quoted(key)), how));
        }
        for (key, id) in &self.uploads {
            let how = by_hand(client, "abort-multipart-upload", &[("key", key), ("upload-id", id)]);
            clean_up.left.push(named(&format!("upload {} of {}", quoted(id), quoted(key)), how));
        }
        if clean_up.left.len() > MOST_NAMED {
            let more = clean_up.left.len() - MOST_NAMED;
            clean_up.left.truncate(MOST_NAMED);
            clean_up.left.push(format!("and {more} more, all below {}", quoted(prefix)));
        }
        let ended = allowance.is_used_up();
        // What no answer has named, a listing alone can find.
        let unseen: Vec<String> = match doubts.iter().any(|doubt| doubt.what == "uploads") {
            true => sent.unnamed().filter(|key| is_own(key, prefix)).map(|key| quoted(key)).collect(),
            false => Vec::new(),
        };
        let is_certain = ended.is_none() && unseen.is_empty() && doubts.iter().all(|doubt| doubt.lacks);
        clean_up.trouble = ended.into_iter().chain(doubts.into_iter().map(|doubt| doubt.told)).collect();
        let unseen = unseen.iter().take(MOST_NAMED);
        clean_up.trouble.extend(unseen.map(|key| {
            format!("an upload of {key} may be in progress: no answer to its creation has named it")
        }));
        Finished { clean_up, is_certain }
    }
}

/// The command that removes a thing; none where no command line can name it.
fn by_hand(client: &Client, call: &str, named: &[(&str, &String)]) -> Option<String> {
    in_options(named).map(|options| client.target.by_hand(call, quoted) + &options)
}

/// A thing that is left, with the command that removes it where the line can be pasted whole.
pub(in crate::run) fn named(thing: &str, how: Option<String>) -> String {
    let line = how.map(|how| format!("{thing}: {how}")).filter(|line| can_be_pasted(line));
    line.unwrap_or_else(|| {
        // No shell may read it as more than words, nor take the next line that is pasted for a part of it.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " ._/:()-".contains(c);
        let plain: String =
            thing.chars().filter(|c| *c != '\'').map(|c| if is_plain(c) { c } else { '?' }).collect();
        let thing = visible_start(&plain, LONGEST_THING);
        format!("{thing}: no command line can name it; use an SDK")
    })
}

/// Characters of the name of a thing that no command can name.
const LONGEST_THING: usize = 300;

/// What names a thing on a command line. A server chooses ids: those that a command takes for something else than a text,
/// and those that cannot be seen, have no place there.
fn in_options(named: &[(&str, &String)]) -> Option<String> {
    // The AWS CLI takes these for files to read, and for pages to fetch.
    let fetched = ["file://", "fileb://", "http://", "https://"];
    let is_plain = |text: &str| {
        let small = text.to_ascii_lowercase();
        visible(text) == text && !fetched.iter().any(|scheme| small.starts_with(scheme))
    };
    let option = |(name, text): &(&str, &String)| {
        // A tool that tidies paths would remove something else.
        let is_there = *name != "key" || !text.split('/').any(|segment| segment == "." || segment == "..");
        (is_plain(text) && is_there).then(|| format!(" {}", quoted(&format!("--{name}={text}"))))
    };
    named.iter().map(option).collect()
}

/// What came of the removal of a thing.
enum Came {
    Gone,
    Stays,
    Unanswered,
}

impl Came {
    fn of(outcome: Result<Answer, Trouble>) -> Self {
        match outcome {
            Ok(answer) if answer.is_ok() || answer.status == 404 => Self::Gone,
            Err(trouble) if trouble.kind == TroubleKind::Timeout => Self::Unanswered,
            _ => Self::Stays,
        }
    }
}

/// What a clean-up came to.
pub(in super::super) struct Finished {
    pub(in super::super) clean_up: CleanUp,
    /// Whether nothing kept it from looking, but what the server does not have.
    pub(in super::super) is_certain: bool,
}

impl Finished {
    /// The same, where the bucket has gone and all with it.
    pub(in super::super) fn without_bucket() -> Self {
        Self { clean_up: CleanUp::default(), is_certain: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_text_to_the_command_that_names_it() {
        let of =
            |id: &str| in_options(&[("key", &"mpuspec/1/a b".to_owned()), ("upload-id", &id.to_owned())]);
        assert_eq!(of("-x").as_deref(), Some(" '--key=mpuspec/1/a b' --upload-id=-x"));
        assert_eq!(of("$(touch x)").as_deref(), Some(" '--key=mpuspec/1/a b' '--upload-id=$(touch x)'"));
        for id in [
            "file:///etc/passwd",
            "fileb://x",
            "FILE://x",
            "http://169.254.169.254/",
            "https://x",
            "a\nb",
            "\u{202e}",
        ] {
            assert_eq!(of(id), None, "{id}");
        }
    }

    #[test]
    fn a_command_that_a_page_would_cut_is_not_named() {
        assert_eq!(named("upload 'x' of 'k'", Some("rm x".to_owned())), "upload 'x' of 'k': rm x");
        let told =
            named(&format!("upload '{}' of 'k'", "x".repeat(900)), Some(format!("rm '{}'", "x".repeat(900))));
        assert!(told.ends_with(": no command line can name it; use an SDK") && told.len() < 400, "{told}");
        assert!(!told.contains('\''));
    }
}
