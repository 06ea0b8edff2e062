//! The exit status of a run, and the sentence that goes with it: for a run alone, and against a baseline.

use mpuspec_mock::provider::Provider;

use super::{HeldAgainst, Report, RowReport, Verdict};
use crate::case::Level;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Every row was run.
    Whole,
    /// A row decided, and the rest was not asked for.
    Decided,
    /// Somebody stopped it, or a row went missing.
    Interrupted,
}

/// What a run comes to.
pub(crate) struct Conclusion {
    pub(crate) exit: u8,
    pub(crate) conformant: Option<bool>,
    pub(crate) words: String,
}

/// Returns whether the level of a row binds, so that the exit status depends on it.
pub(crate) fn binds(row: &RowReport, strict: bool) -> bool {
    row.level == Level::Must || (strict && row.level == Level::Should)
}

/// Returns whether a row alone makes the exit status 1, whatever the others do.
pub(crate) fn is_broken(row: &RowReport, strict: bool) -> bool {
    binds(row, strict) && matches!(row.verdict, Verdict::Fail | Verdict::Blocked)
}

/// Decides the exit status of a run. It is a contract; so are the words that go with it.
pub(crate) fn conclude(rows: &[RowReport], provider: &Provider, strict: bool, end: End) -> Conclusion {
    let count =
        |fits: fn(Verdict) -> bool| rows.iter().filter(|row| binds(row, strict) && fits(row.verdict)).count();
    let broken = rows.iter().filter(|row| is_broken(row, strict)).count();
    let unjudged = count(|verdict| verdict == Verdict::Error);
    let differing = rows.iter().filter(|row| row.verdict == Verdict::Tolerated).count();
    let ran = |row: &&RowReport| row.verdict != Verdict::NotApplicable;
    let holds = |row: &&RowReport| matches!(row.verdict, Verdict::Pass | Verdict::Tolerated);
    let musts = || rows.iter().filter(|row| row.level == Level::Must);
    let held = musts().filter(holds).count();
    let conclusion = |exit, conformant, words| Conclusion {
        exit,
        conformant: if provider.anonymous { None } else { Some(conformant) },
        words,
    };
    let whose = if provider.anonymous { "AWS" } else { &provider.title };
    if end == End::Interrupted {
        return conclusion(130, false, "interrupted: the report is partial".to_owned());
    }
    if broken > 0 {
        let blocked =
            rows.iter().filter(|row| is_broken(row, strict) && row.verdict == Verdict::Blocked).count();
        let mut words = match broken - blocked {
            0 => format!("no promise of {whose} was seen broken"),
            1 => format!("1 MUST promise of {whose} is broken"),
            n => format!("{n} MUST promises of {whose} are broken"),
        };
        if blocked > 0 {
            words += &format!(", {blocked} could not be looked at");
        }
        let stopped = if end == End::Decided { "; stopped there, so the report is partial" } else { "" };
        return conclusion(1, false, words + stopped);
    }
    if !rows.iter().any(|row| ran(&row)) {
        return conclusion(4, false, "nothing ran".to_owned());
    }
    if unjudged > 0 {
        return conclusion(5, false, format!("nothing failed, but {unjudged} rows could not be judged"));
    }
    if held == 0 {
        // Whoever asks for other rows alone is answered by these. What is only recorded judges nothing.
        let others =
            rows.iter().filter(|row| row.level != Level::Info && row.verdict != Verdict::Unsupported);
        let is_judged = musts().filter(ran).count() == 0 && others.filter(ran).count() > 0;
        let exit = if is_judged { 0 } else { 5 };
        return conclusion(exit, false, "nothing failed, and no MUST row was judged".to_owned());
    }
    if provider.anonymous {
        return conclusion(0, true, format!("no promise of AWS broken, {differing} answers differ"));
    }
    conclusion(0, true, format!("conformant: every MUST row that was judged holds ({held})"))
}

/// What counts of a run that is held against a baseline.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counted {
    /// New failures.
    failed: usize,
    /// New rows that could not be judged.
    unjudged: usize,
}

impl Counted {
    /// Counts a new verdict.
    pub(crate) fn add(&mut self, verdict: Verdict) {
        if verdict == Verdict::Error {
            self.unjudged += 1;
        } else {
            self.failed += 1;
        }
    }
}

/// Decides the exit status of a report that is held against a baseline. A run that was interrupted, or ran
/// nothing, keeps its own.
pub(crate) fn conclude_against(report: &mut Report, held: &HeldAgainst, news: Counted) {
    if !matches!(report.exit, 0 | 1 | 5) {
        return;
    }
    let told = [
        (news.failed, "new failure", "new failures"),
        (held.passing.len(), "row passes though listed", "rows pass though listed"),
        (held.stale.len(), "entry names no row", "entries name no row"),
    ];
    let told: Vec<String> = told
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, more)| format!("{count} {}", if *count == 1 { one } else { more }))
        .collect();
    let known = held.known.len();
    let is_judged = report.cases.iter().any(|row| {
        row.level == Level::Must
            && !matches!(row.verdict, Verdict::NotApplicable | Verdict::Unsupported | Verdict::Error)
    });
    (report.exit, report.conclusion) = if !told.is_empty() {
        (1, format!("against the baseline: {}; {known} known", told.join(", ")))
    } else if news.unjudged > 0 {
        (5, format!("nothing new failed, but {} rows could not be judged; {known} known", news.unjudged))
    } else if report.exit == 5 && !is_judged {
        (5, format!("{}; {known} known", report.conclusion))
    } else {
        let newer = held.new_in_suite.len();
        let more = if newer > 0 { format!(", {newer} new in suite") } else { String::new() };
        (0, format!("as the baseline has it: {known} known, nothing new{more}"))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(level: Level, verdict: Verdict) -> RowReport {
        RowReport { verdict, ..RowReport::untried("a/b", None, "", level) }
    }

    fn concluded(provider: &str, rows: &[RowReport], strict: bool) -> (u8, Option<bool>, String) {
        let provider = mpuspec_mock::provider::load(provider).expect("it is bundled");
        let Conclusion { exit, conformant, words } = conclude(rows, &provider, strict, End::Whole);
        (exit, conformant, words)
    }

    #[test]
    fn what_judged_nothing_is_not_conformant() {
        use Level::{Info, Must, Should};
        use Verdict::{Error, NotApplicable, Pass, Tolerated, Unsupported};
        for (rows, exit) in [
            (vec![row(Must, NotApplicable)], 4),
            (vec![row(Must, Unsupported)], 5),
            (vec![row(Must, Unsupported), row(Should, Pass)], 5),
            (vec![row(Must, NotApplicable), row(Info, Pass)], 5),
            (vec![row(Should, Unsupported)], 5),
            (vec![row(Must, Error), row(Should, Pass)], 5),
            (vec![row(Should, Pass)], 0),
            (vec![row(Should, Tolerated), row(Must, NotApplicable)], 0),
        ] {
            for strict in [false, true] {
                let (code, conformant, words) = concluded("aws-s3", &rows, strict);
                assert_eq!((code, conformant), (exit, Some(false)), "{words}");
                assert!(!words.contains("conformant"), "{words}");
                let (code, conformant, words) = concluded("generic", &rows, strict);
                assert_eq!((code, conformant), (exit, None), "{words}");
                assert!(!words.contains("no promise"), "{words}");
            }
        }
        let (exit, conformant, words) =
            concluded("aws-s3", &[row(Must, Tolerated), row(Must, Unsupported)], false);
        assert_eq!((exit, conformant), (0, Some(true)), "{words}");
    }
}
