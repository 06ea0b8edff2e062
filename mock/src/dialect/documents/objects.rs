//! Objects, and listings of them.

use http::StatusCode;

use percent_encoding::percent_decode_str;

use super::super::{Asking, Dialect, ReadObject, StoredBytes};
use super::{Outcome, encode, quoted, result, time, with_encryption};
use crate::http::{Answer, Xml, checksum, encoded_words, http_date};
use crate::model::{Checksum, ChecksumType, Content, Meta, Object, ObjectChecksum, ObjectPart, Time};

/// The version of an object that was stored without versioning.
pub(crate) const NULL_VERSION: &str = "null";

/// An object was put.
pub(crate) struct PutObject<'o> {
    pub(crate) etag: &'o str,
    pub(crate) bytes: StoredBytes<'o>,
    pub(crate) meta: &'o Meta,
}

impl Outcome for PutObject<'_> {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        let answer = Answer::new(StatusCode::OK).header("etag", &quoted(self.etag));
        dialect.show_put(with_encryption(dialect, self.meta, answer), &self.bytes)
    }
}

/// An object is read, or its head.
pub(crate) struct Read<'o> {
    pub(crate) object: &'o Object,
    pub(crate) status: StatusCode,
    /// What is sent; nothing of it with a head.
    pub(crate) content: &'o Content,
    pub(crate) is_head: bool,
    /// The first and the last byte, if not all are asked for.
    pub(crate) bounds: Option<(u64, u64)>,
    /// How many parts there are, if one is asked for.
    pub(crate) parts: Option<usize>,
    /// The checksum of what is sent, its text, and what it covers.
    pub(crate) checksum: Option<(Checksum, String, ChecksumType)>,
    /// Headers that the request wants otherwise.
    pub(crate) overrides: Vec<(&'static str, &'o str)>,
}

impl Outcome for Read<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let object = self.object;
        let mut answer = with_metadata(dialect, &object.meta, Answer::new(self.status))
            .header("accept-ranges", "bytes")
            .header("etag", &quoted(&object.etag))
            .header("last-modified", &http_date(object.modified))
            .header("content-length", &self.content.len().to_string());
        for (name, value) in &self.overrides {
            answer = answer.header(name, value);
        }
        if let Some((first, last)) = self.bounds {
            let size = object.content.len();
            answer = answer.header("content-range", &format!("bytes {first}-{last}/{size}"));
        }
        if let Some(count) = self.parts {
            answer = answer.header("x-amz-mp-parts-count", &count.to_string());
        }
        let checksum = self.checksum.as_ref().filter(|_| !asking.provider.ignores_checksums());
        let read = ReadObject { object, is_whole: self.bounds.is_none(), checksum };
        let answer = dialect.show_read(answer, asking, &read);
        if self.is_head { answer } else { answer.bytes(self.content.pieces().flatten()) }
    }
}

/// Size, ETag and time of an object.
pub(crate) struct ObjectMeta<'o>(pub(crate) &'o Object);

impl Outcome for ObjectMeta<'_> {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        let object = self.0;
        let answer = Answer::new(StatusCode::OK)
            .header("last-modified", &http_date(object.modified))
            .header("content-length", &object.content.len().to_string());
        dialect.show_made(answer, &object.etag, object.checksum.as_ref().map(|kept| &kept.checksum))
    }
}

/// Gives the headers back.
fn with_metadata(dialect: &dyn Dialect, meta: &Meta, answer: Answer) -> Answer {
    let tagging = dialect.header("tagging");
    let hidden = |name: &str| name == tagging || dialect.is_acl(name);
    let shown = meta.iter().filter(|(name, _)| !hidden(name));
    let answer = shown.fold(answer, |answer, (name, value)| match is_encoded(dialect, name) {
        true => answer.header(name, &encoded_words::encode(value)),
        false => answer.header(name, value),
    });
    let answer = match dialect.names().shows_standard_class {
        true => answer.header(&dialect.header("storage-class"), dialect.names().storage_class(meta)),
        false => answer,
    };
    match tags_of(dialect, meta).len() {
        0 => answer,
        count => answer.header(&dialect.header("tagging-count"), &count.to_string()),
    }
}

/// Whether a header is user metadata in encoded words.
pub(crate) fn is_encoded(dialect: &dyn Dialect, name: &str) -> bool {
    let own = name.strip_prefix(dialect.names().prefix);
    dialect.names().encodes_metadata && own.is_some_and(|own| own.starts_with("meta-"))
}

/// The tags, as the header of a creation gave them.
pub(crate) fn tags_of(dialect: &dyn Dialect, meta: &Meta) -> Vec<(String, String)> {
    let header = meta.get(&dialect.header("tagging")).map_or("", String::as_str);
    let pairs = header.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect()
}

/// What a tag says, which is written as in forms.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// An object was copied.
pub(crate) struct CopiedObject<'o> {
    pub(crate) etag: &'o str,
    pub(crate) at: Time,
    pub(crate) checksum: Option<&'o ObjectChecksum>,
    pub(crate) meta: &'o Meta,
}

impl Outcome for CopiedObject<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let answer = result(dialect, "CopyObjectResult", |xml| {
            xml.text("LastModified", time(self.at));
            xml.text("ETag", quoted(self.etag));
            if let Some(kept) = self.checksum.filter(|_| !asking.provider.ignores_checksums()) {
                xml.text(checksum::element(kept.checksum.algorithm), checksum::encoded(&kept.checksum));
                xml.text("ChecksumType", kept.checksum_type.name());
            }
        });
        let answer = with_encryption(dialect, self.meta, answer);
        dialect.show_made(answer, self.etag, self.checksum.map(|kept| &kept.checksum))
    }
}

/// A page of objects.
pub(crate) struct Objects<'o> {
    pub(crate) prefix: &'o str,
    pub(crate) delimiter: &'o str,
    /// The marker of version 1.
    pub(crate) after: &'o str,
    pub(crate) max: u32,
    /// Whether it is asked for by version 2, and the token that goes on behind the page.
    pub(crate) next_token: Option<String>,
    pub(crate) objects: &'o [(&'o String, &'o Object)],
    pub(crate) prefixes: &'o [String],
    pub(crate) truncated: bool,
    /// The last entry of the page.
    pub(crate) last: &'o str,
    pub(crate) owner: Option<&'o str>,
    pub(crate) encodes_keys: bool,
}

impl Outcome for Objects<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let request = asking.request;
        let encode = |text: &str| encode(self.encodes_keys, text);
        let ignores_checksums = asking.provider.ignores_checksums();
        let shows_delimiter = dialect.names().shows_empty_arguments || !self.delimiter.is_empty();
        result(dialect, "ListBucketResult", |xml| {
            xml.text("Name", request.bucket());
            xml.text("Prefix", encode(self.prefix));
            if self.next_token.is_some() {
                xml.value("KeyCount", self.objects.len() + self.prefixes.len());
                if let Some(start) = request.query("start-after") {
                    xml.text("StartAfter", encode(start));
                }
            } else {
                xml.text("Marker", encode(self.after));
            }
            xml.value("MaxKeys", self.max);
            if shows_delimiter {
                xml.text("Delimiter", encode(self.delimiter));
            }
            if self.encodes_keys {
                xml.text("EncodingType", "url");
            }
            xml.value("IsTruncated", self.truncated);
            match &self.next_token {
                Some(next) => {
                    if let Some(token) = request.query("continuation-token") {
                        xml.text("ContinuationToken", token);
                    }
                    if self.truncated {
                        xml.text("NextContinuationToken", next);
                    }
                }
                // Without a delimiter the last key itself is the next marker.
                None if self.truncated && shows_delimiter => xml.text("NextMarker", encode(self.last)),
                None => {}
            }
            for (key, object) in self.objects {
                xml.nest("Contents", |xml| {
                    xml.text("Key", encode(key));
                    write_object(dialect, xml, object, ignores_checksums);
                    if let Some(owner) = self.owner {
                        dialect.write_owner(xml, owner);
                    }
                });
            }
            for prefix in self.prefixes {
                xml.nest("CommonPrefixes", |xml| xml.text("Prefix", encode(prefix)));
            }
        })
    }
}

/// Writes what listings show of an object.
fn write_object(dialect: &dyn Dialect, xml: &mut Xml, object: &Object, ignores_checksums: bool) {
    xml.text("LastModified", time(object.modified));
    xml.text("ETag", quoted(&object.etag));
    dialect.write_kind(xml, object, ignores_checksums);
    xml.value("Size", object.content.len());
    xml.text("StorageClass", dialect.names().storage_class(&object.meta));
}

/// A page of versions, of which every object has one.
pub(crate) struct Versions<'o> {
    pub(crate) prefix: &'o str,
    pub(crate) delimiter: &'o str,
    pub(crate) key_marker: &'o str,
    pub(crate) id_marker: &'o str,
    pub(crate) max: u32,
    pub(crate) objects: &'o [(&'o String, &'o Object)],
    pub(crate) prefixes: &'o [String],
    pub(crate) truncated: bool,
    /// The last entry of the page.
    pub(crate) last: &'o String,
    pub(crate) owner: &'o str,
    pub(crate) encodes_keys: bool,
}

impl Outcome for Versions<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let encode = |text: &str| encode(self.encodes_keys, text);
        let ignores_checksums = asking.provider.ignores_checksums();
        result(dialect, "ListVersionsResult", |xml| {
            xml.text("Name", asking.request.bucket());
            xml.text("Prefix", encode(self.prefix));
            xml.text("KeyMarker", encode(self.key_marker));
            xml.text("VersionIdMarker", self.id_marker);
            if self.truncated {
                xml.text("NextKeyMarker", encode(self.last));
                if self.prefixes.last() != Some(self.last) {
                    xml.text("NextVersionIdMarker", NULL_VERSION);
                }
            }
            xml.value("MaxKeys", self.max);
            if !self.delimiter.is_empty() {
                xml.text("Delimiter", encode(self.delimiter));
            }
            if self.encodes_keys {
                xml.text("EncodingType", "url");
            }
            xml.value("IsTruncated", self.truncated);
            for (key, object) in self.objects {
                xml.nest("Version", |xml| {
                    xml.text("Key", encode(key));
                    xml.text("VersionId", NULL_VERSION);
                    xml.value("IsLatest", true);
                    write_object(dialect, xml, object, ignores_checksums);
                    xml.owner(self.owner);
                });
            }
            for prefix in self.prefixes {
                xml.nest("CommonPrefixes", |xml| xml.text("Prefix", encode(prefix)));
            }
        })
    }
}

/// What was asked about an object.
pub(crate) struct Attributes<'o> {
    pub(crate) object: &'o Object,
    pub(crate) asked: &'o [&'o str],
    /// The marker and the size of the page of parts.
    pub(crate) page: (u32, u32),
}

impl Outcome for Attributes<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let object = self.object;
        let asks = |name: &str| self.asked.contains(&name);
        let checksum = object.checksum.as_ref().filter(|_| !asking.provider.ignores_checksums());
        let answer = result(dialect, "GetObjectAttributesResponse", |xml| {
            if asks("ETag") {
                xml.text("ETag", &object.etag);
            }
            if let Some(kept) = checksum.filter(|_| asks("Checksum")) {
                xml.nest("Checksum", |xml| {
                    xml.text(checksum::element(kept.checksum.algorithm), checksum::encoded(&kept.checksum));
                    xml.text("ChecksumType", kept.checksum_type.name());
                });
            }
            if let Some(parts) = object.parts.as_ref().filter(|_| asks("ObjectParts")) {
                xml.nest("ObjectParts", |xml| write_parts(xml, object, parts, self.page));
            }
            if asks("StorageClass") {
                xml.text("StorageClass", dialect.names().storage_class(&object.meta));
            }
            if asks("ObjectSize") {
                xml.value("ObjectSize", object.content.len());
            }
        });
        answer.header("last-modified", &http_date(object.modified))
    }
}

/// Single parts are listed only where each has a checksum of its own.
fn write_parts(xml: &mut Xml, object: &Object, parts: &[ObjectPart], (after, max): (u32, u32)) {
    if object.checksum.as_ref().is_some_and(|kept| kept.checksum_type == ChecksumType::Composite) {
        let mut rest = parts.iter().filter(|part| part.number > after);
        let page: Vec<&ObjectPart> = rest.by_ref().take(max as usize).collect();
        let more = !page.is_empty() && rest.next().is_some();
        xml.value("IsTruncated", more);
        xml.value("MaxParts", max);
        xml.value("NextPartNumberMarker", page.last().map_or(0, |part| part.number));
        xml.value("PartNumberMarker", after);
        for part in page {
            xml.nest("Part", |xml| {
                xml.value("PartNumber", part.number);
                xml.value("Size", part.size);
                if let Some(value) = &part.checksum {
                    xml.text(checksum::element(value.algorithm), checksum::encoded(value));
                }
            });
        }
    }
    xml.value("PartsCount", parts.len());
}
