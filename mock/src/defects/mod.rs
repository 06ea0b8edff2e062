//! Deliberate mistakes: each proves that some case can fail.
//!
//! A mistake is one entry of a table: its name, what goes wrong, and what it does at which point. The points are those
//! of `call/points.rs`; nothing else of the mock knows any mistake.

mod aborts;
mod answers;
mod asked;
mod call;
mod checks;
mod completions;
mod copies;
mod documents;
mod errors;
mod faulty;
mod harm;
mod joins;
mod keys;
mod listings;
mod mistake;
mod objects;
mod oss;
mod pages;
mod parts;
mod races;
mod reads;
mod refusals;
mod requests;
mod restarts;
mod uploads;

pub use asked::Asked;
pub use faulty::Defects;
pub use mistake::{Defect, UnknownDefect};

use mistake::Mistake;

/// The mistakes. Of several at one point, the first of these comes first.
static TABLES: &[&[Mistake]] = &[
    objects::MISTAKES,
    parts::MISTAKES,
    aborts::MISTAKES,
    completions::MISTAKES,
    joins::MISTAKES,
    listings::MISTAKES,
    uploads::MISTAKES,
    checks::MISTAKES,
    keys::MISTAKES,
    requests::MISTAKES,
    refusals::MISTAKES,
    copies::MISTAKES,
    reads::MISTAKES,
    answers::MISTAKES,
    pages::MISTAKES,
    errors::MISTAKES,
    races::MISTAKES,
    restarts::MISTAKES,
    oss::callbacks::MISTAKES,
    oss::copies::MISTAKES,
    oss::requests::MISTAKES,
    oss::signatures::MISTAKES,
    oss::answers::MISTAKES,
];
