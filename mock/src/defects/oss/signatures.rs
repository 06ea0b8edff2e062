//! Mistakes about the signatures of OSS.

use crate::checks::{Check, Version};
use crate::defects::checks::verified;
use crate::defects::mistake::{At, Mistake, request, unchecked};
use crate::defects::requests::refuse;
use crate::http::S3Error;

pub(in crate::defects) const MISTAKES: &[Mistake] = &[
    unchecked("v1-ignores-signature", "Signatures of version 1 are not compared.", |check| {
        check == Check::Signature(Version::Oss1)
    })
    .of_oss(),
    unchecked("v4-ignores-signature", "Signatures of version 4 are not compared.", |check| {
        check == Check::Signature(Version::Oss4)
    })
    .of_oss(),
    unchecked(
        "v1-takes-any-date",
        "The time of a signature of version 1 is not compared with the clock.",
        |check| check == Check::Skew(Version::Oss1),
    )
    .of_oss(),
    unchecked("v1-ignores-expiry", "A URL signed by version 1 is good beyond its time.", |check| {
        check == Check::Expiry(Version::Oss1)
    })
    .of_oss(),
    unchecked("v4-ignores-expiry", "A URL signed by version 4 is good beyond its time.", |check| {
        check == Check::Expiry(Version::Oss4)
    })
    .of_oss(),
    unchecked("ignore-tokens", "Security tokens are not looked at.", |check| check == Check::Token).of_oss(),
    unchecked("take-two-signatures", "A request may be signed in its header and in its URL.", |check| {
        check == Check::TwoSignatures
    })
    .of_oss(),
    Mistake::new("refuse-slight-skew", "Clocks that are a minute off are refused.", At::MostSkew(60))
        .of_oss(),
    request("refuse-tokens", "Temporary credentials are refused.", |call| {
        let token = call.request.own("security-token").or(call.request.header("security-token"));
        let in_url =
            ["security-token", "x-oss-security-token"].iter().any(|name| call.request.has_query(name));
        refuse(token.is_some() || in_url, || {
            S3Error::new(
                "InvalidAccessKeyId",
                "The OSS Access Key Id you provided does not exist in our records.",
            )
        })
    })
    .of_oss(),
    Mistake::new(
        "v1-ignores-part-number",
        "In a signature of version 1, the part number is not compared.",
        At::Sender(|service, request, found| {
            found.as_ref().err()?;
            request.query("partNumber")?;
            (1..=16).find_map(|number| {
                let mut other = request.clone();
                other.set_query("partNumber", Some(&number.to_string()));
                verified(service, &other)
            })
        }),
    )
    .of_oss(),
];
