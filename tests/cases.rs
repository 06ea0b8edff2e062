//! Every row as a test: against the mock, or, with MPUSPEC_ENDPOINT and the usual credentials set, against
//! that endpoint. MPUSPEC_PROVIDER says whose promises count, MPUSPEC_BUCKET which bucket is used.

use mpuspec::Suite;

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn main() -> std::process::ExitCode {
    let mut suite = variable("MPUSPEC_ENDPOINT").map_or_else(Suite::mock, Suite::at);
    if let Some(name) = variable("MPUSPEC_PROVIDER") {
        suite = suite.provider(name);
    }
    if let Some(name) = variable("MPUSPEC_BUCKET") {
        suite = suite.bucket(name);
    }
    // Exploring has tests of its own.
    suite.explore(0).libtest_main()
}
