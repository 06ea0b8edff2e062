//! Why a run does not begin.

use mpuspec_mock::provider::FileError;
use thiserror::Error;

use crate::baseline::BaselineError;
use crate::case::CatalogueError;
use crate::run::RunError;

/// Why a run did not begin.
#[derive(Debug, Error)]
pub enum SuiteError {
    /// There is no such provider, or its file has mistakes.
    #[error(transparent)]
    Provider(#[from] FileError),
    /// Cases cannot be read, have mistakes, or a pattern fits none.
    #[error(transparent)]
    Cases(#[from] CatalogueError),
    /// The baseline cannot be read, or has mistakes.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// What was asked for cannot be done.
    #[error("{0}")]
    Usage(String),
    /// The mock was to play a provider whose answers are not documented.
    #[error("the mock cannot play `{provider}`; name an endpoint, or another provider")]
    NotPlayable {
        /// The provider.
        provider: String,
    },
    /// An endpoint that is not on this machine, and no word about the bucket.
    #[error("{endpoint} is not on this machine: name the bucket to use, or let the run make one")]
    NoBucket {
        /// The endpoint.
        endpoint: String,
    },
    /// The server did not start, or the endpoint cannot be used.
    #[error("{0}")]
    Endpoint(String),
}

impl From<RunError> for SuiteError {
    fn from(error: RunError) -> Self {
        Self::Endpoint(error.0)
    }
}
