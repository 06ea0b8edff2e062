//! Takes secrets out of everything that is recorded, by value.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aho_corasick::{AhoCorasick, Input, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::escapes::{LONGEST_ESCAPE, Seen, views, windows};

const REMOVED: &str = "<removed>";

/// Elements by which servers echo what was signed.
const ECHOES: &[&str] =
    &["SignatureProvided", "StringToSign", "StringToSignBytes", "CanonicalRequest", "CanonicalRequestBytes"];

/// Headers whose value is a secret as a whole.
const HEADERS: &[&str] = &[
    "authorization",
    "x-amz-security-token",
    "x-oss-security-token",
    "cookie",
    "set-cookie",
    "proxy-authorization",
];

/// Parameters of a signed URL that let somebody in.
const PARAMETERS: &[&str] = &[
    "OSSAccessKeyId",
    "Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "security-token",
    "x-oss-credential",
    "x-oss-security-token",
    "x-oss-signature",
];

/// Knows the secrets of a run.
#[derive(Debug, Default)]
pub struct Redactor {
    known: Mutex<Known>,
    signatures: Mutex<HashSet<String>>,
}

/// Secrets in each form in which they can be echoed.
#[derive(Debug, Default)]
struct Known {
    forms: BTreeSet<String>,
    /// The newest signatures that are no digits: an answer can echo those of its own time alone.
    newest: VecDeque<[String; 2]>,
    find: Option<AhoCorasick>,
}

/// As many signatures of that kind are kept: more requests are never under way.
const NEWEST: usize = 512;

impl Known {
    fn find_again(&mut self) {
        let forms = self.forms.iter().chain(self.newest.iter().flatten());
        // The longest first: one secret may be part of another.
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true);
        let find = builder.build(forms);
        self.find = find.ok();
    }
}

/// Of fewer characters, a secret could not be told from other text.
const SHORTEST: usize = 4;
/// A secret of fewer characters is looked for as a word of its own.
const LONG: usize = 8;
/// Of fewer, its middle in Base64 could not.
const SHORTEST_INSIDE: usize = 12;

/// The forms in which a secret can be echoed.
fn forms(secret: &str) -> BTreeSet<String> {
    // Escapes are read where it is looked for, and neither case nor their number matters.
    let mut forms: BTreeSet<String> =
        [secret.to_owned(), hex::encode(secret), STANDARD.encode(secret), URL_SAFE.encode(secret)].into();
    // Where a query is read as a form is, a plus is a blank.
    forms.insert(secret.replace('+', " "));
    if secret.len() >= SHORTEST_INSIDE {
        // Inside of other text it begins at any of three places of a group, whose first and last characters hang
        // on what stands around it.
        for before in 0..3 {
            let mut bytes = vec![0; before];
            bytes.extend_from_slice(secret.as_bytes());
            let end = bytes.len() / 3 * 4;
            let first = [0, 2, 3][before];
            for engine in [&STANDARD, &URL_SAFE] {
                forms.insert(engine.encode(&bytes)[first..end].to_owned());
            }
        }
    }
    forms
}

/// A text without what is found in it, and in what it stands for where it is read with its escapes.
fn without(text: &str, find: &AhoCorasick, forms: &BTreeSet<String>) -> String {
    // A short one inside of a word, or over the blank between two, is no secret: `test` in `latest`.
    let stands_alone = |length: usize, (start, end): (usize, usize)| {
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        length >= LONG
            || !(text[start..end].contains(|c: char| c.is_ascii_whitespace())
                || is_part(text[..start].chars().next_back())
                || is_part(text[end..].chars().next()))
    };
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut look_in = |bytes: &[u8], place: &dyn Fn(usize) -> usize| {
        let mut from = 0;
        while let Some(one) = find.find(Input::new(bytes).span(from..bytes.len())) {
            let at = (place(one.start()), place(one.end()));
            // Another one may begin inside of what is none.
            let letters = std::str::from_utf8(&bytes[one.range()]).unwrap_or_default();
            // A short one in other letters is a word: the name of a server whose keys are called as it is.
            let is_meant = one.len() >= LONG || forms.contains(letters);
            from = if is_meant && stands_alone(one.len(), at) {
                found.push(at);
                one.end()
            } else {
                one.start() + 1
            };
        }
    };
    look_in(text.as_bytes(), &|at| text.ceil_char_boundary(at));
    for (from, window) in windows(text, find.max_pattern_len() * LONGEST_ESCAPE) {
        for Seen { bytes, places } in views(window) {
            let place = |at: usize| places.get(at).map_or(window.len(), |place| *place);
            look_in(&bytes, &|at| text.ceil_char_boundary(from + place(at)));
        }
    }
    found.sort_unstable();
    let mut cleaned = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in found {
        if end <= from {
            continue;
        }
        // What overlaps with the one before is removed with it.
        if start >= from {
            cleaned.push_str(&text[from..start]);
            cleaned.push_str(REMOVED);
        }
        from = end;
    }
    cleaned.push_str(&text[from..]);
    cleaned
}

impl Redactor {
    /// Learns a secret, in each form in which it can be echoed.
    pub fn learn(&self, secret: &str) {
        if secret.len() < SHORTEST {
            return;
        }
        let mut known = self.known();
        known.forms.extend(forms(secret));
        known.find_again();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns the signature of a request.
    pub(super) fn learn_signature(&self, signature: &str) {
        if signature.len() == LENGTH {
            self.signatures.lock().unwrap_or_else(PoisonError::into_inner).insert(signature.to_owned());
            return;
        }
        if signature.len() < SHORTEST {
            return;
        }
        let mut known = self.known();
        let encoded = utf8_percent_encode(signature, NON_ALPHANUMERIC).to_string();
        known.newest.push_back([signature.to_owned(), encoded]);
        if known.newest.len() > NEWEST {
            known.newest.pop_front();
        }
        known.find_again();
    }

    /// How long a secret can be in any form, each character of it escaped.
    pub(super) fn longest(&self) -> usize {
        self.known().find.as_ref().map_or(0, AhoCorasick::max_pattern_len).max(LENGTH) * LONGEST_ESCAPE
    }

    /// Removes them from every text of a part of a report, the names in it too.
    pub fn cleaned<T: Serialize + DeserializeOwned>(&self, value: T) -> T {
        let mut texts = serde_json::to_value(value).expect("a report has no keys but texts");
        self.clean_texts(&mut texts);
        serde_json::from_value(texts).expect("a report can be read again")
    }

    fn clean_texts(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.clean(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.clean_texts(value)),
            Value::Object(entries) => {
                entries.values_mut().for_each(|value| self.clean_texts(value));
                *entries = std::mem::take(entries)
                    .into_iter()
                    .map(|(name, value)| (self.clean(&name), value))
                    .collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A text without secrets.
    pub fn clean(&self, text: &str) -> String {
        let text = without_echoes(text);
        let known = self.known();
        let cleaned = match &known.find {
            Some(find) => without(&text, find, &known.forms),
            None => text.into_owned(),
        };
        drop(known);
        if may_hold_signature(&cleaned) { self.remove_signatures(&cleaned) } else { cleaned }
    }

    /// Path and query without secrets: what a signed URL lives by is taken out by name too.
    pub(super) fn clean_target(&self, target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else { return self.clean(target) };
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if PARAMETERS.contains(&name) => format!("{name}={REMOVED}"),
            _ => pair.to_owned(),
        });
        self.clean(&format!("{path}?{}", pairs.collect::<Vec<_>>().join("&")))
    }

    /// A header without secrets.
    pub(super) fn clean_header(&self, name: &str, value: &str) -> String {
        match name {
            "authorization" => clean_authorization(value),
            name if HEADERS.contains(&name) => REMOVED.to_owned(),
            _ => self.clean(value),
        }
    }

    /// Signatures are runs of 64 hexadecimal digits.
    fn remove_signatures(&self, text: &str) -> String {
        let signatures = self.signatures.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cleaned = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_hexdigit()) {
            let (before, from) = rest.split_at(start);
            let length = from.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(from.len());
            let (run, after) = from.split_at(length);
            cleaned.push_str(before);
            if run.len() < LENGTH {
                cleaned.push_str(run);
            } else {
                cleaned.push_str(&without_signatures(run, &signatures));
            }
            rest = after;
        }
        cleaned.push_str(rest);
        cleaned
    }
}

/// Which headers were signed is no secret, and tells whether a request was changed afterwards.
fn clean_authorization(value: &str) -> String {
    let signed = |pair: &str| pair.trim().strip_prefix("SignedHeaders=").map(str::to_owned);
    match value.split_once(' ').filter(|(algorithm, _)| *algorithm == "AWS4-HMAC-SHA256") {
        Some((algorithm, pairs)) => match pairs.split(',').find_map(signed) {
            Some(headers) => {
                format!("{algorithm} Credential={REMOVED}, SignedHeaders={headers}, Signature={REMOVED}")
            }
            None => REMOVED.to_owned(),
        },
        None => REMOVED.to_owned(),
    }
}

/// The digits of a signature, but for those of OSS's version 1, which are no digits.
const LENGTH: usize = 64;

/// Whether there are enough digits in a row. Almost no text that is recorded has them.
fn may_hold_signature(text: &str) -> bool {
    text.as_bytes().split(|byte| !byte.is_ascii_hexdigit()).any(|run| run.len() >= LENGTH)
}

/// A signature may stand right behind other digits.
fn without_signatures(run: &str, signatures: &HashSet<String>) -> String {
    let small = run.to_ascii_lowercase();
    let mut cleaned = String::with_capacity(run.len());
    let mut at = 0;
    while at < run.len() {
        if small.get(at..at + LENGTH).is_some_and(|digits| signatures.contains(digits)) {
            cleaned.push_str(REMOVED);
            at += LENGTH;
        } else {
            cleaned.push_str(&run[at..=at]);
            at += 1;
        }
    }
    cleaned
}

/// A text without what stands in the elements by which servers echo what was signed.
fn without_echoes(text: &str) -> Cow<'_, str> {
    let opens = |at: usize| {
        let name = ECHOES
            .iter()
            .find(|name| text[at + 1..].strip_prefix(**name).is_some_and(|rest| rest.starts_with('>')))?;
        Some((at + name.len() + 2, format!("</{name}>")))
    };
    let mut cleaned = String::new();
    let mut from = 0;
    while let Some((start, close)) = text[from..].match_indices('<').find_map(|(at, _)| opens(from + at)) {
        let end = text[start..].find(&close).map_or(text.len(), |at| start + at);
        cleaned.push_str(&text[from..start]);
        cleaned.push_str(REMOVED);
        from = end;
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    cleaned.push_str(&text[from..]);
    Cow::Owned(cleaned)
}

#[cfg(test)]
mod tests {
    use super::super::escapes::WINDOW;
    use super::*;

    #[test]
    fn a_secret_is_found_wherever_a_piece_of_a_long_text_ends() {
        let redactor = Redactor::default();
        redactor.learn("s3cr3t-k3y-0123456789");
        let escaped: String = "s3cr3t-k3y-0123456789".bytes().map(|byte| format!("%{byte:02x}")).collect();
        for at in WINDOW - 100..WINDOW + 100 {
            let text = format!("{}{escaped}{}", "x".repeat(at), "é".repeat(50_000));
            let clean = redactor.clean(&text);
            assert_eq!(clean.len(), text.len() - escaped.len() + REMOVED.len(), "{at}");
        }
    }

    #[test]
    fn nothing_secret_survives() {
        let redactor = Redactor::default();
        redactor.learn("s3cr3t/+key");
        let signature = "ab".repeat(32);
        redactor.learn_signature(&signature);
        let echo = format!(
            "s3cr3t/+key s3cr3t%2F%2Bkey 00{signature}ff <StringToSign>AWS4\nx</StringToSign><CanonicalRequest>cut off"
        );
        let clean = redactor.clean(&echo);
        assert!(
            !clean.contains("s3cr3t") && !clean.contains(&signature) && !clean.contains("AWS4"),
            "{clean}"
        );
        assert!(!clean.contains("cut off"), "{clean}");
        let forms =
            ["s3cr3t/%2Bkey", "s3cr3t/ key", "S3cr3t", "7333637233742F2B6B6579", "7333637233742f2b6b6579"];
        for form in forms.iter().filter(|form| **form != "S3cr3t") {
            assert_eq!(redactor.clean(&format!("a {form} b")), "a <removed> b");
        }
        assert_eq!(
            redactor.clean("an ETag: d41d8cd98f00b204e9800998ecf8427e"),
            "an ETag: d41d8cd98f00b204e9800998ecf8427e"
        );
    }

    #[test]
    fn a_short_secret_leaves_sentences_whole() {
        let redactor = Redactor::default();
        redactor.learn("test");
        assert_eq!(redactor.clean("more bytes than the latest"), "more bytes than the latest");
        assert_eq!(redactor.clean("a TEST of test"), "a TEST of <removed>");
        redactor.learn("statement/1234");
        assert_eq!(redactor.clean("testatement/1234"), "te<removed>");
        assert_eq!(redactor.clean("secret=test, te&#115;t t%65st"), "secret=<removed>, <removed> <removed>");
    }

    #[test]
    fn a_secret_inside_of_base64_is_found() {
        let redactor = Redactor::default();
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        redactor.learn(secret);
        for before in ["", "a", "ab", "key: "] {
            let text = STANDARD.encode(format!("{before}{secret} and more"));
            let clean = redactor.clean(&text);
            assert!(clean.contains(REMOVED) && clean.len() < text.len() - secret.len(), "{clean}");
        }
    }

    #[test]
    fn a_secret_is_found_however_it_is_escaped() {
        let redactor = Redactor::default();
        let secret = "wJalr/Utn+FEMI==K7MDENGbPxRfiCYEXAMPLEKEYwJalrUtnFEMIK7MDENGbPxRfiCYEX==";
        redactor.learn(secret);
        let each = |escape: fn(u8) -> String| secret.bytes().map(escape).collect::<String>();
        let percent = each(|byte| format!("%{byte:02x}"));
        let wrapped: Vec<String> = STANDARD
            .encode(format!("x{secret}y"))
            .as_bytes()
            .chunks(38)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        for text in [
            secret.replace('/', "%2F"),
            secret.replace('/', "%2f").replace('+', "%2B"),
            percent.replace('%', "%25"),
            percent,
            each(|byte| format!("&#{byte};")),
            each(|byte| format!("&#x{byte:X};")),
            each(|byte| format!("\\u{byte:04x}")),
            secret.replace('+', "&#43;").replace('=', "%3d"),
            secret.replace('/', "\\/"),
            hex::encode(secret).replace('a', "A"),
            wrapped.join("\r\n"),
            wrapped.join("\\n"),
            wrapped.join("\\r\\n"),
        ] {
            let clean = redactor.clean(&format!("before {text} after"));
            assert!(clean.contains(REMOVED) && clean.len() < 40, "{text}: {clean}");
        }
        let harmless = "100% sure, &amp; so on &#; %zz \\u12 a\nb é %C3%A9";
        assert_eq!(redactor.clean(harmless), harmless);
    }

    #[test]
    fn many_echoes_take_no_longer_than_one() {
        let redactor = Redactor::default();
        let one = "<StringToSign></StringToSign>";
        let text = one.repeat(100_000);
        assert_eq!(redactor.clean(&text), "<StringToSign><removed></StringToSign>".repeat(100_000));
        let digits = "ab".repeat(1 << 20);
        assert_eq!(redactor.clean(&digits), digits);
    }

    #[test]
    fn which_headers_were_signed_stays() {
        let clean = |value: &str| Redactor::default().clean_header("authorization", value);
        let signed = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00ff";
        let kept =
            "AWS4-HMAC-SHA256 Credential=<removed>, SignedHeaders=host;x-amz-date, Signature=<removed>";
        assert_eq!(clean(signed), kept);
        for other in ["AWS4-HMAC-SHA256 Credential=AKIA", "OSS LTAI:c2VjcmV0", "Basic dXNlcjpwYXNz", ""] {
            assert_eq!(clean(other), "<removed>");
        }
    }

    #[test]
    fn a_signed_url_keeps_nothing_that_lets_somebody_in() {
        let token = "t1.9euelZ-abc_def/ghi-XYZ.tok==";
        let redactor = Redactor::default();
        redactor.learn(token);
        let in_url = "t1.9euelZ-abc_def%2Fghi-XYZ.tok%3D%3D";
        assert_eq!(redactor.clean(&format!("a={in_url}&b")), "a=<removed>&b");
        let target = "/b/k?partNumber=1&X-Amz-Security-Token=other&X-Amz-Credential=key&X-Amz-Signature=00";
        assert_eq!(
            redactor.clean_target(target),
            "/b/k?partNumber=1&X-Amz-Security-Token=<removed>&X-Amz-Credential=<removed>&X-Amz-Signature=<removed>"
        );
    }
}
