//! Deliberate mistakes. The model knows none of them: each stands around it, and changes the rules of a call, what
//! was asked, what is carried out, or what came of it.
//!
//! `names.rs` lists them. Those around the model are grouped by what they are about; those of the HTTP face stand
//! where they are asked for.

mod aborts;
mod asked;
mod call;
mod completions;
mod joins;
mod listings;
mod names;
mod objects;
mod parts;
mod switched;

pub use asked::Asked;
pub use listings::list_uploads;
pub use names::Defect;
pub use switched::Defects;
