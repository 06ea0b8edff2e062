//! What people ask of a store, answered from a report.

use std::sync::OnceLock;

use mpuspec_mock::provider::Harm;
use serde::Deserialize;

use super::bundled;
use crate::case::{Pattern, RowId};
use crate::report::{Answer, Report, RowReport, Verdict, counted};

const FILE: &str = include_str!("../../cases/questions.yaml");

/// A question as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    id: String,
    ask: String,
    harm: Option<Harm>,
    rows: Vec<String>,
    good: String,
    bad: String,
}

fn read() -> Result<Vec<Question>, String> {
    bundled::read(FILE)
}

fn questions() -> &'static [Question] {
    static QUESTIONS: OnceLock<Vec<Question>> = OnceLock::new();
    QUESTIONS.get_or_init(|| read().expect("the questions are checked by a test"))
}

/// Answers each question from the causes and the rows of a report.
pub fn answers(report: &Report) -> Vec<Answer> {
    questions().iter().map(|question| answer(question, report)).collect()
}

fn answer(question: &Question, report: &Report) -> Answer {
    let rows: Vec<Pattern> = question.rows.iter().map(|row| Pattern::new(row)).collect();
    let is_of = |row: &&RowReport| {
        let id = RowId::new(&row.id, row.row.as_deref());
        rows.iter().any(|pattern| pattern.fits(&id))
    };
    let asked: Vec<&RowReport> = report.cases.iter().filter(is_of).collect();
    let count = |verdicts: &[Verdict]| asked.iter().filter(|row| verdicts.contains(&row.verdict)).count();
    let held = count(&[Verdict::Pass, Verdict::Tolerated]);
    let lacking = count(&[Verdict::Unsupported, Verdict::Error]);
    let (bad, told) = match question.harm {
        Some(harm) => {
            let causes = report.causes.iter().filter(|cause| cause.harm == harm).count();
            (causes, counted(causes, "cause"))
        }
        None => {
            let broken = count(&[Verdict::Fail, Verdict::Blocked, Verdict::Unsupported]);
            (broken, format!("{broken} of {}", counted(held + broken, "row")))
        }
    };
    let Question { id, ask, good: if_good, bad: if_bad, .. } = question;
    let (is_good, words) = match () {
        () if bad > 0 => (Some(false), format!("No: {told} {if_bad}")),
        () if held == 0 || !report.complete => (None, "Not shown: too little was judged".to_owned()),
        () if lacking > 0 => (Some(true), format!("Yes: {if_good}; {lacking} of its rows were not judged")),
        () => (Some(true), format!("Yes: {if_good}")),
    };
    Answer { id: id.clone(), question: ask.clone(), good: is_good, answer: words }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Catalogue;

    #[test]
    fn each_question_is_about_rows_that_there_are() {
        let rows: Vec<RowId> = Catalogue::builtin().expect("it loads").row_ids().collect();
        for question in read().expect("it can be read") {
            for text in &question.rows {
                let pattern = Pattern::new(text);
                assert!(rows.iter().any(|row| pattern.fits(row)), "{}: {text}", question.id);
            }
        }
    }
}
