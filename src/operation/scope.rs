//! The names of a row: each is given before it is used, and used after it is given.

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::yaml::{Mistake, Path, nearest};

use crate::language::{CompletedEntry, ETagForm, Expr, PartNumber, PartRef, UploadRef, is_name};

/// The names that the steps so far have given.
#[derive(Debug, Default)]
pub struct Scope {
    /// What is wrong.
    pub mistakes: Vec<Mistake>,
    names: BTreeMap<String, Name>,
    uploads: Vec<Upload>,
    held: Vec<(String, Path)>,
    /// Numbers were given as a range, so that single ones cannot be looked up.
    ranges: bool,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An upload.
    Upload,
    /// A list of uploads.
    Uploads,
    /// Bytes of a part or an object.
    Sent,
    /// An object.
    Object,
    /// A list of parts.
    Parts,
}

#[derive(Debug)]
struct Name {
    kind: Kind,
    place: Path,
    used: bool,
    /// Whether it is there to tell two parts of one number apart.
    tells_apart: bool,
}

/// An upload and the part numbers sent to it, as written.
#[derive(Debug)]
struct Upload {
    name: Option<String>,
    numbers: BTreeMap<String, Vec<Option<String>>>,
}

impl Scope {
    /// Notes a mistake at a value.
    pub fn mistake(&mut self, place: &Path, message: impl Into<String>) {
        self.mistakes.push(Mistake::at(place, message.into()));
    }

    /// Notes a mistake at a key.
    pub fn mistake_at_key(&mut self, place: &Path, message: impl Into<String>) {
        self.mistakes.push(Mistake::at_key(place, message.into()));
    }

    /// Ends the row, and returns the names that nothing refers to: another row may.
    pub fn end(&mut self) -> BTreeSet<Mistake> {
        for (name, place) in std::mem::take(&mut self.held) {
            self.mistake(&place, format!("`{name}` is held and never released; add `- release: {name}`"));
        }
        let unused = self.names.iter().filter(|(_, name)| !name.used && !name.tells_apart);
        let mistake = |(text, name): (&String, &Name)| {
            Mistake::at(&name.place, format!("nothing refers to `{text}`; leave the `as` out"))
        };
        unused.map(mistake).collect()
    }

    /// Gives a name.
    pub fn define(&mut self, name: Option<&str>, kind: Kind, place: &Path) {
        let Some(name) = name else { return };
        if !is_name(name) || Expr::parse(name).is_ok() {
            let message = format!(
                "`{name}` cannot be a name; begin with a letter, and leave the names of limits to them"
            );
            self.mistake(place, message);
        }
        if self.names.contains_key(name) {
            self.mistake(place, format!("`{name}` is taken by an earlier step"));
            return;
        }
        // Several uploads need names, whether or not a later step means this one.
        let tells_apart = kind == Kind::Upload;
        self.names.insert(name.to_owned(), Name { kind, place: place.clone(), used: false, tells_apart });
    }

    /// Uses a name.
    pub fn use_name(&mut self, name: &str, kinds: &[Kind], place: &Path) {
        match self.names.get_mut(name) {
            Some(known) if kinds.contains(&known.kind) => known.used = true,
            Some(_) => self.mistake(place, format!("`{name}` names something else")),
            None => {
                let known = self.names.iter().filter(|(_, known)| kinds.contains(&known.kind));
                let near = nearest(name, known.map(|(name, _)| name.as_str()));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                self.mistake(place, format!("no step before this one is named `{name}`{near}"));
            }
        }
    }

    /// Uses the name of a condition; `wrong` stands for an ETag that nothing has.
    pub fn condition(&mut self, name: Option<&str>, place: &Path) {
        if let Some(name) = name.filter(|name| *name != "wrong") {
            self.use_name(name, &[Kind::Sent, Kind::Object], place);
        }
    }

    /// Creates an upload.
    pub fn create(&mut self, name: Option<&str>, at: &Path) {
        if name.is_none() && !self.uploads.is_empty() {
            self.mistake_at_key(at, "a second upload needs `as`, so that steps can name it");
        }
        self.define(name, Kind::Upload, &at.key("as"));
        self.uploads.push(Upload { name: name.map(str::to_owned), numbers: BTreeMap::new() });
    }

    /// Checks the upload that a step means, by name or by default.
    pub fn upload(&mut self, upload: Option<&UploadRef>, at: &Path) {
        match upload {
            Some(UploadRef::Named(name)) => {
                let place = at.key("upload");
                match name.split_once('.') {
                    Some((listing, number)) if number.parse::<u32>().is_ok() => {
                        self.use_name(listing, &[Kind::Uploads], &place);
                    }
                    _ => self.use_name(name, &[Kind::Upload], &place),
                }
            }
            Some(_) => {}
            None => match self.uploads.as_slice() {
                [] => self.mistake_at_key(at, "no upload was created before this step"),
                [only] => {
                    if let Some(name) = only.name.clone() {
                        self.use_name(&name, &[Kind::Upload], at);
                    }
                }
                [..] => self.mistake_at_key(at, "several uploads were created; say which with `upload`"),
            },
        }
    }

    /// The uploads that a step without or with a name can mean.
    fn meant(&self, upload: Option<&UploadRef>) -> Option<usize> {
        match upload {
            None => (self.uploads.len() == 1).then_some(0),
            Some(UploadRef::Named(name)) => {
                self.uploads.iter().position(|upload| upload.name.as_ref() == Some(name))
            }
            Some(_) => None,
        }
    }

    /// Sends a part.
    pub fn send(&mut self, upload: Option<&UploadRef>, number: &str, name: Option<&str>, at: &Path) {
        self.define(name, Kind::Sent, &at.key("as"));
        let Some(index) = self.meant(upload) else { return };
        let sent = self.uploads[index].numbers.entry(number.to_owned()).or_default();
        sent.push(name.map(str::to_owned));
        if sent.len() > 1 {
            let named: Vec<String> = sent.iter().flatten().cloned().collect();
            for name in named {
                if let Some(name) = self.names.get_mut(&name) {
                    name.tells_apart = true;
                }
            }
        }
    }

    /// Sends parts whose numbers are not known one by one.
    pub fn send_range(&mut self) {
        self.ranges = true;
    }

    /// Stops a step in its body.
    pub fn hold(&mut self, name: Option<&str>, place: &Path) {
        match name {
            Some(name) => self.held.push((name.to_owned(), place.clone())),
            None => self.mistake_at_key(place, "a held step needs `as`"),
        }
    }

    /// Lets go of a held step.
    pub fn release(&mut self, name: &str, at: &Path) {
        let before = self.held.len();
        self.held.retain(|(held, _)| held != name);
        if self.held.len() == before {
            self.mistake(at, format!("no step before this one holds `{name}`"));
        } else {
            self.use_name(name, &[Kind::Sent], at);
        }
    }

    /// Checks an entry of a list of parts.
    pub fn entry(&mut self, entry: &CompletedEntry, upload: Option<&UploadRef>, place: &Path) {
        if let Some(part) = &entry.part {
            self.part(part, upload, place);
        }
        if let Some(ETagForm::Of(part)) = &entry.etag {
            self.part(part, upload, &place.key("etag").key("of"));
        }
    }

    /// Checks a part that a step or a claim means.
    pub fn part(&mut self, part: &PartRef, upload: Option<&UploadRef>, place: &Path) {
        match part {
            PartRef::Named(name) => self.use_name(name, &[Kind::Sent], place),
            PartRef::Of(name, number) => {
                self.use_name(name, &[Kind::Upload, Kind::Parts], place);
                let upload = self.uploads.iter().find(|upload| upload.name.as_ref() == Some(name));
                let known = upload.is_none_or(|upload| upload.numbers.contains_key(&number.to_string()));
                if !known && !self.ranges {
                    self.mistake(place, format!("no part {number} was sent to {name} before this step"));
                }
            }
            PartRef::Number(number) if !self.ranges => {
                let number = number.to_string();
                let only = self.meant(upload);
                let holders: Vec<&Vec<Option<String>>> = self
                    .uploads
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| upload.is_none() || only.is_none_or(|only| only == *index))
                    .filter_map(|(_, upload)| upload.numbers.get(&number))
                    .collect();
                let message = match holders.as_slice() {
                    [] => format!("no part {number} was sent before this step"),
                    [sent] if sent.len() == 1 => return,
                    [_] => format!(
                        "part {number} was sent more than once; give each an `as`, and name the one you mean"
                    ),
                    _ => format!("part {number} was sent to more than one upload; write UPLOAD.{number}"),
                };
                self.mistake(place, message);
            }
            PartRef::Number(_) => {}
        }
    }
}

/// A part number as written, to compare with others.
pub fn number_text(number: &PartNumber) -> String {
    match number {
        PartNumber::Expr(expr) => expr.to_string(),
        PartNumber::Raw(text) => format!("raw {text}"),
    }
}
