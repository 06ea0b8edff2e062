//! Buckets, and what belongs to them or to one object beside its bytes.

use super::super::{Asking, Dialect};
use super::{Outcome, encode, result, time};
use crate::http::{Answer, S3Error, Xml};
use crate::model::{Meta, Time};

/// The buckets of an owner, with the time of creation of each.
pub(crate) struct Buckets<'o> {
    pub(crate) owner: &'o str,
    pub(crate) buckets: Vec<(&'o String, Time)>,
}

impl Outcome for Buckets<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        result(dialect, "ListAllMyBucketsResult", |xml| {
            dialect.write_owner(xml, self.owner);
            xml.nest("Buckets", |xml| {
                for (name, created) in &self.buckets {
                    xml.nest("Bucket", |xml| {
                        xml.text("Name", *name);
                        xml.text("CreationDate", time(*created));
                        dialect.write_place(xml, asking);
                    });
                }
            });
        })
    }
}

/// What is known of a bucket.
pub(crate) struct BucketInfo<'o> {
    pub(crate) owner: &'o str,
    pub(crate) created: Time,
}

impl Outcome for BucketInfo<'_> {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        result(dialect, "BucketInfo", |xml| {
            xml.nest("Bucket", |xml| {
                xml.text("Name", asking.request.bucket());
                xml.text("CreationDate", time(self.created));
                dialect.write_place(xml, asking);
                dialect.write_bucket_acl(xml, self.owner);
                xml.text("DataRedundancyType", "LRS");
            });
        })
    }
}

/// Where a bucket is.
pub(crate) struct Location;

impl Outcome for Location {
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer {
        let location = dialect.location(asking.region);
        result(dialect, "LocationConstraint", |xml| xml.content(&location))
    }
}

/// Whether a bucket keeps versions: none of the mock does.
pub(crate) struct Versioning;

impl Outcome for Versioning {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        result(dialect, "VersioningConfiguration", |_| {})
    }
}

/// The ACL of an object, or of a bucket, which has no metadata.
pub(crate) struct Acl<'o> {
    pub(crate) owner: &'o str,
    pub(crate) meta: Option<&'o Meta>,
}

impl Outcome for Acl<'_> {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        result(dialect, "AccessControlPolicy", |xml| match self.meta {
            Some(meta) => dialect.write_acl(xml, self.owner, meta),
            None => dialect.write_bucket_acl(xml, self.owner),
        })
    }
}

/// The tags of an object.
pub(crate) struct Tags(pub(crate) Vec<(String, String)>);

impl Outcome for Tags {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        result(dialect, "Tagging", |xml| {
            xml.nest("TagSet", |xml| {
                for (key, value) in &self.0 {
                    xml.nest("Tag", |xml| {
                        xml.text("Key", key);
                        xml.text("Value", value);
                    });
                }
            });
        })
    }
}

/// A setting of a bucket, by the root of its document.
pub(crate) struct Setting<'o> {
    pub(crate) root: &'static str,
    pub(crate) content: &'o dyn Fn(&mut Xml),
}

impl Outcome for Setting<'_> {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        result(dialect, self.root, self.content)
    }
}

/// What came of one entry of a list of deletions.
pub(crate) struct Deleted<'o> {
    pub(crate) key: &'o str,
    pub(crate) version: Option<&'o str>,
    pub(crate) refusal: Option<S3Error>,
}

/// What came of a list of deletions.
pub(crate) struct Deletions<'o> {
    pub(crate) entries: Vec<Deleted<'o>>,
    /// Whether what went well is left out.
    pub(crate) is_quiet: bool,
    pub(crate) encodes_keys: bool,
}

impl Outcome for Deletions<'_> {
    fn write(&self, dialect: &dyn Dialect, _asking: Asking<'_>) -> Answer {
        result(dialect, "DeleteResult", |xml| {
            if self.encodes_keys {
                xml.text("EncodingType", "url");
            }
            for Deleted { key, version, refusal } in &self.entries {
                if self.is_quiet && refusal.is_none() {
                    continue;
                }
                xml.nest(if refusal.is_none() { "Deleted" } else { "Error" }, |xml| {
                    xml.text("Key", encode(self.encodes_keys, key));
                    if let Some(version) = version {
                        xml.text("VersionId", *version);
                    }
                    if let Some(refusal) = refusal {
                        refusal.write_entry(xml);
                    }
                });
            }
        })
    }
}
