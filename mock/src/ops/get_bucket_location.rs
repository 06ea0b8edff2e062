//! GetBucketLocation: `GET /bucket?location`.

use crate::call::Call;
use crate::dialect::documents::Location;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.bucket(&mut call.service.store.lock(), Action::Own)?;
    Ok(call.answer(&Location))
}
