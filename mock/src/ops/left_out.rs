//! What a defect changes in an answer that is otherwise right: elements and headers left out, emptied or misnamed.

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

use super::Call;
use crate::defects::{Defect, Defects};
use crate::http::Answer;

/// What becomes of an answer.
#[derive(Clone, Copy)]
enum Change {
    /// The element of this path below the root is left out.
    Without(&'static str),
    /// The element of this path below the root has no quotes.
    Unquoted(&'static str),
    /// The element of this path below the root is empty.
    Empty(&'static str),
    /// The element of this path below the root has another text.
    Other(&'static str),
    /// The root element has another name.
    Root,
    /// The root element has no namespace.
    NoNamespace,
    /// The header is left out.
    NoHeader(&'static str),
}

/// The defects, each with the operation whose answer it changes.
const CHANGES: &[(Defect, &str, Change)] = &[
    (Defect::MisnameCreation, "CreateMultipartUpload", Change::Root),
    (Defect::OmitCreationNamespace, "CreateMultipartUpload", Change::NoNamespace),
    (Defect::MisnameCopiedPart, "UploadPartCopy", Change::Root),
    (Defect::OmitCopiedPartNamespace, "UploadPartCopy", Change::NoNamespace),
    (Defect::MisnameCompletion, "CompleteMultipartUpload", Change::Root),
    (Defect::OmitCompletionNamespace, "CompleteMultipartUpload", Change::NoNamespace),
    (Defect::OmitPartListingNamespace, "ListParts", Change::NoNamespace),
    (Defect::MisnameUploadListing, "ListMultipartUploads", Change::Root),
    (Defect::OmitUploadListingNamespace, "ListMultipartUploads", Change::NoNamespace),
    (Defect::MisnameCopy, "CopyObject", Change::Root),
    (Defect::OmitCopyNamespace, "CopyObject", Change::NoNamespace),
    (Defect::MisnameObjectListing, "ListObjects", Change::Root),
    (Defect::OmitObjectListingNamespace, "ListObjects", Change::NoNamespace),
    (Defect::OmitCreationBucket, "CreateMultipartUpload", Change::Without("Bucket")),
    (Defect::OmitCreationKey, "CreateMultipartUpload", Change::Without("Key")),
    (Defect::OmitCopiedPartEtag, "UploadPartCopy", Change::Without("ETag")),
    (Defect::OmitCopiedPartTime, "UploadPartCopy", Change::Without("LastModified")),
    (Defect::OmitCompletionBucket, "CompleteMultipartUpload", Change::Without("Bucket")),
    (Defect::OmitCompletionKey, "CompleteMultipartUpload", Change::Without("Key")),
    (Defect::OmitCompletionEtag, "CompleteMultipartUpload", Change::Without("ETag")),
    (Defect::UnquotedCompletionEtag, "CompleteMultipartUpload", Change::Unquoted("ETag")),
    (Defect::UnquotedCopiedPartEtag, "UploadPartCopy", Change::Unquoted("ETag")),
    (Defect::UnquotedCopyEtag, "CopyObject", Change::Unquoted("ETag")),
    (Defect::UnquotedPartListingEtags, "ListParts", Change::Unquoted("Part.ETag")),
    (Defect::EmptyCompletionEtag, "CompleteMultipartUpload", Change::Empty("ETag")),
    (Defect::OmitPartListingBucket, "ListParts", Change::Without("Bucket")),
    (Defect::OmitPartListingKey, "ListParts", Change::Without("Key")),
    (Defect::OmitPartListingUploadId, "ListParts", Change::Without("UploadId")),
    (Defect::OmitPartListingMarker, "ListParts", Change::Without("NextPartNumberMarker")),
    (Defect::OmitPartListingMax, "ListParts", Change::Without("MaxParts")),
    (Defect::OmitPartListingNumbers, "ListParts", Change::Without("Part.PartNumber")),
    (Defect::OmitPartListingEtags, "ListParts", Change::Without("Part.ETag")),
    (Defect::OmitPartListingSizes, "ListParts", Change::Without("Part.Size")),
    (Defect::OmitPartListingTimes, "ListParts", Change::Without("Part.LastModified")),
    (Defect::OmitUploadListingBucket, "ListMultipartUploads", Change::Without("Bucket")),
    (Defect::OmitUploadListingIsTruncated, "ListMultipartUploads", Change::Without("IsTruncated")),
    (Defect::OmitUploadListingMarker, "ListMultipartUploads", Change::Without("NextKeyMarker")),
    (Defect::OmitUploadListingMax, "ListMultipartUploads", Change::Without("MaxUploads")),
    (Defect::OmitUploadListingKeys, "ListMultipartUploads", Change::Without("Upload.Key")),
    (Defect::OmitUploadListingIds, "ListMultipartUploads", Change::Without("Upload.UploadId")),
    (Defect::OmitUploadListingTimes, "ListMultipartUploads", Change::Without("Upload.Initiated")),
    (Defect::OmitUploadListingPrefixes, "ListMultipartUploads", Change::Without("CommonPrefixes.Prefix")),
    (Defect::OmitCopyEtag, "CopyObject", Change::Without("ETag")),
    (Defect::OmitCopyTime, "CopyObject", Change::Without("LastModified")),
    (Defect::OmitObjectListingIsTruncated, "ListObjects", Change::Without("IsTruncated")),
    (Defect::OmitObjectListingKeys, "ListObjects", Change::Without("Contents.Key")),
    (Defect::OmitObjectListingEtags, "ListObjects", Change::Without("Contents.ETag")),
    (Defect::OmitObjectListingSizes, "ListObjects", Change::Without("Contents.Size")),
    (Defect::OmitObjectListingTimes, "ListObjects", Change::Without("Contents.LastModified")),
    (Defect::OmitObjectListingPrefixes, "ListObjects", Change::Without("CommonPrefixes.Prefix")),
    (Defect::OmitPutEtag, "PutObject", Change::NoHeader("etag")),
    (Defect::OmitGetEtag, "GetObject", Change::NoHeader("etag")),
    (Defect::OmitGetTime, "GetObject", Change::NoHeader("last-modified")),
    (Defect::OmitHeadEtag, "HeadObject", Change::NoHeader("etag")),
    (Defect::OmitHeadTime, "HeadObject", Change::NoHeader("last-modified")),
    (Defect::OmitHeadLength, "HeadObject", Change::NoHeader("content-length")),
    (Defect::MisnameErrors, "Error", Change::Root),
    (Defect::ForeignCodes, "Error", Change::Other("Code")),
    (Defect::OmitErrorCode, "Error", Change::Without("Code")),
    (Defect::OmitErrorMessage, "Error", Change::Without("Message")),
];

/// The name under which the answers to refused requests are changed.
pub(crate) const OF_ERRORS: &str = "Error";

/// Returns the name of the operation that a request asks for, where its answers can be changed.
pub(super) fn operation(call: &Call<'_>) -> &'static str {
    let request = &call.request;
    let has = |name| request.has_query(name);
    let copies = request.own("copy-source").is_some();
    match (request.method.as_str(), request.key.is_some()) {
        ("POST", true) if has("uploads") => "CreateMultipartUpload",
        ("POST", true) if has("uploadId") => "CompleteMultipartUpload",
        ("PUT", true) if has("uploadId") && copies => "UploadPartCopy",
        ("PUT", true) if has("uploadId") => "UploadPart",
        ("DELETE", true) if has("uploadId") => "AbortMultipartUpload",
        ("PUT", true) if copies => "CopyObject",
        ("PUT", true) => "PutObject",
        ("GET", true) if has("uploadId") => "ListParts",
        ("GET", true) => "GetObject",
        ("HEAD", true) => "HeadObject",
        ("GET", false) if has("uploads") => "ListMultipartUploads",
        ("GET", false) => "ListObjects",
        _ => "",
    }
}

/// The defects that make an operation absent.
const ABSENT: &[(Defect, &str)] = &[
    (Defect::NoUploadPart, "UploadPart"),
    (Defect::NoUploadPartCopy, "UploadPartCopy"),
    (Defect::NoCompletion, "CompleteMultipartUpload"),
    (Defect::NoAbort, "AbortMultipartUpload"),
    (Defect::NoListParts, "ListParts"),
    (Defect::NoUploadListing, "ListMultipartUploads"),
];

/// Returns whether a defect makes an operation absent.
pub(super) fn is_absent(defects: &Defects, operation: &str) -> bool {
    ABSENT.iter().any(|(defect, of)| *of == operation && defects.has(*defect))
}

/// Changes the answer of an operation as the defects want it.
pub(crate) fn change(defects: &Defects, operation: &str, answer: Answer) -> Answer {
    let wanted = CHANGES.iter().filter(|(defect, of, _)| *of == operation && defects.has(*defect));
    wanted.fold(answer, |answer, (_, _, change)| match change {
        Change::NoHeader(name) => answer.without_header(name),
        change => answer.map_document(|document| changed(document, *change)),
    })
}

/// A document with one change; what is no XML stays as it is.
fn changed(document: &str, change: Change) -> String {
    rewrite(document, change).unwrap_or_else(|| document.to_owned())
}

fn rewrite(document: &str, change: Change) -> Option<String> {
    let mut reader = Reader::from_str(document);
    let mut writer = Writer::new(Vec::new());
    let mut path: Vec<String> = Vec::new();
    let is_below = |path: &[String], of: &str| {
        let below = path.get(1..).unwrap_or_default().join(".");
        below == of || below.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'))
    };
    loop {
        let event = reader.read_event().ok()?;
        if let Event::Start(start) = &event {
            path.push(start.name().as_ref().to_owned());
        }
        let at_root = path.len() == 1 && matches!(event, Event::Start(_) | Event::End(_));
        let is_edge = matches!(event, Event::Start(_) | Event::End(_));
        let kept = match change {
            Change::Without(of) => !is_below(&path, of),
            Change::Empty(of) => !is_below(&path, of) || is_edge,
            Change::Unquoted(of) => {
                !(is_below(&path, of) && matches!(&event, Event::GeneralRef(name) if &**name == "quot"))
            }
            _ => true,
        };
        let written = match (&event, change) {
            (Event::Start(start), Change::Root) if at_root => {
                let attributes = start.attributes().flatten();
                Event::Start(BytesStart::new(OTHER_ROOT).with_attributes(attributes))
            }
            (Event::Text(_), Change::Other(of)) if is_below(&path, of) => {
                Event::Text(BytesText::new(OTHER_TEXT))
            }
            (Event::End(_), Change::Root) if at_root => Event::End(BytesEnd::new(OTHER_ROOT)),
            (Event::Start(start), Change::NoNamespace) if at_root => {
                Event::Start(BytesStart::new(start.name().as_ref().to_owned()))
            }
            _ => event.clone(),
        };
        if kept {
            writer.write_event(written).ok()?;
        }
        match event {
            Event::End(_) => _ = path.pop(),
            Event::Eof => break,
            _ => {}
        }
    }
    String::from_utf8(writer.into_inner()).ok()
}

/// A code that no refusal of S3 has.
const OTHER_TEXT: &str = "RequestDeclined";

/// The name of a root that no answer of S3 has.
const OTHER_ROOT: &str = "Result";

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "<A xmlns=\"n\"><B>1</B><C><B>2</B><D>3</D></C></A>";

    #[test]
    fn one_thing_is_changed_and_the_rest_stays() {
        for (change, expected) in [
            (Change::Without("B"), "<A xmlns=\"n\"><C><B>2</B><D>3</D></C></A>"),
            (Change::Without("C.B"), "<A xmlns=\"n\"><B>1</B><C><D>3</D></C></A>"),
            (Change::Empty("B"), "<A xmlns=\"n\"><B></B><C><B>2</B><D>3</D></C></A>"),
            (Change::Unquoted("C.D"), DOCUMENT),
            (Change::Root, "<Result xmlns=\"n\"><B>1</B><C><B>2</B><D>3</D></C></Result>"),
            (Change::NoNamespace, "<A><B>1</B><C><B>2</B><D>3</D></C></A>"),
        ] {
            assert_eq!(changed(DOCUMENT, change), expected);
        }
    }
}
