//! What is amiss in a step: in what of the answer, and in which way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The way in which an answer is not as claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Amiss {
    /// What has to be refused was answered with success.
    Accepted,
    /// What has to succeed was refused.
    Refused,
    /// It was refused otherwise than it has to be.
    OtherRefusal,
    /// It was answered with a 5xx.
    ServerError,
    /// Other bytes than were sent.
    WrongBytes,
    /// Something is not in the answer.
    Missing,
    /// Something in the answer is another.
    OtherValue,
    /// The answer broke off, or the connection did before it.
    Cut,
    /// No answer came in time.
    Hung,
    /// The answer cannot be read.
    Unreadable,
}

impl Amiss {
    /// Every one of them.
    pub const ALL: [Self; 10] = [
        Self::Accepted,
        Self::Refused,
        Self::OtherRefusal,
        Self::ServerError,
        Self::WrongBytes,
        Self::Missing,
        Self::OtherValue,
        Self::Cut,
        Self::Hung,
        Self::Unreadable,
    ];

    /// The word, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::OtherRefusal => "other-refusal",
            Self::ServerError => "server-error",
            Self::WrongBytes => "wrong-bytes",
            Self::Missing => "missing",
            Self::OtherValue => "other-value",
            Self::Cut => "cut",
            Self::Hung => "hung",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What a row has shown amiss.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Symptom {
    /// The step that showed it, as in the language of cases.
    pub step: String,
    /// What of the answer: `refusal`, `success`, `content`, the name of a header or an element.
    pub about: String,
    /// See [`Amiss`].
    pub seen: Amiss,
}
