//! A conformance suite for multipart uploads on S3-compatible object storage.

pub mod baseline;
pub mod case;
pub mod cli;
pub mod explore;
pub mod history;
pub mod language;
pub mod operation;
pub mod report;
pub mod row;
pub mod run;
mod suite;
pub mod wire;

pub use report::Report;
pub use suite::{Suite, SuiteError, free_port};

/// Doors for the targets in `fuzz/`.
#[doc(hidden)]
#[cfg(feature = "fuzzing")]
pub mod fuzzing {
    pub use crate::operation::fuzzing::answer;

    /// Loads a case file.
    pub fn case_file(bytes: &[u8]) {
        if let Ok(text) = std::str::from_utf8(bytes) {
            let origin = mpuspec_mock::provider::Origin { name: "fuzz.yaml".to_owned(), text: text.into() };
            let _ = crate::case::load_case("fuzz/case", origin);
        }
    }
}
