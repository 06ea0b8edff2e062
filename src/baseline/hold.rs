//! A report held against a baseline: what was known, what is news, and what that means for the exit code.

use std::collections::BTreeSet;

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
    for row in &mut report.cases {
        let standing = standing(row, baseline);
        if let Some(standing) = &standing {
            let name = row.name();
            let binds = binds(row, strict.should);
            match standing.news {
                News::Known => held.known.push(name),
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
        if baseline.cases.contains_key(&name) {
            held.known.push(name);
        } else {
            news.add(Verdict::Fail);
            held.new.push(name);
        }
    }
    conclude_against(report, &held, news);
    report.baseline = Some(held);
}

/// Where a row stands: nothing is said of one that passes or was not run, and is not listed.
pub(crate) fn standing(row: &RowReport, baseline: &Baseline) -> Option<Standing> {
    let plain = |news| Standing { news, listed: Vec::new(), why: None, link: None, judged: None };
    let Some(known) = baseline.cases.get(&row.name()) else {
        let told = row.verdict.counts_against() && row.level <= Level::Should;
        let newer = baseline.is_older_than(row.since.as_deref());
        return told.then(|| plain(if newer { News::NewInSuite } else { News::New }));
    };
    let news = match row.verdict {
        verdict if known.verdicts.contains(&verdict) => News::Known,
        Verdict::NotApplicable => return None,
        Verdict::Pass | Verdict::Tolerated => News::PassesThoughListed,
        // Known to be there in part: what is listed as failed and was refused as a whole is no worse.
        Verdict::Unsupported => News::Known,
        Verdict::Fail | Verdict::Blocked | Verdict::Error => News::New,
    };
    Some(Standing {
        listed: known.verdicts.clone(),
        why: Some(known.why.clone()),
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
