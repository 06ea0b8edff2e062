//! Takes secrets out of everything that is recorded, by value.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::request::encode_path;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

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
    values: Mutex<Vec<String>>,
    signatures: Mutex<HashSet<String>>,
}

impl Redactor {
    /// Learns a secret, in each form in which it can be echoed.
    pub fn learn(&self, secret: &str) {
        // Of fewer characters, a secret could not be told from other text.
        if secret.len() < 4 {
            return;
        }
        let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret);
        let hex = hex::encode(secret);
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        // As URLs have it: the unreserved characters stay.
        let in_url = encode_path(secret).replace('/', "%2F");
        for form in [secret.to_owned(), encoded.to_lowercase(), encoded, in_url, base64, hex] {
            if !values.contains(&form) {
                values.push(form);
            }
        }
        // Longer ones first: one secret may be part of another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    /// Learns the signature of a request.
    pub(super) fn learn_signature(&self, signature: &str) {
        if signature.len() == LENGTH {
            self.signatures.lock().unwrap_or_else(PoisonError::into_inner).insert(signature.to_owned());
        } else {
            self.learn(signature);
        }
    }

    /// Removes them from every text of a value.
    pub fn clean_all<T: Serialize + DeserializeOwned>(&self, value: &T) -> Option<T> {
        serde_json::from_str(&self.clean(&serde_json::to_string(value).ok()?)).ok()
    }

    /// A text without secrets.
    pub fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if text.contains('<') {
            for name in ECHOES {
                remove_element(&mut text, name);
            }
        }
        for value in self.values.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            if text.contains(value.as_str()) {
                text = text.replace(value.as_str(), REMOVED);
            }
        }
        if may_hold_signature(&text) { self.remove_signatures(&text) } else { text }
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
    let mut run = run.to_owned();
    let mut at = 0;
    while at + LENGTH <= run.len() {
        if signatures.contains(&run[at..at + LENGTH].to_ascii_lowercase()) {
            run.replace_range(at..at + LENGTH, REMOVED);
            at += REMOVED.len();
        } else {
            at += 1;
        }
    }
    run
}

fn remove_element(text: &mut String, name: &str) {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut from = 0;
    while let Some(start) = text[from..].find(&open).map(|at| from + at + open.len()) {
        let end = text[start..].find(&close).map_or(text.len(), |at| start + at);
        text.replace_range(start..end, REMOVED);
        from = start + REMOVED.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(
            redactor.clean("an ETag: d41d8cd98f00b204e9800998ecf8427e"),
            "an ETag: d41d8cd98f00b204e9800998ecf8427e"
        );
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
