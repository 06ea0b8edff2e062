//! What convicts a row: the step that decided it, and what went over the wire in that step.

use super::{RowReport, StepReport, StepResult};
use crate::wire::{Exchange, RecordedResponse};

/// Exchanges that are shown of a race: the last of each lane.
const MOST: usize = 4;
/// Headers of a request, or of an answer, that are shown.
const HEADERS: usize = 40;
/// Characters of a header that are shown.
pub(super) const HEADER: usize = 200;

/// A request and its answer, in lines.
#[derive(Clone, Debug)]
pub(super) struct Wire<'r> {
    /// Its number among the exchanges of the row.
    pub(super) n: u32,
    /// The line of the step in the case.
    pub(super) line: usize,
    /// Method, path and query, and the size of the body.
    pub(super) request: String,
    /// The headers of the request that matter.
    pub(super) request_headers: Vec<String>,
    /// The status, and the size of the body; or why there was no answer.
    pub(super) answer: String,
    /// The headers of the answer that matter.
    pub(super) answer_headers: Vec<String>,
    /// The code and the message of a refusal, as the server said them.
    pub(super) refusal: Option<String>,
    /// The body of an answer that holds no refusal.
    pub(super) body: Option<&'r str>,
}

/// Returns the step that decided a row. Older reports do not name it: then it is the first that came to no good end.
pub(super) fn decisive(row: &RowReport) -> Option<&StepReport> {
    decisive_at(row).and_then(|at| row.steps.get(at))
}

fn decisive_at(row: &RowReport) -> Option<usize> {
    let bad = |step: &StepReport| matches!(step.result, StepResult::Unmet | StepResult::Trouble);
    let named = row.decided_by.filter(|at| *at < row.steps.len());
    named.or_else(|| row.steps.iter().position(bad))
}

/// Returns the exchanges of the step that decided a row. A step that was not tried sent nothing: then it is the
/// last step before it that did.
pub(super) fn exchanges(row: &RowReport) -> Vec<&Exchange> {
    of_step(row).map(|(_, exchanges)| exchanges).unwrap_or_default()
}

/// Returns the same in lines. What a race came to is seen by a read behind it: then the calls of the race come first.
pub(super) fn wire(row: &RowReport) -> Vec<Wire<'_>> {
    let Some((step, exchanges)) = of_step(row) else { return Vec::new() };
    let is_of_race = exchanges.iter().any(|exchange| exchange.lane.is_some());
    let begins = exchanges.first().map_or(0, |exchange| exchange.n);
    let raced = row.exchanges.iter().filter(|exchange| exchange.lane.is_some() && exchange.n < begins);
    let raced = if is_of_race { Vec::new() } else { last_of_lanes(raced.rev()) };
    let line = |exchange: &Exchange| {
        let is_inside =
            |step: &&StepReport| step.exchanges.is_some_and(|(from, to)| (from..=to).contains(&exchange.n));
        row.steps.iter().find(is_inside).map_or(step.line, |step| step.line)
    };
    raced.into_iter().chain(exchanges).map(|exchange| in_lines(exchange, line(exchange))).collect()
}

fn of_step(row: &RowReport) -> Option<(&StepReport, Vec<&Exchange>)> {
    let at = decisive_at(row)?;
    let (step, (from, to)) = row.steps[..=at].iter().rev().find_map(|step| Some((step, step.exchanges?)))?;
    let inside = row.exchanges.iter().filter(|exchange| (from..=to).contains(&exchange.n));
    Some((step, last_of_lanes(inside.rev())))
}

/// A call that was made again, and a listing page by page, are judged by their last answer.
fn last_of_lanes<'r>(from_the_end: impl Iterator<Item = &'r Exchange>) -> Vec<&'r Exchange> {
    let mut shown: Vec<&Exchange> = Vec::new();
    for exchange in from_the_end {
        if shown.len() < MOST && !shown.iter().any(|other| other.lane == exchange.lane) {
            shown.push(exchange);
        }
    }
    shown.reverse();
    shown
}

fn in_lines(exchange: &Exchange, line: usize) -> Wire<'_> {
    let request = &exchange.request;
    let response = exchange.response.as_ref();
    let refusal = response.and_then(RecordedResponse::refusal);
    let answer = match (response, &exchange.trouble) {
        (Some(response), Some(trouble)) => {
            format!("{}  {} B  {trouble}", response.status, response.body.bytes)
        }
        (Some(response), None) => format!("{}  {} B", response.status, response.body.bytes),
        (None, trouble) => trouble.clone().unwrap_or_else(|| "no answer".to_owned()),
    };
    let body = response.filter(|_| refusal.is_none()).and_then(|response| response.body.text.as_deref());
    let body = body.map(without_declaration);
    Wire {
        n: exchange.n,
        line,
        request: format!("{} {}  {} B", request.method, request.target, request.body.bytes),
        request_headers: lines(&request.headers, is_telling_of_request),
        answer,
        answer_headers: response
            .map_or_else(Vec::new, |response| lines(&response.headers, is_telling_of_answer)),
        refusal: refusal.map(|refusal| match refusal.code {
            Some(code) => format!("{code}: {}", refusal.message),
            None => refusal.message,
        }),
        body,
    }
}

/// Returns a document from its root on.
fn without_declaration(body: &str) -> &str {
    let rest = body.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    rest.map_or(body, |(_, rest)| rest.trim_start())
}

fn lines(headers: &[(String, String)], is_telling: fn(&str) -> bool) -> Vec<String> {
    let telling = headers.iter().filter(|(name, _)| is_telling(&name.to_lowercase()));
    telling.take(HEADERS).map(|(name, value)| format!("{name}: {value}")).collect()
}

/// Whether a header says what was asked. Who asked stands in others, and is nobody's business.
fn is_telling_of_request(name: &str) -> bool {
    let is_secret = name.ends_with("security-token") || name.contains("customer-key");
    let own = name.starts_with("x-amz-") || name.starts_with("x-oss-") || name.starts_with("if-");
    !is_secret && (own || matches!(name, "content-md5" | "range"))
}

fn is_telling_of_answer(name: &str) -> bool {
    let own = (name.starts_with("x-amz-") || name.starts_with("x-oss-")) && name != "x-amz-id-2";
    own || matches!(name, "etag" | "content-range" | "content-md5" | "location" | "retry-after")
}
