//! A conformance suite for multipart uploads on S3-compatible object storage.
//!
//! [`Suite`] is a run that is set up and not started: which server, against whose promises, and which rows. Its
//! result is a [`Report`], or a test for each row:
//!
//! ```no_run
//! // tests/multipart.rs, with `harness = false`
//! fn main() -> std::process::ExitCode {
//!     mpuspec::Suite::at("http://127.0.0.1:9000").credentials("ak", "sk").baseline("known.yaml").libtest_main()
//! }
//! ```
//!
//! The mock server that comes with the suite needs no set-up:
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), mpuspec::SuiteError> {
//! let report = mpuspec::Suite::mock().only("abort/*").explore(0).run().await?;
//! assert!(report.is_conformant());
//! println!("{}", mpuspec::Format::Markdown.write(&report));
//! # Ok(())
//! # }
//! ```
//!
//! With `default-features = false` the command line, its progress bars and the reports in HTML are left out.

// Re-exports and items that the command line or own tests alone use are unused without them.
#![cfg_attr(
    not(all(feature = "internals", feature = "cli")),
    allow(dead_code, unreachable_pub, unused_imports)
)]

mod baseline;
mod case;
mod cause;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod explore;
mod history;
mod language;
mod memory;
mod operation;
mod replaced;
mod report;
mod row;
mod run;
mod suite;
mod visible;
mod wire;

pub use case::{Case, CaseError, Level};
pub use report::{
    Audit, CleanUp, Counts, Finding, FindingKind, Format, LostObject, NoReport, Report, RowReport,
    StepReport, StepResult, Summary, TargetInfo, Verdict,
};
pub use suite::{Suite, SuiteError, free_port};

/// The modules of this crate, for its own tests and benchmarks.
#[doc(hidden)]
#[cfg(feature = "internals")]
pub mod internals {
    macro_rules! rooms {
        ($($name:ident)*) => {
            $(pub mod $name { pub use crate::$name::*; })*
        };
    }
    rooms! { baseline case cause explore history language operation report row run wire }
}

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
