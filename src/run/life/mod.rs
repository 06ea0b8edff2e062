//! The life of the server: whether it still answers, and how it is started anew.

mod command;
mod restart;
mod watch;

pub use command::run_command;
pub use restart::Restart;
pub(super) use restart::bucket_is_shared;
pub(super) use watch::{Watch, is_troubled};
