//! Which capability a step asks for, and how an answer shows that it is not there.

use std::collections::BTreeMap;

use crate::case::{Algorithm, Expect, Operation, Rightness, SentAs, SignBy, Step, User};
use crate::wire::Answer;

/// Paging through several uploads of one key.
pub(super) const ID_MARKER: &str = "upload_id_marker";

/// The capability that a step asks for, beyond the multipart calls themselves.
pub(super) fn capability(step: &Step) -> Option<&'static str> {
    let of_checksums = |checksums: &BTreeMap<Algorithm, Rightness>| {
        checksums.keys().next().map(|algorithm| algorithm.capability())
    };
    let by = |asked: bool, name: &'static str| asked.then_some(name);
    let in_url = step.sign.as_ref().is_some_and(|sign| sign.by == Some(SignBy::Url));
    let signed = by(in_url, "presigned")
        .or_else(|| by(step.as_user == Some(User::Temporary), "temporary_credentials"));
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
            .or_else(|| by(args.forbid_overwrite.is_some(), "forbid_overwrite")),
        Operation::UploadPart(args) => of_checksums(&args.checksum).or_else(|| {
            by(args.sent_as.is_some_and(|sent_as| sent_as != SentAs::Plain), "streaming_signatures")
        }),
        Operation::UploadParts(args) => {
            by(args.source.is_some(), "upload_part_copy").or(args.checksum.map(Algorithm::capability))
        }
        Operation::PutObject(args) => of_checksums(&args.checksum),
        Operation::CompleteUpload(args) => {
            let conditional = args.if_match.is_some() || args.if_none_match.is_some();
            by(conditional, "conditional_complete")
                .or_else(|| of_checksums(&args.checksum))
                .or_else(|| by(args.all == Some(true), "complete_all"))
                .or_else(|| by(args.callback.is_some(), "callback"))
                .or_else(|| by(args.forbid_overwrite.is_some(), "forbid_overwrite"))
        }
        Operation::GetObject(args) => by(args.part_number.is_some(), "get_by_part_number"),
        Operation::HeadObject(args) => by(args.part_number.is_some(), "get_by_part_number"),
        _ => None,
    };
    let claimed = match &step.expect {
        Some(Expect::Claims(claims)) => {
            let named = claims.checksum.iter().flatten().map(|(algorithm, _)| *algorithm).next();
            named.or(claims.part_checksums).map(Algorithm::capability)
        }
        _ => None,
    };
    own.or(claimed).or(signed)
}

/// Whether a server passed over what asked for a capability: a success that shows no trace of it.
pub(super) fn passed_over(capability: Option<&str>, answer: &Answer) -> bool {
    if capability == Some("get_by_part_number") {
        return answer.status == 200 && answer.header("x-amz-mp-parts-count").is_none();
    }
    capability.is_some_and(|name| name.starts_with("checksum_"))
        && answer.is_ok()
        && !answer.headers.iter().any(|(name, _)| is_of_checksums(name, ["x-amz-checksum-", "x-oss-hash-"]))
        && !answer.fields.iter().any(|(name, _)| is_of_checksums(name, ["Checksum", "Part.HashCrc64"]))
}

fn is_of_checksums(name: &str, beginnings: [&str; 2]) -> bool {
    beginnings.iter().any(|beginning| name.starts_with(beginning))
}
