//! Mistakes about the documents of refusals.

use super::documents::{each, remove, root};
use super::mistake::{Mistake, answer};
use crate::call::points::Answered;
use crate::http::{Answer, Element};

pub(super) const MISTAKES: &[Mistake] = &[
    answer("misname-errors", "The document of a refusal has another root element.", |told, answer| {
        with_error(told, answer, |root| root.name = "Result".into());
    }),
    answer("foreign-codes", "Refusals have a code that S3 does not know.", |told, answer| {
        with_error(told, answer, |root| {
            each(root, "Code", &mut |code| code.text = "RequestDeclined".to_owned());
        });
    }),
    answer("omit-error-code", "Refusals have no Code.", |told, answer| {
        with_error(told, answer, |root| remove(root, "Code"));
    }),
    answer("omit-error-message", "Refusals have no Message.", |told, answer| {
        with_error(told, answer, |root| remove(root, "Message"));
    }),
    answer(
        "omit-small-part-details",
        "A part that is too small is told without its particulars.",
        |told, answer| {
            with_error(told, answer, |root| {
                if root.child("Code") == Some("EntityTooSmall") {
                    OF_PARTS.iter().for_each(|name| remove(root, name));
                }
            });
        },
    )
    .of_oss(),
];

const OF_PARTS: [&str; 5] = ["ProposedSize", "MinSizeAllowed", "PartNumber", "ETag", "PartETag"];

/// Changes the document of a refusal.
pub(super) fn with_error(told: Answered<'_>, answer: &mut Answer, change: impl FnOnce(&mut Element)) {
    if let Some(root) = root(answer).filter(|_| told.refused) {
        change(root);
    }
}
