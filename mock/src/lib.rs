//! A reference mock server for multipart uploads on S3-compatible object storage.
//!
//! ```
//! let mock = mpuspec_mock::Mock::builder().limit("min_part_size", "1KiB").start().unwrap();
//! println!("{} {}", mock.endpoint(), mpuspec_mock::ACCESS_KEY);
//! ```
//!
//! - [`Mock`]: the server; it has a port of its own and stops when dropped.
//! - [`model`]: the rules of multipart upload, pure.
//! - [`provider`]: what a provider promises, as data.
//! - [`yaml`]: placed reading of YAML files.

mod accounts;
mod callback;
pub mod defects;
mod http;
pub mod model;
mod ops;
mod policy;
pub mod provider;
mod server;
mod store;
pub mod yaml;

#[doc(hidden)]
#[cfg(feature = "fuzzing")]
pub use http::fuzzing;
pub use server::{Mock, MockBuilder, StartError};

/// The access key of the mock's owner.
pub const ACCESS_KEY: &str = "mpuspec";
/// The secret key of the mock's owner.
pub const SECRET_KEY: &str = "mpuspec-secret";
/// The account number of the mock's owner, as `x-amz-expected-bucket-owner` has to state it.
pub const ACCOUNT_ID: &str = "123456789012";
/// The access key of a second principal, who owns nothing.
pub const SECOND_ACCESS_KEY: &str = "mpuspec-second";
/// The secret key of the second principal.
pub const SECOND_SECRET_KEY: &str = "mpuspec-second-secret";
/// The account number of the second principal.
pub const SECOND_ACCOUNT_ID: &str = "210987654321";
/// A temporary access key of the mock's owner.
pub const TEMPORARY_ACCESS_KEY: &str = "mpuspec-temporary";
/// The secret key of the temporary access key.
pub const TEMPORARY_SECRET_KEY: &str = "mpuspec-temporary-secret";
/// The security token that has to come with the temporary access key.
pub const SECURITY_TOKEN: &str = "mpuspec-token";
/// The region that signatures have to name unless another is set. A server that speaks the dialect of
/// OSS expects [`OSS_REGION`].
pub const REGION: &str = "us-east-1";
/// The region that signatures of OSS have to name unless another is set.
pub const OSS_REGION: &str = "cn-hangzhou";
