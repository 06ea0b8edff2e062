//! A report held against a baseline: what was known, what is news, and what that means for the exit code.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Baseline;
use crate::case::Level;
use crate::report::{
    AUDIT, Counted, HeldAgainst, News, Report, RowReport, Standing, Verdict, binds, conclude_against,
};

/// What counts beside MUST rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strictness {
    /// SHOULD counts as MUST.
    pub should: bool,
    /// A row counts also if its case is newer than the baseline.
    pub new_in_suite: bool,
}

/// Holds a report against a baseline. `rows` are all that the catalogue has, run or not.
pub fn hold(report: &mut Report, baseline: &Baseline, rows: &BTreeSet<String>, strict: Strictness) {
    let mut held = HeldAgainst {
        file: baseline.origin.name.clone(),
        suite: baseline.suite.clone(),
        stale: baseline.stale(rows),
        unexplained: baseline.unexplained(),
        ..HeldAgainst::default()
    };
    let mut news = Counted::default();
    // The day of the run, so that a report held again comes to the same.
    let day = report.run.started.get(..10).and_then(|day| day.parse().ok());
    for row in &mut report.cases {
        let standing = standing(row, baseline, day);
        if let Some(standing) = &standing {
            let name = row.name();
            let binds = binds(row, strict.should);
            match standing.news {
                News::Known | News::Quarantined => held.known.push(name),
                News::PassesThoughListed => held.passing.push(name),
                News::New => held.new.push(name),
                News::NewInSuite => held.new_in_suite.push(name),
            }
            let counts = match standing.news {
                News::New => true,
                News::NewInSuite => strict.new_in_suite,
                _ => false,
            };
            if counts && binds {
                news.add(row.verdict);
            }
        }
        row.standing = standing;
    }
    for name in beside(report) {
        if baseline.of(&name).is_some() {
            held.known.push(name);
        } else {
            news.add(Verdict::Fail);
            held.new.push(name);
        }
    }
    conclude_against(report, &held, news);
    report.baseline = Some(held);
}

/// Where a row stands on a day: nothing is said of one that passes or was not run, and is not listed.
pub(crate) fn standing(row: &RowReport, baseline: &Baseline, day: Option<Date>) -> Option<Standing> {
    let plain = |news| Standing { news, listed: Vec::new(), why: None, link: None, judged: None };
    let name = row.name();
    let Some(known) = baseline.of(&name) else {
        let told = row.verdict.counts_against() && row.level <= Level::Should;
        let newer = baseline.is_older_than(row.since.as_deref());
        return told.then(|| plain(if newer { News::NewInSuite } else { News::New }));
    };
    let in_quarantine = known.quarantine.is_some_and(|until| day.is_none_or(|day| day <= until));
    let news = match row.verdict {
        Verdict::NotApplicable => return None,
        _ if in_quarantine => News::Quarantined,
        verdict if verdict.counts_against() && known.quarantine.is_some() => News::New,
        verdict if known.verdicts.contains(&verdict) => News::Known,
        // What a pattern takes in may pass; an entry of its own says that it does not.
        Verdict::Pass | Verdict::Tolerated if !baseline.cases.contains_key(&name) => return None,
        Verdict::Pass | Verdict::Tolerated => News::PassesThoughListed,
        // Known to be there in part: what is listed as failed and was refused as a whole is no worse.
        Verdict::Unsupported => News::Known,
        Verdict::Fail | Verdict::Blocked | Verdict::Error => News::New,
    };
    let why = match (known.quarantine, news) {
        (Some(until), News::New) => format!("its quarantine ended on {until}: {}", known.why),
        _ => known.why.clone(),
    };
    Some(Standing {
        listed: known.verdicts.clone(),
        why: Some(why),
        link: known.link.clone(),
        judged: known.judged,
        ..plain(news)
    })
}

/// What exploring and auditing found, where no row stands for it.
fn beside(report: &Report) -> BTreeSet<String> {
    let found = report.findings.iter().filter(|finding| finding.level == Level::Must);
    let mut names: BTreeSet<String> = found.map(|finding| finding.id.clone()).collect();
    if report.audit.lost.iter().any(|lost| lost.level == Level::Must) {
        names.insert(AUDIT.to_owned());
    }
    report.cases.iter().for_each(|row| _ = names.remove(&row.name()));
    names
}
