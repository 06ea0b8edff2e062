//! The report as one page.

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::provider::Harm;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Room, fill, show};
use crate::case::Level;
use crate::report::evidence::{exchanges, wire};
use crate::report::{
    Cause, Counts, ExploredPair, Finding, News, Report, RowReport, Verdict, curl_script, timeline,
};
use crate::visible::visible;
use crate::wire::Exchange;

/// Bytes that a page has at most.
const PAGE: usize = 1_900_000;
/// Bytes of rows and of their evidence before they are escaped: what escaping makes of them is not
/// foreseen, so that the next is tried when a page is too long. The rows that matter most come first.
const ROOMS: [(usize, usize); 5] =
    [(800_000, 900_000), (600_000, 500_000), (400_000, 200_000), (150_000, 50_000), (60_000, 0)];
/// Exchanges that are shown of the row that shows a cause best; those around the break are among the last.
const EXCHANGES: usize = 24;
/// Exchanges that are shown of another row.
const FEW_EXCHANGES: usize = 6;
/// Causes that are shown; the rest is counted.
const CAUSES: usize = 200;
/// Rows of a cause that are named.
const NAMED: usize = 200;
/// Findings without a cause that are shown.
const FINDINGS: usize = 20;
/// Room for a command, which is not longer: half of one could run as another one.
const COMMAND: Room = Room { line: 1_000, text: 1_000 };
/// Bytes of what convicts causes: pictures, exchanges, cases. The worst causes come first.
const PROOFS: usize = 700_000;
/// A longer script is left to the JSON.
const SCRIPT: usize = 24_000;

/// Writes a report.
pub fn to_html(report: &Report) -> String {
    let mut page = String::new();
    for room in ROOMS {
        page = page_within(report, room);
        if page.len() <= PAGE {
            break;
        }
    }
    page
}

fn page_within(report: &Report, room: (usize, usize)) -> String {
    let leads: BTreeSet<&str> = report.causes.iter().map(|cause| cause.shown_by.as_str()).collect();
    let mut order: Vec<(usize, String)> = report.cases.iter().map(RowReport::name).enumerate().collect();
    order.sort_by_cached_key(|(at, name)| (!leads.contains(name.as_str()), weight(&report.cases[*at])));
    let mut rows = vec![Value::Null; report.cases.len()];
    let mut left = room;
    for (at, name) in &order {
        rows[*at] = match report.cases[*at].verdict {
            // What is as it should be weighs nothing.
            Verdict::Pass | Verdict::NotApplicable => slim(&report.cases[*at]),
            _ => row(report, &report.cases[*at], leads.contains(name.as_str()), &mut left),
        };
    }
    let worst = worst(report);
    let areas: Vec<Value> = by_area(report)
        .into_iter()
        .map(|(area, (counts, members))| {
            let members: Vec<&Value> = members.iter().map(|&at| &rows[at]).collect();
            let judged = counts.judged();
            json!({ "name": visible(area), "bar": bar(&counts), "rows": members, "judged": judged,
                "broken": counts.broken().saturating_add(counts.error), "harm": worst.get(area) })
        })
        .collect();
    let levels: Vec<Value> = Level::ALL
        .iter()
        .filter_map(|level| Some((level, report.summary.by_level.get(level.name())?)))
        .map(|(level, counts)| json!({ "name": level.name(), "bar": bar(counts) }))
        .collect();
    let verdicts: Vec<&str> = Verdict::ALL.into_iter().map(Verdict::name).collect();
    let beside: Vec<&Finding> = report.findings.iter().filter(|found| found.level > Level::Should).collect();
    let deaths: Vec<Value> = report
        .deaths
        .iter()
        .map(|death| {
            show(
                &json!({ "verb": death.verb(), "words": death.in_words(), "requests": death.requests }),
                Room::USUAL,
            )
        })
        .collect();
    let tile = |harm: Harm| {
        let of: Vec<&Cause> = report.causes.iter().filter(|cause| cause.harm == harm).collect();
        let rows: usize = of.iter().map(|cause| cause.count()).sum();
        json!({ "harm": harm.name(), "causes": of.len(), "rows": rows })
    };
    // The rows were made above, with the room that each deserves.
    let head = Report { cases: Vec::new(), findings: Vec::new(), causes: Vec::new(), ..report.clone() };
    let mut shown = show(&head, Room::USUAL);
    shown["cleanup"]["left"] = show(&report.cleanup.left, COMMAND);
    fill(
        "report.html",
        json!({
            "report": shown,
            "tone": tone(report),
            "tiles": Harm::ALL.map(tile),
            "causes": causes(report),
            "causes_more": report.causes.len().saturating_sub(CAUSES),
            "areas": areas,
            "levels": levels,
            "verdicts": verdicts,
            "deaths": deaths,
            "beside": beside.iter().take(FINDINGS).map(|found| finding(report, found)).collect::<Vec<_>>(),
            "beside_more": beside.len().saturating_sub(FINDINGS),
            "explored": explored(report),
        }),
    )
}

/// What is behind the rows that fail, each with what convicts it.
fn causes(report: &Report) -> Vec<Value> {
    let by_name = report.by_name();
    let mut left = PROOFS;
    let card = |(at, (cause, new)): (usize, (&Cause, Vec<&String>))| {
        let shown_by = by_name.get(&cause.shown_by).filter(|_| left > 0);
        let found = report.finding_of(cause).filter(|_| left > 0);
        let row = shown_by.filter(|_| report.shown_by_finding(cause).is_none());
        let mut shown = show(cause, Room::USUAL);
        shown["n"] = json!(at);
        shown["extent"] = show(&cause.extent(), Room::USUAL);
        shown["is_grave"] = json!(cause.is_grave());
        shown["new"] = json!(new.len());
        shown["told"] = show(&report.shown_in_words(cause, &by_name), Room::USUAL);
        shown["again"] = show(&report.again_of_cause(cause, &by_name), COMMAND);
        shown["wire"] = show(&row.map(wire_lines), Room { line: 300, text: 600 });
        shown["timeline"] = show(&row.and_then(timeline::of_row), Room::USUAL);
        shown["finding"] = json!(found.map(|found| finding(report, found)));
        let proofs = ["wire", "timeline", "finding"].map(|name| shown[name].to_string().len());
        left = left.saturating_sub(proofs.iter().sum());
        let script = row.and_then(|row| curl_script(report, row)).filter(|script| script.len() < SCRIPT);
        shown["curl"] = show(&json!({ "curl": script }), Room { line: SCRIPT, text: SCRIPT })["curl"].take();
        let names: Vec<&String> = cause.names().take(NAMED).collect();
        shown["rows"] = show(&names, Room::USUAL);
        shown["rows_more"] = json!(cause.count().saturating_sub(NAMED));
        shown
    };
    (1..).zip(report.news()).take(CAUSES).map(card).collect()
}

/// What exploring or the audit found.
fn finding(report: &Report, finding: &Finding) -> Value {
    let told = json!({ "id": finding.id, "kind": finding.kind, "seed": finding.seed, "saved": finding.saved,
        "title": finding.title, "case": finding.case,
        "explanation": finding.explanation.as_ref().map(|why| json!({ "text": why.text })) });
    let mut shown = show(&told, Room { line: 300, text: 12_000 });
    shown["timeline"] = show(&timeline::of_finding(finding), Room::USUAL);
    shown["again"] = show(&report.again_of_finding(finding), COMMAND);
    shown
}

/// The worst harm that a cause does in each area.
fn worst(report: &Report) -> BTreeMap<&str, &'static str> {
    let mut worst = BTreeMap::new();
    for cause in &report.causes {
        for name in cause.names() {
            worst.entry(name.split('/').next().unwrap_or_default()).or_insert(cause.harm.name());
        }
    }
    worst
}

/// A row of which there is nothing to tell.
fn slim(row: &RowReport) -> Value {
    let title = Room { line: 120, text: 120 };
    json!({ "name": show(&row.name(), Room::USUAL), "title": show(&row.title, title),
        "verdict": row.verdict.name(), "level": row.level.name(), "area": visible(&row.area), "slim": true })
}

/// What was explored; nothing where nothing was.
fn explored(report: &Report) -> Option<Value> {
    let exploration = &report.exploration;
    let pair = |pair: &ExploredPair| {
        let mut shown = show(pair, Room::USUAL);
        shown["missed"] = json!(pair.missed_at().map(|rate| format!("{:.0} %", rate * 100.0)));
        shown["why"] = json!(pair.not_exercised());
        shown
    };
    let pairs: Vec<Value> = exploration.pairs.iter().map(pair).collect();
    (!exploration.is_empty()).then(|| json!({ "words": exploration.in_words(), "pairs": pairs }))
}

/// The colour of the first line.
fn tone(report: &Report) -> &'static str {
    match report.exit {
        0 if report.holds_a_must() => "good",
        1 => "bad",
        _ => "open",
    }
}

/// What a reader wants to see first: news, then firm promises, then the worst verdict.
fn weight(row: &RowReport) -> (bool, bool, Level, std::cmp::Reverse<Verdict>) {
    let known = row.standing.as_ref().is_some_and(|standing| standing.news != News::New);
    (!row.verdict.counts_against(), known, row.level, std::cmp::Reverse(row.verdict))
}

fn by_area(report: &Report) -> BTreeMap<&str, (Counts, Vec<usize>)> {
    let mut areas: BTreeMap<&str, (Counts, Vec<usize>)> = BTreeMap::new();
    for (at, row) in report.cases.iter().enumerate() {
        let (counts, members) = areas.entry(&row.area).or_default();
        counts.add(row.verdict);
        members.push(at);
    }
    areas
}

/// A bar of a chart: what counts, and where each piece begins.
fn bar(counts: &Counts) -> Value {
    #[derive(Serialize)]
    struct Piece {
        verdict: &'static str,
        count: usize,
        x: usize,
    }
    let mut pieces = Vec::new();
    let mut x = 0;
    for verdict in Verdict::ALL {
        let count = counts.of(verdict);
        if count > 0 {
            pieces.push(Piece { verdict: verdict.name(), count, x });
            x = x.saturating_add(count);
        }
    }
    json!({ "total": x, "pieces": pieces })
}

/// What went over the wire in the step that decided, each exchange as lines of text.
fn wire_lines(row: &RowReport) -> Value {
    let told = wire(row).into_iter().map(|wire| {
        let of_request = std::iter::once(&wire.request).chain(&wire.request_headers);
        let of_answer = std::iter::once(&wire.answer).chain(&wire.answer_headers).chain(&wire.refusal);
        let mut lines: Vec<String> = of_request.map(|line| format!("> {line}")).collect();
        lines.extend(of_answer.map(|line| format!("< {line}")));
        lines.extend(wire.body.unwrap_or_default().lines().take(6).map(|line| format!("< {line}")));
        json!({ "n": wire.n, "line": wire.line, "shown": lines })
    });
    told.collect()
}

/// A row with what follows from it. `left` is the room for rows, and for evidence.
fn row(report: &Report, row: &RowReport, leads: bool, left: &mut (usize, usize)) -> Value {
    let bare = RowReport { exchanges: Vec::new(), ..row.clone() };
    let roomy = left.0 > 0;
    let mut shown = show(&bare, if roomy { Room::USUAL } else { Room { line: 80, text: 80 } });
    if !roomy {
        for name in ["steps", "sources", "notes"] {
            shown[name] = json!([]);
        }
    }
    if roomy && row.verdict.counts_against() {
        shown["wire"] = show(&wire_lines(row), Room { line: 300, text: 600 });
    }
    shown["again"] = show(&report.again(row), COMMAND);
    left.0 = left.0.saturating_sub(shown.to_string().len());
    shown["name"] = show(&row.name(), Room::USUAL);
    shown["counts_against"] = row.verdict.counts_against().into();
    let decisive: Vec<u32> = exchanges(row).iter().map(|exchange| exchange.n).collect();
    let most = if leads { EXCHANGES } else { FEW_EXCHANGES };
    let from = row.exchanges.len().saturating_sub(most);
    // What decided is shown, wherever it lies.
    let kept: Vec<&Exchange> = row
        .exchanges
        .iter()
        .enumerate()
        .filter(|(at, exchange)| *at >= from || decisive.contains(&exchange.n))
        .map(|(_, exchange)| exchange)
        .collect();
    let evidence = show(&kept, Room::USUAL);
    shown["decisive"] = json!(decisive);
    let cost = evidence.to_string().len();
    let mut cut = row.exchanges.len() - kept.len();
    if cost <= left.1 {
        left.1 -= cost;
        shown["exchanges"] = evidence;
        shown["timeline"] = show(&timeline::of_row(row), Room::USUAL);
    } else {
        cut = row.exchanges.len();
    }
    shown["exchanges_cut"] = json!(cut);
    shown
}
