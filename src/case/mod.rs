//! From YAML text to checked cases. Opens no socket and reads no clock.

mod catalogue;
mod check;
mod claims;
mod conduct;
mod deeds;
mod error_codes;
mod expect;
mod home;
mod id;
mod lines;
mod lint;
mod listing;
mod load;
mod requirement;
mod rows;
mod schema;
mod source;
mod step;

pub use catalogue::{Catalogue, CatalogueError, Selection};
pub use check::LARGEST_SHARED;
pub use claims::{Claims, Code, ETagClaim, FieldValue, ListOrder, PartList};
pub use conduct::Conduct;
pub use deeds::deeds;
pub use error_codes::{ErrorCode, error_code};
pub use expect::{Expect, Grade, LaneExpect, Outcome};
pub use home::Homes;
pub use id::{Pattern, RowId};
pub use lines::Lines;
pub use lint::{lint, lint_sources, unknown_sources, unused_sources};
pub use listing::{LISTING_VERSION, ListedRow, ListedSource, Listing, listing_schema};
pub use load::{Bucket, Case, CaseError, Cost, Level, Row, load_case};
pub use requirement::{Held, Requirement, Requirements};
pub use schema::case_schema;
pub(crate) use source::binds;
pub use source::{Cited, Registry};
pub use step::{Sign, SignBy, SignVersion, Step, Tampered, User, Wrong, WrongToken};
