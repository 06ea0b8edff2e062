//! Claims about checksums.

use super::{Met, Scene, differs};
use crate::case::Claims;
use crate::language::ChecksumClaim;
use crate::operation::wire_checksum;
use crate::wire::Answer;

pub(super) fn checksums(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    for (algorithm, claim) in claims.checksum.iter().flatten() {
        let kind = wire_checksum(*algorithm);
        let inner = format!("Checksum.{}", kind.element());
        // GetObjectAttributes shows a composite value without the number of parts.
        let bare = answer.field(&inner).is_some();
        let got = answer
            .header(&kind.header())
            .or_else(|| answer.field(&kind.element()))
            .or_else(|| answer.field(&inner));
        let finished = || scene.state.finished.iter().map(|at| scene.state.sent[*at].bytes());
        let expected = match claim {
            ChecksumClaim::Absent => None,
            ChecksumClaim::Right => {
                let sent = scene.state.sent.last();
                Some(kind.of(&sent.ok_or_else(|| Met::Unavailable("nothing was sent".to_owned()))?.bytes()))
            }
            ChecksumClaim::Of(part) => Some(kind.of(&scene.state.sent(part)?.bytes())),
            ChecksumClaim::FullObject => Some(kind.of(&finished().collect::<Vec<_>>().concat())),
            ChecksumClaim::Composite => {
                let parts: Vec<_> = finished().collect();
                let value = kind.composite(parts.iter().map(|part| &part[..]));
                let digest = value.rsplit_once('-').map_or("", |(digest, _)| digest).to_owned();
                Some(if bare { digest } else { value })
            }
        };
        if got != expected.as_deref() {
            let name = if answer.root.is_some() { kind.element() } else { kind.header() };
            let show = |value: Option<&str>| value.map_or_else(|| "none".to_owned(), str::to_owned);
            return Err(differs(format!("{name}: {}", show(expected.as_deref())), show(got)));
        }
    }
    let Some(algorithm) = claims.part_checksums else { return Ok(()) };
    if answer.deviation("Part.PartNumber").is_some() {
        return Err(Met::Unseen("Part.PartNumber"));
    }
    let kind = wire_checksum(algorithm);
    for listed in answer.parts.iter().flatten() {
        let sent = scene.state.sent.iter().rev().find(|sent| sent.number == Some(listed.number.to_string()));
        let sent = sent.ok_or_else(|| Met::Unavailable(format!("part {}", listed.number)))?;
        let expected = kind.of(&sent.bytes());
        let got = listed.checksums.iter().find(|(name, _)| *name == kind.element());
        if got.map(|(_, value)| value) != Some(&expected) {
            let got = got.map_or_else(|| "none".to_owned(), |(_, value)| value.clone());
            return Err(differs(format!("{} {expected} of part {}", kind.element(), listed.number), got));
        }
    }
    if answer.parts.as_ref().is_none_or(Vec::is_empty) {
        return Err(differs("parts with their checksums", "no parts"));
    }
    Ok(())
}
