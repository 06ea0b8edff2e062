//! The table of operations. It drives the reader of cases and the JSON Schema.

use std::sync::Arc;

use mpuspec_mock::yaml::{Mapping, Mistake, Path, Value, decode};
use schemars::{Schema, SchemaGenerator};

use super::{
    Action, Loop, Named, Operation, Release, Restart, abort_multipart_upload, complete_multipart_upload,
    copy_object, create_multipart_upload, create_uploads, delete_object, delete_objects, get_object,
    get_object_acl, get_object_attributes, get_object_tagging, head_object, list_multipart_uploads,
    list_objects, list_parts, put_object, put_object_tagging, raw, upload_part, upload_part_copy,
    upload_parts,
};

/// What can stand in a step, in the order in which the documents of the suite show it.
pub const TABLE: &[Entry] = &[
    Entry::call::<create_multipart_upload::CreateUpload>(),
    Entry::many::<create_uploads::CreateUploads>(),
    Entry::call::<upload_part::UploadPart>(),
    Entry::many::<upload_parts::UploadParts>(),
    Entry::call::<upload_part_copy::UploadPartCopy>(),
    Entry::call::<complete_multipart_upload::CompleteUpload>(),
    Entry::call::<abort_multipart_upload::AbortUpload>(),
    Entry::call::<list_parts::ListParts>(),
    Entry::call::<list_multipart_uploads::ListUploads>(),
    Entry::call::<put_object::PutObject>(),
    Entry::call::<get_object::GetObject>(),
    Entry::call::<head_object::HeadObject>(),
    Entry::call::<delete_object::DeleteObject>(),
    Entry::call::<delete_objects::DeleteObjects>(),
    Entry::call::<copy_object::CopyObject>(),
    Entry::call::<list_objects::ListObjects>(),
    Entry::call::<get_object_tagging::GetObjectTagging>(),
    Entry::call::<put_object_tagging::PutObjectTagging>(),
    Entry::call::<get_object_acl::GetObjectAcl>(),
    Entry::call::<get_object_attributes::GetObjectAttributes>(),
    Entry::call::<raw::Raw>(),
    Entry::of::<Release>(|value, path| decode(value, path).map(Action::Release)),
    Entry::of::<Restart>(|value, path| decode(value, path).map(|Restart {}| Action::Restart)),
];

/// A row of the table.
pub struct Entry {
    /// The word in cases.
    pub word: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Its name in the words of S3.
    name: &'static str,
    /// The elements and headers that the documents promise of its answers.
    aspects: &'static [&'static str],
    read: fn(Value, &Path) -> Result<Action, Mistake>,
    /// The schema of its arguments.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Entry {
    const fn of<N: Named>(read: fn(Value, &Path) -> Result<Action, Mistake>) -> Self {
        let schema = |generator: &mut SchemaGenerator| generator.subschema_for::<N>();
        Self { word: N::WORD, about: N::ABOUT, name: N::NAME, aspects: N::ASPECTS, read, schema }
    }

    const fn call<O: Named + Operation + 'static>() -> Self {
        Self::of::<O>(|value, path| Ok(Action::Call(Arc::new(decode::<O>(value, path)?))))
    }

    const fn many<L: Named + Loop + 'static>() -> Self {
        Self::of::<L>(|value, path| Ok(Action::Loop(Arc::new(decode::<L>(value, path)?))))
    }

    /// Reads the arguments; nothing at all stands for all defaults.
    pub fn read(&self, value: Value, path: &Path) -> Result<Action, Mistake> {
        let value = if value.is_null() { Value::Mapping(Mapping::new()) } else { value };
        (self.read)(value, path)
    }
}

/// Names the documents of refusals, whatever operation was refused.
pub const OF_ERRORS: &str = "Error";

/// The aspect of an operation that is there at all: it is answered, and neither 405 nor 501.
pub const ANSWER: &str = "answer";

/// Returns the aspects of an operation's answers, by its name in the words of S3.
pub fn aspects(name: &str) -> &'static [&'static str] {
    if name == OF_ERRORS {
        return &["root", "Code", "Message"];
    }
    TABLE.iter().find(|entry| entry.name == name).map_or(&[], |entry| entry.aspects)
}

/// The operations whose answers have aspects, and refusals, each with these.
pub fn all_aspects() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let names = TABLE.iter().map(|entry| entry.name).chain([OF_ERRORS]);
    names.map(|name| (name, aspects(name))).filter(|(_, aspects)| !aspects.is_empty())
}
