//! What OSS alone does: its signatures, and the numbers of its errors.

mod auth;
mod numbers;
mod v1;
mod v4;

pub(super) use auth::authenticate;
pub(super) use numbers::number_of;
