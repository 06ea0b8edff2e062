//! Holds an answer against the claims of a step.

use std::borrow::Cow;

mod checksums;
pub(in super::super) mod content;
mod etags;
mod listings;
mod times;

use checksums::checksums;
use content::content;
use etags::etag;
pub(in super::super) use listings::ENTRIES;
use listings::{listing, parts};
use mpuspec_mock::provider::Provider;
use times::times;

use crate::case::{Claims, Code, ListOrder, Outcome, error_code};
use crate::language::Sizes;
use crate::row::{RowState, Unavailable};
use crate::wire::answer::MISSING;
use crate::wire::dialect::{Dialect, own};
use crate::wire::{Answer, decoded_words};

/// What came of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Met {
    /// It holds.
    Yes,
    /// It holds in an allowed, not preferred way.
    Tolerated(String),
    /// It does not hold, of what it is about.
    No { about: Cow<'static, str>, expected: String, got: String },
    /// It cannot be judged: an earlier step did not produce what it refers to.
    Unavailable(String),
    /// It cannot be judged: this aspect of the answer is missing.
    Unseen(&'static str),
    /// There is nothing that it could be about.
    Nothing(String),
}

/// What claims are held against.
pub(in super::super) struct Scene<'s> {
    pub(in super::super) provider: &'s Provider,
    pub(in super::super) state: &'s RowState<'s>,
    /// The key prefix of the row.
    pub(in super::super) prefix: &'s str,
    /// Whether the answer is one to HEAD.
    pub(in super::super) head: bool,
    /// Whether the documents let an Error come inside a 200: of completions and copies alone.
    pub(in super::super) late_error: bool,
    /// Whether another row is about the codes of refusals.
    pub(in super::super) codes_elsewhere: bool,
    /// Whether the server has codes of its own, which say nothing.
    pub(in super::super) codes_are_foreign: bool,
    /// Whether a listing is looked at below the row's prefix alone: a row that names no prefix of its own
    /// says nothing about prefixes.
    pub(in super::super) own_only: bool,
}

/// Holds an answer against claims; the first that fails is reported.
pub(in super::super) fn judge(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Met {
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
    Met::No { about: Cow::Borrowed(""), expected: expected.into(), got: got.into() }
}

/// Says what a claim that does not hold is about, where nothing says it yet.
fn about<T>(what: impl Into<Cow<'static, str>>, found: Result<T, Met>) -> Result<T, Met> {
    found.map_err(|met| match met {
        Met::No { about, expected, got } if about.is_empty() => Met::No { about: what.into(), expected, got },
        met => met,
    })
}

/// What a claim is about that demands a refusal, or a success.
pub(in super::super) const REFUSAL: &str = "refusal";
pub(in super::super) const SUCCESS: &str = "success";
/// The bytes of an object.
pub(in super::super) const CONTENT: &str = "content";

/// What is expected where every code will do.
const ANY_REFUSAL: &str = "a refusal with a 4xx";

/// A name for an outcome that is tolerated, or the claim that fails.
fn check(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<Option<String>, Met> {
    if let Some(code) = &claims.error {
        about(REFUSAL, error(code, answer, scene))?;
        tells(claims, answer)?;
        headers(claims, answer, scene)?;
        fields(claims, answer, scene)?;
        called_back(claims, scene)?;
        return Ok(None);
    }
    if let Some(code) = &claims.refused {
        let tolerated = about(REFUSAL, refused(code, answer, scene))?;
        tells(claims, answer)?;
        headers(claims, answer, scene)?;
        fields(claims, answer, scene)?;
        called_back(claims, scene)?;
        return Ok(tolerated);
    }
    if let Some(status) = claims.status
        && status != answer.status
    {
        let refusal = status >= 400 && answer.is_ok();
        let expected = if refusal { format!("a refusal with {status}") } else { status.to_string() };
        let what = if status >= 400 { REFUSAL } else { "status" };
        return about(what, Err(differs(expected, answer.summary())));
    }
    // A status that is no success can be what is claimed.
    if claims.status.is_some_and(|status| !(200..300).contains(&status)) {
        headers(claims, answer, scene)?;
        return Ok(None);
    }
    if !answer.is_ok() {
        return about(SUCCESS, Err(differs("success", answer.summary())));
    }
    tells(claims, answer)?;
    // Nothing is listed in a document that did not come.
    let of_document = claims.parts.is_some()
        || claims.uploads.is_some()
        || claims.prefixes.is_some()
        || claims.keys.is_some()
        || claims.tagging.is_some()
        || claims.acl.is_some()
        || claims.count.is_some()
        || claims.at_most.is_some();
    if of_document && answer.deviation("root").is_some_and(|root| root.seen.starts_with(MISSING)) {
        return Err(Met::Unseen("root"));
    }
    // A wrong checksum says more than the headers beside it.
    about("checksums", checksums(claims, answer, scene))?;
    headers(claims, answer, scene)?;
    called_back(claims, scene)?;
    if let Some(expected) = &claims.body
        && answer.body != expected.as_bytes()
    {
        let got = String::from_utf8_lossy(&answer.body);
        let got = if got.len() > 200 { format!("a body of {} bytes", got.len()) } else { got.into_owned() };
        return about("body", Err(differs(format!("the body {expected}"), got)));
    }
    // Other bytes tell more than the ETag and the size that go with them.
    if let Some(items) = &claims.content {
        about(CONTENT, content(items, answer, scene))?;
    }
    if let Some(claim) = &claims.etag {
        about("ETag", etag(claim, answer, scene))?;
    }
    if let Some(size) = &claims.size {
        let expected = size.size(&sizes(scene)).unwrap_or_default();
        if answer.deviation("Content-Length").is_some() {
            return Err(Met::Unseen("Content-Length"));
        }
        if answer.size != Some(expected) {
            let got = answer.size.map_or_else(|| "no size".to_owned(), |size| format!("{size} bytes"));
            return about("size", Err(differs(format!("{expected} bytes"), got)));
        }
    }
    if let Some(list) = &claims.parts {
        about("parts", parts(list, claims.order, answer, scene))?;
    }
    about("entries", listing(claims, answer, scene))?;
    fields(claims, answer, scene)?;
    times(claims, answer)?;
    if let Some(root) = &claims.root
        && answer.root.as_ref() != Some(root)
    {
        let got = answer.root.clone().unwrap_or_else(|| "no document".to_owned());
        return about("root", Err(differs(format!("a {root} document"), got)));
    }
    if claims.keys.is_some() && answer.deviation("Contents.Key").is_some() {
        return Err(Met::Unseen("Contents.Key"));
    }
    if let Some(expected) = &claims.keys {
        let below = |key: &str| key.strip_prefix(scene.prefix).unwrap_or(key).to_owned();
        let keys = answer.keys.iter().filter(|(key, _)| !scene.own_only || key.starts_with(scene.prefix));
        let mut got: Vec<String> = keys.map(|(key, _)| below(key)).collect();
        let mut expected = expected.clone();
        if claims.order == Some(ListOrder::Any) {
            got.sort();
            expected.sort();
        }
        if got != expected {
            return about("keys", Err(differs(format!("keys {expected:?}"), format!("{got:?}"))));
        }
    }
    kept(claims, answer)?;
    if claims.distinct.is_some() {
        if answer.upload_ids.is_empty() {
            return Err(Met::Unseen("UploadId"));
        }
        let mut ids = answer.upload_ids.clone();
        ids.sort();
        ids.dedup();
        if ids.len() != answer.upload_ids.len() {
            let got = format!("{} different ids in {} answers", ids.len(), answer.upload_ids.len());
            return about("upload ids", Err(differs("a different upload id in every answer", got)));
        }
    }
    Ok(None)
}

/// The aspects whose home the row is.
fn tells(claims: &Claims, answer: &Answer) -> Result<(), Met> {
    let deviation = claims.tells.iter().flatten().find_map(|aspect| answer.deviation(aspect));
    if let Some(deviation) = deviation {
        let expected = format!("{} in the answer", deviation.aspect);
        return about(deviation.aspect, Err(differs(expected, deviation.seen.clone())));
    }
    let mut quoted = claims.tells.iter().flatten().filter_map(|aspect| aspect.strip_suffix(".quotes"));
    if let Some(missing) = quoted.find_map(|etag| answer.deviation(etag)) {
        return Err(Met::Nothing(format!("there is no {} that could have quotes", missing.aspect)));
    }
    match claims.tells.iter().flatten().find(|aspect| !has_place_for(aspect, answer)) {
        Some(aspect) => Err(Met::Unavailable(format!("the answer has no place for {aspect}"))),
        None => Ok(()),
    }
}

/// Whether an answer has what an aspect belongs to: a last page has no marker, an empty one no entry.
fn has_place_for(aspect: &str, answer: &Answer) -> bool {
    let none = |count: Option<usize>| count.unwrap_or(0) == 0;
    match aspect.split_once('.') {
        _ if ["NextKeyMarker", "NextPartNumberMarker"].contains(&aspect) => answer.truncated,
        Some(("Part", _)) => !none(answer.parts.as_ref().map(Vec::len)),
        Some(("Upload", _)) => !none(answer.uploads.as_ref().map(Vec::len)),
        Some(("CommonPrefixes", _)) => !none(answer.prefixes.as_ref().map(Vec::len)),
        Some(("Contents", _)) => !answer.keys.is_empty(),
        _ => true,
    }
}

fn sizes<'s>(scene: &Scene<'s>) -> Sizes<'s> {
    Sizes { provider: scene.provider }
}

/// The code of the catalogue with its status, or an accepted spelling of the provider in its place.
fn error(code: &Code, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let Some(refusal) = answer.refusal.as_ref() else {
        return Err(differs(expected_error(code, scene), answer.summary()));
    };
    if code.is_any() {
        let fits = (400..500).contains(&answer.status) || (refusal.inside_ok && scene.late_error);
        return if fits { Ok(()) } else { Err(differs(ANY_REFUSAL, answer.summary())) };
    }
    let accepted: Vec<(&str, u16)> = match scene.provider.errors.get(&code.0) {
        Some(spelt) => spelt.iter().map(|spelling| (spelling.code.as_str(), spelling.status)).collect(),
        None => error_code(&code.0).map(|entry| (entry.code, entry.status)).into_iter().collect(),
    };
    let fits = accepted.into_iter().any(|(code, status)| {
        // What an Error inside a 200 says counts; its status was sent before.
        let status_fits = status == answer.status || (refusal.inside_ok && scene.late_error);
        // Codes of its own, or none at all, are one flaw of a server: one row is about that.
        let code_is_elsewhere = scene.head || scene.codes_elsewhere;
        let code_fits = refusal.code.as_deref() == Some(code)
            || (code_is_elsewhere && refusal.code.is_none())
            || (scene.codes_elsewhere && scene.codes_are_foreign);
        status_fits && code_fits
    });
    if fits { Ok(()) } else { Err(differs(expected_error(code, scene), answer.summary())) }
}

/// Returns the refusal that claims demand, in words; none if they demand a success.
pub(in super::super) fn expected_refusal(claims: &Claims, scene: &Scene<'_>) -> Option<String> {
    match (&claims.error, &claims.refused, claims.status) {
        (Some(code), ..) => Some(expected_error(code, scene)),
        (None, Some(code), _) => Some(expected_any_of(code, scene)),
        (None, None, Some(status)) if status >= 400 => Some(format!("a refusal with {status}")),
        _ => None,
    }
}

/// What a success lacks of the first outcome that is one. Bytes are reported already.
pub(in super::super) fn lacking(outcomes: &[Outcome], answer: &Answer, scene: &Scene<'_>) -> Option<String> {
    if !answer.is_ok() || answer.content.is_some() {
        return None;
    }
    let success = outcomes.iter().find(|outcome| expected_refusal(&outcome.claims, scene).is_none())?;
    match judge(&success.claims, answer, scene) {
        Met::No { expected, got, .. } => Some(format!("{got}, and not {expected}")),
        _ => None,
    }
}

/// Names a refusal for which other codes will do too.
fn expected_any_of(code: &Code, scene: &Scene<'_>) -> String {
    if code.is_any() {
        ANY_REFUSAL.to_owned()
    } else {
        format!("a refusal such as {}", expected_error(code, scene))
    }
}

/// As the provider spells it.
fn expected_error(code: &Code, scene: &Scene<'_>) -> String {
    if code.is_any() {
        return ANY_REFUSAL.to_owned();
    }
    let spelt = scene.provider.errors.get(&code.0).and_then(|list| list.first());
    match (spelt, error_code(&code.0)) {
        (Some(spelling), _) => format!("{} {}", spelling.status, spelling.code),
        (None, Some(entry)) => format!("{} {}", entry.status, entry.code),
        (None, None) => code.0.clone(),
    }
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
    Err(differs(expected_any_of(code, scene), answer.summary()))
}

/// How often the suite's own server was called, and what each call said.
fn called_back(claims: &Claims, scene: &Scene<'_>) -> Result<(), Met> {
    let Some(claim) = &claims.callback else { return Ok(()) };
    let expected = claim.calls.size(&sizes(scene)).unwrap_or_default();
    let Some(calls) = &scene.state.called_back else {
        return Err(Met::Unavailable("a callback".to_owned()));
    };
    if calls.len() as u64 != expected {
        let got = format!("{}", calls.len());
        return about("callbacks", Err(differs(format!("{expected} callbacks"), got)));
    }
    for call in calls {
        for (what, wanted, found) in [
            ("Host", &claim.host, &call.host),
            ("Content-Type", &claim.content_type, &call.content_type),
            ("body", &claim.body, &call.body),
        ] {
            if let Some(wanted) = wanted.as_ref().filter(|wanted| *wanted != found) {
                let differs = differs(format!("a callback of {what} {wanted}"), format!("{what} {found}"));
                return about(format!("callback {what}"), Err(differs));
            }
        }
    }
    Ok(())
}

fn headers(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let dialect = scene.provider.dialect;
    let wanted = claims.headers.iter().flatten().map(|(name, value)| (name.to_lowercase(), value, false));
    let metadata = claims
        .metadata
        .iter()
        .flatten()
        .map(|(name, value)| (own(dialect, &format!("meta-{name}")), value, !value.is_ascii()));
    for (name, value, in_words) in wanted.chain(metadata) {
        let differs = match answer.header(&name) {
            Some(got) if !in_words && got == value => continue,
            // Many clients cannot read a header of other bytes.
            Some(got) if in_words && got.is_ascii() && decoded_words(got) == *value => continue,
            Some(got) if in_words => {
                differs(format!("{name}: {value} in encoded words"), format!("{name}: {got} as it is"))
            }
            Some(got) => differs(format!("{name}: {value}"), format!("{name}: {got}")),
            None => differs(format!("{name}: {value}"), format!("no header {name}")),
        };
        return about(name, Err(differs));
    }
    if let Some(class) = &claims.storage_class {
        // The usual class goes without saying.
        let usual = if dialect == Dialect::Oss { "Standard" } else { "STANDARD" };
        let got = answer.header(&own(dialect, "storage-class")).unwrap_or(usual);
        if got != class {
            let differs = differs(format!("storage class {class}"), format!("storage class {got}"));
            return about("storage class", Err(differs));
        }
    }
    for name in claims.has_headers.iter().flatten() {
        if answer.header(&name.to_lowercase()).is_none() {
            return about(name.to_lowercase(), Err(differs(format!("a header {name}"), "none")));
        }
    }
    let no_metadata = claims.no_metadata.iter().flatten().map(|name| own(dialect, &format!("meta-{name}")));
    for name in claims.no_headers.iter().flatten().map(|name| name.to_lowercase()).chain(no_metadata) {
        if let Some(got) = answer.header(&name) {
            let differs = differs(format!("no header {name}"), format!("{name}: {got}"));
            return about(name, Err(differs));
        }
    }
    Ok(())
}

/// What was given with the creation and is shown again.
fn kept(claims: &Claims, answer: &Answer) -> Result<(), Met> {
    if let Some(expected) = &claims.tagging {
        let mut got = answer.tagging.clone().unwrap_or_default();
        got.sort();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        if got != expected {
            let got = if got.is_empty() { "no tags".to_owned() } else { format!("{got:?}") };
            return about("tags", Err(differs(format!("tags {expected:?}"), got)));
        }
    }
    if let Some(expected) = &claims.acl {
        let got = answer.acl.clone().unwrap_or_default();
        if got != *expected {
            return about("grants", Err(differs(format!("grants {expected:?}"), format!("{got:?}"))));
        }
    }
    if let Some((first, rest)) = claims.same.as_ref().and_then(|paths| paths.split_first()) {
        let told = |path: &str| answer.field(path).filter(|text| !text.is_empty());
        let Some(expected) = told(first) else {
            let got = if answer.field(first).is_some() { "an empty one" } else { "none" };
            let differs = differs(format!("a text in the element {first}"), got);
            return about(first.clone(), Err(differs));
        };
        if let Some(path) = rest.iter().find(|path| told(path) != Some(expected)) {
            let got = told(path).unwrap_or("nothing");
            let differs = differs(format!("{path} as {first}: {expected}"), got);
            return about(path.clone(), Err(differs));
        }
    }
    Ok(())
}

fn fields(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    for (name, value) in claims.fields.iter().flatten() {
        // A number of an error, such as 0042-00000216, looks like a difference and is none.
        let number = value.number.as_ref().and_then(|number| number.value(&sizes(scene)).ok());
        let number = number.map(|number| number.to_string());
        let of_key = ["Prefix", "KeyMarker", "NextKeyMarker", "Key"].contains(&name.as_str());
        let got = answer.field(name).map(|text| match text.strip_prefix(scene.prefix) {
            Some(below) if of_key => below.to_owned(),
            None if of_key => format!("{text} (not below the row's prefix)"),
            _ => text.to_owned(),
        });
        // A listing that does not say whether it goes on is whole.
        if got.is_none() && name == "IsTruncated" && value.text == "false" {
            continue;
        }
        if got.is_none() || (got.as_deref() != Some(value.text.as_str()) && got != number) {
            match answer.deviation(name) {
                // A listing that does not say so is whole.
                Some(_) if name == "IsTruncated" && value.text == "false" && got.is_none() => continue,
                Some(missing) if got.as_deref().is_none_or(str::is_empty) => {
                    return Err(Met::Unseen(missing.aspect));
                }
                _ => {}
            }
            let expected =
                number.filter(|_| !value.text.starts_with('0')).unwrap_or_else(|| value.text.clone());
            let got = got.map_or_else(|| format!("no {name}"), |got| format!("{name} {got}"));
            return about(name.clone(), Err(differs(format!("{name} {expected}"), got)));
        }
    }
    for name in claims.no_fields.iter().flatten() {
        if let Some(got) = answer.fields.iter().find(|(path, _)| path.split('.').any(|part| part == name)) {
            let differs = differs(format!("no element {name}"), format!("{} {}", got.0, got.1));
            return about(name.clone(), Err(differs));
        }
    }
    Ok(())
}
