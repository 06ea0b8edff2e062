//! Rows that are blocked by another one which, as it turned out, has nothing against the server.

use std::collections::BTreeSet;

use crate::report::{RowReport, Verdict};

/// Accuses the server in a row that would be blocked by one that passed: else the flaw would be reported nowhere.
pub(in super::super) fn accuse_where_nobody_does(rows: &mut [RowReport]) {
    let passed = |row: &&RowReport| matches!(row.verdict, Verdict::Pass | Verdict::Tolerated);
    let passed: BTreeSet<String> = rows.iter().filter(passed).map(RowReport::name).collect();
    for row in rows {
        let Some(by) = row.blocked_by.take_if(|by| passed.contains(by.as_str())) else { continue };
        row.verdict = Verdict::Fail;
        let about = format!("; {by} is about that");
        let reason = row.reason.take().unwrap_or_default();
        let reason = reason.strip_suffix(&about).unwrap_or(&reason);
        row.reason = Some(format!("{reason}, although {by} passed"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Level;

    fn row(id: &str, verdict: Verdict, blocked_by: Option<&str>) -> RowReport {
        RowReport {
            verdict,
            blocked_by: blocked_by.map(str::to_owned),
            reason: blocked_by.map(|by| format!("got no ETag; {by} is about that")),
            ..RowReport::untried(id, None, "A row", Level::Must)
        }
    }

    #[test]
    fn a_flaw_is_told_once() {
        let mut rows = [
            row("a/passed", Verdict::Pass, None),
            row("a/failed", Verdict::Fail, None),
            row("b/accuses", Verdict::Blocked, Some("a/passed")),
            row("b/is-told-elsewhere", Verdict::Blocked, Some("a/failed")),
            row("b/did-not-run", Verdict::Blocked, Some("a/absent")),
        ];
        accuse_where_nobody_does(&mut rows);
        let told = rows.map(|row| (row.verdict, row.blocked_by));
        assert_eq!(told[2], (Verdict::Fail, None));
        assert_eq!(told[3], (Verdict::Blocked, Some("a/failed".to_owned())));
        assert_eq!(told[4], (Verdict::Blocked, Some("a/absent".to_owned())));
    }
}
