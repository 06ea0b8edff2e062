//! Which file of the suite uses what another one defines: imports are followed through re-exports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{UseTree, Visibility};

use crate::layers::files;

/// The name of a module, from the root of the crate.
type Module = Vec<String>;

/// The modules of the suite.
#[derive(Default)]
pub(crate) struct Modules {
    /// The file of each.
    files: BTreeMap<Module, String>,
    /// What each hands on under a name, and where that is defined.
    exports: BTreeMap<Module, Vec<(String, Module)>>,
    /// Paths that each file names.
    named: BTreeMap<String, BTreeSet<Module>>,
}

impl Modules {
    /// Reads every file below a folder.
    pub(crate) fn read(root: &Path) -> Self {
        let mut modules = Self::default();
        let mut texts = Vec::new();
        for path in files(root, &["rs"]) {
            let inside = path.strip_prefix(root).expect("it is below the folder").with_extension("");
            let mut module: Module = inside.iter().map(|name| name.to_string_lossy().into_owned()).collect();
            if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
                module.pop();
            }
            let file = path.strip_prefix(root).expect("it is below the folder").display().to_string();
            if file != "main.rs" {
                modules.files.insert(module.clone(), file.clone());
                texts.push((module, file, std::fs::read_to_string(&path).expect("it can be read")));
            }
        }
        for (module, file, text) in texts {
            let parsed = syn::parse_file(&text).expect("it is Rust");
            let mut reader = Reader { modules: &mut modules, module, file };
            reader.visit_file(&parsed);
        }
        modules
    }

    /// Each file with those that define what it uses.
    pub(crate) fn uses(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let defining = |file: &str, paths: &BTreeSet<Module>| -> BTreeSet<&str> {
            let found = paths.iter().filter_map(|path| self.file_of(path, 0));
            found.filter(|found| *found != file).collect()
        };
        self.named.iter().map(|(file, paths)| (file.as_str(), defining(file, paths))).collect()
    }

    /// The file that defines what a path names.
    fn file_of(&self, path: &[String], depth: usize) -> Option<&str> {
        assert!(depth < 32, "{path:?} leads in a circle");
        let known = (0..=path.len()).rev().find(|len| self.files.contains_key(&path[..*len]))?;
        let (module, rest) = path.split_at(known);
        let handed_on = rest.first().and_then(|name| {
            let exports = self.exports.get(module)?;
            exports.iter().find(|(known, _)| known == name).map(|(_, target)| target)
        });
        match handed_on {
            Some(target) => self.file_of(&[target, &rest[1..]].concat(), depth + 1),
            None => self.files.get(module).map(String::as_str),
        }
    }
}

/// Reads one file.
struct Reader<'m> {
    modules: &'m mut Modules,
    /// The module under the cursor.
    module: Module,
    file: String,
}

impl Reader<'_> {
    /// The module that a path means, if it is one of this crate.
    fn absolute(&self, path: &[String]) -> Option<Module> {
        let first = path.first()?;
        let mut base = self.module.clone();
        let mut rest = path;
        match first.as_str() {
            "crate" => {
                base.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            // A module below this one, or another crate.
            name => {
                let below = [&base[..], &[name.to_owned()]].concat();
                self.modules.files.get(&below)?;
            }
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    fn name(&mut self, path: &[String]) {
        if let Some(path) = self.absolute(path) {
            self.modules.named.entry(self.file.clone()).or_default().insert(path);
        }
    }
}

/// The paths of a tree, each with the name that it gets here; none for a star.
fn leaves(tree: &UseTree, before: &[String], found: &mut Vec<(Vec<String>, Option<String>)>) {
    let with = |name: String| [before, &[name]].concat();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(path.ident.to_string()), found),
        UseTree::Name(name) if name.ident == "self" => found.push((before.to_vec(), before.last().cloned())),
        UseTree::Name(name) => found.push((with(name.ident.to_string()), Some(name.ident.to_string()))),
        UseTree::Rename(rename) => {
            found.push((with(rename.ident.to_string()), Some(rename.rename.to_string())));
        }
        UseTree::Glob(_) => found.push((before.to_vec(), None)),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        let mut found = Vec::new();
        leaves(&item.tree, &[], &mut found);
        let hands_on = !matches!(item.vis, Visibility::Inherited);
        for (path, name) in found {
            match (hands_on, name) {
                // What a file hands on it need not use.
                (true, Some(name)) => {
                    if let Some(target) = self.absolute(&path) {
                        self.modules.exports.entry(self.module.clone()).or_default().push((name, target));
                    }
                }
                _ => self.name(&path),
            }
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let path_in_words: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if ["crate", "super"].contains(&path_in_words[0].as_str()) {
            self.name(&path_in_words);
        }
        visit::visit_path(self, path);
    }

    /// `pub(crate)` and its like use nothing.
    fn visit_vis_restricted(&mut self, _: &'a syn::VisRestricted) {}
}
