//! A conformance suite for multipart uploads on S3-compatible object storage.

pub mod case;
pub mod cli;
pub mod report;
pub mod run;
pub mod wire;
