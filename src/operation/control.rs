//! What a step can do beside calls: it lets go of a held one, or starts the server anew.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Named;

/// The name of a held step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Release(pub String);

/// Starts the server anew.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restart {}

impl Named for Release {
    const WORD: &'static str = "release";
    const NAME: &'static str = "Lets go of a step that was held.";
}

impl Named for Restart {
    const WORD: &'static str = "restart";
    const NAME: &'static str = "Starts the server anew.";
}
