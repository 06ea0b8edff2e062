//! The names that are left out of a report, and where they stand in a text.

use std::collections::{BTreeSet, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;

use crate::history::Saw;
use crate::report::Report;
use crate::report::asked::asked;
use crate::visible::visible;
use crate::wire::readings;

use super::texts::{texts_of_people, texts_of_requests, without_private};

/// Base64 as the most lenient reader takes it: a word may have been cut.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes of all names together: what looks for them takes some three hundred times as much.
const MOST_OF_NAMES: usize = 1 << 20;
/// A name that is longer is a long one, of which there may be few; none is longer than the longest.
const LONG: usize = 512;
const MOST_LONG: usize = 64;
const LONGEST: usize = 2_000;
/// Names of one or two characters cannot be left out.
const SHORTEST: usize = 2;

/// The names that are left out, with what stands for them.
pub(super) struct Names {
    found: AhoCorasick,
    instead: Vec<String>,
    /// Words of ids of single requests, and of access keys: a message may repeat them without saying what they are.
    ids: HashSet<String>,
}

impl Names {
    pub(super) fn of(report: &Report) -> Result<Self, String> {
        let target = &report.target;
        let mut names: Vec<(String, String)> = Vec::new();
        // As it was reached, and as it was typed.
        let endpoints =
            std::iter::once(target.endpoint.as_str()).chain(target.others.iter().map(String::as_str));
        for name in endpoints.chain(typed_endpoints(report)).flat_map(names_of_host) {
            names.push((name, "HOST".to_owned()));
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
        for word in local_words(report).into_iter().chain(private_texts(report)) {
            names.extend([visible(&word), word].map(|word| (word, "(left out)".to_owned())));
        }
        names.retain(|(name, _)| name.len() > SHORTEST);
        names.sort();
        names.dedup_by(|one, other| one.0 == other.0);
        let patterns: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
        let length: usize = patterns.iter().map(|name| name.len()).sum();
        if length > MOST_OF_NAMES {
            return Err(format!("{length} bytes of names are too many to be left out, so nothing is shared"));
        }
        // Looking for one takes the square of its length where it says the same again and again.
        let long = patterns.iter().filter(|name| name.len() > LONG).count();
        if long > MOST_LONG || patterns.iter().any(|name| name.len() > LONGEST) {
            let told = format!("{long} names of more than {LONG} bytes, or one of more than {LONGEST}");
            return Err(format!("{told}, are too much to be left out, so nothing is shared"));
        }
        let found = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(patterns)
            .map_err(|error| format!("its names cannot be looked for ({error}), so nothing is shared"))?;
        let instead = names.into_iter().map(|(_, instead)| instead).collect();
        Ok(Self { found, instead, ids: ids_of_requests(report) })
    }

    /// A text without any of them, and without what is private by its form.
    pub(super) fn cleaned(&self, text: &str) -> String {
        let cleaned = self.found.replace_all(text, &self.instead);
        if readings(&cleaned).any(|reading| self.found.is_match(&reading)) {
            return "(left out)".to_owned();
        }
        without_private(&self.without_encoded(&self.without_ids(&cleaned)))
    }

    /// A text without words of ids.
    fn without_ids(&self, text: &str) -> String {
        let mut cleaned = String::with_capacity(text.len());
        for (word, between) in words(text) {
            cleaned.push_str(if self.ids.contains(word) { "(left out)" } else { word });
            cleaned.push_str(between);
        }
        cleaned
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

/// The addresses that were typed.
fn typed_endpoints(report: &Report) -> impl Iterator<Item = &str> {
    let words = &report.run.repeat.options;
    let behind = words.iter().zip(words.iter().skip(1)).filter(|(option, _)| *option == "--endpoint");
    let joined = words.iter().filter_map(|word| word.strip_prefix("--endpoint="));
    behind.map(|(_, value)| value.as_str()).chain(joined)
}

/// The names of a host in an address: with its port, in brackets, and alone.
fn names_of_host(endpoint: &str) -> [String; 3] {
    let place = endpoint.split_once("://").map_or(endpoint, |(_, place)| place);
    let place = place.split('/').next().unwrap_or_default();
    // An address of version 6 has colons of its own.
    let host = match place.split_once(']') {
        Some((address, _)) => address.trim_start_matches('['),
        None => place.rsplit_once(':').map_or(place, |(host, _)| host),
    };
    [place.to_owned(), format!("[{host}]"), host.to_owned()]
}

/// The words of a text, each with what stands behind it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let mut rest = text;
    std::iter::from_fn(move || {
        let (word, behind) = rest.split_at(rest.find(|c| !is_inside(c)).unwrap_or(rest.len()));
        let (between, behind) = behind.split_at(behind.find(is_inside).unwrap_or(behind.len()));
        rest = behind;
        (!word.is_empty() || !between.is_empty()).then_some((word, between))
    })
}

/// The words of what answers call their requests, and whose key they saw.
fn ids_of_requests(report: &Report) -> HashSet<String> {
    let answers =
        report.cases.iter().flat_map(|row| &row.exchanges).filter_map(|exchange| exchange.response.as_ref());
    let ids = answers.flat_map(|answer| {
        let headers = answer.headers.iter().filter(|(name, _)| is_id(name)).map(|(_, value)| value.clone());
        headers.chain(answer.body.text.as_deref().into_iter().flat_map(texts_of_requests))
    });
    let mut found = HashSet::new();
    for id in ids {
        found.extend(words(&id).map(|(word, _)| word.to_owned()).filter(|word| word.len() >= SHORTEST_ID));
    }
    found
}

/// No shorter word is an id: it may be any word.
const SHORTEST_ID: usize = 6;

/// Whether a header names a single request.
fn is_id(header: &str) -> bool {
    let header = header.to_ascii_lowercase();
    ["request-id", "requestid", "id-2", "host-id", "trace-id", "traceid", "correlation-id", "cf-id", "cf-ray"]
        .iter()
        .any(|name| header.ends_with(name))
}

/// What answers say of people: claims repeat it.
fn private_texts(report: &Report) -> BTreeSet<String> {
    let answers =
        report.cases.iter().flat_map(|row| &row.exchanges).filter_map(|exchange| exchange.response.as_ref());
    let bodies = answers.filter_map(|answer| answer.body.text.as_deref());
    bodies.flat_map(texts_of_people).collect()
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
    let seen = seen.chain(report.cases.iter().filter_map(|row| row.history.as_ref()));
    for call in seen.flat_map(|history| &history.calls) {
        ids.extend(call.ask.upload().cloned());
        match &call.saw {
            Saw::Created { upload } => _ = ids.insert(upload.clone()),
            Saw::Uploads { ids: listed } => ids.extend(listed.iter().cloned()),
            _ => {}
        }
    }
    ids.extend(report.audit.lost.iter().map(|lost| lost.upload.clone()));
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

/// Whether a file is named by where it lies on somebody's machine: those of the suite begin with `cases/`.
fn is_a_place(file: &str) -> bool {
    file.contains(['/', '\\']) && !file.starts_with("cases/")
}
