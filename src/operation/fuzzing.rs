//! Any answer through the reader of any operation: for tests, and a door for the targets in `fuzz/`.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::wire::{Answer, Blob, Call, Response, xml};

/// Every operation that reads more than status and headers, and some of the others.
fn operations() -> Vec<Box<dyn Call>> {
    let key = || "key".to_owned();
    let upload_id = || "id".to_owned();
    let number = || "1".to_owned();
    let blob = || Arc::new(Blob::new(Bytes::new(), String::new()));
    vec![
        Box::new(super::create_multipart_upload::CreateMultipartUploadRequest {
            key: key(),
            ..Default::default()
        }),
        Box::new(super::upload_part::UploadPartRequest {
            key: key(),
            upload_id: upload_id(),
            number: number(),
            body: blob(),
            headers: Vec::new(),
            framing: None,
        }),
        Box::new(super::upload_part_copy::UploadPartCopyRequest {
            key: key(),
            upload_id: upload_id(),
            number: number(),
            source: key(),
            ..Default::default()
        }),
        Box::new(super::complete_multipart_upload::CompleteMultipartUploadRequest {
            key: key(),
            upload_id: upload_id(),
            ..Default::default()
        }),
        Box::new(super::abort_multipart_upload::AbortMultipartUploadRequest {
            key: key(),
            upload_id: upload_id(),
        }),
        Box::new(super::list_parts::ListPartsRequest {
            key: key(),
            upload_id: upload_id(),
            ..Default::default()
        }),
        Box::new(super::list_multipart_uploads::ListMultipartUploadsRequest::default()),
        Box::new(super::list_objects::ListObjectsRequest::default()),
        Box::new(super::list_object_versions::ListObjectVersionsRequest { prefix: String::new() }),
        Box::new(super::get_object::GetObjectRequest {
            key: key(),
            range: None,
            part_number: None,
            headers: Vec::new(),
            longest: 0,
        }),
        Box::new(super::head_object::HeadObjectRequest {
            key: key(),
            part_number: None,
            headers: Vec::new(),
        }),
        Box::new(super::get_object_acl::GetObjectAclRequest { key: key() }),
        Box::new(super::get_object_tagging::GetObjectTaggingRequest { key: key() }),
        Box::new(super::get_object_attributes::GetObjectAttributesRequest {
            key: key(),
            ..Default::default()
        }),
        Box::new(super::get_bucket_info::GetBucketInfoRequest),
        Box::new(super::get_bucket_versioning::GetBucketVersioningRequest),
        Box::new(super::get_object_lock_configuration::GetObjectLockConfigurationRequest),
        Box::new(super::copy_object::CopyObjectRequest { key: key(), source: key(), headers: Vec::new() }),
        Box::new(super::delete_objects::DeleteObjectsRequest { keys: Vec::new() }),
    ]
}

/// Reads an answer as each operation, and holds what was read to its bounds.
fn read_by_all(status: u16, headers: &[u8], body: &[u8]) -> Vec<Result<Answer, String>> {
    let mut response = Response {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
        headers: HeaderMap::new(),
        body: Bytes::copy_from_slice(body),
    };
    for name in ["etag", "content-length", "x-amz-mp-parts-count"] {
        if let Ok(value) = HeaderValue::from_bytes(headers) {
            response.headers.insert(name, value);
        }
    }
    let answers: Vec<_> = operations().iter().map(|operation| operation.read(&response, "bucket")).collect();
    for answer in answers.iter().flatten() {
        let elements = body.iter().filter(|byte| **byte == b'<').count();
        let entries = answer.fields.len()
            + answer.keys.len()
            + answer.parts.as_ref().map_or(0, Vec::len)
            + answer.uploads.as_ref().map_or(0, Vec::len)
            + answer.prefixes.as_ref().map_or(0, Vec::len);
        assert!(entries <= 2 * elements, "{entries} entries of {elements} elements");
        let paths: usize = answer.fields.iter().map(|(path, _)| path.len()).sum();
        assert!(paths <= elements * xml::LONGEST_PATH, "{paths} bytes of paths of {elements} elements");
        assert!(answer.notes.len() <= xml::MOST_UNKNOWN + 4, "{} notes", answer.notes.len());
    }
    answers
}

/// The first three bytes make the status and the length of a header's value; the rest is the body.
#[cfg(feature = "fuzzing")]
pub fn answer(bytes: &[u8]) {
    let Some(([low, high, length], rest)) = bytes.split_first_chunk() else { return };
    let (header, body) = rest.split_at(rest.len().min(usize::from(*length)));
    read_by_all(100 + u16::from_le_bytes([*low, *high]) % 500, header, body);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Right answers, each of which some operation reads.
    const RIGHT: [&str; 11] = [
        "<InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>key</Key><UploadId>id</UploadId></InitiateMultipartUploadResult>",
        "<CompleteMultipartUploadResult><Location>l</Location><Bucket>bucket</Bucket><Key>key</Key><ETag>\"e-1\"</ETag></CompleteMultipartUploadResult>",
        "<CopyPartResult><LastModified>t</LastModified><ETag>&quot;e&#34;</ETag></CopyPartResult>",
        "<ListPartsResult><Bucket>bucket</Bucket><Key>key</Key><UploadId>id</UploadId><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker><Part><PartNumber>1</PartNumber><ETag>e</ETag><Size>5</Size></Part></ListPartsResult>",
        "<ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>bucket</Bucket><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Upload><Key>k%20y</Key><UploadId>id</UploadId><Initiated>t</Initiated></Upload><CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListMultipartUploadsResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>key</Key></Contents></ListBucketResult>",
        "<ListVersionsResult><IsTruncated>false</IsTruncated><Version><Key>key</Key><VersionId>null</VersionId></Version></ListVersionsResult>",
        "<GetObjectAttributesResponse><ETag>e</ETag><ObjectParts><Part><PartNumber>1</PartNumber><Size>5</Size></Part></ObjectParts><ObjectSize>5</ObjectSize></GetObjectAttributesResponse>",
        "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee><ID>o</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>",
        "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
        "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchUpload</Code><Message><![CDATA[gone]]></Message></Error>",
    ];

    /// A change of a document: what stands at a place is replaced by bytes, or by a piece of another document.
    fn change() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
        let piece =
            (0..RIGHT.len(), any::<prop::sample::Index>(), 0..60_usize).prop_map(|(of, at, length)| {
                let bytes = RIGHT[of].as_bytes();
                let at = at.index(bytes.len());
                bytes[at..bytes.len().min(at + length)].to_vec()
            });
        let with = prop_oneof![prop::collection::vec(any::<u8>(), 0..6), piece];
        (any::<prop::sample::Index>(), 0..40_usize, with)
    }

    #[test]
    fn right_answers_are_read() {
        for right in RIGHT {
            let root = right.trim_start_matches("<?xml version=\"1.0\"?>\n")[1..].split(['>', ' ']).next();
            let answers = read_by_all(200, b"\"e\"", right.as_bytes());
            let read = |answer: &Answer| answer.root.as_deref() == root || answer.refusal.is_some();
            assert!(answers.iter().flatten().any(read), "{right}");
        }
    }

    #[test]
    fn an_answer_that_grows_on_reading_is_refused() {
        let name = "n".repeat(1 << 20);
        let body = format!("<Tagging><{name}>{}</{name}></Tagging>", "<a/>".repeat(1_000));
        let answers = read_by_all(200, b"", body.as_bytes());
        assert!(answers.iter().flatten().all(|answer| answer.fields.is_empty()));
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(status in 100..600_u16, header in prop::collection::vec(any::<u8>(), 0..20), body in prop::collection::vec(any::<u8>(), 0..300)) {
            read_by_all(status, &header, &body);
        }

        #[test]
        fn no_change_of_a_right_answer_makes_a_reader_panic(of in 0..RIGHT.len(), changes in prop::collection::vec(change(), 1..8)) {
            let mut body = RIGHT[of].as_bytes().to_vec();
            for (at, length, with) in changes {
                let at = at.index(body.len() + 1);
                let end = body.len().min(at + length);
                body.splice(at..end, with);
            }
            read_by_all(200, b"\"e\"", &body);
        }
    }
}
