//! A report for others: without what says where it ran, and whose it is.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Report;
use super::asked::asked;
use crate::history::Saw;
use crate::visible::visible;

/// Base64 as the most lenient reader takes it: a word may have been cut.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Elements of documents that name people and single requests, by their local names in small letters.
const ELEMENTS: [&str; 10] = [
    "requestid",
    "hostid",
    "id",
    "displayname",
    "userid",
    "emailaddress",
    "awsaccesskeyid",
    "ossaccesskeyid",
    "endpoint",
    "location",
];
/// Headers of answers that say how the server behaves. Any other one can say which server it is, or who asked.
const HEADERS: [&str; 26] = [
    "accept-ranges",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "keep-alive",
    "last-modified",
    "retry-after",
    "server",
    "transfer-encoding",
    "x-amz-abort-date",
    "x-amz-delete-marker",
    "x-amz-missing-meta",
    "x-amz-mp-parts-count",
    "x-amz-storage-class",
    "x-amz-tagging-count",
    "x-oss-ec",
    "x-oss-next-append-position",
    "x-oss-object-type",
];
/// Beginnings of such headers.
const FAMILIES: [&str; 6] = [
    "x-amz-checksum-",
    "x-amz-meta-",
    "x-amz-copy-source-version",
    "x-amz-server-side-encryption",
    "x-oss-hash-",
    "x-oss-meta-",
];
/// Entries whose texts are words of the format: a bucket may be called as one of them is.
const WORDS: [&str; 12] = [
    "verdict",
    "level",
    "result",
    "harm",
    "kind",
    "standing",
    "news",
    "started",
    "operation",
    "basis",
    "judged",
    "dialect",
];
/// Entries that are tables, whose names are texts too.
const TABLES: [&str; 2] = ["observed", "preflight"];

/// Returns a report without hosts, buckets, owners, paths, and ids of requests. Fails where what is left is no report.
pub fn shared(report: &Report) -> Result<Report, String> {
    let local = local_words(report);
    let mut report = report.clone();
    report.run.repeat.options = asked(&report.run.repeat.options);
    report.run.repeat.exploring = asked(&report.run.repeat.exploring);
    report.run.repeat.settling.clear();
    report.findings.iter_mut().for_each(|finding| finding.saved = None);
    if let Some(held) = &mut report.baseline {
        held.file = held.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    }
    if report.run.again.is_some() {
        report.run.again = Some("mpuspec run".to_owned());
    }
    let names = Names::of(&report, &local)?;
    let mut value = serde_json::to_value(&report).expect("a report has no keys but texts");
    names.clean(&mut value, &mut Vec::new());
    let was_read = report.was_read;
    let shared: Report = serde_json::from_value(value).map_err(|error| {
        format!(
            "without the names of host and bucket it is no report any more ({error}), so nothing is shared"
        )
    })?;
    Ok(Report { was_read, ..shared })
}

/// Names of one or two characters cannot be left out.
const SHORTEST: usize = 2;

/// The names that are left out, with what stands for them.
struct Names {
    found: AhoCorasick,
    instead: Vec<String>,
}

impl Names {
    fn of(report: &Report, local: &[String]) -> Result<Self, String> {
        let target = &report.target;
        let mut names: Vec<(String, String)> = Vec::new();
        for endpoint in std::iter::once(&target.endpoint).chain(&target.others) {
            let place = endpoint.split_once("://").map_or(endpoint.as_str(), |(_, place)| place);
            let place = place.split('/').next().unwrap_or_default();
            // An address of version 6 has colons of its own.
            let host = match place.split_once(']') {
                Some((address, _)) => address.trim_start_matches('['),
                None => place.rsplit_once(':').map_or(place, |(host, _)| host),
            };
            names.extend(
                [place.to_owned(), format!("[{host}]"), host.to_owned()]
                    .map(|name| (name, "HOST".to_owned())),
            );
        }
        names.push((target.bucket.clone(), "BUCKET".to_owned()));
        // So short a name stands in words that have nothing to do with it.
        if let Some((name, _)) = names.iter().find(|(name, _)| name.len() <= SHORTEST) {
            return Err(format!("{name:?} is too short to be left out of a report, so nothing is shared"));
        }
        // Folders say whose machine it was; the name of the file is what the rows are called by.
        let files = report.run.repeat.files.iter().chain([&target.provider]);
        for file in files.chain(report.cases.iter().map(|row| &row.file)).filter(|file| is_a_place(file)) {
            let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
            // Rows of one's own files are called by them.
            let without = |name: &str| name.trim_end_matches(".yaml").to_owned();
            names.extend([(file.clone(), name.to_owned()), (without(file), without(name))]);
        }
        for (at, id) in upload_ids(report).into_iter().enumerate() {
            names.push((id, format!("ID-{}", at + 1)));
        }
        for word in local {
            names.extend([word.clone(), visible(word)].map(|word| (word, "(left out)".to_owned())));
        }
        names.retain(|(name, _)| name.len() > SHORTEST);
        names.sort();
        names.dedup_by(|one, other| one.0 == other.0);
        let patterns: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
        let found = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(patterns)
            .expect("names of a report are short and few");
        Ok(Self { found, instead: names.into_iter().map(|(_, instead)| instead).collect() })
    }

    /// Cleans every text of a value. `path` has the names of the entries that lead to it.
    fn clean(&self, value: &mut Value, path: &mut Vec<String>) {
        match value {
            // Only of documents it is known where names stand.
            Value::String(text)
                if path.ends_with(&["response".to_owned(), "body".to_owned(), "text".to_owned()])
                    && !text.is_empty()
                    && (!text.trim_start().starts_with('<') || text.contains('{')) =>
            {
                *text = "(left out)".to_owned();
            }
            // What a case calls so is a text.
            Value::String(_)
                if path.last().is_some_and(|name| WORDS.contains(&name.as_str()))
                    && !path.iter().any(|name| name == "columns") => {}
            Value::String(text) => *text = self.cleaned(text),
            Value::Array(values) => match &mut values[..] {
                // A header is a pair.
                [Value::String(name), Value::String(value)]
                    if path.last().is_some_and(|name| name == "headers") =>
                {
                    let is_answer = path.iter().any(|name| name == "response");
                    let name = name.to_ascii_lowercase();
                    *value = match is_private(&name) || (is_answer && !is_harmless(&name)) {
                        true => "(left out)".to_owned(),
                        false => self.cleaned(value),
                    };
                }
                values => values.iter_mut().for_each(|value| self.clean(value, path)),
            },
            Value::Object(entries) => {
                let is_table = path.last().is_some_and(|name| TABLES.contains(&name.as_str()));
                for (name, mut value) in std::mem::take(entries) {
                    path.push(name);
                    self.clean(&mut value, path);
                    let name = path.pop().unwrap_or_default();
                    entries.insert(if is_table { self.cleaned(&name) } else { name }, value);
                }
            }
            _ => {}
        }
    }

    fn cleaned(&self, text: &str) -> String {
        let cleaned = self.found.replace_all(text, &self.instead);
        // Names in escapes of addresses and documents.
        let plain = unescaped(&cleaned);
        if plain != cleaned && self.found.is_match(&plain) {
            return "(left out)".to_owned();
        }
        without_accounts(&without_ids(&without_elements(&self.without_encoded(&cleaned))))
    }

    /// A text without words that hold one of the names, or a resource, in Base64.
    fn without_encoded(&self, text: &str) -> String {
        let is_encoded = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
        let mut cleaned = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(from) = rest.find(is_encoded) {
            let (before, word) = rest.split_at(from);
            let (word, behind) = word.split_at(word.find(|c| !is_encoded(c)).unwrap_or(word.len()));
            cleaned.push_str(before);
            cleaned.push_str(if self.is_named_by(word) { "(left out)" } else { word });
            rest = behind;
        }
        cleaned + rest
    }

    fn is_named_by(&self, word: &str) -> bool {
        let tells = |word: &str| {
            // A word of a length that none has lost its end, or has something before it.
            let whole = &word[..word.len() - usize::from(word.len() % 4 == 1)];
            let word = whole.replace('-', "+").replace('_', "/");
            let Ok(bytes) = LENIENT.decode(&word) else { return false };
            let text = String::from_utf8_lossy(&bytes);
            self.found.is_match(&*text) || text.contains("arn:") || text.contains("://")
        };
        let pieces = word.split(['/', '-', '_', '+']);
        std::iter::once(word).chain(pieces).any(|word| word.len() >= SHORTEST_ENCODED && tells(word))
    }
}

/// The ids of uploads, as they came and as they stand in queries: a server can say in them what it likes.
fn upload_ids(report: &Report) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for exchange in report.cases.iter().flat_map(|row| &row.exchanges) {
        let query = exchange.request.target.split_once('?').map_or("", |(_, query)| query);
        for pair in query.split('&') {
            let Some((name, id)) = pair.split_once('=') else { continue };
            if ["uploadId", "upload-id-marker"].contains(&name) {
                ids.extend([id.to_owned(), percent_decode_str(id).decode_utf8_lossy().into_owned()]);
            }
        }
        let answer = exchange.response.as_ref().and_then(|response| response.body.text.as_deref());
        let elements = answer.unwrap_or_default().split("UploadId>").skip(1).step_by(2);
        ids.extend(elements.filter_map(|id| Some(id.split_once("</")?.0.to_owned())));
    }
    let seen = report.findings.iter().filter_map(|finding| finding.history.as_ref());
    for call in seen.flat_map(|history| &history.calls) {
        if let Saw::Created { upload } = &call.saw {
            ids.insert(upload.clone());
        }
    }
    // What cases call so themselves is no secret, and may be part of anything.
    ids.retain(|id| id.len() >= SHORTEST_ENCODED);
    ids
}

/// No shorter word holds a name in Base64.
const SHORTEST_ENCODED: usize = 16;

/// What was typed for a run on this machine beside what any report may ask for: commands, files, folders, hosts.
fn local_words(report: &Report) -> Vec<String> {
    let repeat = &report.run.repeat;
    let words = repeat.options.iter().chain(&repeat.exploring).chain(&repeat.settling);
    let kept = [&repeat.options, &repeat.exploring, &repeat.settling].map(|words| asked(words)).concat();
    let words: Vec<&String> = words.filter(|word| !word.starts_with("--") && !kept.contains(word)).collect();
    // A message may name a part of it.
    let parts =
        words.iter().flat_map(|word| word.split(|c: char| c.is_whitespace() || "/'\"=@,;".contains(c)));
    let hosts = parts.flat_map(|part| [part, part.split(':').next().unwrap_or_default()]);
    let hosts = hosts.filter(|part| part.len() > 6 && part.contains('.')).map(str::to_owned);
    words.iter().map(|word| (*word).clone()).chain(hosts).collect()
}

/// A text with what escapes of addresses and documents stand for.
fn unescaped(text: &str) -> String {
    let text = percent_decode_str(text).decode_utf8_lossy();
    let mut plain = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find("&#") {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 2..];
        let Some((number, behind)) = rest.split_once(';').filter(|(number, _)| number.len() < 9) else {
            continue;
        };
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        };
        if let Some(c) = code.and_then(char::from_u32) {
            plain.push(c);
            rest = behind;
        }
    }
    plain + rest
}

/// A text without what stands behind the names of ids of requests.
fn without_ids(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let names = ["request-id", "requestid", "host-id", "hostid", "x-amz-id-2"];
    let mut found: Vec<usize> =
        names.iter().flat_map(|name| lower.match_indices(name).map(|(at, name)| at + name.len())).collect();
    found.sort_unstable();
    let mut cleaned = String::with_capacity(text.len());
    let mut done = 0;
    for end in found {
        if end < done {
            continue;
        }
        let behind = &text[end..];
        let value = behind.trim_start_matches([' ', ':', '=', '"', '\\', '\'', '`', '(']);
        // An element was looked at before, and a word that ends here names no value.
        if value.len() == behind.len() || value.starts_with('<') {
            continue;
        }
        let start = text.len() - value.len();
        let length =
            value.find(|c: char| c.is_whitespace() || "\"'`,;<)}\\".contains(c)).unwrap_or(value.len());
        cleaned.push_str(&text[done..start]);
        cleaned.push_str("(left out)");
        done = start + length;
    }
    cleaned + &text[done..]
}

/// Whether a header holds addresses or names by what it is for.
fn is_private(header: &str) -> bool {
    header.starts_with("x-oss-callback") || header.ends_with("-encryption-context")
}

/// Whether a file is named by where it lies on somebody's machine: those of the suite begin with `cases/`.
fn is_a_place(file: &str) -> bool {
    file.contains(['/', '\\']) && !file.starts_with("cases/")
}

fn is_harmless(header: &str) -> bool {
    HEADERS.contains(&header)
        || FAMILIES.iter().any(|family| header.starts_with(family)) && !header.ends_with("-key-id")
}

/// A text without names of resources, and without numbers of accounts, which have twelve digits.
fn without_accounts(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut word = String::new();
    let end = |word: &mut String| {
        let whole = std::mem::take(word);
        let joined = whole.replace('-', "");
        let is_account = [&whole, &joined]
            .iter()
            .any(|text| text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 12));
        if whole.contains("arn:") || is_account { "(left out)".to_owned() } else { whole }
    };
    for c in text.chars() {
        match c.is_alphanumeric() || ":/-_.+=@*".contains(c) {
            true => word.push(c),
            false => {
                cleaned.push_str(&end(&mut word));
                cleaned.push(c);
            }
        }
    }
    cleaned + &end(&mut word)
}

/// A document without the texts of elements that name people and requests. One that is not closed reaches to the end.
fn without_elements(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        cleaned.push_str(before);
        rest = tag;
        let Some(end) = tag.find('>') else { break };
        let (tag, behind) = tag.split_at(end + 1);
        cleaned.push_str(tag);
        rest = behind;
        let name = tag[1..end].split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        let opens = !tag.starts_with("</") && !tag.ends_with("/>");
        if opens && ELEMENTS.contains(&local.as_str()) {
            cleaned.push_str("(left out)");
            // Whatever stands inside: elements, comments, sections of any text.
            let ends = |(at, _): &(usize, &str)| {
                let name = behind[at + 2..].split(['>', ' ', '\t', '\n']).next().unwrap_or_default();
                name.rsplit(':').next().is_some_and(|name| name.eq_ignore_ascii_case(&local))
            };
            rest = behind.match_indices("</").find(ends).map_or("", |(at, _)| &behind[at..]);
        }
    }
    cleaned + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_all_but_names() {
        let text = "<Error><Code>NoSuchKey</Code><RequestId>4442</RequestId><HostId>x</HostId></Error>";
        let cleaned = without_elements(text);
        assert_eq!(
            cleaned,
            "<Error><Code>NoSuchKey</Code><RequestId>(left out)</RequestId><HostId>(left out)</HostId></Error>"
        );
        for (text, cleaned) in [
            ("<ID>1</ID><ID>2</ID><ID>3", "<ID>(left out)</ID><ID>(left out)</ID><ID>(left out)"),
            ("<ID >1</ID >", "<ID >(left out)</ID >"),
            ("<a:RequestID x=\"1\">1</a:RequestID>", "<a:RequestID x=\"1\">(left out)</a:RequestID>"),
            ("<ID/><Key>k</Key>", "<ID/><Key>k</Key>"),
            ("<ID><b>x</b></ID>", "<ID>(left out)</ID>"),
            ("<RequestId><![CDATA[REQ-1]]></RequestId>", "<RequestId>(left out)</RequestId>"),
            ("1 < 2", "1 < 2"),
        ] {
            assert_eq!(without_elements(text), cleaned);
        }
    }

    #[test]
    fn ids_of_requests_are_left_out_wherever_they_are_named() {
        for (text, cleaned) in [
            ("x-amz-request-id: REQ-1, then", "x-amz-request-id: (left out), then"),
            (r#"{"requestId":"REQ-1","a":1}"#, r#"{"requestId":"(left out)","a":1}"#),
            ("the header x-amz-request-id is missing", "the header x-amz-request-id (left out) missing"),
            ("no request-ids", "no request-ids"),
        ] {
            assert_eq!(without_ids(text), cleaned);
        }
        assert_eq!(unescaped("a&#45;b%2Ec&#x2e;d &#; x"), "a-b.c.d ; x");
    }

    #[test]
    fn accounts_are_left_out_and_sizes_and_digests_are_not() {
        let text = "arn:aws:iam::123456789012:user/alice may not, 123456789012 neither";
        assert_eq!(without_accounts(text), "(left out) may not, (left out) neither");
        for text in ["10485760 bytes", "d41d8cd98f00b204e9800998ecf8427e-2", "2026-11-30T17:57:15Z"] {
            assert_eq!(without_accounts(text), text);
        }
    }
}
