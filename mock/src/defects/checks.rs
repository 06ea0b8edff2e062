//! Checks that are not made: of bodies, signatures and access, and of what a request says about itself.

use super::mistake::{At, Mistake, unchecked};
use crate::call::Service;
use crate::checks::{Check, Sound};
use crate::dialect;
use crate::http::{Payload, Request, S3Error, Signed};
use crate::ops::route;

/// Who sent a request, as it was found.
pub(super) type Found = Result<Signed, S3Error>;

const fn sender(
    name: &'static str,
    about: &'static str,
    taken: fn(&Service, &Request, &Found) -> Option<Signed>,
) -> Mistake {
    Mistake::new(name, about, At::Sender(taken))
}

pub(super) const MISTAKES: &[Mistake] = &[
    unchecked("ignore-owners", "Anybody may do anything in any bucket.", |check| check == Check::Access),
    unchecked("ignore-signatures", "Signatures are not compared.", |check| {
        matches!(check, Check::Signature(_))
    }),
    unchecked("ignore-skew", "The time of a signature is not compared with the clock.", |check| {
        matches!(check, Check::Skew(_))
    }),
    unchecked("ignore-expiry", "A URL is good beyond its time.", |check| matches!(check, Check::Expiry(_))),
    unchecked("ignore-unsigned-headers", "Headers that were not signed are taken.", |check| {
        check == Check::SignedHeaders
    }),
    unchecked("ignore-region", "A signature for another region is taken.", |check| check == Check::Region),
    unchecked("ignore-content-md5", "A wrong Content-MD5 is not noticed.", |check| {
        [Check::ContentMd5, Check::DocumentMd5].contains(&check)
    }),
    unchecked(
        "pass-over-malformed-md5",
        "A Content-MD5 of a part that is no digest is passed over.",
        |check| check == Check::MalformedMd5,
    ),
    unchecked("ignore-part-checksum", "A wrong checksum of a part is not noticed.", |check| {
        check == Check::Checksum
    }),
    unchecked(
        "ignore-content-sha256",
        "A body that does not agree with its signed digest is not noticed.",
        |check| check == Check::ContentSha256,
    ),
    unchecked(
        "ignore-content-sha256-of-completion",
        "A list of parts that does not agree with its signed digest is not noticed.",
        |check| check == Check::DocumentSha256,
    ),
    unchecked(
        "ignore-decoded-length",
        "The length that a body in chunks declares for its content is not compared.",
        |check| check == Check::DecodedLength,
    ),
    unchecked("store-cut-bodies", "A body that was cut is stored as far as it came.", |check| {
        check == Check::WholeBody
    }),
    unchecked("accept-long-keys", "Keys beyond the longest are taken.", |check| check == Check::KeyLength),
    unchecked("take-unknown-storage-class", "Any storage class is taken.", |check| {
        check == Check::StorageClass
    }),
    unchecked("take-any-tags", "Any tags are taken.", |check| check == Check::Tags).of_oss(),
    unchecked("take-unknown-acl", "An ACL that there is none of is taken, and passed over.", |check| {
        check == Check::Acl
    })
    .of_oss(),
    sender("open-create", "Anybody can create an upload.", |service, request, found| {
        open(service, request, found, "CreateMultipartUpload")
    }),
    sender("open-upload-part", "Anybody can send a part.", |service, request, found| {
        open(service, request, found, "UploadPart")
    }),
    sender("open-upload-part-copy", "Anybody can copy a part.", |service, request, found| {
        open(service, request, found, "UploadPartCopy")
    }),
    sender("open-complete", "Anybody can complete an upload.", |service, request, found| {
        open(service, request, found, "CompleteMultipartUpload")
    }),
    sender("open-abort", "Anybody can abort an upload.", |service, request, found| {
        open(service, request, found, "AbortMultipartUpload")
    }),
    sender("open-list-parts", "Anybody can list parts.", |service, request, found| {
        open(service, request, found, "ListParts")
    }),
    sender("open-list-uploads", "Anybody can list uploads.", |service, request, found| {
        open(service, request, found, "ListMultipartUploads")
    }),
    sender(
        "take-signature-of-neighbour",
        "A signature that is good for the key with one letter more is taken for the key.",
        |service, request, found| {
            found.as_ref().err()?;
            ('a'..='z').find_map(|letter| {
                let mut other = request.clone();
                other.raw_path.push(letter);
                other.key.iter_mut().for_each(|key| key.push(letter));
                verified(service, &other)
            })
        },
    ),
];

/// The sender of a request, if it is signed.
pub(super) fn verified(service: &Service, request: &Request) -> Option<Signed> {
    dialect::of(service.provider.dialect)
        .authenticate(request, &service.region, &Sound, &|key| service.accounts.find(key))
        .ok()
        .filter(|signed| signed.principal.is_some())
}

/// Takes whoever asks for an operation for the owner.
fn open(service: &Service, request: &Request, found: &Found, operation: &str) -> Option<Signed> {
    let payload = found.as_ref().map_or(Payload::Unsigned, |signed| signed.payload.clone());
    (route::operation(request) == operation)
        .then(|| Signed { principal: Some(service.accounts.owner.access_key.clone()), payload })
}
