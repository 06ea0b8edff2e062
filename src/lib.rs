//! A conformance suite for multipart uploads on S3-compatible object storage.

pub mod case;
