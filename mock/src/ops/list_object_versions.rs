//! ListObjectVersions: `GET /bucket?versions`. Each object is listed as the version `null` of its key.

use crate::call::pages::{self, Query};
use crate::call::{Call, encoding};
use crate::dialect::documents::Versions;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let encodes_keys = encoding::of_listing(call)?;
    let text = |name| request.query(name).unwrap_or_default();
    let (key_marker, id_marker) = (text("key-marker"), text("version-id-marker"));
    if key_marker.is_empty() && !id_marker.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(S3Error::invalid_argument(message, "version-id-marker", id_marker));
    }
    let max = call.dialect().page_size(request.count("max-keys")?)?;
    let query = Query { prefix: text("prefix"), delimiter: text("delimiter"), after: key_marker, max };
    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::ListBucket)?;
    let keys = call.points().objects(&bucket.keys);
    let page = pages::page(&keys, &query);
    Ok(call.answer(&Versions {
        prefix: query.prefix,
        delimiter: query.delimiter,
        key_marker,
        id_marker,
        max,
        objects: &page.objects,
        prefixes: &page.prefixes,
        truncated: page.truncated,
        last: &page.last,
        owner: &bucket.owner,
        encodes_keys,
    }))
}
