//! A row as a script of `curl` calls, made from its recorded exchanges.
//!
//! Upload ids and ETags differ each time, so they are taken from the answers. The bytes of parts are in
//! no report: files of the same sizes stand in for them.
//!
//! A report can be anybody's, and a script may be pasted into a shell that somebody types in: no text of a report
//! stands where one of these would expand it.

mod speakable;
mod words;

use std::fmt::Write as _;

use super::shell::{can_be_pasted, in_quotes};
use super::{Report, RowReport};
use crate::visible::{visible, visible_start};
use crate::wire::{Confined, Exchange, RecordedRequest, Target, is_bucket};
use speakable::{has_no_body, is_speakable};
use words::quoted;

/// What curl says of itself, or what belongs to the signature of that one request.
const LEFT_OUT: [&str; 7] = [
    "host",
    "authorization",
    "content-length",
    "expect",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
];

/// What stands in a report in place of a secret.
const REMOVED: &str = "<removed>";

/// The script of a row; none where nothing was recorded, or where it could not show the same: of calls that were made at the
/// same time, of signatures and frames of its own, and of checksums of bytes that are in no report.
pub fn curl_script(report: &Report, row: &RowReport) -> Option<String> {
    let speakable =
        row.exchanges.iter().all(|exchange| exchange.lane.is_none() && is_speakable(&exchange.request));
    // Reports that do not name the dialect are older than the second one.
    if row.exchanges.is_empty() || !speakable || !matches!(report.target.dialect.as_str(), "s3" | "") {
        return None;
    }
    // What a report of others would have a shell do is not for a page that is drawn from it.
    if report.was_read {
        return None;
    }
    let bytes = row.exchanges.iter().map(|exchange| exchange.request.body.bytes);
    if bytes.fold(0, u64::saturating_add) > MOST_BYTES {
        return None;
    }
    // What is asked of a server stays below the keys of the run.
    let (bucket, run) = (&report.target.bucket, &report.run.id);
    let confined = Confined {
        bucket: bucket.clone(),
        is_own: *bucket == format!("mpuspec-{run}"),
        prefix: format!("mpuspec/{run}/"),
    };
    let is_named =
        is_bucket(bucket) && !run.is_empty() && run.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let hosts = Hosts::of(report);
    let is_virtual = row.exchanges.iter().any(|exchange| hosts.is_virtual(&exchange.request));
    let may_be_sent = |exchange: &Exchange| {
        hosts.are_meant(&exchange.request, is_virtual)
            && confined.may_have_sent(&exchange.request, is_virtual)
    };
    if !is_named || !row.exchanges.iter().all(may_be_sent) {
        return None;
    }
    let mut script =
        Script { report, row, is_virtual, known: Vec::new(), blobs: Vec::new(), text: String::new() };
    // What stands where curl expects an address has to be one.
    Target::endpoint(&script.endpoint()).ok()?;
    script.head(confined.is_own);
    let mut next: u32 = 1;
    for exchange in &row.exchanges {
        if exchange.n > next {
            let _ =
                writeln!(script.text, ": 'Exchanges {next} to {} are not in the report.'", exchange.n - 1);
        }
        next = exchange.n.saturating_add(1);
        script.call(exchange);
    }
    script.text.lines().all(can_be_pasted).then_some(script.text)
}

/// What a script sends at most.
const MOST_BYTES: u64 = 256 << 20;
/// Characters of a title or a reason.
const LONGEST_NOTE: usize = 300;

/// The hosts of the nodes, as requests name them.
struct Hosts {
    nodes: Vec<String>,
    bucket: String,
}

impl Hosts {
    fn of(report: &Report) -> Self {
        let target = &report.target;
        let host =
            |node: &String| node.split_once("://").map(|(_, host)| host.trim_end_matches('/').to_owned());
        let nodes = std::iter::once(&target.endpoint).chain(&target.others).filter_map(host).collect();
        Self { nodes, bucket: target.bucket.clone() }
    }

    fn named(request: &RecordedRequest) -> impl Iterator<Item = &String> {
        request.headers.iter().filter(|(name, _)| name == "host").map(|(_, host)| host)
    }

    /// Whether the bucket stands before the host of a node.
    fn is_virtual(&self, request: &RecordedRequest) -> bool {
        Self::named(request)
            .any(|host| self.nodes.iter().any(|node| *host == format!("{}.{node}", self.bucket)))
    }

    /// Whether a request goes to a node, with the bucket before its host or not.
    fn are_meant(&self, request: &RecordedRequest, is_virtual: bool) -> bool {
        match is_virtual {
            true => self.is_virtual(request) && Self::named(request).count() == 1,
            false => Self::named(request).all(|host| self.nodes.contains(host)),
        }
    }
}

struct Script<'r> {
    report: &'r Report,
    row: &'r RowReport,
    /// Whether the bucket stands before the host.
    is_virtual: bool,
    /// What the recorded run was answered, and the variable that holds what this one is answered.
    known: Vec<(String, String)>,
    /// What bodies were made from; the position gives the name of the file.
    blobs: Vec<String>,
    text: String,
}

impl Script<'_> {
    fn head(&mut self, makes_its_bucket: bool) {
        let (target, row) = (&self.report.target, self.row);
        let endpoint = quoted(&self.endpoint(), &[]);
        let bucket = quoted(&target.bucket, &[]);
        let signs = row.exchanges.iter().any(|exchange| is_signed(&exchange.request));
        let mut notes = vec![
            "The bytes of parts are not in the report: files of the same sizes stand in for them.".to_owned(),
        ];
        if row.exchanges.iter().any(|exchange| exchange.request.target.contains("X-Amz-Signature")) {
            notes.push("Calls that were signed in the URL are signed in the header here.".to_owned());
        }
        if row.exchanges.iter().any(|exchange| exchange.node.is_some()) {
            notes.push("Calls that went to several nodes in turn all go to one here.".to_owned());
        }
        let left = self.left_out();
        if !left.is_empty() {
            notes.push(format!(
                "Left out, since it is secret, or belongs to the bytes or frames of the run: {}.",
                left.join(", ")
            ));
        }
        // No comments: a shell that somebody types in may read them as commands.
        let about = format!("{}: {}", row.name(), row.title);
        let _ = writeln!(self.text, "#!/bin/sh");
        for note in [about].iter().chain(&row.reason).chain(&notes) {
            let _ = writeln!(self.text, ": {}", in_quotes(&visible_start(note, LONGEST_NOTE)));
        }
        let _ = write!(
            self.text,
            ": 'What it makes stays in the bucket, below mpuspec/.'\n\
             set -eu\n\
             ENDPOINT=${{ENDPOINT:-{endpoint}}}\n\
             BUCKET=${{BUCKET:-{bucket}}}\n\
             NL=$(printf '\\nx')\n\
             NL=${{NL%x}}\n\
             umask 077\n\
             folder=$(mktemp -d)\n\
             trap 'rm -rf \"$folder\"' EXIT\n\
             cd \"$folder\"\n"
        );
        if signs {
            // In a file, the keys are in no list of processes.
            self.text.push_str(
                "printf 'user = \"%s:%s\"\\n' \"$AWS_ACCESS_KEY_ID\" \"$AWS_SECRET_ACCESS_KEY\" >keys\n\
                 [ -z \"${AWS_SESSION_TOKEN:-}\" ] || printf 'header = \"x-amz-security-token: %s\"\\n' \"$AWS_SESSION_TOKEN\" >>keys\n",
            );
        }
        self.text.push_str(
            "plain() { curl -sS --globoff --path-as-is --max-time 60 -D head -o answer -w '%{http_code}\\n' \"$@\"; }\n",
        );
        if signs {
            self.text.push_str(
                "signed() { plain -K keys --aws-sigv4 \"aws:amz:${AWS_REGION:-us-east-1}:s3\" \
                 -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \"$@\"; }\n",
            );
        }
        self.text.push_str(
            "bytes() { [ -e \"$1\" ] || yes \"$1\" | head -c \"$2\" >\"$1\"; }\n\
             id() { sed -n 's:.*<UploadId>\\([^<]*\\)</UploadId>.*:\\1:p' answer | sed 's:%:%25:g;s:+:%2B:g;s:/:%2F:g;s:=:%3D:g'; }\n\
             etag() { tr -d '\\r\"' <head | sed -n 's/^[Ee][Tt][Aa][Gg]: *//p'; }\n",
        );
        if self.names_the_bucket() && makes_its_bucket {
            let ask = if signs { "signed" } else { "plain" };
            let _ = writeln!(
                self.text,
                "echo \"the bucket: $({ask} -X PUT --data-binary '' -H 'content-type:' --url \"$ENDPOINT/$BUCKET\")\""
            );
        }
    }

    /// The scheme with the host that was asked: the name of a bucket may stand before it.
    fn endpoint(&self) -> String {
        let target = &self.report.target;
        let endpoint = target.endpoint.trim_end_matches('/');
        // A report can be anybody's: the host is that of its endpoint, or the bucket before it.
        match endpoint.split_once("://") {
            Some((scheme, host)) if self.is_virtual => format!("{scheme}://{}.{host}", target.bucket),
            _ => endpoint.to_owned(),
        }
    }

    /// A path, or the source of a copy, in the bucket that the script was given.
    fn in_bucket(&self, path: &str) -> String {
        let bucket = self.report.target.bucket.as_str();
        let (slash, rest) = path.strip_prefix('/').map_or(("", path), |rest| ("/", rest));
        match rest.strip_prefix(bucket) {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '?']) => {
                format!("\"{slash}$BUCKET\"{}", self.of_path(rest))
            }
            _ => self.of_path(path),
        }
    }

    /// A path with its query. What the server of this run answers stands in the query alone: in the path it could be a part
    /// of the host.
    fn of_path(&self, path: &str) -> String {
        let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
        let query = if query.is_empty() { String::new() } else { quoted(query, &self.known) };
        quoted(path, &[]) + &query
    }

    /// Headers that say more than curl says by itself, and cannot be repeated.
    fn left_out(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, value) in self.row.exchanges.iter().flat_map(|exchange| &exchange.request.headers) {
            let ours = matches!(name.as_str(), "authorization" | "x-amz-security-token");
            let told = value == "aws-chunked" || (value == REMOVED && !ours);
            if told && !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    fn names_the_bucket(&self) -> bool {
        let path = format!("/{}", self.report.target.bucket);
        self.row.exchanges.iter().any(|exchange| exchange.request.target.starts_with(&path))
    }

    fn call(&mut self, exchange: &Exchange) {
        let request = &exchange.request;
        let mut options = match request.method.as_str() {
            "HEAD" => " --head".to_owned(),
            method => format!(" -X {method}"),
        };
        let mut typed = false;
        for (name, value) in request.headers.iter().filter(|(name, value)| !is_left_out(name, value)) {
            typed |= name == "content-type";
            if name == "x-amz-copy-source" {
                let _ = write!(options, " -H 'x-amz-copy-source: '{}", self.in_bucket(value));
                continue;
            }
            let _ = write!(options, " -H '{name}: '{}", quoted(value, &self.known));
        }
        options.push_str(&self.body(request));
        if !typed && !has_no_body(&request.method) {
            options.push_str(" -H 'content-type:'");
        }
        let ask = if is_signed(request) { "signed" } else { "plain" };
        let address = self.in_bucket(&sorted(&request.target));
        let answered = match &exchange.response {
            Some(response) => response.status.to_string(),
            None => "no answer".to_owned(),
        };
        let told = format!("{} {}, which was answered {answered}:", exchange.n, visible(&exchange.operation));
        let _ = writeln!(
            self.text,
            "code=$({ask}{options} --url \"$ENDPOINT\"{address}) || code='no answer'\necho {} \"$code\"",
            in_quotes(&told)
        );
        self.remember(exchange);
    }

    fn body(&mut self, request: &RecordedRequest) -> String {
        let body = &request.body;
        if body.bytes == 0 {
            let none = has_no_body(&request.method);
            return if none { String::new() } else { " --data-binary ''".to_owned() };
        }
        if let Some(text) = body.text.as_ref().filter(|text| text.len() as u64 == body.bytes) {
            let _ = writeln!(self.text, "printf '%s' {} >body", quoted(text, &self.known));
            return " --data-binary @body".to_owned();
        }
        let made_from = body.made_from.clone().unwrap_or_else(|| format!("{:?}", body.sha256));
        let known = self.blobs.iter().position(|blob| *blob == made_from);
        let at = known.unwrap_or_else(|| {
            self.blobs.push(made_from);
            self.blobs.len() - 1
        });
        let file = format!("bytes-{}-{}", at + 1, body.bytes);
        let _ = writeln!(self.text, "bytes {file} {}", body.bytes);
        format!(" --data-binary @{file}")
    }

    /// What later requests repeat of this answer goes into a variable.
    fn remember(&mut self, exchange: &Exchange) {
        let Some(response) = &exchange.response else { return };
        let later = |value: &str| {
            self.row.exchanges.iter().filter(|other| other.n > exchange.n).any(|other| {
                let request = &other.request;
                request.target.contains(value)
                    || request.headers.iter().any(|(_, text)| text.contains(value))
                    || request.body.text.as_ref().is_some_and(|text| text.contains(value))
            })
        };
        let text = response.body.text.as_deref().unwrap_or_default();
        let id = text.split_once("<UploadId>").and_then(|(_, rest)| rest.split_once('<')).map(|(id, _)| id);
        let is_etag = |name: &str| name.eq_ignore_ascii_case("etag");
        let etag = response.headers.iter().find(|(name, _)| is_etag(name));
        let etag = etag.map(|(_, value)| value.trim_matches('"'));
        for (value, kind, taken) in [(id, "UPLOAD", "id"), (etag, "ETAG", "etag")] {
            let Some(value) = value.filter(|value| value.len() > 3) else { continue };
            let value = if kind == "UPLOAD" { encoded(value) } else { value.to_owned() };
            if later(&value) {
                let variable = format!("{kind}_{}", exchange.n);
                let _ = writeln!(self.text, "{variable}=$({taken})");
                self.known.retain(|(known, _)| *known != value);
                self.known.push((value, variable));
            }
        }
    }
}

fn is_signed(request: &RecordedRequest) -> bool {
    request.headers.iter().any(|(name, _)| name == "authorization")
        || request.target.contains("X-Amz-Signature")
}

fn is_left_out(name: &str, value: &str) -> bool {
    LEFT_OUT.contains(&name) || value == "aws-chunked" || value == REMOVED
}

/// Path and query as older curls sign them: sorted, each name with a value, and without a signature.
fn sorted(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("X-Amz-"))
        .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
        .collect();
    pairs.sort();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// An upload id as it stands in a query.
fn encoded(id: &str) -> String {
    id.replace('%', "%25").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_sorted_and_lose_their_signature() {
        assert_eq!(sorted("/b/k?uploads"), "/b/k?uploads=");
        assert_eq!(sorted("/b/k?uploadId=1&X-Amz-Signature=x&partNumber=2"), "/b/k?partNumber=2&uploadId=1");
        assert_eq!(sorted("/b/k"), "/b/k");
    }
}
