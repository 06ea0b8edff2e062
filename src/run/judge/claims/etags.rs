//! Claims about ETags.

use md5::{Digest, Md5};
use mpuspec_mock::model::ETags;

use super::{Met, Scene, differs};
use crate::case::ETagClaim;
use crate::wire::{Answer, unquoted};

pub(super) fn etag(claim: &ETagClaim, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let Some(got) = answer.etag.as_deref() else { return Err(Met::Unseen("ETag")) };
    let form = scene.provider.etags();
    let finished = || scene.state.finished.iter().map(|at| &scene.state.sent[*at]);
    match claim {
        ETagClaim::Multipart if form == ETags::Md5 => {
            let fits = unquoted(got).rsplit_once('-').is_some_and(|(digest, count)| {
                is_lower_hex(digest) && count.parse::<u32>().is_ok_and(|count| count > 0)
            });
            if fits {
                return Ok(());
            }
            Err(differs("an ETag of 32 hexadecimal digits, a hyphen and the number of parts", got))
        }
        ETagClaim::Multipart => {
            // All that is promised: it is one, and it is not the MD5 of the bytes.
            let mut whole = Md5::new();
            finished().for_each(|sent| whole.update(sent.bytes()));
            let plain = hex::encode(whole.finalize());
            let bare = unquoted(got);
            if bare.eq_ignore_ascii_case(&plain) {
                return Err(differs("an ETag that is not the MD5 of the bytes", got));
            }
            Ok(())
        }
        ETagClaim::PartsCount => {
            let count = unquoted(got).rsplit_once('-').map(|(_, count)| count.to_owned());
            let expected = scene.state.finished.len().to_string();
            if count.as_deref() == Some(expected.as_str()) {
                return Ok(());
            }
            Err(differs(format!("an ETag that ends in -{expected}, the number of its parts"), got))
        }
        ETagClaim::OfDigests => {
            let mut digests = Md5::new();
            finished().for_each(|sent| digests.update(Md5::digest(sent.bytes())));
            let expected = hex::encode(digests.finalize());
            if unquoted(got).split('-').next() == Some(expected.as_str()) {
                return Ok(());
            }
            Err(differs(format!("the MD5 of the parts' MD5s, {expected}"), got))
        }
        ETagClaim::Single => {
            let sent =
                scene.state.sent.last().ok_or_else(|| Met::Unavailable("nothing was sent".to_owned()))?;
            let expected = written(sent.blob.md5(), form);
            // The ETag of a part that the server encrypts with a managed key is its own choice.
            if is_encrypted(answer) || unquoted(got) == expected {
                return Ok(());
            }
            Err(differs(format!("the MD5 of the bytes, {expected}"), got))
        }
        ETagClaim::DigestsAsText => {
            let etags: Option<Vec<&str>> =
                finished().map(|sent| sent.etag.as_deref().map(unquoted)).collect();
            let etags = etags.ok_or_else(|| Met::Unavailable("the ETag of a part".to_owned()))?;
            let digest = written(Md5::digest(etags.concat()).into(), form);
            let expected = format!("\"{digest}-{}\"", etags.len());
            if got == expected { Ok(()) } else { Err(differs(expected, got)) }
        }
        ETagClaim::Of(name) => {
            let expected = scene.state.etag(name)?;
            if unquoted(&expected) == unquoted(got) {
                return Ok(());
            }
            Err(differs(format!("ETag {expected} as {name}"), got))
        }
        ETagClaim::Not(name) => {
            let other = scene.state.etag(name)?;
            if unquoted(&other) == unquoted(got) {
                return Err(differs(format!("another ETag than {name}"), got));
            }
            Ok(())
        }
    }
}

/// Returns whether the answer says that the bytes are encrypted in a way in which no ETag is promised.
fn is_encrypted(answer: &Answer) -> bool {
    let managed = |name: &str| name.ends_with("-server-side-encryption");
    answer.headers.iter().any(|(name, value)| managed(name) && value.starts_with("aws:kms"))
}

fn is_lower_hex(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
}

fn written(digest: [u8; 16], form: ETags) -> String {
    match form {
        ETags::Md5 | ETags::Opaque => hex::encode(digest),
        ETags::Uppercase => hex::encode_upper(digest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managed_keys_promise_no_etag() {
        let answer = |value: &str| {
            let header = ("x-amz-server-side-encryption".to_owned(), value.to_owned());
            Answer { headers: vec![header], ..Answer::default() }
        };
        assert!(is_encrypted(&answer("aws:kms")) && is_encrypted(&answer("aws:kms:dsse")));
        assert!(!is_encrypted(&answer("AES256")) && !is_encrypted(&Answer::default()));
    }
}
