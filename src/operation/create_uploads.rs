//! CreateMultipartUpload, several times.

use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::create_multipart_upload::{CreateMultipartUploadRequest, CreateUpload, Creating};
use super::{Arguments, Cost, Kind, Loop, MOST_CALLS, Named, Prepared, Profile, Scope};
use crate::language::{Expr, Missing, Sizes};
use crate::row::{RowState, Unavailable};

/// The arguments of `create_uploads`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUploads {
    /// How many.
    pub count: Expr,
    /// One key for all, or one for each.
    pub key: ManyKeys,
    /// A name: NAME.1 is the first.
    pub r#as: Option<String>,
}

/// Whether several uploads share a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ManyKeys {
    /// One key for all.
    Same,
    /// A key for each.
    Each,
}

impl Named for CreateUploads {
    const WORD: &'static str = "create_uploads";
    const NAME: &'static str = "CreateMultipartUpload, several times";
}

impl Arguments for CreateUploads {
    fn name(&self) -> &'static str {
        CreateUpload::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile::default()
    }

    fn bears(&self) -> &'static [&'static str] {
        &["distinct"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.define(self.r#as.as_deref(), Kind::Uploads, &at.key("as"));
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn cost(&self, sizes: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(self.count.size(sizes)?.saturating_mul(2)))
    }
}

impl Loop for CreateUploads {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<(Vec<Box<dyn Prepared>>, usize), Unavailable> {
        let create = |at: u64| -> Box<dyn Prepared> {
            let key = match self.key {
                ManyKeys::Same => format!("{}object", row.prefix),
                ManyKeys::Each => format!("{}object-{at:05}", row.prefix),
            };
            row.may_create(&key);
            let name = self.r#as.as_ref().map(|name| format!("{name}.{}", at + 1));
            let request = CreateMultipartUploadRequest { key, ..Default::default() };
            Box::new(Creating { request, name, checksum: None })
        };
        let count = row.size(&self.count)?;
        if count > MOST_CALLS {
            return Err(Unavailable(format!("a step creates up to {MOST_CALLS} uploads, and not {count}")));
        }
        Ok(((0..count).map(create).collect(), 1))
    }
}
