//! What stands beside the operations of S3.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::Expr;
use crate::language::{KeyName, UploadRef};

arguments! {
    /// What `raw` can be told.
    Raw {
        /// The method.
        method: String,
        /// The key.
        key: Option<KeyName>,
        /// An upload, whose id goes into the query as `uploadId`.
        upload: Option<UploadRef>,
        /// Parameters of the query, `name` or `name=value`.
        #[serde(default)]
        query: Vec<String>,
        /// Headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// Another way to address the bucket than that of the run.
        addressing: Option<RawAddressing>,
        /// The size of the body; none unless told.
        size: Option<Expr>,
    }
}

/// The one way to address that differs from that of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawAddressing {
    /// In the path, on a host that takes buckets in its name.
    Path,
}

/// The name of a held step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Release(pub String);

arguments! {
    /// Starts the server anew.
    Restart {
    }
}
