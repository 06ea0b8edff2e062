//! Holds an answer against the claims of a step.

use mpuspec_mock::provider::Provider;

use super::headers::wire_checksum;
use super::state::{State, Unavailable};
use crate::case::{ChecksumClaim, Claims, Code, ETagClaim, ListOrder, PartList, PartRef, Sizes, error_code};
use crate::wire::Answer;

/// What came of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// It holds.
    Yes,
    /// It holds in an allowed, not preferred way.
    Tolerated(String),
    /// It does not hold.
    No { expected: String, got: String },
    /// It cannot be judged: an earlier step did not produce what it refers to.
    Unavailable(String),
}

/// What claims are held against.
pub(super) struct Scene<'s> {
    pub(super) provider: &'s Provider,
    pub(super) state: &'s State,
    /// The key prefix of the row.
    pub(super) prefix: &'s str,
    /// Whether the answer is one to HEAD.
    pub(super) head: bool,
    /// Whether the documents let an Error come inside a 200: of completions and copies alone.
    pub(super) late_error: bool,
}

/// Holds an answer against claims; the first that fails is told.
pub(super) fn judge(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Met {
    match check(claims, answer, scene) {
        Ok(None) => Met::Yes,
        Ok(Some(name)) => Met::Tolerated(name),
        Err(met) => met,
    }
}

impl From<Unavailable> for Met {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable.0)
    }
}

fn differs(expected: impl Into<String>, got: impl Into<String>) -> Met {
    Met::No { expected: expected.into(), got: got.into() }
}

/// A name for an outcome that is tolerated, or the claim that fails.
fn check(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<Option<String>, Met> {
    if let Some(code) = &claims.error {
        error(code, answer, scene)?;
        headers(claims, answer)?;
        return Ok(None);
    }
    if let Some(code) = &claims.refused {
        let tolerated = refused(code, answer, scene)?;
        headers(claims, answer)?;
        return Ok(tolerated);
    }
    if let Some(status) = claims.status
        && status != answer.status
    {
        return Err(differs(status.to_string(), answer.summary()));
    }
    // A status that is no success can be what is claimed.
    if claims.status.is_some_and(|status| !(200..300).contains(&status)) {
        headers(claims, answer)?;
        return Ok(None);
    }
    if !answer.is_ok() {
        return Err(differs("success", answer.summary()));
    }
    headers(claims, answer)?;
    if let Some(claim) = &claims.etag {
        etag(claim, answer, scene)?;
    }
    if let Some(size) = &claims.size {
        let expected = size.size(&sizes(scene)).unwrap_or_default();
        if answer.size != Some(expected) {
            let got = answer.size.map_or_else(|| "no size".to_owned(), |size| format!("{size} bytes"));
            return Err(differs(format!("{expected} bytes"), got));
        }
    }
    if let Some(items) = &claims.content {
        content(items, answer, scene)?;
    }
    if let Some(list) = &claims.parts {
        parts(list, answer, scene)?;
    }
    listing(claims, answer, scene)?;
    fields(claims, answer, scene)?;
    if let Some(root) = &claims.root
        && answer.root.as_ref() != Some(root)
    {
        let got = answer.root.clone().unwrap_or_else(|| "no document".to_owned());
        return Err(differs(format!("a {root} document"), got));
    }
    if claims.root.is_some() && !answer.missing.is_empty() {
        return Err(differs(answer.missing.join(", "), "nothing there"));
    }
    if let Some(expected) = &claims.keys {
        let below = |key: &str| key.strip_prefix(scene.prefix).unwrap_or(key).to_owned();
        let mut got: Vec<String> = answer.keys.iter().map(|(key, _)| below(key)).collect();
        let mut expected = expected.clone();
        if claims.order == Some(ListOrder::Any) {
            got.sort();
            expected.sort();
        }
        if got != expected {
            return Err(differs(format!("keys {expected:?}"), format!("{got:?}")));
        }
    }
    kept(claims, answer)?;
    checksums(claims, answer, scene)?;
    if claims.distinct.is_some() {
        let mut ids = answer.upload_ids.clone();
        ids.sort();
        ids.dedup();
        if ids.len() != answer.upload_ids.len() {
            let got = format!("{} different ids in {} answers", ids.len(), answer.upload_ids.len());
            return Err(differs("a different upload id in every answer", got));
        }
    }
    Ok(None)
}

fn sizes<'s>(scene: &Scene<'s>) -> Sizes<'s> {
    Sizes { provider: scene.provider }
}

/// The code of the catalogue with its status, or an accepted spelling of the provider.
fn error(code: &Code, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let Some(refusal) = answer.refusal.as_ref() else {
        return Err(differs(expected_error(code), answer.summary()));
    };
    if code.is_any() {
        let fits = (400..500).contains(&answer.status) || (refusal.inside_ok && scene.late_error);
        return if fits { Ok(()) } else { Err(differs("a refusal with a 4xx", answer.summary())) };
    }
    let usual = error_code(&code.0).map(|entry| (entry.code, entry.status));
    let spelt = scene.provider.errors.get(&code.0).into_iter().flatten().map(|s| (s.code.as_str(), s.status));
    let fits = usual.into_iter().chain(spelt).any(|(code, status)| {
        // What an Error inside a 200 says counts; its status was sent before.
        let status_fits = status == answer.status || (refusal.inside_ok && scene.late_error);
        let code_fits = refusal.code.as_deref() == Some(code) || (scene.head && refusal.code.is_none());
        status_fits && code_fits
    });
    if fits { Ok(()) } else { Err(differs(expected_error(code), answer.summary())) }
}

fn expected_error(code: &Code) -> String {
    error_code(&code.0).map_or_else(|| code.0.clone(), |entry| format!("{} {}", entry.status, entry.code))
}

/// Any refusal is right; another code than AWS's is only tolerated.
fn refused(code: &Code, answer: &Answer, scene: &Scene<'_>) -> Result<Option<String>, Met> {
    if error(code, answer, scene).is_ok() {
        return Ok(None);
    }
    let in_ok = scene.late_error && answer.refusal.as_ref().is_some_and(|refusal| refusal.inside_ok);
    if answer.refusal.is_some() && ((400..500).contains(&answer.status) || in_ok) {
        return Ok(Some(format!("refused as {}", answer.code())));
    }
    Err(differs(format!("a refusal such as {}", expected_error(code)), answer.summary()))
}

fn headers(claims: &Claims, answer: &Answer) -> Result<(), Met> {
    let wanted = claims.headers.iter().flatten().map(|(name, value)| (name.to_lowercase(), value));
    let metadata =
        claims.metadata.iter().flatten().map(|(name, value)| (format!("x-amz-meta-{name}"), value));
    for (name, value) in wanted.chain(metadata) {
        match answer.header(&name) {
            Some(got) if got == value => {}
            Some(got) => return Err(differs(format!("{name}: {value}"), format!("{name}: {got}"))),
            None => return Err(differs(format!("{name}: {value}"), format!("no header {name}"))),
        }
    }
    if let Some(class) = &claims.storage_class {
        // The usual class goes without saying.
        let got = answer.header("x-amz-storage-class").unwrap_or("STANDARD");
        if got != class {
            return Err(differs(format!("storage class {class}"), format!("storage class {got}")));
        }
    }
    for name in claims.has_headers.iter().flatten() {
        if answer.header(&name.to_lowercase()).is_none() {
            return Err(differs(format!("a header {name}"), "none"));
        }
    }
    for name in claims.no_headers.iter().flatten() {
        if let Some(got) = answer.header(&name.to_lowercase()) {
            return Err(differs(format!("no header {name}"), format!("{name}: {got}")));
        }
    }
    Ok(())
}

/// What was given with the creation and is told again.
fn kept(claims: &Claims, answer: &Answer) -> Result<(), Met> {
    if let Some(expected) = &claims.tagging {
        let mut got = answer.tagging.clone().unwrap_or_default();
        got.sort();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        if got != expected {
            return Err(differs(format!("tags {expected:?}"), format!("{got:?}")));
        }
    }
    if let Some(expected) = &claims.acl {
        let got = answer.acl.clone().unwrap_or_default();
        if got != *expected {
            return Err(differs(format!("grants {expected:?}"), format!("{got:?}")));
        }
    }
    if let Some((first, rest)) = claims.same.as_ref().and_then(|paths| paths.split_first()) {
        let told = |path: &str| answer.field(path).filter(|text| !text.is_empty());
        let Some(expected) = told(first) else { return Err(differs(format!("an element {first}"), "none")) };
        if let Some(path) = rest.iter().find(|path| told(path) != Some(expected)) {
            let got = told(path).unwrap_or("nothing");
            return Err(differs(format!("{path} as {first}: {expected}"), got));
        }
    }
    Ok(())
}

fn checksums(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    for (algorithm, claim) in claims.checksum.iter().flatten() {
        let kind = wire_checksum(*algorithm);
        let inner = format!("Checksum.{}", kind.element());
        // GetObjectAttributes tells a composite value without the number of parts.
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
            ChecksumClaim::Of(part) => Some(kind.of(&scene.state.sent(part, &sizes(scene))?.bytes())),
            ChecksumClaim::FullObject => Some(kind.of(&finished().collect::<Vec<_>>().concat())),
            ChecksumClaim::Composite => {
                let parts: Vec<_> = finished().collect();
                let value = kind.composite(parts.iter().map(|part| &part[..]));
                let digest = value.rsplit_once('-').map_or("", |(digest, _)| digest).to_owned();
                Some(if bare { digest } else { value })
            }
        };
        if got != expected.as_deref() {
            let name = kind.header();
            let show = |value: Option<&str>| value.map_or_else(|| "none".to_owned(), str::to_owned);
            return Err(differs(format!("{name}: {}", show(expected.as_deref())), show(got)));
        }
    }
    let Some(algorithm) = claims.part_checksums else { return Ok(()) };
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

fn unquoted(etag: &str) -> &str {
    etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"')).unwrap_or(etag)
}

fn etag(claim: &ETagClaim, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let Some(got) = answer.etag.as_deref() else { return Err(differs("an ETag", "none")) };
    let hex = |text: &str| {
        text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    };
    match claim {
        ETagClaim::Multipart => {
            let fits = unquoted(got).rsplit_once('-').is_some_and(|(digest, count)| {
                hex(digest) && count.parse::<u32>().is_ok_and(|count| count > 0)
            });
            if !fits {
                return Err(differs(
                    "an ETag of 32 hexadecimal digits, a hyphen and the number of parts",
                    got,
                ));
            }
        }
        ETagClaim::Single => {
            let sent =
                scene.state.sent.last().ok_or_else(|| Met::Unavailable("nothing was sent".to_owned()))?;
            let expected = format!("\"{}\"", hex::encode(sent.blob.md5()));
            if got != expected {
                return Err(differs(format!("the quoted MD5 of the bytes, {expected}"), got));
            }
        }
        ETagClaim::Of(name) => {
            let expected = scene.state.etag(name)?;
            if unquoted(&expected) != unquoted(got) {
                return Err(differs(format!("ETag {expected} as {name}"), got));
            }
        }
    }
    Ok(())
}

fn content(items: &[crate::case::ContentItem], answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let got = answer.content.clone().unwrap_or_default();
    let mut at = 0;
    let mut whole = true;
    let mut names = Vec::new();
    for item in items {
        let sent = scene.state.sent(&item.of, &sizes(scene))?;
        let mut bytes = sent.bytes();
        let mut name = sent.label();
        if let Some((first, last)) = &item.range {
            let end = (last.size(&sizes(scene)).unwrap_or_default() + 1).min(bytes.len() as u64);
            let first = first.size(&sizes(scene)).unwrap_or_default().min(end);
            bytes = bytes.slice(first as usize..end as usize);
            name = format!("{name} from {first} to {}", end.saturating_sub(1));
        }
        names.push(name);
        whole &= got.get(at..at + bytes.len()).is_some_and(|piece| piece == bytes);
        at += bytes.len();
    }
    if whole && at == got.len() {
        return Ok(());
    }
    let expected = format!("{at} bytes: part {}", names.join(", part "));
    Err(differs(expected, format!("{} bytes: {}", got.len(), describe(&got, scene.state))))
}

/// Says which of the sent bytes an object consists of.
fn describe(mut got: &[u8], state: &State) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut unknown = 0;
    while !got.is_empty() {
        let known = state.sent.iter().find(|sent| {
            let bytes = sent.bytes();
            !bytes.is_empty() && got.starts_with(&bytes)
        });
        match known {
            Some(sent) => {
                if unknown > 0 {
                    pieces.push(format!("{unknown} other bytes"));
                    unknown = 0;
                }
                pieces.push(format!("part {}", sent.label()));
                got = &got[sent.bytes().len()..];
            }
            // The beginning of a part, cut: what it is can still be told.
            None if unknown == 0 => {
                match state.sent.iter().map(|sent| (sent, common(got, &sent.bytes()))).max_by_key(|(_, n)| *n)
                {
                    Some((sent, length)) if length >= 8 => {
                        pieces.push(format!("the first {length} bytes of part {}", sent.label()));
                        got = &got[length..];
                    }
                    _ => {
                        unknown += 1;
                        got = &got[1..];
                    }
                }
            }
            None => {
                unknown += got.len();
                got = &[];
            }
        }
    }
    if unknown > 0 {
        pieces.push(format!("{unknown} other bytes"));
    }
    if pieces.is_empty() { "nothing".to_owned() } else { pieces.join(", ") }
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn parts(list: &PartList, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let sizes = sizes(scene);
    let references: Vec<PartRef> = match list {
        PartList::List(list) => list.clone(),
        PartList::Range(first, last) => {
            let (first, last) = (first.value(&sizes).unwrap_or(0), last.value(&sizes).unwrap_or(0));
            let number = |number: i64| crate::case::Expr::parse(&number.to_string()).map(PartRef::Number);
            (first..=last).filter_map(|at| number(at).ok()).collect()
        }
    };
    let show = |list: &[(String, String, u64)]| match list {
        [] => "no parts".to_owned(),
        list if list.len() > 12 => {
            format!("{} parts, {} to {}", list.len(), list[0].0, list[list.len() - 1].0)
        }
        list => {
            let entries: Vec<_> =
                list.iter().map(|(number, etag, size)| format!("{number} ({size} bytes, {etag})")).collect();
            format!("parts {}", entries.join(", "))
        }
    };
    let mut expected = Vec::new();
    for reference in &references {
        let part = scene.state.part(reference, &sizes)?;
        expected.push((part.number, unquoted(&part.etag).to_owned(), part.size));
    }
    let got: Vec<(String, String, u64)> = answer
        .parts
        .iter()
        .flatten()
        .map(|part| (part.number.to_string(), unquoted(&part.etag).to_owned(), part.size))
        .collect();
    if got != expected {
        return Err(differs(show(&expected), show(&got)));
    }
    let bare = answer.parts.iter().flatten().find(|part| unquoted(&part.etag).len() == part.etag.len());
    match bare {
        Some(part) => Err(differs("quoted ETags", format!("{} for part {}", part.etag, part.number))),
        None => Ok(()),
    }
}

fn listing(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let below = |key: &str| {
        key.strip_prefix(scene.prefix)
            .map_or_else(|| format!("{key} (not below the row's prefix)"), str::to_owned)
    };
    if let Some(names) = &claims.uploads {
        let mut expected = Vec::new();
        for name in names {
            let (id, key) = scene.state.upload(Some(&crate::case::UploadRef::Named(name.clone())))?;
            expected.push((below(&key.unwrap_or_default()), id, name.clone()));
        }
        let mut got: Vec<(String, String)> =
            answer.uploads.iter().flatten().map(|upload| (below(&upload.key), upload.id.clone())).collect();
        let mut wanted: Vec<(String, String)> =
            expected.iter().map(|(key, id, _)| (key.clone(), id.clone())).collect();
        let name_of = |entry: &(String, String)| {
            let known = scene.state.uploads.iter().find(|upload| upload.id == entry.1);
            known
                .and_then(|upload| upload.name.clone())
                .unwrap_or_else(|| format!("an upload of {}", entry.0))
        };
        let show = |list: &[(String, String)]| match list {
            [] => "no uploads".to_owned(),
            list => format!("uploads {}", list.iter().map(name_of).collect::<Vec<_>>().join(", ")),
        };
        let (expected_text, got_text) = (show(&wanted), show(&got));
        if claims.order == Some(ListOrder::Any) {
            got.sort();
            wanted.sort();
        }
        // The same uploads under other keys: their names would not show the difference.
        if got != wanted && expected_text == got_text {
            return Err(differs(format!("{wanted:?}"), format!("{got:?}")));
        }
        if got != wanted {
            return Err(differs(expected_text, got_text));
        }
    }
    if let Some(expected) = &claims.prefixes {
        let got: Vec<String> = answer.prefixes.iter().flatten().map(|prefix| below(prefix)).collect();
        if got != *expected {
            return Err(differs(format!("common prefixes {expected:?}"), format!("{got:?}")));
        }
    }
    if let Some(count) = &claims.count {
        let expected = count.size(&sizes(scene)).unwrap_or_default();
        let uploads = answer.uploads.as_ref().map(Vec::len);
        let got = uploads.or(answer.parts.as_ref().map(Vec::len)).unwrap_or(answer.keys.len()) as u64;
        if got != expected {
            return Err(differs(format!("{expected} entries"), format!("{got} entries")));
        }
    }
    if let Some(pages) = &claims.pages {
        let expected = pages.size(&sizes(scene)).unwrap_or_default();
        if u64::from(answer.pages) != expected {
            return Err(differs(format!("{expected} pages"), format!("{} pages", answer.pages)));
        }
    }
    Ok(())
}

fn fields(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    for (name, value) in claims.fields.iter().flatten() {
        let expected = match &value.number {
            Some(number) => number.value(&sizes(scene)).unwrap_or_default().to_string(),
            None => value.text.clone(),
        };
        let of_key = ["Prefix", "KeyMarker", "NextKeyMarker", "Key"].contains(&name.as_str());
        let got = answer.field(name).map(|text| match text.strip_prefix(scene.prefix) {
            Some(below) if of_key => below.to_owned(),
            None if of_key => format!("{text} (not below the row's prefix)"),
            _ => text.to_owned(),
        });
        if got.as_deref() != Some(expected.as_str()) {
            let got = got.map_or_else(|| format!("no {name}"), |got| format!("{name} {got}"));
            return Err(differs(format!("{name} {expected}"), got));
        }
    }
    Ok(())
}
