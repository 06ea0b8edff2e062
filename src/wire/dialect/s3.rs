//! S3.

use super::Names;

pub(super) const NAMES: Names = Names {
    prefix: "x-amz-",
    acl: "acl",
    namespace: " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"",
    answers_have_namespace: true,
    region: "us-east-1",
    variables: None,
    region_variable: None,
    // Metadata would be refused with a part for what it is.
    tampered_header: ["acl", "private", "bucket-owner-full-control"],
    // Clients add this one of themselves.
    tampered_query: "x-id=Tampered",
    region_of: |_| None,
    by_hand: |endpoint, call, bucket| format!("aws --endpoint-url {endpoint} s3api {call} --bucket {bucket}"),
};
