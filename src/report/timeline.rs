//! Calls on a line of time: who asked when, and when the answer had come.

use serde::Serialize;

use super::evidence::exchanges;
use super::{Finding, RowReport};
use crate::history::{Call, call_in_words};
use crate::visible::visible_start;

/// Lanes with bars; lengths are in a thousandth of the whole.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    /// The whole time, in microseconds.
    pub(super) micros: u64,
    /// The lanes.
    pub(super) lanes: Vec<Lane>,
    /// Every call by its number, for the list beside the picture.
    pub(super) calls: Vec<Bar>,
    /// Earlier calls, for which there is no room.
    pub(super) left_out: usize,
    /// What is amiss with the calls that are marked.
    pub(super) marked: &'static str,
}

/// Calls that are drawn: the last ones.
const MOST_CALLS: usize = 200;
/// Characters of what is said of one.
const LABEL: usize = 200;

/// What one client did.
#[derive(Debug, Serialize)]
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) bars: Vec<Bar>,
}

/// A call.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Bar {
    pub(super) lane: String,
    /// Its number in the list beside the picture.
    pub(super) n: u64,
    pub(super) x: u64,
    pub(super) width: u64,
    /// From and to, in microseconds from the first call on.
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) label: String,
    /// Whether no answer came, so that the end is open.
    pub(super) open: bool,
    /// Whether it is marked.
    pub(super) stuck: bool,
}

struct Span {
    n: u64,
    lane: String,
    start: u64,
    end: Option<u64>,
    label: String,
    stuck: bool,
}

/// The client of what comes behind a race.
const BEHIND: &str = "then";

/// The calls of a race, if the row is one and they were kept, with those behind it that decided.
pub(super) fn of_row(row: &RowReport) -> Option<Timeline> {
    let decided: Vec<u32> = exchanges(row).iter().map(|exchange| exchange.n).collect();
    row.exchanges.iter().find(|exchange| exchange.lane.is_some())?;
    let shown =
        row.exchanges.iter().filter(|exchange| exchange.lane.is_some() || decided.contains(&exchange.n));
    let (raced, left_out) = last(shown.collect());
    let spans = raced.into_iter().map(|exchange| {
        let status =
            exchange.response.as_ref().map_or("no answer".to_owned(), |answer| answer.status.to_string());
        Span {
            n: u64::from(exchange.n),
            lane: exchange.lane.clone().unwrap_or_else(|| BEHIND.to_owned()),
            start: exchange.start_us,
            end: exchange.response.as_ref().map(|_| exchange.end_us),
            label: format!("{} {status}", exchange.operation),
            stuck: decided.contains(&exchange.n),
        }
    });
    draw(spans.collect(), left_out, "not as claimed")
}

/// The calls of a finding, if it has some.
pub(super) fn of_finding(finding: &Finding) -> Option<Timeline> {
    let calls = &finding.history.as_ref()?.calls;
    let stuck = finding.explanation.as_ref().map_or(&[][..], |explanation| &explanation.stuck);
    let span = |(at, call): (usize, &Call)| Span {
        n: at as u64 + 1,
        lane: call.client.clone(),
        start: call.start_us,
        end: call.end_us,
        label: visible_start(&call_in_words(call), LABEL),
        stuck: stuck.contains(&at),
    };
    let (calls, left_out) = last(calls.iter().enumerate().collect());
    draw(calls.into_iter().map(span).collect(), left_out, "no lawful order takes it")
}

/// The last of them, and how many come before.
fn last<T>(mut calls: Vec<T>) -> (Vec<T>, usize) {
    let before = calls.len().saturating_sub(MOST_CALLS);
    calls.drain(..before);
    (calls, before)
}

fn draw(spans: Vec<Span>, left_out: usize, marked: &'static str) -> Option<Timeline> {
    let first = spans.iter().map(|span| span.start).min()?;
    let last = spans.iter().map(|span| span.end.unwrap_or(span.start)).max()?;
    let micros = last.saturating_sub(first).max(1);
    let scaled = |at: u64| u64::try_from(u128::from(at.saturating_sub(first)) * 1000 / u128::from(micros));
    let (mut lanes, mut calls): (Vec<Lane>, Vec<Bar>) = (Vec::new(), Vec::new());
    for span in spans {
        let end = span.end.unwrap_or(last).max(span.start);
        let x = scaled(span.start).unwrap_or(1000).min(994);
        // The shortest call can still be seen.
        let width = scaled(end).unwrap_or(1000).saturating_sub(x).clamp(6, 1000 - x);
        let bar = Bar {
            lane: span.lane.clone(),
            n: span.n,
            x,
            width,
            from: span.start - first,
            to: end - first,
            label: span.label,
            open: span.end.is_none(),
            stuck: span.stuck,
        };
        calls.push(bar.clone());
        match lanes.iter_mut().find(|lane| lane.name == span.lane) {
            Some(lane) => lane.bars.push(bar),
            None => lanes.push(Lane { name: span.lane, bars: vec![bar] }),
        }
    }
    lanes.sort_by_key(|lane| lane.bars.iter().map(|bar| bar.from).min());
    calls.sort_by_key(|call| call.n);
    Some(Timeline { micros, lanes, calls, left_out, marked })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(lane: &str, start: u64, end: Option<u64>) -> Span {
        Span { n: 1, lane: lane.to_owned(), start, end, label: String::new(), stuck: false }
    }

    #[test]
    fn bars_lie_within_the_picture() {
        let spans =
            vec![span("B", 10, Some(20)), span("A", 0, None), span("A", u64::MAX / 2, Some(u64::MAX / 2))];
        let timeline = draw(spans, 0, "").expect("there are calls");
        assert_eq!(timeline.lanes.iter().map(|lane| lane.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        for bar in timeline.lanes.iter().flat_map(|lane| &lane.bars) {
            assert!(bar.width >= 6 && bar.x + bar.width <= 1000, "{bar:?}");
        }
        assert!(timeline.lanes[0].bars[0].open);
        assert!(draw(Vec::new(), 0, "").is_none());
    }
}
