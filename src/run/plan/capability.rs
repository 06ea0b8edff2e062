//! Which capability a step asks for.

use crate::case::{Claims, Expect, SignBy, Step, User};
use crate::language::Algorithm;
use crate::operation::Arguments;

/// Paging through several uploads of one key.
pub(in super::super) const ID_MARKER: &str = "upload_id_marker";

/// Listing by a prefix that ends in the middle of a name.
pub(in super::super) const ANY_PREFIX: &str = "any_prefix";

/// The capability that a step asks for, beyond the multipart calls themselves.
pub(in super::super) fn capability(step: &Step) -> Option<&'static str> {
    let by = |asked: bool, name: &'static str| asked.then_some(name);
    let in_url = step.sign.as_ref().is_some_and(|sign| sign.by == Some(SignBy::Url));
    let signed = || {
        by(in_url, "presigned")
            .or_else(|| by(step.as_user == Some(User::Temporary), "temporary_credentials"))
            .or_else(|| by(step.sign.as_ref().is_some_and(|sign| sign.region.is_some()), "regions"))
    };
    let asked = |arguments: &dyn Arguments| arguments.capability(step.is_refusal_due());
    step.action.arguments().and_then(asked).or_else(|| claimed(step)).or_else(signed)
}

/// Whether what a step asks for is a way of signing, whatever the operation.
pub(in super::super) fn is_of_signing(capability: Option<&str>) -> bool {
    matches!(capability, Some("presigned" | "temporary_credentials" | "regions"))
}

/// The capability that the claims of a step are about.
fn claimed(step: &Step) -> Option<&'static str> {
    let Some(Expect::Claims(claims)) = &step.expect else { return None };
    let Claims { checksum, part_checksums, storage_class, .. } = &**claims;
    let named = checksum.iter().flatten().map(|(algorithm, _)| *algorithm).next();
    let checksum = named.or(*part_checksums).map(Algorithm::capability);
    checksum.or_else(|| storage_class.is_some().then_some("storage_classes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_asks_for_is_known() {
        for (text, expected) in [
            ("complete_upload: { parts: [1], if_match: wrong }", "if_match"),
            ("complete_upload: { parts: [1], if_none_match: any }", "conditional_complete"),
            ("complete_upload: { parts: [1], object_size: 1 }", "object_size"),
            ("create_upload: { storage_class: STANDARD_IA }", "storage_classes"),
            ("head_object:\n    expect: { storage_class: STANDARD_IA }", "storage_classes"),
            ("upload_part: { number: 1, sent_as: signed_chunks }", "streaming_signatures"),
            ("upload_part: { number: 1, sent_as: unsigned_trailer }", "streaming_trailers"),
            ("create_upload:\n    sign: { region: wrong }", "regions"),
        ] {
            assert_eq!(capability(&Step::of_text(text)), Some(expected), "{text}");
        }
        // That a class does not exist can be said by whoever has none beside the usual one.
        let unknown = "create_upload: { storage_class: X }\n    expect: { error: InvalidStorageClass }";
        assert_eq!(capability(&Step::of_text(unknown)), None);
    }
}
