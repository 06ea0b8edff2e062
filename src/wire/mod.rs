//! Requests, signatures, answers and the evidence of them. What a case claims is not known here.

mod answer;
mod blob;
mod budget;
mod checksum;
mod client;
mod configured;
mod credentials;
mod deviation;
pub mod dialect;
mod encoded_words;
mod exchange;
mod frame;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod held;
mod log;
mod pool;
mod prepared;
mod recent;
mod recording;
mod redact;
mod request;
pub mod s3;
mod sign;
mod target;
mod trouble;
mod xml;

pub use mpuspec_mock::provider::Addressing;

pub use answer::{Answer, ListedPart, ListedUpload, Refusal};
pub use blob::Blob;
pub use budget::{Budget, Spent};
pub use checksum::Checksum;
pub use client::{Client, ClientOptions};
pub use configured::{ConfiguredEndpoint, configured_endpoint};
pub use credentials::{Credentials, CredentialsError, region_from_environment};
pub use deviation::Deviation;
pub(crate) use encoded_words::decoded_words;
pub use exchange::{Body as RecordedBody, Exchange, RecordedRequest, RecordedResponse};
pub use frame::Framing;
pub use held::Held;
pub use log::Log;
pub use recent::RecentRequest;
pub use redact::Redactor;
pub(crate) use request::encode_path;
pub use request::{Body, Request};
pub use sign::{Signing, Tamper, Token, Version, Who};
pub use target::{Target, TargetError};
pub use trouble::{Trouble, TroubleKind};
