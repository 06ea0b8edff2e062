//! A report for others: without what says where it ran, and whose it is.

use serde_json::Value;

use self::names::Names;
use super::asked::asked;
use super::{Report, RowReport};
use crate::wire::Exchange;

mod names;
mod texts;

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
    let names = Names::of(report)?;
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
    report.cases.iter_mut().filter(|row| lacks_evidence(row)).for_each(leave_out_what_was_seen);
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

/// Whether exchanges of a row were left out for want of room: then nothing shows which of its words is a name.
fn lacks_evidence(row: &RowReport) -> bool {
    let sent = row.steps.iter().any(|step| step.exchanges.is_some());
    row.exchanges.iter().any(Exchange::is_light)
        || (sent && row.exchanges.is_empty() && row.verdict.counts_against())
}

fn leave_out_what_was_seen(row: &mut RowReport) {
    const LEFT_OUT: &str = "(left out)";
    let texts = row.steps.iter_mut().map(|step| &mut step.got).chain(&mut row.reason).chain(&mut row.notes);
    texts.chain(row.observed.values_mut()).for_each(|text| *text = LEFT_OUT.to_owned());
    (row.history, row.explanation) = (None, None);
}

impl Names {
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
            // Somebody's own tracker.
            Value::String(text) if path.ends_with(&["standing".to_owned(), "link".to_owned()]) => {
                *text = "(left out)".to_owned();
            }
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
}

/// Whether a header holds addresses or names by what it is for.
fn is_private(header: &str) -> bool {
    header.starts_with("x-oss-callback") || header.ends_with("-encryption-context")
}

fn is_harmless(header: &str) -> bool {
    HEADERS.contains(&header)
        || FAMILIES.iter().any(|family| header.starts_with(family)) && !header.ends_with("-key-id")
}
