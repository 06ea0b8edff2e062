//! Dependencies between the modules of the suite point one way.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The modules, the lowest first: each may use those before it, and no other one.
const LAYERS: [&str; 10] =
    ["language", "case", "wire", "history", "report", "baseline", "run", "explore", "suite", "cli"];

/// The files below a folder that end so.
pub(crate) fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let ends_so =
        |path: &PathBuf| endings.iter().any(|ending| path.extension().is_some_and(|own| own == *ending));
    let entries = std::fs::read_dir(folder).expect("it can be listed").flatten();
    let below = |path: PathBuf| if path.is_dir() { files(&path, endings) } else { vec![path] };
    entries.flat_map(|entry| below(entry.path())).filter(ends_so).collect()
}

/// The modules that a text names as `crate::NAME`.
fn named(text: &str) -> BTreeSet<&str> {
    let names = text.split("crate::").skip(1);
    names
        .map(|rest| &rest[..rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len())])
        .collect()
}

#[test]
fn each_module_uses_lower_ones_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in files(&root, &["rs"]) {
        let inside = path.strip_prefix(&root).expect("it is below the folder");
        let module = inside.components().next().expect("it has a name").as_os_str().to_string_lossy();
        if ["lib.rs", "main.rs"].contains(&&*module) {
            continue;
        }
        let own = LAYERS.iter().position(|layer| *layer == module);
        let own = own.unwrap_or_else(|| panic!("{module} has no place in LAYERS"));
        let text = std::fs::read_to_string(&path).expect("it can be read");
        for name in named(&text) {
            let used = LAYERS.iter().position(|layer| *layer == name);
            // What is no module is exported at the top, and so of the highest layers.
            let used = used.unwrap_or(LAYERS.len());
            assert!(used <= own, "{} uses {name}, which is above {module}", inside.display());
        }
    }
}

#[test]
fn the_mock_does_not_know_the_suite() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("mock/src");
    for path in files(&root, &["rs"]) {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let uses = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let uses: Vec<&str> = uses.filter(|line| line.contains("mpuspec::")).collect();
        assert!(uses.is_empty(), "{}: {uses:?}", path.display());
    }
}
