//! What the rows of a run come to: the exit code, and the words that go with it.

use mpuspec_mock::provider::Provider;

use crate::case::Level;
use crate::report::{RowReport, Verdict};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Every row was run.
    Whole,
    /// A row decided, and the rest was not asked for.
    Decided,
    /// Somebody stopped it, or a row went missing.
    Interrupted,
}

/// What a run comes to.
pub(super) struct Conclusion {
    pub(super) exit: u8,
    pub(super) conformant: Option<bool>,
    pub(super) words: String,
}

/// Whether the level of a row binds, so that the exit code hangs on it.
fn binds(row: &RowReport, strict: bool) -> bool {
    row.level == Level::Must || (strict && row.level == Level::Should)
}

/// Whether a row alone makes the exit code 1, whatever the others do.
pub(super) fn is_broken(row: &RowReport, strict: bool) -> bool {
    binds(row, strict) && matches!(row.verdict, Verdict::Fail | Verdict::Blocked)
}

/// The exit code is a contract; so are the words that go with it.
pub(super) fn conclude(rows: &[RowReport], provider: &Provider, strict: bool, end: End) -> Conclusion {
    let count =
        |fits: fn(Verdict) -> bool| rows.iter().filter(|row| binds(row, strict) && fits(row.verdict)).count();
    let broken = rows.iter().filter(|row| is_broken(row, strict)).count();
    let unjudged = count(|verdict| verdict == Verdict::Error);
    let held = count(|verdict| matches!(verdict, Verdict::Pass | Verdict::Tolerated));
    let differing = rows.iter().filter(|row| row.verdict == Verdict::Tolerated).count();
    let ran = rows.iter().any(|row| row.verdict != Verdict::NotApplicable);
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
        let words = match broken {
            1 => format!("1 promise of {whose} is broken"),
            n => format!("{n} promises of {whose} are broken"),
        };
        let stopped = if end == End::Decided { "; stopped there, so the report is partial" } else { "" };
        return conclusion(1, false, words + stopped);
    }
    if !ran {
        return conclusion(4, false, "nothing ran".to_owned());
    }
    if unjudged > 0 {
        return conclusion(5, false, format!("nothing failed, but {unjudged} rows could not be judged"));
    }
    if provider.anonymous {
        return conclusion(0, true, format!("no promise of AWS broken, {differing} answers differ"));
    }
    if held == 0 {
        return conclusion(0, false, "nothing failed, and no MUST row was judged".to_owned());
    }
    conclusion(0, true, format!("conformant: every MUST row that was judged holds ({held})"))
}
