//! Dependencies between the modules of the suite point one way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::imports::Modules;

/// Folders and files of `src`, the lowest first: what is defined in one may be used by itself and by those
/// behind it. Of several that fit a file the longest counts.
const LAYERS: &[&str] = &[
    "memory.rs",
    "replaced.rs",
    "visible.rs",
    "language",
    "wire",
    "history",
    "row",
    "operation",
    "case",
    "report",
    "cause",
    "baseline",
    "run/error.rs",
    "run/send.rs",
    "run/plan",
    "run/bucket.rs",
    "run/life",
    "run/cleanup",
    "run/audit/ledger.rs",
    "run/preflight.rs",
    "run/context.rs",
    "run/judge",
    "run/execute",
    "run/runner.rs",
    "run",
    "explore",
    "suite",
    "cli",
    "lib.rs",
];

/// The same for `mock/src`.
const LAYERS_OF_THE_MOCK: &[&str] = &[
    "files.rs",
    "yaml.rs",
    "model",
    "accounts.rs",
    "provider",
    "checks.rs",
    "http",
    "policy.rs",
    "settings.rs",
    "store.rs",
    "dialect",
    "call",
    "ops",
    "defects",
    "server",
    "lib.rs",
];

/// The files below a folder that end so.
pub(crate) fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let ends_so =
        |path: &PathBuf| endings.iter().any(|ending| path.extension().is_some_and(|own| own == *ending));
    let entries = std::fs::read_dir(folder).expect("it can be listed").flatten();
    let below = |path: PathBuf| if path.is_dir() { files(&path, endings) } else { vec![path] };
    entries.flat_map(|entry| below(entry.path())).filter(ends_so).collect()
}

/// The layer of a file.
fn layer(layers: &[&str], file: &str) -> usize {
    let fits =
        |layer: &str| file == layer || file.strip_prefix(layer).is_some_and(|rest| rest.starts_with('/'));
    let of = (0..layers.len()).filter(|at| fits(layers[*at])).max_by_key(|at| layers[*at].len());
    of.unwrap_or_else(|| panic!("{file} has no layer"))
}

/// The files that use one another in a circle.
fn circles<'m>(uses: &BTreeMap<&'m str, BTreeSet<&'m str>>) -> Vec<BTreeSet<&'m str>> {
    let reached = |from: &'m str| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(file) = open.pop() {
            let next = uses.get(file).into_iter().flatten().copied();
            open.extend(next.filter(|next| seen.insert(*next)));
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = uses.keys().map(|file| (*file, reached(file))).collect();
    let circle = |file: &&'m str| -> BTreeSet<&'m str> {
        let leads_back = |other: &&'m str| reached.get(other).is_some_and(|of| of.contains(file));
        reached[file].iter().copied().filter(leads_back).collect()
    };
    let circles: BTreeSet<_> = uses.keys().map(circle).filter(|circle| circle.len() > 1).collect();
    circles.into_iter().collect()
}

#[test]
fn each_module_uses_lower_ones_alone() {
    for (root, layers) in [("src", LAYERS), ("mock/src", LAYERS_OF_THE_MOCK)] {
        hold(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root), layers);
    }
}

fn hold(root: &Path, layers: &[&str]) {
    let modules = Modules::read(root);
    let uses = modules.uses();
    let up: Vec<String> = uses
        .iter()
        .flat_map(|(file, used)| used.iter().map(move |used| (*file, *used)))
        .filter(|(file, used)| layer(layers, used) > layer(layers, file))
        .map(|(file, used)| format!("{file} uses {used}"))
        .collect();
    assert!(up.is_empty(), "{up:#?}");
    // Files of one folder share a room: a type may have its methods in several of them.
    let folder = |file: &str| Path::new(file).parent().map(Path::to_path_buf);
    let shares_a_room =
        |circle: &BTreeSet<&str>| circle.iter().map(|file| folder(file)).collect::<BTreeSet<_>>().len() == 1;
    let across: Vec<_> = circles(&uses).into_iter().filter(|circle| !shares_a_room(circle)).collect();
    assert!(across.is_empty(), "{across:#?}");
}

#[test]
fn the_rules_of_multipart_upload_know_no_mistake() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("mock/src/model");
    for path in files(&root, &["rs"]) {
        let text = std::fs::read_to_string(&path).expect("it can be read").to_lowercase();
        for word in ["defect", "mistake"] {
            assert!(!text.contains(word), "{} has the word {word}", path.display());
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
