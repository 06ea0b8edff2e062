//! What went over the wire, without secrets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Refusal, xml};

/// A request and its answer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// Position among the exchanges of the row, from 1.
    pub n: u32,
    /// The operation, in the words of S3.
    pub operation: String,
    /// The lane of a race.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
    /// The node that was asked, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Microseconds from the start of the run to the start of the request.
    pub start_us: u64,
    /// Microseconds from the start of the run to the end of the answer.
    pub end_us: u64,
    /// What was sent.
    pub request: RecordedRequest,
    /// What came back.
    pub response: Option<RecordedResponse>,
    /// Why nothing came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What of the answer is missing, empty or odd.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<String>,
}

/// A request as it was sent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// Whether it was signed wrongly on purpose, or with credentials that are not those of the run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed_otherwise: bool,
}

/// An answer as it came.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecordedResponse {
    /// The status.
    pub status: u16,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

impl RecordedResponse {
    /// Returns the refusal that the answer holds, if it holds one that can be read.
    pub fn refusal(&self) -> Option<Refusal> {
        let root = xml::read(self.body.text.as_ref()?.as_bytes()).ok()?.root;
        let text = |name: &str| root.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let inside_ok = (200..300).contains(&self.status);
        let refusal = Refusal { code: text("Code"), message: text("Message").unwrap_or_default(), inside_ok };
        (root.name == "Error").then_some(refusal)
    }
}

/// A body, as far as it is worth keeping.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    /// Its size.
    pub bytes: u64,
    /// Its digest, if it arrived whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What made bytes were made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<String>,
    /// The text, if it is one; cut at 16 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Exchange {
    /// Whether headers and texts were left out.
    pub(crate) fn is_light(&self) -> bool {
        self.request.headers.is_empty()
    }

    /// Leaves headers and texts out, where there is no room for them.
    pub(crate) fn lighten(&mut self) {
        self.request.headers.clear();
        self.request.body.text = None;
        self.deviations.clear();
        if let Some(answer) = &mut self.response {
            answer.headers.clear();
            answer.body.text = None;
        }
    }
}

/// The longest text that is kept.
pub(super) const LONGEST_TEXT: usize = 16 << 10;

/// The beginning of a text of which up to `most` bytes are kept, without secrets. `longest` is how long a secret can be: one that is cut is not
/// known any more.
pub(super) fn kept(text: &str, most: usize, longest: usize, clean: impl Fn(&str) -> String) -> String {
    let begin = first(text, most + longest);
    let clean = clean(begin);
    let sure = if begin.len() < text.len() { clean.len().saturating_sub(longest) } else { clean.len() };
    let kept = first(&clean, sure.min(most));
    match kept.len() == clean.len() && begin.len() == text.len() {
        true => clean,
        false => format!("{kept}… ({} bytes in all)", text.len()),
    }
}

/// Up to `most` bytes of a text, to a border of characters.
fn first(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
