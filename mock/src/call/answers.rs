//! Answers of operations.

use super::Call;
use crate::dialect::documents::Outcome;
use crate::http::Answer;

impl Call<'_> {
    /// Has the dialect write what came of the operation.
    pub(crate) fn answer(&self, outcome: &impl Outcome) -> Answer {
        outcome.write(self.dialect(), self.asking())
    }
}
