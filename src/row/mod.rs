//! The state of a row while it runs: what was sent, what is there, what was made, by the names of its steps.
//!
//! Operations read it to make their requests, and write into it what their answers tell.

mod callback;
mod contents;
mod journal;
mod made;
mod recognized;
mod sent;
mod shared;
mod state;
mod values;
mod witness;
mod writes;

pub use callback::{Asked, CallbackPlace, CallbackServer, Called};
pub use contents::Contents;
pub use journal::{Journal, JournalHeader, Made, SentKeys, is_running, journals};
pub use made::is_own;
pub use recognized::pieces_between;
pub use sent::Sent;
pub use shared::{SharedObject, SharedObjects};
pub use state::{Resolved, RowState, Setting, Unavailable, Upload};
pub use witness::{LastRead, Witness, etag_of};
pub use writes::{Completed, Writes, Written};
