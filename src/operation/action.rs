//! What a step does: one call, many, or something beside calls.

use std::sync::Arc;

use super::{Arguments, Loop, Operation, Release};

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// One call.
    Call(Arc<dyn Operation>),
    /// Many calls of one operation.
    Loop(Arc<dyn Loop>),
    /// Lets go of a step that was held.
    Release(Release),
    /// Starts the server anew.
    Restart,
    /// Lanes of steps are released together.
    Together,
}

impl Action {
    /// What is known of it by its arguments, if it asks the server for something itself.
    pub fn arguments(&self) -> Option<&dyn Arguments> {
        match self {
            Self::Call(operation) => Some(&**operation),
            Self::Loop(many) => Some(&**many),
            Self::Release(_) | Self::Restart | Self::Together => None,
        }
    }
}
