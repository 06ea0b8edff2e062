//! ListObjects and ListObjectsV2: `GET /bucket`, and `GET /bucket?list-type=2`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::call::{Call, encoding, pages};
use crate::dialect::documents::Objects;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let (request, dialect) = (&call.request, call.dialect());
    let encodes_keys = encoding::of_listing(call)?;
    let text = |name| request.query(name).unwrap_or_default();
    let max = dialect.page_size(request.count("max-keys")?)?;
    let second = request.query("list-type") == Some("2");
    let token = request.query("continuation-token").filter(|_| second);
    let after = match token {
        Some(token) => entry_of_token(token)?,
        None => text(if second { "start-after" } else { "marker" }).to_owned(),
    };
    let query = pages::Query { prefix: text("prefix"), delimiter: text("delimiter"), after: &after, max };

    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::ListBucket)?;
    let keys = call.points().objects(&bucket.keys);
    let page = pages::page(&keys, &query);
    // Version 1 always shows owners, version 2 on demand.
    let shows_owners = !second || request.query("fetch-owner") == Some("true");
    Ok(call.answer(&Objects {
        prefix: query.prefix,
        delimiter: query.delimiter,
        after: &after,
        max,
        next_token: second.then(|| token_of(&page.last)),
        objects: &page.objects,
        prefixes: &page.prefixes,
        truncated: page.truncated,
        last: &page.last,
        owner: Some(bucket.owner.as_str()).filter(|_| shows_owners),
        encodes_keys,
    }))
}

/// How a continuation token begins, so that one of somebody else's is recognized.
const TOKEN: &str = "after:";

/// Returns the token by which a listing goes on behind an entry.
fn token_of(entry: &str) -> String {
    STANDARD.encode(format!("{TOKEN}{entry}"))
}

fn entry_of_token(token: &str) -> Result<String, S3Error> {
    let decoded = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let entry = decoded.and_then(|text| text.strip_prefix(TOKEN).map(str::to_owned));
    entry.ok_or_else(|| {
        let message = "The continuation token provided is incorrect";
        S3Error::invalid_argument(message, "continuation-token", token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_somebody_else_is_refused() {
        assert_eq!(entry_of_token(&token_of("a/ä b")).expect("its own"), "a/ä b");
        for token in ["", "a/b", "YS9i"] {
            assert!(entry_of_token(token).is_err(), "{token}");
        }
    }
}
