//! What the measures say in docs/measures.md: the places they are written to, and the state of `benches/` they are of.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The command that measures again.
pub(crate) const WRITE: &str = "cargo bench -- --write";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns docs/measures.md in three: up to the marker of a place, what stands there, and the rest.
fn split(place: &str) -> Result<[String; 3]> {
    let text = std::fs::read_to_string(root().join("docs/measures.md"))?;
    let (first, last) = (format!("<!-- {place} -->\n"), format!("<!-- end of {place} -->"));
    let parts = text.split_once(&first).and_then(|(before, rest)| {
        let (inner, behind) = rest.split_once(&last)?;
        Some([format!("{before}{first}"), inner.to_owned(), format!("{last}{behind}")])
    });
    parts.ok_or_else(|| format!("docs/measures.md has no place for {place}: {first}{last}").into())
}

/// Returns what stands at a place.
#[allow(dead_code, reason = "one of the benches only writes")]
pub(crate) fn read(place: &str) -> Result<String> {
    split(place).map(|[_, inner, _]| inner)
}

/// Replaces what stands at a place.
pub(crate) fn write(place: &str, text: &str) -> Result<()> {
    let [before, _, behind] = split(place)?;
    std::fs::write(root().join("docs/measures.md"), format!("{before}{}\n{behind}", text.trim_end()))?;
    Ok(())
}

/// Returns a digest of all files below `benches/`: figures of other benches cannot be compared.
pub(crate) fn digest_of_benches() -> Result<String> {
    let mut files = files_below(&root().join("benches"))?;
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let name = file.strip_prefix(root())?.components();
        let name: Vec<_> = name.map(|part| part.as_os_str().to_string_lossy()).collect();
        let content = std::fs::read(&file)?;
        digest.update(format!("{} {}\n", name.join("/"), content.len()));
        digest.update(content);
    }
    Ok(hex::encode(digest.finalize())[..12].to_owned())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    Ok(files)
}

/// Returns when and where something was measured, in words.
pub(crate) fn origin() -> Result<String> {
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d");
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    let benches = digest_of_benches()?;
    Ok(format!(
        "Measured by `{WRITE}` on {date} at commit {}, {build} build, on {}; benches {benches}.",
        commit(),
        machine()
    ))
}

/// Returns the commit, and whether something was changed since.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git").args(arguments).current_dir(root()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".to_owned() };
    // docs/measures.md is what a measurement changes.
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/measures.md"]);
    if changed.is_some_and(|changed| changed.is_empty()) { commit } else { format!("{commit} with changes") }
}

/// Returns the processor, how many cores of it there are, and the memory.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let value = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).ok()?;
        let (_, value) = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'))?;
        Some(value.trim().to_owned())
    };
    let model = value("/proc/cpuinfo", "model name");
    let memory =
        value("/proc/meminfo", "MemTotal").and_then(|kib| kib.strip_suffix(" kB")?.parse::<f64>().ok());
    let memory =
        memory.map_or_else(String::new, |kib| format!(", {:.0} GiB of memory", kib / (1 << 20) as f64));
    format!("{cores} cores ({}){memory}", model.as_deref().unwrap_or("of an unknown model"))
}
