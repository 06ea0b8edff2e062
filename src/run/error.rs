//! Why a run does not take place: the endpoint can't be used.

use thiserror::Error;

/// One message: what was tried, what came, what to set.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct RunError(pub String);
