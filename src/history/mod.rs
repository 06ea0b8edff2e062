//! Histories: what several clients asked at the same time, what each saw, and whether some order explains it.
//!
//! A history is judged by the model of the mock (`mpuspec_mock::model`): [`search`] looks for an order of
//! the calls in which each answer is lawful, and in which no call comes before one that had ended when it
//! began.

mod explain;
mod joint;
mod kind;
mod looked;
mod lost_part;
mod record;
mod search;

pub use explain::{ask_in_words, call_in_words, explain, saw_in_words, timeline};
pub use joint::{Joint, Oracle};
pub use kind::{Kind, kind_of};
pub use record::{Ask, Call, History, Piece, Saw, SeenObject, SeenPart};
pub use search::{Found, Order, Stuck, earliest_to_blame, judge, order_of, search};
