//! Who the server knows, and by which keys.

use std::fmt;

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
/// An access key with its secret, and the token that has to come with it if it is a temporary one.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) token: Option<String>,
}

impl Credentials {
    /// A lasting key.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self { access_key: access_key.into(), secret_key: secret_key.into(), token: None }
    }

    /// The same key, which needs this security token.
    #[must_use]
    pub fn with_token(self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    /// The access key.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The secret key.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// The security token of a temporary key.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

/// Shows no secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// A key, and in whose name it acts.
#[derive(Clone, Copy)]
pub(crate) struct Account<'a> {
    pub(crate) credentials: &'a Credentials,
    /// An access key that lasts.
    pub(crate) principal: &'a str,
}

/// Everybody whom a server knows.
#[derive(Clone, Debug)]
pub(crate) struct Accounts {
    /// Whoever owns the buckets that are there from the start.
    pub(crate) owner: Credentials,
    /// Somebody else, who owns nothing.
    pub(crate) second: Credentials,
    /// Temporary keys of the owner.
    pub(crate) temporary: Credentials,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            owner: Credentials::new(ACCESS_KEY, SECRET_KEY),
            second: Credentials::new(SECOND_ACCESS_KEY, SECOND_SECRET_KEY),
            temporary: Credentials::new(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY)
                .with_token(SECURITY_TOKEN),
        }
    }
}

impl Accounts {
    /// The account of an access key.
    pub(crate) fn find(&self, access_key: &str) -> Option<Account<'_>> {
        let Self { owner, second, temporary } = self;
        [(owner, owner), (second, second), (temporary, owner)]
            .into_iter()
            .find(|(credentials, _)| credentials.access_key == access_key)
            .map(|(credentials, principal)| Account { credentials, principal: &principal.access_key })
    }

    /// The account number of whoever acts in this name, as `x-amz-expected-bucket-owner` states it.
    pub(crate) fn number(&self, principal: &str) -> Option<&'static str> {
        match principal {
            principal if principal == self.owner.access_key => Some(ACCOUNT_ID),
            principal if principal == self.second.access_key => Some(SECOND_ACCOUNT_ID),
            _ => None,
        }
    }
}
