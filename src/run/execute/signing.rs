//! How the request of a step is signed.

use std::time::Duration;

use crate::case::{SignBy, SignVersion, Step, Tampered, User, WrongToken};
use crate::wire::{Signing, Tamper, Token, Version, Who};

/// How the request of a step is signed.
pub(super) fn signing(step: &Step) -> Signing {
    let who = match step.as_user {
        None | Some(User::Main) => Who::Main,
        Some(User::Second) => Who::Second,
        Some(User::Anonymous) => Who::Anonymous,
        Some(User::UnknownKey) => Who::UnknownKey,
        Some(User::Temporary) => Who::Temporary,
    };
    let Some(sign) = &step.sign else { return Signing { who, ..Signing::default() } };
    let expires = sign.expires.map_or(300, |offset| offset.0.unsigned_abs());
    Signing {
        who,
        version: if sign.version == Some(SignVersion::V1) { Version::V1 } else { Version::V4 },
        url: (sign.by == Some(SignBy::Url)).then(|| Duration::from_secs(expires)),
        offset: sign.time.map_or(0, |offset| offset.0),
        wrong_secret: sign.secret.is_some(),
        wrong_region: sign.region.is_some(),
        token: match sign.token {
            None => Token::Right,
            Some(WrongToken::Missing) => Token::Missing,
            Some(WrongToken::Wrong) => Token::Wrong,
        },
        tamper: sign.tamper.map(|tampered| match tampered {
            Tampered::Path => Tamper::Path,
            Tampered::Query => Tamper::Query,
            Tampered::PartNumber => Tamper::PartNumber,
            Tampered::Header => Tamper::Header,
            Tampered::NewHeader => Tamper::NewHeader,
            Tampered::Body => Tamper::Body,
        }),
    }
}
