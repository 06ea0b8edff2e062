//! The tags of an object, as the header of a creation writes them.

use super::Call;
use crate::dialect::documents::tags_of;
use crate::http::S3Error;
use crate::model::Meta;

/// The most tags of an object.
const MOST_TAGS: usize = 10;

/// Refuses tags that there cannot be.
pub(crate) fn check(call: &Call<'_>, meta: &Meta) -> Result<(), S3Error> {
    let dialect = call.dialect();
    let invalid = |message| S3Error::new("InvalidTag", message);
    let header = meta.get(&dialect.header("tagging")).map_or("", String::as_str);
    dialect.check_tagging(header)?;
    let tags = tags_of(dialect, meta);
    tags.iter().try_for_each(|(key, value)| dialect.check_tag(key, value))?;
    if tags.len() > MOST_TAGS {
        return Err(invalid("Object tags cannot be greater than 10"));
    }
    let mut keys: Vec<&String> = tags.iter().map(|(key, _)| key).collect();
    keys.sort();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(invalid("Cannot provide multiple Tags with the same key"));
    }
    if tags
        .iter()
        .any(|(key, value)| key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256)
    {
        return Err(invalid("The tag that you have specified is invalid"));
    }
    Ok(())
}
