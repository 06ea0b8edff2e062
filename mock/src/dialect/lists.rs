//! Lists that come in the documents of requests.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::http::{Element, checksum};
use crate::model::{Algorithm, ListedPart};

/// The list of the request; `None` if the document is not one.
pub(crate) fn completed_parts(document: Option<Element>) -> Option<Vec<ListedPart>> {
    let root = document?;
    if root.name != "CompleteMultipartUpload" {
        return None;
    }
    let parts = root.children.iter().filter(|child| child.name == "Part");
    parts.map(listed_part).collect()
}

fn listed_part(part: &Element) -> Option<ListedPart> {
    let (number, etag) = (part.child("PartNumber")?.parse().ok()?, part.child("ETag")?);
    let checksums = Algorithm::ALL
        .into_iter()
        .filter_map(|algorithm| Some((algorithm, part.child(&checksum::element(algorithm))?.to_owned())));
    Some(ListedPart { number, etag: etag.to_owned(), checksums: checksums.collect() })
}

/// As many keys as one request may name.
const MOST: usize = 1_000;

/// A list of keys that are to be deleted.
pub(crate) struct Deletion<'d> {
    pub(crate) entries: Vec<DeletedKey<'d>>,
    /// Whether nobody wants to hear of what went well.
    pub(crate) is_quiet: bool,
}

impl<'d> Deletion<'d> {
    pub(crate) fn read(root: &'d Element) -> Option<Self> {
        let objects = root.children.iter().filter(|child| child.name == "Object");
        let entries: Vec<_> = objects.map(DeletedKey::read).collect::<Option<_>>()?;
        let fits = root.name == "Delete" && !entries.is_empty() && entries.len() <= MOST;
        fits.then(|| Self { entries, is_quiet: root.child("Quiet") == Some("true") })
    }
}

/// A key that is to be deleted.
pub(crate) struct DeletedKey<'d> {
    /// Every blank of it counts.
    pub(crate) key: &'d str,
    pub(crate) version: Option<&'d str>,
    pub(crate) etag: Option<&'d str>,
}

impl<'d> DeletedKey<'d> {
    fn read(object: &'d Element) -> Option<Self> {
        let version = object.child("VersionId").filter(|version| !version.is_empty());
        Some(Self { key: &object.element("Key")?.text, version, etag: object.child("ETag") })
    }
}

/// The tags as the header of a creation writes them, where the document is one of tags.
pub(crate) fn tags_as_header(root: &Element) -> Option<String> {
    if root.name != "Tagging" {
        return None;
    }
    let set = root.children.iter().find(|child| child.name == "TagSet")?;
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pair = |tag: &Element| {
        let (key, value) = (tag.child("Key")?, tag.child("Value")?);
        (tag.name == "Tag").then(|| format!("{}={}", encode(key), encode(value)))
    };
    Some(set.children.iter().map(pair).collect::<Option<Vec<_>>>()?.join("&"))
}
