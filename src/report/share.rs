//! A report for others: without what says where it ran, and whose it is.

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

use super::Report;
use super::repeat::options as options_kept;

/// Elements of documents that name people, and single requests.
const ELEMENTS: [&str; 4] = ["RequestId", "HostId", "ID", "DisplayName"];
/// Headers that do. Their ends say it: each dialect has its own beginning.
const HEADERS: [&str; 5] = ["request-id", "-id-2", "-trans-id", "-owner", "-deploy-id"];
/// Options that say how, and not where, and so stay in the command that repeats a run.
const OPTIONS: [&str; 8] = [
    "--provider",
    "--limit",
    "--region",
    "--addressing",
    "--endpoint",
    "--bucket",
    "--create-bucket",
    "--allow-versioned",
];

/// Returns a report without hosts, buckets, owners and ids of requests.
pub fn shared(report: &Report) -> Report {
    let mut report = report.clone();
    report.run.repeat.options = harmless(&report.run.repeat.options);
    report.run.repeat.settling.clear();
    if report.run.again.is_some() {
        report.run.again = Some("mpuspec run".to_owned());
    }
    let names = Names::of(&report);
    let mut value = serde_json::to_value(&report).expect("a report has no keys but texts");
    names.clean(&mut value, None);
    let was_read = report.was_read;
    let shared = serde_json::from_value(value).unwrap_or(report);
    Report { was_read, ..shared }
}

/// The options that say nothing of a place, with their values.
fn harmless(options: &[String]) -> Vec<String> {
    options_kept(options, false, |option| OPTIONS.contains(&option))
}

/// The names that are left out, with what stands for them.
struct Names {
    found: AhoCorasick,
    instead: Vec<&'static str>,
}

impl Names {
    fn of(report: &Report) -> Self {
        let target = &report.target;
        let mut names: Vec<(String, &'static str)> = Vec::new();
        for endpoint in std::iter::once(&target.endpoint).chain(&target.others) {
            let place = endpoint.split_once("://").map_or(endpoint.as_str(), |(_, place)| place);
            let place = place.split('/').next().unwrap_or_default();
            let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
            names.extend([(place.to_owned(), "HOST"), (host.to_owned(), "HOST")]);
        }
        names.push((target.bucket.clone(), "BUCKET"));
        // One letter stands for more than a place.
        names.retain(|(name, _)| name.len() > 2);
        let patterns: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
        let found = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(patterns)
            .expect("names of a report are short and few");
        Self { found, instead: names.iter().map(|(_, instead)| *instead).collect() }
    }

    /// Cleans every text of a value. `header` is the name of the header that a text is the value of.
    fn clean(&self, value: &mut Value, header: Option<&str>) {
        match value {
            Value::String(text) => {
                let is_told = |name: &str| HEADERS.iter().any(|end| name.ends_with(end));
                *text = match header {
                    Some(name) if is_told(&name.to_ascii_lowercase()) => "(left out)".to_owned(),
                    _ => without_elements(&self.found.replace_all(text, &self.instead)),
                };
            }
            Value::Array(values) => match &mut values[..] {
                // A header is a pair.
                [Value::String(name), told @ Value::String(_)] if header.is_none() => {
                    let name = name.clone();
                    self.clean(told, Some(&name));
                }
                values => values.iter_mut().for_each(|value| self.clean(value, None)),
            },
            Value::Object(entries) => entries.values_mut().for_each(|value| self.clean(value, None)),
            _ => {}
        }
    }
}

/// A document without the texts of elements that name people and requests.
fn without_elements(text: &str) -> String {
    let mut text = text.to_owned();
    for element in ELEMENTS {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let mut cleaned = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(&open) {
            let Some((_, behind)) = after.split_once(&close) else { break };
            cleaned.push_str(&format!("{before}{open}(left out){close}"));
            rest = behind;
        }
        cleaned.push_str(rest);
        text = cleaned;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_all_but_names() {
        let text = "<Error><Code>NoSuchKey</Code><RequestId>4442</RequestId><HostId>x</HostId></Error>";
        let told = without_elements(text);
        assert_eq!(
            told,
            "<Error><Code>NoSuchKey</Code><RequestId>(left out)</RequestId><HostId>(left out)</HostId></Error>"
        );
        assert_eq!(
            without_elements("<ID>1</ID><ID>2</ID><ID>3"),
            "<ID>(left out)</ID><ID>(left out)</ID><ID>3"
        );
    }

    #[test]
    fn options_that_say_where_are_left_out_with_their_values() {
        let words =
            ["--endpoint", "https://x", "--settle-command", "ssh a b", "--limit", "a=1", "--create-bucket"];
        let words: Vec<String> = words.map(str::to_owned).to_vec();
        assert_eq!(harmless(&words), ["--endpoint", "https://x", "--limit", "a=1", "--create-bucket"]);
    }
}
