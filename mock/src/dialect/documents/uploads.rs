//! Uploads and their parts.

use http::StatusCode;

use super::super::{Asking, Dialect, StoredBytes};
use super::{Outcome, encode, quoted, result, time, with_encryption};
use crate::http::{Answer, Xml, checksum};
use crate::model::{
    Algorithm, Checksum, ChecksumType, Meta, PartsPage, Time, Upload, UploadId, UploadsPage, UploadsQuery,
};

/// An upload was created.
pub(crate) struct Created<'o> {
    pub(crate) upload: &'o UploadId,
    pub(crate) meta: &'o Meta,
    pub(crate) checksum: Option<(Algorithm, ChecksumType)>,
    pub(crate) encodes_key: bool,
}

impl Outcome for Created<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let answer = result(dialect, "InitiateMultipartUploadResult", |xml| {
            write_names(xml, asking, self.encodes_key);
            xml.text("UploadId", &self.upload.0);
        });
        let answer = with_encryption(dialect, self.meta, answer);
        match self.checksum {
            Some((algorithm, checksum_type)) => answer
                .header("x-amz-checksum-algorithm", algorithm.name())
                .header("x-amz-checksum-type", checksum_type.name()),
            None => answer,
        }
    }
}

/// Writes bucket and key, and how the key is written.
fn write_names(xml: &mut Xml, asking: Asking<'_>, encodes_key: bool) {
    if encodes_key {
        xml.text("EncodingType", "url");
    }
    xml.text("Bucket", asking.request.bucket());
    xml.text("Key", encode(encodes_key, asking.request.key()));
}

/// A part was sent and is stored.
pub(crate) struct StoredPart<'o> {
    pub(crate) etag: &'o str,
    pub(crate) bytes: StoredBytes<'o>,
    /// What the creation said; none if the upload is gone meanwhile.
    pub(crate) meta: Option<&'o Meta>,
}

impl Outcome for StoredPart<'_> {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        let answer = Answer::new(StatusCode::OK).header("etag", &quoted(self.etag));
        let answer =
            self.meta.into_iter().fold(answer, |answer, meta| with_encryption(dialect, meta, answer));
        dialect.show_part(answer, &self.bytes)
    }
}

/// A part was copied.
pub(crate) struct CopiedPart<'o> {
    pub(crate) etag: &'o str,
    pub(crate) at: Time,
    pub(crate) checksum: Option<&'o Checksum>,
    /// Whether the upload asked for checksums.
    pub(crate) shows_checksum: bool,
    /// What the creation said; none if the upload is gone meanwhile.
    pub(crate) meta: Option<&'o Meta>,
    /// The first and the last byte, if not all were copied.
    pub(crate) bounds: Option<(u64, u64)>,
    pub(crate) size_of_source: u64,
}

impl Outcome for CopiedPart<'_> {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        let answer = result(dialect, "CopyPartResult", |xml| {
            xml.text("LastModified", time(self.at));
            xml.text("ETag", quoted(self.etag));
            if let Some(value) = self.checksum.filter(|_| self.shows_checksum) {
                xml.text(checksum::element(value.algorithm), checksum::encoded(value));
            }
        });
        let answer = dialect.show_made(answer, self.etag, self.checksum);
        let answer =
            self.meta.into_iter().fold(answer, |answer, meta| with_encryption(dialect, meta, answer));
        dialect.show_copied_range(answer, self.bounds, self.size_of_source)
    }
}

/// An upload was completed.
pub(crate) struct Completed<'o> {
    pub(crate) etag: &'o str,
    pub(crate) encodes_key: bool,
    /// What the object bears; empty if another one is there by now.
    pub(crate) meta: Meta,
    /// What the server keeps.
    pub(crate) checksum: Option<Checksum>,
    /// The checksum of the object as text, and what it covers.
    pub(crate) shown: Option<(Algorithm, String, ChecksumType)>,
    /// `http` or `https`, for the location.
    pub(crate) scheme: &'static str,
}

impl Outcome for Completed<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let (scheme, host) = (self.scheme, asking.header("host").unwrap_or_default());
        let answer = result(dialect, "CompleteMultipartUploadResult", |xml| {
            if self.encodes_key {
                xml.text("EncodingType", "url");
            }
            xml.text("Location", format!("{scheme}://{host}{}", asking.request.raw_path));
            xml.text("Bucket", asking.request.bucket());
            xml.text("Key", encode(self.encodes_key, asking.request.key()));
            xml.text("ETag", quoted(self.etag));
            if let Some((algorithm, value, checksum_type)) = &self.shown {
                xml.text(checksum::element(*algorithm), value);
                xml.text("ChecksumType", checksum_type.name());
            }
        });
        let answer = with_encryption(dialect, &self.meta, answer);
        dialect.show_made(answer, self.etag, self.checksum.as_ref())
    }
}

/// A page of parts.
pub(crate) struct Parts<'o> {
    pub(crate) upload: &'o UploadId,
    pub(crate) page: &'o PartsPage,
    pub(crate) owner: &'o str,
    /// What the creation said; empty if the upload is gone meanwhile.
    pub(crate) meta: Meta,
    pub(crate) after: u32,
    pub(crate) max: u32,
    pub(crate) encodes_key: bool,
}

impl Outcome for Parts<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let page = self.page;
        result(dialect, "ListPartsResult", |xml| {
            write_names(xml, asking, self.encodes_key);
            xml.text("UploadId", &self.upload.0);
            if dialect.names().shows_initiators {
                xml.initiator(&page.initiator);
                xml.owner(self.owner);
            }
            xml.text("StorageClass", dialect.names().storage_class(&self.meta));
            xml.value("PartNumberMarker", self.after);
            xml.value("NextPartNumberMarker", page.parts.last().map_or(0, |part| part.number));
            xml.value("MaxParts", self.max);
            xml.value("IsTruncated", page.truncated);
            if let Some((algorithm, checksum_type)) = page.checksum {
                xml.text("ChecksumAlgorithm", algorithm.name());
                xml.text("ChecksumType", checksum_type.name());
            }
            for part in &page.parts {
                xml.nest("Part", |xml| {
                    xml.value("PartNumber", part.number);
                    xml.text("LastModified", time(part.arrived));
                    xml.text("ETag", quoted(&part.etag));
                    xml.value("Size", part.size);
                    if let Some(checksum) = &part.checksum {
                        dialect.write_checksum(xml, checksum);
                    }
                });
            }
        })
    }
}

/// A page of uploads.
pub(crate) struct Uploads<'o> {
    pub(crate) query: &'o UploadsQuery,
    pub(crate) page: &'o UploadsPage,
    pub(crate) owner: &'o str,
    /// The upload of each entry, if it goes on.
    pub(crate) open: &'o dyn Fn(&str, &UploadId) -> Option<&'o Upload>,
    pub(crate) encodes_keys: bool,
}

impl Outcome for Uploads<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let (query, page, names) = (self.query, self.page, dialect.names());
        let encode = |text: &str| encode(self.encodes_keys, text);
        // Shown on the last page too, as AWS does.
        let last = page.uploads.last().map(|upload| (upload.key.clone(), upload.id.0.clone()));
        let (next_key, next_id) = page.next.clone().or(last).unwrap_or_default();
        let used = query.upload_id_marker.as_deref().unwrap_or_default();
        let asked = asking.request.query("upload-id-marker").unwrap_or_default();
        result(dialect, "ListMultipartUploadsResult", |xml| {
            xml.text("Bucket", asking.request.bucket());
            xml.text("KeyMarker", encode(&query.key_marker));
            xml.text("UploadIdMarker", if names.shows_empty_arguments { asked } else { used });
            xml.text("NextKeyMarker", encode(&next_key));
            if !asking.provider.lacks("upload_id_marker") {
                xml.text("NextUploadIdMarker", &next_id);
            }
            if names.shows_empty_arguments || !query.prefix.is_empty() {
                xml.text("Prefix", encode(&query.prefix));
            }
            if names.shows_empty_arguments || query.delimiter.is_some() {
                xml.text("Delimiter", encode(query.delimiter.as_deref().unwrap_or_default()));
            }
            if self.encodes_keys {
                xml.text("EncodingType", "url");
            }
            xml.value("MaxUploads", query.max);
            xml.value("IsTruncated", page.truncated);
            for upload in &page.uploads {
                let open = (self.open)(&upload.key, &upload.id);
                xml.nest("Upload", |xml| {
                    xml.text("Key", encode(&upload.key));
                    xml.text("UploadId", &upload.id.0);
                    if names.shows_initiators {
                        xml.initiator(open.map_or("", |upload| upload.initiator.as_str()));
                        xml.owner(self.owner);
                    }
                    let class = open.map_or(names.standard_class, |open| names.storage_class(&open.meta));
                    xml.text("StorageClass", class);
                    if let Some((algorithm, checksum_type)) = open.and_then(|open| open.checksum) {
                        xml.text("ChecksumAlgorithm", algorithm.name());
                        xml.text("ChecksumType", checksum_type.name());
                    }
                    xml.text("Initiated", time(upload.initiated));
                });
            }
            for prefix in &page.prefixes {
                xml.nest("CommonPrefixes", |xml| xml.text("Prefix", encode(prefix)));
            }
        })
    }
}
