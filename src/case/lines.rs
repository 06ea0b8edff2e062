//! On which line of its file a step stands.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mpuspec_mock::yaml::{Path, Spot, locate};

/// The lines that were asked for: finding one reads the text anew, and the rows of a case have the same steps.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<HashMap<Path, usize>>>);

impl Lines {
    /// The line of a node; 0 if it is not in the text.
    pub fn of(&self, path: &Path, text: &str) -> usize {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(path) {
            return *line;
        }
        let line = locate(text, path, Spot::Value).map_or(0, |span| span.line);
        lines.insert(path.clone(), line);
        line
    }
}
