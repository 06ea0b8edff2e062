//! Which capability a step asks for, and how an answer shows that it is not there.

use std::collections::BTreeMap;

use crate::case::{Claims, Expect, Operation, SentAs, SignBy, Step, User};
use crate::language::{Algorithm, Rightness};
use crate::wire::Answer;

/// Paging through several uploads of one key.
pub(super) const ID_MARKER: &str = "upload_id_marker";

/// Listing by a prefix that ends in the middle of a name.
pub(super) const ANY_PREFIX: &str = "any_prefix";

/// The capability that a step asks for, beyond the multipart calls themselves.
pub(super) fn capability(step: &Step) -> Option<&'static str> {
    let of_checksums = |checksums: &BTreeMap<Algorithm, Rightness>| {
        checksums.keys().next().map(|algorithm| algorithm.capability())
    };
    let by = |asked: bool, name: &'static str| asked.then_some(name);
    let in_url = step.sign.as_ref().is_some_and(|sign| sign.by == Some(SignBy::Url));
    let signed = by(in_url, "presigned")
        .or_else(|| by(step.as_user == Some(User::Temporary), "temporary_credentials"))
        .or_else(|| by(step.sign.as_ref().is_some_and(|sign| sign.region.is_some()), "regions"));
    let own = match &step.operation {
        Operation::ListUploads(_) => Some("list_uploads"),
        Operation::UploadPartCopy(_) => Some("upload_part_copy"),
        Operation::GetObjectTagging(_) => Some("tagging"),
        Operation::GetObjectAcl(_) => Some("acl"),
        Operation::GetObjectAttributes(_) => Some("attributes"),
        Operation::CreateUpload(args) => args
            .checksum
            .map(Algorithm::capability)
            .or_else(|| by(!args.tagging.is_empty(), "tagging"))
            .or_else(|| by(args.acl.is_some(), "acl"))
            .or_else(|| by(args.sequential, "sequential"))
            .or_else(|| by(args.encryption.is_some(), "sse"))
            .or_else(|| by(args.storage_class.is_some() && !is_refusal_due(step), "storage_classes"))
            .or_else(|| by(args.forbid_overwrite.is_some(), "forbid_overwrite")),
        Operation::UploadPart(args) => {
            of_checksums(&args.checksum).or_else(|| args.sent_as.and_then(of_framing))
        }
        Operation::UploadParts(args) => {
            by(args.source.is_some(), "upload_part_copy").or(args.checksum.map(Algorithm::capability))
        }
        Operation::PutObject(args) => of_checksums(&args.checksum),
        Operation::CompleteUpload(args) => by(args.if_match.is_some(), "if_match")
            .or_else(|| by(args.if_none_match.is_some(), "conditional_complete"))
            .or_else(|| of_checksums(&args.checksum))
            .or_else(|| by(args.all == Some(true), "complete_all"))
            .or_else(|| by(args.callback.is_some(), "callback"))
            .or_else(|| by(args.forbid_overwrite.is_some(), "forbid_overwrite"))
            .or_else(|| by(args.object_size.is_some(), "object_size")),
        Operation::GetObject(args) => by(args.part_number.is_some(), "get_by_part_number"),
        Operation::HeadObject(args) => by(args.part_number.is_some(), "get_by_part_number"),
        _ => None,
    };
    let claimed = match &step.expect {
        Some(Expect::Claims(claims)) => {
            let named = claims.checksum.iter().flatten().map(|(algorithm, _)| *algorithm).next();
            let checksum = named.or(claims.part_checksums).map(Algorithm::capability);
            checksum.or_else(|| by(claims.storage_class.is_some(), "storage_classes"))
        }
        _ => None,
    };
    own.or(claimed).or(signed)
}

/// Whether what a step asks for is a way of signing, whatever the operation.
pub(super) fn is_of_signing(capability: Option<&str>) -> bool {
    matches!(capability, Some("presigned" | "temporary_credentials" | "regions"))
}

fn of_framing(sent_as: SentAs) -> Option<&'static str> {
    match sent_as {
        SentAs::Plain => None,
        SentAs::SignedChunks => Some("streaming_signatures"),
        SentAs::SignedTrailer | SentAs::UnsignedTrailer => Some("streaming_trailers"),
    }
}

/// Returns whether an answer says that the server does not have a capability.
pub(super) fn is_refused_as_absent(capability: Option<&str>, answer: &Answer) -> bool {
    let code = answer.code();
    answer.is_not_implemented()
        || match capability {
            Some("storage_classes") => code == "InvalidStorageClass",
            // The server has no ACLs, or the bucket does not take any.
            Some("acl") => code == "AccessControlListNotSupported",
            Some(ANY_PREFIX) => answer.refusal.is_some(),
            _ => false,
        }
}

/// Whether a server passed over what asked for a capability: a success that shows no trace of it.
pub(super) fn passed_over(capability: Option<&str>, step: &Step, answer: &Answer) -> bool {
    match capability {
        Some("get_by_part_number") => {
            return answer.status == 200 && answer.header("x-amz-mp-parts-count").is_none();
        }
        // A header or a scope that does not count refuses nothing. Conditions are no such case: who
        // passes over If-None-Match overwrites an object without a word.
        Some("object_size" | "regions") => return answer.is_ok() && is_refusal_due(step),
        Some("storage_classes") => {
            return answer.is_ok()
                && matches!(step.operation, Operation::HeadObject(_))
                && !answer.headers.iter().any(|(name, _)| name.ends_with("-storage-class"));
        }
        // An answer that grants nobody anything stands for ACLs that are not there.
        Some("acl") => {
            return answer.is_ok()
                && matches!(step.operation, Operation::GetObjectAcl(_))
                && answer.acl.iter().flatten().all(|grant| grant.starts_with("nobody "));
        }
        Some(ANY_PREFIX) => return answer.is_ok() && answer.uploads.as_ref().is_none_or(Vec::is_empty),
        _ => {}
    }
    capability.is_some_and(|name| name.starts_with("checksum_")) && answer.is_ok() && !shows_checksums(answer)
}

/// Whether an answer bears a checksum, or says that its upload has one.
pub(super) fn shows_checksums(answer: &Answer) -> bool {
    answer.headers.iter().any(|(name, _)| is_of_checksums(name, ["x-amz-checksum-", "x-oss-hash-"]))
        || answer.fields.iter().any(|(name, _)| is_of_checksums(name, ["Checksum", "Part.HashCrc64"]))
}

/// Returns whether an answer shows that the server has what a step asks for. A creation takes a class or
/// an ACL and tells neither.
pub(super) fn is_shown(capability: &str, step: &Step, answer: &Answer) -> bool {
    // A right size is taken by a server that does not look at it, too.
    let only_taken = capability == "object_size"
        || matches!(step.operation, Operation::CreateUpload(_))
            && matches!(capability, "storage_classes" | "acl");
    // A range alone is answered 206 as well.
    let by_range = capability == "get_by_part_number"
        && matches!(&step.operation, Operation::GetObject(args) if args.range.is_some())
        && answer.header("x-amz-mp-parts-count").is_none();
    answer.is_ok() && !only_taken && !by_range && !passed_over(Some(capability), step, answer)
}

/// Whether a step claims that it is refused.
pub(super) fn is_refusal_due(step: &Step) -> bool {
    let refuses = |claims: &Claims| {
        claims.error.is_some()
            || claims.refused.is_some()
            || claims.status.is_some_and(|status| status >= 400)
    };
    match &step.expect {
        Some(Expect::Claims(claims)) => refuses(claims),
        Some(Expect::OneOf(outcomes)) => outcomes.iter().all(|outcome| refuses(&outcome.claims)),
        _ => false,
    }
}

fn is_of_checksums(name: &str, beginnings: [&str; 2]) -> bool {
    beginnings.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use mpuspec_mock::provider::Origin;

    use super::*;
    use crate::case::load_case;
    use crate::wire::Refusal;

    /// A step as a case holds it, behind those that it refers to.
    fn step(step: &str) -> Step {
        let before = match step.split_once(':').map_or("", |(operation, _)| operation) {
            "complete_upload" => "  - create_upload:\n  - upload_part: { number: 1 }\n",
            "upload_part" => "  - create_upload:\n",
            _ => "",
        };
        let after = "  - head_object: { key: other }\n    expect: ok\n";
        let head = "title: A fact\nlevel: MUST\nsource: [\"a/b#c\"]\nsteps:\n";
        let text = format!("{head}{before}  - {step}\n{after}");
        let case = load_case("x/y", Origin { name: "y.yaml".to_owned(), text }).expect("it is a case");
        let steps = &case.rows[0].steps;
        steps[steps.len() - 2].clone()
    }

    fn refused(status: u16, code: &str) -> Answer {
        let refusal = Refusal { code: Some(code.to_owned()), message: String::new(), inside_ok: false };
        Answer { status, refusal: Some(refusal), ..Answer::default() }
    }

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
            assert_eq!(capability(&step(text)), Some(expected), "{text}");
        }
        // That a class does not exist can be said by whoever has none beside the usual one.
        let unknown = step("create_upload: { storage_class: X }\n    expect: { error: InvalidStorageClass }");
        assert_eq!(capability(&unknown), None);
    }

    #[test]
    fn an_answer_shows_that_a_capability_is_absent() {
        let class = refused(400, "InvalidStorageClass");
        assert!(is_refused_as_absent(Some("storage_classes"), &class));
        assert!(!is_refused_as_absent(None, &class));
        assert!(is_refused_as_absent(Some("acl"), &refused(400, "AccessControlListNotSupported")));
        assert!(is_refused_as_absent(Some("object_size"), &refused(501, "NotImplemented")));
        assert!(!is_refused_as_absent(Some("object_size"), &refused(400, "InvalidRequest")));
    }

    #[test]
    fn a_class_is_shown_by_the_object_alone() {
        let created = step("create_upload: { storage_class: STANDARD_IA }");
        let read = step("head_object:\n    expect: { storage_class: STANDARD_IA }");
        let without = Answer { status: 200, ..Answer::default() };
        assert!(!is_shown("storage_classes", &created, &without));
        assert!(passed_over(Some("storage_classes"), &read, &without));
        let header = ("x-amz-storage-class".to_owned(), "STANDARD_IA".to_owned());
        let with = Answer { status: 200, headers: vec![header], ..Answer::default() };
        assert!(is_shown("storage_classes", &read, &with));
    }

    #[test]
    fn what_is_passed_over_refuses_nothing() {
        let answer = Answer { status: 200, ..Answer::default() };
        let region =
            step("create_upload:\n    sign: { region: wrong }\n    expect: { refused: AccessDenied }");
        assert!(passed_over(Some("regions"), &region, &answer));
        assert!(!passed_over(Some("regions"), &region, &refused(403, "AccessDenied")));
        let read = step("get_object_acl:\n    expect: { acl: [owner FULL_CONTROL] }");
        let granted = |to: &str| Answer { acl: Some(vec![format!("{to} FULL_CONTROL")]), ..answer.clone() };
        assert!(passed_over(Some("acl"), &read, &granted("nobody")));
        assert!(!passed_over(Some("acl"), &read, &granted("owner")));
        // An object that was overwritten is never passed over.
        assert!(!passed_over(Some("if_match"), &region, &answer));
    }
}
