//! What exploring and auditing found, as a report tells it.

use std::collections::BTreeSet;

use mpuspec_mock::provider::Harm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::history::{History, Kind};

/// The row of the explorer's sequences.
pub const SEQUENCES: &str = "explore/sequences";
/// The row of the explorer's races.
pub const HISTORIES: &str = "explore/histories";
/// The row of the audit.
pub const AUDIT: &str = "audit/acknowledged-object-lost";

/// Something that no promise of the documents allows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The row that it counts for: `explore/sequences`, `explore/histories` or `audit/acknowledged-object-lost`.
    pub id: String,
    /// How firmly the contrary is promised.
    pub level: Level,
    /// What kind of thing it is.
    pub kind: FindingKind,
    /// What was seen, in one line.
    pub title: String,
    /// The seed that leads to it.
    pub seed: String,
    /// How often it showed when its case was run again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
    /// How many more draws have shown the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub others: u32,
    /// A case that repeats it, as YAML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Where that case was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
    /// The calls that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    /// Why no order explains them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// What is amiss in it, without names and numbers: calls with what they were answered, and what was due.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<String>,
}

impl Finding {
    /// The rows that had completed, or read, the objects of which the audit found it.
    pub fn rows(&self) -> impl Iterator<Item = &str> {
        self.signs.iter().filter_map(|sign| sign.strip_prefix("of "))
    }

    /// Returns whether the case that repeats it is in a file.
    pub fn was_saved(&self) -> bool {
        self.saved.as_ref().is_some_and(|saved| !saved.starts_with(NOT_SAVED))
    }
}

/// How often something showed when it was tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirmed {
    /// How often it showed.
    pub shown: u32,
    /// How often it was tried.
    pub tries: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What is told of a case in place of its file.
pub const NOT_SAVED: &str = "not saved: ";

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// An object that mixes what several writes sent.
    Torn,
    /// Bytes that nobody sent.
    ForeignBytes,
    /// An object whose completion was acknowledged is not there any more, or another one is.
    Lost,
    /// An object has other bytes than those of the write that was answered its ETag.
    OtherBytes,
    /// A deleted object is there again.
    Undeleted,
    /// An acknowledged part that is not there any more, or is another one.
    LostPart,
    /// An upload is listed again after the server had said that it is gone.
    Revived,
    /// A completion of an aborted upload was answered with success.
    CompletedAfterAbort,
    /// A finished upload answered another list than the one that finished it with success.
    ReplayedForAnyList,
    /// The bytes that were acknowledged lie under another ETag.
    #[serde(rename = "other-etag")]
    OtherETag,
    /// A part was accepted after its upload had been aborted.
    PartAfterAbort,
    /// An answer that the documents do not allow in the state at hand.
    UnlawfulAnswer,
    /// Answers to calls at the same time that no order of them explains.
    NoLawfulOrder,
    /// The server died of calls that any client may make.
    Died,
}

impl From<Kind> for FindingKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::ForeignBytes => Self::ForeignBytes,
            Kind::Torn => Self::Torn,
            Kind::Lost => Self::Lost,
            Kind::OtherBytes => Self::OtherBytes,
            Kind::Undeleted => Self::Undeleted,
            Kind::LostPart => Self::LostPart,
            Kind::Revived => Self::Revived,
            Kind::CompletedAfterAbort => Self::CompletedAfterAbort,
            Kind::ReplayedForAnyList => Self::ReplayedForAnyList,
            Kind::OtherETag => Self::OtherETag,
            Kind::PartAfterAbort => Self::PartAfterAbort,
            Kind::UnlawfulAnswer => Self::UnlawfulAnswer,
            Kind::NoLawfulOrder => Self::NoLawfulOrder,
        }
    }
}

impl FindingKind {
    /// The word, as in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::Torn => "torn",
            Self::ForeignBytes => "foreign-bytes",
            Self::Lost => "lost",
            Self::OtherBytes => "other-bytes",
            Self::Undeleted => "undeleted",
            Self::LostPart => "lost-part",
            Self::Revived => "revived",
            Self::CompletedAfterAbort => "completed-after-abort",
            Self::ReplayedForAnyList => "replayed-for-any-list",
            Self::OtherETag => "other-etag",
            Self::PartAfterAbort => "part-after-abort",
            Self::UnlawfulAnswer => "unlawful-answer",
            Self::NoLawfulOrder => "no-lawful-order",
            Self::Died => "died",
        }
    }

    /// In a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Torn => "an object mixes what several writes sent",
            Self::ForeignBytes => "bytes that nobody sent",
            Self::Lost => "an acknowledged object is gone, or another is there",
            Self::OtherBytes => "an object has other bytes than the write whose ETag it bears",
            Self::Undeleted => "a deleted object is there again",
            Self::LostPart => "an acknowledged part is gone, or another is there",
            Self::Revived => "an upload that had ended is listed again",
            Self::CompletedAfterAbort => "a completion of an aborted upload is answered with success",
            Self::ReplayedForAnyList => "a finished upload answers success to another list",
            Self::OtherETag => "an object has another ETag than was acknowledged",
            Self::PartAfterAbort => "a part was accepted after an abort",
            Self::UnlawfulAnswer => "an answer that the documents do not allow",
            Self::NoLawfulOrder => "no order of the calls explains the answers",
            Self::Died => "the server died",
        }
    }

    /// Who is hurt by it.
    pub fn harm(self) -> Harm {
        match self {
            Self::Torn
            | Self::ForeignBytes
            | Self::Lost
            | Self::OtherBytes
            | Self::Undeleted
            | Self::LostPart
            | Self::CompletedAfterAbort
            | Self::ReplayedForAnyList
            | Self::PartAfterAbort => Harm::Data,
            Self::Revived | Self::OtherETag | Self::UnlawfulAnswer | Self::NoLawfulOrder | Self::Died => {
                Harm::Client
            }
        }
    }

    /// Who loses what by it.
    pub fn why(self) -> &'static str {
        match self {
            Self::Torn => {
                "Whoever reads while somebody writes gets bytes of both, and nothing tells them so."
            }
            Self::ForeignBytes => {
                "A reader gets what nobody has written there: somebody else's data, or garbage."
            }
            Self::Lost => "A writer was told that the object is there; the source may be deleted by then.",
            Self::OtherBytes => {
                "A reader gets bytes that this write did not send, under the ETag that says they are its own."
            }
            Self::Undeleted => "What somebody removed, perhaps because they had to, can be read again.",
            Self::LostPart => {
                "A client that has sent its parts cannot complete them, or completes others, and has perhaps nothing left to send."
            }
            Self::Revived => "Clean-up that trusts the list never ends, or ends uploads that are none.",
            Self::CompletedAfterAbort => {
                "What a client gave up becomes an object, or success is told of an object that is not there."
            }
            Self::ReplayedForAnyList => {
                "A client that sends another list after a time-out is told of success for what is not in the object."
            }
            Self::OtherETag => "A client that compares ETags takes its own object for another one.",
            Self::PartAfterAbort => "Bytes lie in storage, and are paid for, that no upload has any more.",
            Self::UnlawfulAnswer => "Clients that act as the documents say go wrong here.",
            Self::NoLawfulOrder => "Clients that work at the same time see what cannot be, and act on it.",
            Self::Died => "Any client that makes these calls ends the service for everybody.",
        }
    }

    /// Whether it may never happen, whatever a provider promises about concurrent calls.
    pub fn is_never_allowed(self) -> bool {
        !matches!(self, Self::UnlawfulAnswer | Self::NoLawfulOrder | Self::OtherETag | Self::PartAfterAbort)
    }
}

/// Why no order of the calls explains what was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// What kind of thing it shows.
    pub kind: FindingKind,
    /// The longest lawful order, as positions in the history.
    pub order: Vec<usize>,
    /// Calls that could come next, and whose answers the order does not allow.
    pub stuck: Vec<usize>,
    /// The same as text, with a timeline.
    pub text: String,
    /// What would have been lawful of the first of them, in a word each.
    #[serde(skip)]
    pub lawful: BTreeSet<String>,
}

/// What became of the objects whose completions were acknowledged.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Audit {
    /// Completions that were answered with success.
    pub completions: u64,
    /// Those of them whose key nothing else wrote since the creation of the upload.
    pub firm: u64,
    /// Objects that were read back.
    pub read: u64,
    /// Milliseconds between the last call and the audit.
    pub settled_millis: u64,
    /// Whether it came as soon as the run was over, where a garbage collection may take something later.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
    /// Objects that are not as they were acknowledged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<LostObject>,
    /// How many more there are, which are not named.
    #[serde(skip_serializing_if = "super::model::is_zero")]
    pub more_lost: u64,
    /// Why the audit could not be made, or not to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Audit {
    /// How many objects are not as they were acknowledged.
    pub fn lost_at_all(&self) -> u64 {
        self.lost.len() as u64 + self.more_lost
    }
}

/// An object that is not as it was acknowledged.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LostObject {
    /// Its key.
    pub key: String,
    /// The upload id of its completion; empty where the row read it when all calls about it had ended.
    pub upload: String,
    /// The ETag that was answered.
    pub etag: String,
    /// MUST if nothing else wrote the key, else INFO.
    pub level: Level,
    /// What is there now.
    pub found: String,
    /// The row that completed or read it.
    pub row: String,
}
