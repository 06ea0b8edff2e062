//! Histories: what several clients asked at the same time, what each saw, and whether some order explains it.

mod record;

pub use record::{Ask, Call, History, Piece, Saw, SeenPart};
