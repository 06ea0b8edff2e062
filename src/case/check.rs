//! What a row means as a whole: every name is defined before it is used, and used after it is defined.

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::yaml::{self, Mistake, Path, nearest};

use super::arguments::SentAs;
use super::aspect::aspects;
use super::expect::{Claims, ETagClaim, Expect, LaneExpect, PartList};
use super::home::operation_of;
use super::operation::Operation;
use super::step::Step;
use crate::language::{ChecksumClaim, Expr};
use crate::language::{
    CompletedEntry, CompletedList, ETagForm, Numbers, PartNumber, PartRef, UploadRef, is_name,
};

/// Checks the names of a row. Given back are the names that this row does not use: another row may.
pub(super) fn check(steps: &[Step], mistakes: &mut Vec<Mistake>) -> BTreeSet<Mistake> {
    let mut scope =
        Scope { mistakes, names: BTreeMap::new(), uploads: Vec::new(), held: Vec::new(), ranges: false };
    scope.steps(steps);
    if !has_claim(steps) {
        let message = "no step has `expect`; a case claims something";
        scope.mistakes.push(Mistake::at(&Path::root().key("steps"), message));
    }
    let held = std::mem::take(&mut scope.held);
    for (name, place) in held {
        scope.mistakes.push(Mistake::at(
            &place,
            format!("`{name}` is held and never released; add `- release: {name}`"),
        ));
    }
    scope
        .names
        .iter()
        .filter(|(_, name)| !name.used && !name.tells_apart)
        .map(|(text, name)| {
            Mistake::at(&name.place, format!("nothing refers to `{text}`; leave the `as` out"))
        })
        .collect()
}

fn has_claim(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.is_claim() || step.inner().any(Step::is_claim))
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Upload,
    Uploads,
    Sent,
    Object,
    Parts,
}

struct Name {
    kind: Kind,
    place: Path,
    used: bool,
    /// Whether it is there to tell two parts of one number apart.
    tells_apart: bool,
}

/// An upload and the part numbers sent to it, as written.
struct Upload {
    name: Option<String>,
    numbers: BTreeMap<String, Vec<Option<String>>>,
}

struct Scope<'m> {
    mistakes: &'m mut Vec<Mistake>,
    names: BTreeMap<String, Name>,
    uploads: Vec<Upload>,
    held: Vec<(String, Path)>,
    /// Numbers were given as a range, so that single ones cannot be looked up.
    ranges: bool,
}

impl Scope<'_> {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        let at = step.path.key(step.operation.name());
        match &step.operation {
            Operation::CreateUpload(args) => {
                if args.r#as.is_none() && !self.uploads.is_empty() {
                    self.mistakes
                        .push(Mistake::at_key(&at, "a second upload needs `as`, so that steps can name it"));
                }
                self.define(args.r#as.as_deref(), Kind::Upload, &at.key("as"));
                self.uploads.push(Upload { name: args.r#as.clone(), numbers: BTreeMap::new() });
            }
            Operation::CreateUploads(args) => self.define(args.r#as.as_deref(), Kind::Uploads, &at.key("as")),
            Operation::UploadPart(args) => {
                self.upload(args.upload.as_ref(), &at);
                self.sent(args.upload.as_ref(), &number_text(&args.number), args.r#as.as_deref(), &at);
                if args.decoded_length.is_some()
                    && args.sent_as.is_none_or(|sent_as| sent_as == SentAs::Plain)
                {
                    let message = "only a body in chunks declares it; add `sent_as`";
                    self.mistakes.push(Mistake::at_key(&at.key("decoded_length"), message));
                }
                if args.hold.is_some() {
                    match &args.r#as {
                        Some(name) => self.held.push((name.clone(), at.key("hold"))),
                        None => {
                            self.mistakes.push(Mistake::at_key(&at.key("hold"), "a held step needs `as`"));
                        }
                    }
                }
            }
            Operation::UploadParts(args) => {
                self.upload(args.upload.as_ref(), &at);
                if args.source.is_some() && (args.size.is_some() || args.checksum.is_some()) {
                    let message = "a copied part has the size and the checksum that its source gives it";
                    self.mistakes.push(Mistake::at_key(&at.key("source"), message));
                }
                match &args.numbers {
                    Numbers::List(numbers) => {
                        for number in numbers {
                            self.sent(args.upload.as_ref(), &number.to_string(), None, &at);
                        }
                    }
                    Numbers::Range(..) => self.ranges = true,
                }
            }
            Operation::UploadPartCopy(args) => {
                self.upload(args.upload.as_ref(), &at);
                self.condition(args.if_match.as_deref(), &at.key("if_match"));
                self.condition(args.if_none_match.as_deref(), &at.key("if_none_match"));
                self.sent(args.upload.as_ref(), &number_text(&args.number), args.r#as.as_deref(), &at);
            }
            Operation::CompleteUpload(args) => {
                self.upload(args.upload.as_ref(), &at);
                if let Some(CompletedList::List(list)) = &args.parts {
                    for (index, entry) in list.iter().enumerate() {
                        self.entry(entry, args.upload.as_ref(), &at.key("parts").index(index));
                    }
                }
                if args.parts.is_none() && args.body.is_none() && args.all != Some(true) {
                    self.mistakes.push(Mistake::at_key(&at, "a completion needs `parts`, `body` or `all`"));
                }
                self.condition(args.if_match.as_deref(), &at.key("if_match"));
                self.define(args.r#as.as_deref(), Kind::Object, &at.key("as"));
            }
            Operation::AbortUpload(args) => self.upload(args.upload.as_ref(), &at),
            Operation::ListParts(args) => {
                self.upload(args.upload.as_ref(), &at);
                self.define(args.r#as.as_deref(), Kind::Parts, &at.key("as"));
            }
            Operation::ListUploads(args) => {
                if let Some(upload) = &args.upload_id_marker {
                    self.upload(Some(upload), &at);
                }
                self.define(args.r#as.as_deref(), Kind::Uploads, &at.key("as"));
            }
            Operation::PutObject(args) => self.define(args.r#as.as_deref(), Kind::Sent, &at.key("as")),
            Operation::Release(name) => {
                let before = self.held.len();
                self.held.retain(|(held, _)| *held != name.0);
                if self.held.len() == before {
                    self.mistakes
                        .push(Mistake::at(&at, format!("no step before this one holds `{}`", name.0)));
                } else {
                    self.use_name(&name.0, &[Kind::Sent], &at);
                }
            }
            Operation::Together(lanes) => {
                for (_, steps) in lanes {
                    self.steps(steps);
                    for step in steps.iter().filter(|step| matches!(step.operation, Operation::Restart(_))) {
                        let message = "a restart stands between steps, not beside them in a lane";
                        self.mistakes.push(Mistake::at_key(&step.path.key("restart"), message));
                    }
                }
            }
            Operation::Restart(_) => {
                if step.expect.is_some() {
                    let message = "a restart has no answer; claim what the steps behind it show";
                    self.mistakes.push(Mistake::at_key(&step.path.key("expect"), message));
                }
            }
            Operation::GetObject(args) => {
                self.condition(args.if_match.as_deref(), &at.key("if_match"));
                self.condition(args.if_none_match.as_deref(), &at.key("if_none_match"));
            }
            Operation::CopyObject(args) => self.define(args.r#as.as_deref(), Kind::Object, &at.key("as")),
            Operation::Raw(args) => {
                if let Some(upload) = &args.upload {
                    self.upload(Some(upload), &at);
                }
            }
            Operation::HeadObject(_)
            | Operation::DeleteObject(_)
            | Operation::DeleteObjects(_)
            | Operation::ListObjects(_)
            | Operation::GetObjectAcl(_)
            | Operation::GetObjectAttributes(_)
            | Operation::GetObjectTagging(_) => {}
        }
        self.judgeable(step);
        if let Some(expect) = &step.expect {
            self.expect(expect, step);
        }
    }

    /// Refuses claims that would be held against nothing.
    fn judgeable(&mut self, step: &Step) {
        let expect = step.path.key("expect");
        if let Some(Expect::Claims(claims)) = &step.expect
            && claims.within.is_some()
            && !step.operation.is_reading()
        {
            let message = format!(
                "`{}` would be done again; only what reads can be asked again",
                step.operation.name()
            );
            self.mistakes.push(Mistake::at_key(&expect.key("within"), message));
        }
        if matches!(step.expect, Some(Expect::Lawful)) && !step.operation.is_modelled() {
            let message = format!("the model cannot judge `{}`; claim what it shows", step.operation.name());
            self.mistakes.push(Mistake::at(&expect, message));
        }
        match &step.operation {
            Operation::Together(lanes) => {
                if !matches!(step.expect, Some(Expect::OneOf(_) | Expect::Lawful)) {
                    let message = "`together` needs `expect` with `one_of`, or `expect: linearizable`";
                    self.mistakes.push(Mistake::at(&step.path, message));
                }
                for (name, steps) in lanes {
                    let path = step.path.key("together").key(name);
                    if steps.len() != 1 {
                        self.mistakes.push(Mistake::at_key(&path, "a lane has one step in this version"));
                    }
                    if steps.iter().any(|step| step.expect.is_some()) {
                        self.mistakes
                            .push(Mistake::at_key(&path, "the claims of lanes stand in the outcomes"));
                    }
                }
            }
            Operation::UploadPart(args) if args.hold.is_some() && step.expect.is_some() => {
                self.mistakes.push(Mistake::at(&expect, "the claim of a held step stands at its `release`"));
            }
            Operation::UploadPart(args) if args.cut.is_some() && step.expect.is_some() => {
                self.mistakes.push(Mistake::at(&expect, "a request that is cut may go without an answer"));
            }
            _ => {}
        }
    }

    /// The name of a condition; `wrong` stands for an ETag that nothing has.
    fn condition(&mut self, name: Option<&str>, place: &Path) {
        if let Some(name) = name.filter(|name| *name != "wrong") {
            self.use_name(name, &[Kind::Sent, Kind::Object], place);
        }
    }

    fn define(&mut self, name: Option<&str>, kind: Kind, place: &Path) {
        let Some(name) = name else { return };
        if !is_name(name) || Expr::parse(name).is_ok() {
            let message = format!(
                "`{name}` cannot be a name; begin with a letter, and leave the names of limits to them"
            );
            self.mistakes.push(Mistake::at(place, message));
        }
        if self.names.contains_key(name) {
            self.mistakes.push(Mistake::at(place, format!("`{name}` is taken by an earlier step")));
            return;
        }
        // Several uploads need names, whether or not a later step means this one.
        let tells_apart = kind == Kind::Upload;
        self.names.insert(name.to_owned(), Name { kind, place: place.clone(), used: false, tells_apart });
    }

    fn use_name(&mut self, name: &str, kinds: &[Kind], place: &Path) {
        match self.names.get_mut(name) {
            Some(known) if kinds.contains(&known.kind) => known.used = true,
            Some(_) => self.mistakes.push(Mistake::at(place, format!("`{name}` names something else"))),
            None => {
                let known = self.names.iter().filter(|(_, known)| kinds.contains(&known.kind));
                let near = nearest(name, known.map(|(name, _)| name.as_str()));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                self.mistakes
                    .push(Mistake::at(place, format!("no step before this one is named `{name}`{near}")));
            }
        }
    }

    /// Checks the upload that a step means, by name or by default.
    fn upload(&mut self, upload: Option<&UploadRef>, at: &Path) {
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
                [] => self.mistakes.push(Mistake::at_key(at, "no upload was created before this step")),
                [only] => {
                    if let Some(name) = only.name.clone() {
                        self.use_name(&name, &[Kind::Upload], at);
                    }
                }
                [..] => self
                    .mistakes
                    .push(Mistake::at_key(at, "several uploads were created; say which with `upload`")),
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

    fn sent(&mut self, upload: Option<&UploadRef>, number: &str, name: Option<&str>, at: &Path) {
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

    fn entry(&mut self, entry: &CompletedEntry, upload: Option<&UploadRef>, place: &Path) {
        if let Some(part) = &entry.part {
            self.part(part, upload, place);
        }
        if let Some(ETagForm::Of(part)) = &entry.etag {
            self.part(part, upload, &place.key("etag").key("of"));
        }
    }

    fn part(&mut self, part: &PartRef, upload: Option<&UploadRef>, place: &Path) {
        match part {
            PartRef::Named(name) => self.use_name(name, &[Kind::Sent], place),
            PartRef::Of(name, number) => {
                self.use_name(name, &[Kind::Upload, Kind::Parts], place);
                let upload = self.uploads.iter().find(|upload| upload.name.as_ref() == Some(name));
                let known = upload.is_none_or(|upload| upload.numbers.contains_key(&number.to_string()));
                if !known && !self.ranges {
                    self.mistakes.push(Mistake::at(
                        place,
                        format!("no part {number} was sent to {name} before this step"),
                    ));
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
                self.mistakes.push(Mistake::at(place, message));
            }
            PartRef::Number(_) => {}
        }
    }

    fn expect(&mut self, expect: &Expect, step: &Step) {
        let path = step.path.key("expect");
        let upload = match &step.operation {
            Operation::ListParts(args) => args.upload.as_ref(),
            _ => None,
        };
        match expect {
            Expect::Ok | Expect::Lawful => {}
            Expect::Claims(claims) => {
                self.claims(claims, upload, &path);
                self.tells(claims, step, &path.key("tells"));
            }
            Expect::OneOf(outcomes) => {
                for (at, outcome) in outcomes.iter().enumerate() {
                    let path = path.key("one_of").index(at);
                    self.claims(&outcome.claims, upload, &path);
                    for (lane, claim) in &outcome.lanes {
                        if let LaneExpect::Claims(claims) = claim {
                            self.claims(claims, upload, &path.key(lane));
                        }
                    }
                    self.steps(&outcome.then);
                }
            }
        }
    }

    /// Refuses aspects that the answer does not have: nothing would ever deviate.
    fn tells(&mut self, claims: &Claims, step: &Step, place: &Path) {
        let known = operation_of(&step.operation, claims).map_or(&[][..], aspects);
        for (at, aspect) in claims.tells.iter().flatten().enumerate() {
            if !known.contains(&aspect.as_str()) {
                let mistake = yaml::unknown("aspect", aspect, known);
                self.mistakes.push(Mistake { path: place.index(at), ..mistake });
            }
        }
    }

    fn claims(&mut self, claims: &Claims, upload: Option<&UploadRef>, path: &Path) {
        let of_success = claims.ok.is_some()
            || claims.etag.is_some()
            || claims.content.is_some()
            || claims.size.is_some()
            || claims.parts.is_some()
            || claims.uploads.is_some()
            || claims.count.is_some()
            || claims.prefixes.is_some()
            || claims.root.is_some()
            || claims.body.is_some()
            || claims.pages.is_some()
            || claims.distinct.is_some()
            || claims.checksum.is_some()
            || claims.part_checksums.is_some()
            || claims.keys.is_some()
            || claims.acl.is_some()
            || claims.tagging.is_some()
            || claims.same.is_some()
            || claims.times.is_some();
        let refusal = claims.error.is_some() || claims.refused.is_some();
        if claims.error.is_some() && claims.refused.is_some() {
            self.mistakes
                .push(Mistake::at(path, "`error` cannot be combined with `refused`; keep one of them"));
        } else if refusal && of_success {
            let word = if claims.error.is_some() { "error" } else { "refused" };
            let message = format!("`{word}` cannot be combined with success expectations");
            self.mistakes.push(Mistake::at(path, message));
        }
        let failure = claims.status.filter(|status| !(200..300).contains(status));
        let of_document = claims.fields.is_some() || claims.no_fields.is_some() || claims.tells.is_some();
        if let Some(status) = failure.filter(|_| !refusal && (of_success || of_document)) {
            let message = format!(
                "`status: {status}` cannot be combined with expectations about the document; only headers are checked with it"
            );
            self.mistakes.push(Mistake::at(path, message));
        }
        if claims.ok == Some(false) {
            let message = "`ok: false` is not supported; use `error: any`, an error code or a status";
            self.mistakes.push(Mistake::at(&path.key("ok"), message));
        }
        let own_status = claims.error.as_ref().is_some_and(|code| code.0 == "CallbackFailed");
        if refusal && claims.status.is_some() && !own_status {
            self.mistakes
                .push(Mistake::at(&path.key("status"), "an error code has its status; leave this out"));
        }
        for (algorithm, claim) in claims.checksum.iter().flatten() {
            if let ChecksumClaim::Of(part) = claim {
                self.part(part, None, &path.key("checksum").key(algorithm.name()).key("of"));
            }
        }
        for (at, item) in claims.content.iter().flatten().enumerate() {
            self.part(&item.of, None, &path.key("content").index(at));
        }
        if let Some(PartList::List(parts)) = &claims.parts {
            for (at, part) in parts.iter().enumerate() {
                self.part(part, upload, &path.key("parts").index(at));
            }
        }
        if let Some(ETagClaim::Of(name) | ETagClaim::Not(name)) = &claims.etag {
            self.use_name(name, &[Kind::Sent, Kind::Object], &path.key("etag"));
        }
        for (at, name) in claims.uploads.iter().flatten().enumerate() {
            self.use_name(name, &[Kind::Upload], &path.key("uploads").index(at));
        }
    }
}

/// A part number as written, to compare with others.
fn number_text(number: &PartNumber) -> String {
    match number {
        PartNumber::Expr(expr) => expr.to_string(),
        PartNumber::Raw(text) => format!("raw {text}"),
    }
}
