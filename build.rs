//! Embeds the commit, and sees to it that a new case is embedded without a clean build.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=cases");
    if std::path::Path::new(".git/logs/HEAD").exists() {
        println!("cargo:rerun-if-changed=.git/logs/HEAD");
    }
    let commit = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
    let commit = commit.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let commit = commit.and_then(|commit| String::from_utf8(commit).ok()).unwrap_or_default();
    let commit = commit.trim();
    println!("cargo:rustc-env=MPUSPEC_COMMIT={commit}");
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let shown = if commit.is_empty() { version } else { format!("{version} ({commit})") };
    println!("cargo:rustc-env=MPUSPEC_VERSION={shown}");
}
