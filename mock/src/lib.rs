//! A reference mock server for multipart uploads on S3-compatible object storage.
//!
//! ```
//! let limit = "min_part_size=1KiB".parse().unwrap();
//! let mock = mpuspec_mock::Mock::builder().limit(limit).start().unwrap();
//! mock.create_bucket("b");
//! println!("{} {}", mock.endpoint(), mock.credentials().access_key());
//! ```
//!
//! - [`Mock`]: the server; it has a port of its own and stops when dropped.
//! - [`model`]: the rules of multipart upload, pure.
//! - [`provider`]: what a provider promises, as data.
//! - [`yaml`]: placed reading of YAML files.

mod accounts;
mod call;
mod checks;
#[cfg(feature = "defects")]
pub mod defects;
mod dialect;
pub mod files;
mod http;
pub mod model;
mod ops;
mod policy;
pub mod provider;
mod server;
mod settings;
mod store;
pub mod yaml;

pub use accounts::{
    ACCESS_KEY, ACCOUNT_ID, Credentials, SECOND_ACCESS_KEY, SECOND_ACCOUNT_ID, SECOND_SECRET_KEY, SECRET_KEY,
    SECURITY_TOKEN, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY,
};
#[doc(hidden)]
#[cfg(feature = "fuzzing")]
pub use dialect::fuzzing;
pub use dialect::{OSS_REGION, REGION};
pub use server::{Mock, MockBuilder, StartError};
