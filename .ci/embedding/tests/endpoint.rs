//! Every row as a test against a server that runs: ENDPOINT says where, BASELINE what is known not to pass.

fn main() -> std::process::ExitCode {
    let variable = |name| std::env::var(name).unwrap_or_default();
    mpuspec::Suite::at(variable("ENDPOINT")).baseline(variable("BASELINE")).libtest_main()
}
