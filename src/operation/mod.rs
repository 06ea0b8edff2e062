//! The operations of S3, one file each: all that one of them is to the suite. Its arguments in a case and what they
//! may not say, the capability that it is, what it costs, the request and the reader of its answer, what that answer
//! does to the state of the row, and its entry in a history.
//!
//! `table.rs` lists them. What a step can do beside one call stands in `control.rs` and in the two files of loops.

mod action;
pub mod completed_parts;
mod control;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod headers;
mod plain;
mod profile;
mod scope;
mod table;

pub mod abort_multipart_upload;
pub mod complete_multipart_upload;
pub mod copy_object;
pub mod create_bucket;
pub mod create_multipart_upload;
pub mod create_uploads;
pub mod delete_bucket;
pub mod delete_object;
pub mod delete_objects;
pub mod get_bucket_info;
pub mod get_bucket_versioning;
pub mod get_object;
pub mod get_object_acl;
pub mod get_object_attributes;
pub mod get_object_lock_configuration;
pub mod get_object_tagging;
pub mod head_bucket;
pub mod head_object;
pub mod list_multipart_uploads;
pub mod list_object_versions;
pub mod list_objects;
pub mod list_parts;
pub mod put_object;
pub mod put_object_tagging;
pub mod raw;
pub mod upload_part;
pub mod upload_part_copy;
pub mod upload_parts;

use std::fmt::Debug;

use mpuspec_mock::provider::LimitName;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

pub use action::Action;
pub use control::{Release, Restart};
pub use headers::{ContentMd5, Headers, wire_checksum};
pub use profile::{Cost, Profile, Stop};
pub use scope::{Kind, Scope, number_text};
pub use table::{ANSWER, Entry, OF_ERRORS, TABLE, all_aspects, aspects};

use crate::history::{Ask, Saw};
use crate::language::{Expr, Missing, Sizes, UploadRef};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::{Answer, Call};

/// No step makes more calls, and no row sends more requests: it would be no test, but a load.
pub const MOST_CALLS: u64 = 100_000;

/// What an operation is called, in cases and in the documents.
pub trait Named: DeserializeOwned + JsonSchema {
    /// The word in cases.
    const WORD: &'static str;
    /// The name in the words of S3.
    const NAME: &'static str;
    /// What it does, in a line.
    const ABOUT: &'static str = Self::NAME;
    /// The elements and headers that the documents promise of its answer.
    const ASPECTS: &'static [&'static str] = &[];
}

/// What follows from the arguments of a step alone.
pub trait Arguments: Debug + Send + Sync {
    /// The name in the words of S3.
    fn name(&self) -> &'static str;
    /// What sets the operation apart from others.
    fn profile(&self) -> Profile<'_>;
    /// The claims that its answer can bear, of those that not every answer can.
    fn bears(&self) -> &'static [&'static str];
    /// Checks the names that it gives and uses. `at` is the place of the step.
    fn check(&self, scope: &mut Scope, at: &Path);
    /// The capability that it asks for, beyond the multipart calls themselves. Where `refusal_due`, the step
    /// claims to be refused.
    fn capability(&self, refusal_due: bool) -> Option<&'static str>;
    /// What it costs, clean-up included.
    fn cost(&self, sizes: &Sizes<'_>) -> Result<Cost, Missing>;
    /// The upload whose parts its answer lists: claims mean the parts of it.
    fn upload(&self) -> Option<&UploadRef> {
        None
    }
    /// The size of the object that it copies from, where that is one of the run.
    fn shared(&self) -> Option<&Expr> {
        None
    }
    /// Sizes and numbers that a limit may be about.
    fn bounded(&self) -> Vec<Bounded<'_>> {
        Vec::new()
    }
    /// What a success says of a capability that was asked for.
    fn shows(&self, capability: &str, answer: &Answer) -> Shown {
        let _ = (capability, answer);
        Shown::Yes
    }
}

/// A value to which a limit may apply.
#[derive(Clone, Copy, Debug)]
pub enum Bounded<'a> {
    /// A part number.
    Number(&'a Expr),
    /// The size of a body.
    Size(&'a Expr),
    /// A value that says itself which limit it is about.
    Symbolic(&'a Expr),
}

impl Bounded<'_> {
    /// The limits of part numbers.
    pub const NUMBERS: [LimitName; 2] = [LimitName::MinPartNumber, LimitName::MaxPartNumber];
}

/// What a success says of a capability that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is there.
    Yes,
    /// Nothing.
    Open,
    /// What asked for it was passed over.
    PassedOver,
}

/// An operation that is one call.
pub trait Operation: Arguments {
    /// Makes the call, with what the row knows.
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable>;
}

/// A step that is many calls of one operation.
pub trait Loop: Arguments {
    /// Makes the calls, and says how many may be under way at a time.
    fn prepare(&self, row: &mut RowState<'_>) -> Result<(Vec<Box<dyn Prepared>>, usize), Unavailable>;
}

/// A call that is ready to be sent, and what follows from its answer.
pub trait Prepared: Send + Sync {
    /// The call.
    fn call(&self) -> &dyn Call;
    /// What it asks, in the words of a history; nothing if the model does not know it. A listing asks about
    /// several keys, which may depend on the answer.
    fn asks(&self, witness: &mut Witness, answer: Option<&Answer>) -> Vec<Ask>;
    /// What a success showed of what was asked.
    fn saw(&self, witness: &Witness, ask: &Ask, answer: &Answer) -> Saw;
    /// What it may write.
    fn writes(&self) -> Written<'_>;
    /// Takes what the answer shows into the state of the row.
    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>);
    /// The key under which it may create an upload.
    fn creates(&self) -> Option<&str> {
        None
    }
    /// The step claims that it is refused: no object has to be there because of it.
    fn has_to_be_refused(&mut self) {}
    /// Where else an ETag can be asked for that its answer left out.
    fn etag_elsewhere(&self, row: &RowState<'_>) -> Option<Elsewhere> {
        let _ = row;
        None
    }
    /// The pages of a listing that is followed to its end.
    fn pages(&mut self) -> Option<&mut dyn Pages> {
        None
    }
}

/// Another call that shows an ETag.
pub struct Elsewhere {
    /// The call.
    pub call: Box<dyn Call>,
    /// The number of the part whose entry shows it; the answer itself, if there is none.
    pub number: Option<u64>,
    /// Whether it shows the same after a race.
    pub of_object: bool,
}

impl Elsewhere {
    /// The ETag in the answer.
    pub fn etag(&self, answer: Answer) -> Option<String> {
        match self.number {
            None => Some(answer).filter(Answer::is_ok)?.etag,
            Some(number) => answer.parts?.into_iter().find(|part| part.number == number)?.etag,
        }
    }
}

/// A listing of several pages, and what its pages have shown.
pub trait Pages: Send + Sync {
    /// Takes the entries of a page; says what stands on a second page.
    fn add(&mut self, answer: &Answer) -> Result<(), String>;
    /// How many entries there were.
    fn entries(&self) -> usize;
    /// Asks for the page after this one.
    fn turn(&mut self, answer: &Answer, turning: Turning) -> Result<(), Turned>;
    /// The last page, with the entries of all.
    fn whole(&self, last: Answer) -> Answer;
    /// What the entries are called.
    fn noun(&self) -> &'static str;
}

/// What leads from one page to the next.
#[derive(Clone, Copy, Debug)]
pub struct Turning {
    /// Whether a page that ends among the uploads of one key has to say at which.
    pub by_id: bool,
}

/// Why a page leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turned {
    /// Its markers are those that led to it.
    NotOn(&'static str),
    /// It lacks what the case needs.
    Lacking(&'static str),
}
