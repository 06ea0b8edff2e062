//! Names and numbers that differ between the dialects.

use crate::model::Meta;

/// What a dialect calls things, and how much of them it takes.
#[derive(Debug)]
pub(crate) struct Names {
    /// How the headers of its own begin.
    pub(crate) prefix: &'static str,
    /// The header that gives an object its ACL. On OSS the plain name belongs to buckets.
    pub(crate) object_acl: &'static str,
    /// The headers by which encryption is asked for, which an object keeps.
    pub(crate) encryption: &'static [&'static str],
    /// The classes that an object can have.
    pub(crate) storage_classes: &'static [&'static str],
    /// Those whose objects have to be restored before they can be read.
    pub(crate) archived_classes: &'static [&'static str],
    /// What stands for the storage class where none was asked for.
    pub(crate) standard_class: &'static str,
    /// Whether reads show that class too.
    pub(crate) shows_standard_class: bool,
    /// The type of an object whose creation gives none.
    pub(crate) default_content_type: &'static str,
    /// The most bytes of user metadata, names and values together.
    pub(crate) most_metadata: usize,
    /// Whether user metadata may go beyond ASCII, in encoded words.
    pub(crate) encodes_metadata: bool,
    /// The argument that a part number out of range is reported as.
    pub(crate) part_number_argument: &'static str,
    /// The element by which a part that is too small shows its ETag.
    pub(crate) small_part_etag: &'static str,
    /// The length of the names of requests.
    pub(crate) request_id_length: usize,
    /// Parameters of the query that name a sub-resource of its own that the mock does not have.
    pub(crate) elsewhere: &'static [&'static str],
    /// The namespace of documents.
    pub(crate) namespace: Option<&'static str>,
    /// Whether listings of uploads and parts show owner and initiator.
    pub(crate) shows_initiators: bool,
    /// Whether listings show what they were asked for even where that is nothing.
    pub(crate) shows_empty_arguments: bool,
    /// Whether a marker has to be that of an upload.
    pub(crate) knows_markers: bool,
    /// Whether the answers about one upload have its key URL-encoded on demand.
    pub(crate) encodes_keys_of_uploads: bool,
    /// Whether entries of a list of deletions have versions and conditions.
    pub(crate) deletes_by_condition: bool,
    /// Whether whoever may not see a bucket learns where it is.
    pub(crate) shows_region_to_all: bool,
    /// The region that signatures have to name unless another is set.
    pub(crate) region: &'static str,
}

impl Names {
    /// The storage class as listings show it.
    pub(crate) fn storage_class<'m>(&self, meta: &'m Meta) -> &'m str {
        let header = format!("{}storage-class", self.prefix);
        meta.get(&header).map_or(self.standard_class, String::as_str)
    }
}
