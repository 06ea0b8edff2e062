//! What all calls share.

use std::time::Duration;

use super::points::Points;
use crate::accounts::Accounts;
use crate::model::Rules;
use crate::provider::Provider;
use crate::store::Store;

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) rules: Rules,
    pub(crate) points: Box<dyn Points>,
    pub(crate) provider: Provider,
    pub(crate) accounts: Accounts,
    pub(crate) region: String,
    /// `http` or `https`, for the location of objects.
    pub(crate) scheme: &'static str,
    /// How long a callback server may take.
    pub(crate) callback_timeout: Duration,
}

impl Service {
    /// Whether the provider is known not to have a capability.
    pub(crate) fn lacks(&self, capability: &str) -> bool {
        self.provider.lacks(capability)
    }

    /// What becomes of the store when the server falls: nothing, unless it is to lose something.
    pub(crate) fn fall(&self) {
        self.points.crash(&mut self.store.lock());
    }
}
