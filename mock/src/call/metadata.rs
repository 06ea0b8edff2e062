//! Headers that an object keeps and gives back.

use super::{Call, tags};
use crate::checks::Check;
use crate::dialect::documents::is_encoded;
use crate::dialect::{Dialect, Names};
use crate::http::{S3Error, encoded_words};
use crate::model::Meta;

/// The headers of HTTP that are kept with an object. A read can have them answered as it likes.
pub(crate) const KEPT: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];

/// Those of the dialect's own that are kept beside metadata of the user's.
const OWN_KEPT: &[&str] =
    &["server-side-encryption", "storage-class", "tagging", "website-redirect-location"];

fn is_kept(dialect: &dyn Dialect, name: &str) -> bool {
    let own = name.strip_prefix(dialect.names().prefix);
    KEPT.contains(&name)
        || own.is_some_and(|own| OWN_KEPT.contains(&own) || own.starts_with("meta-"))
        || dialect.is_acl(name)
        || dialect.names().encryption.contains(&name)
}

/// What a PutObject or CreateMultipartUpload request says about its object.
pub(crate) fn of(call: &Call<'_>) -> Result<Meta, S3Error> {
    let dialect = call.dialect();
    let mut meta = Meta::new();
    for (name, value) in &call.request.headers {
        let name = name.as_str();
        if is_kept(dialect, name) {
            let value = match is_encoded(dialect, name) {
                true => encoded_words::decode(value.as_bytes()).into(),
                false => String::from_utf8_lossy(value.as_bytes()),
            };
            meta.entry(name.to_owned())
                .and_modify(|all| {
                    all.push(',');
                    all.push_str(&value);
                })
                .or_insert(value.into_owned());
        }
    }
    check_storage_class(call, &mut meta)?;
    check_size(call, &meta)?;
    // In chunks came the body, not the object.
    if let Some(coding) = meta.remove("content-encoding") {
        let kept: Vec<&str> =
            coding.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect();
        if !kept.is_empty() {
            meta.insert("content-encoding".to_owned(), kept.join(","));
        }
    }
    call.checks().pass(Check::Acl, dialect.check_acl(&meta))?;
    dialect.check_encryption(&meta, call.points())?;
    call.checks().pass(Check::Tags, tags::check(call, &meta))?;
    meta.entry("content-type".to_owned()).or_insert_with(|| dialect.names().default_content_type.to_owned());
    Ok(meta)
}

fn check_storage_class(call: &Call<'_>, meta: &mut Meta) -> Result<(), S3Error> {
    let dialect = call.dialect();
    let (name, names) = (dialect.header("storage-class"), dialect.names());
    let Some(class) = meta.get(&name) else { return Ok(()) };
    if !names.storage_classes.contains(&class.as_str()) && !call.checks().forgives(Check::StorageClass) {
        return Err(dialect.no_such_class(&name, class));
    }
    if class == names.standard_class {
        meta.remove(&name);
    }
    Ok(())
}

fn check_size(call: &Call<'_>, meta: &Meta) -> Result<(), S3Error> {
    let prefix = call.dialect().header("meta-");
    let user = meta.iter().filter_map(|(name, value)| Some(name.strip_prefix(&prefix)?.len() + value.len()));
    let (size, most): (usize, _) = (user.sum(), call.dialect().names().most_metadata);
    if size <= most {
        return Ok(());
    }
    Err(call.dialect().too_much_metadata().with("Size", size).with("MaxSizeAllowed", most))
}

/// Refuses an object whose storage class cannot be read at once. The mock restores none.
pub(crate) fn check_readable(names: &Names, meta: &Meta, message: &str) -> Result<(), S3Error> {
    let class = names.storage_class(meta);
    match names.archived_classes.contains(&class) {
        true => Err(S3Error::new("InvalidObjectState", message).with("StorageClass", class)),
        false => Ok(()),
    }
}

/// The metadata of a copy: the source's, but storage class, encryption and ACL as the copy asks.
pub(crate) fn copied(dialect: &dyn Dialect, source: &Meta, own: Meta) -> Meta {
    let class = dialect.header("storage-class");
    let of_copy =
        |name: &str| name == class || dialect.names().encryption.contains(&name) || dialect.is_acl(name);
    let kept =
        source.iter().filter(|(name, _)| !of_copy(name)).map(|(name, value)| (name.clone(), value.clone()));
    kept.chain(own.into_iter().filter(|(name, _)| of_copy(name))).collect()
}
