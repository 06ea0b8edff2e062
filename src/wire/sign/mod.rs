//! Who asks and how a request is signed, right or wrong on purpose; one file a signature.

mod oss;
mod oss_v1;
mod oss_v4;
mod s3;

use std::time::{Duration, SystemTime};

use mpuspec_mock::provider::Dialect;

use super::{Body, Credentials};
pub(super) use oss::Resource;
pub(super) use s3::ChunkSigner;

/// Who asks, and how the request is signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signing {
    /// Whose credentials sign.
    pub who: Who,
    /// The version of the signature.
    pub version: Version,
    /// In the URL, good for so long.
    pub url: Option<Duration>,
    /// How many seconds the clock is off.
    pub offset: i64,
    /// With another secret.
    pub wrong_secret: bool,
    /// For another region.
    pub wrong_region: bool,
    /// What becomes of the security token.
    pub token: Token,
    /// What is changed after signing.
    pub tamper: Option<Tamper>,
}

impl Signing {
    /// Whether anyone with the credentials of the run, or without any, would send it like that.
    pub fn is_usual(&self) -> bool {
        let Self { who, version: _, url: _, offset, wrong_secret, wrong_region, token, tamper } = self;
        matches!(who, Who::Main | Who::Anonymous)
            && *offset == 0
            && !wrong_secret
            && !wrong_region
            && *token == Token::Right
            && tamper.is_none()
    }
}

/// Whose credentials sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// Those of the run.
    #[default]
    Main,
    /// The second ones.
    Second,
    /// Those that a security token belongs to.
    Temporary,
    /// Nobody's: the request is not signed.
    Anonymous,
    /// An access key that does not exist.
    UnknownKey,
}

/// The version of a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// The fourth one, of S3 and of OSS.
    #[default]
    V4,
    /// The first one of OSS.
    V1,
}

/// What becomes of the security token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Token {
    /// It is sent, if there is one.
    #[default]
    Right,
    /// It is left out.
    Missing,
    /// Another one is sent.
    Wrong,
}

/// What is changed after signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tamper {
    /// The key.
    Path,
    /// The query, by one parameter more.
    Query,
    /// The part number in the query.
    PartNumber,
    /// A header.
    Header,
    /// A header that was not there when it was signed.
    NewHeader,
    /// The body.
    Body,
}

/// A request that was signed.
pub(super) struct Signed {
    pub(super) signature: String,
    /// Signs the chunks of its body, where bodies come in chunks.
    pub(super) chunks: Option<ChunkSigner>,
}

/// What signs: the credentials as they are used, right or wrong.
struct Signer<'c> {
    access_key: &'c str,
    secret: String,
    token: Option<String>,
    region: String,
    time: SystemTime,
    /// In the URL, good for so long.
    url: Option<Duration>,
}

impl<'c> Signer<'c> {
    fn new(credentials: &'c Credentials, region: &str, signing: &Signing) -> Self {
        let secret = if signing.wrong_secret {
            // As long as the right one, so that nothing but the signature tells.
            credentials.secret_key.chars().rev().map(|c| if c == 'a' { 'b' } else { 'a' }).collect()
        } else {
            credentials.secret_key.clone()
        };
        let token = match signing.token {
            Token::Right => credentials.token.clone(),
            Token::Missing => None,
            Token::Wrong => Some("mpuspec-is-no-token".to_owned()),
        };
        let region = if signing.wrong_region { format!("not-{region}") } else { region.to_owned() };
        let offset = Duration::from_secs(signing.offset.unsigned_abs());
        let now = SystemTime::now();
        let time = if signing.offset < 0 { now - offset } else { now + offset };
        Self { access_key: &credentials.access_key, secret, token, region, time, url: signing.url }
    }

    /// The time as a text.
    fn stamp(&self, format: &str) -> Result<String, String> {
        let time = jiff::Timestamp::try_from(self.time).map_err(|error| error.to_string())?;
        Ok(time.strftime(format).to_string())
    }
}

/// Signs a request in place. `resource` is what it is about.
pub(super) fn sign_request(
    request: &mut http::Request<()>,
    body: &Body,
    resource: &Resource<'_>,
    credentials: &Credentials,
    (dialect, region): (Dialect, &str),
    signing: &Signing,
) -> Result<Signed, String> {
    let signer = Signer::new(credentials, region, signing);
    match (dialect, signing.version) {
        (Dialect::S3, _) => s3::sign_request(request, body, &signer),
        (Dialect::Oss, Version::V4) => oss_v4::sign_request(request, resource, &signer),
        (Dialect::Oss, Version::V1) => oss_v1::sign_request(request, resource, &signer),
    }
}
