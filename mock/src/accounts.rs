//! Who the server knows, and by which keys.

use crate::{
    ACCESS_KEY, ACCOUNT_ID, SECOND_ACCESS_KEY, SECOND_ACCOUNT_ID, SECOND_SECRET_KEY, SECRET_KEY,
    SECURITY_TOKEN, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY,
};

/// A key with what belongs to it.
#[derive(Clone, Copy)]
pub(crate) struct Account {
    /// The access key.
    pub(crate) access_key: &'static str,
    /// The secret key.
    pub(crate) secret: &'static str,
    /// The token that has to come with a temporary key.
    pub(crate) token: Option<&'static str>,
    /// In whose name the key acts, as an access key that lasts.
    pub(crate) principal: &'static str,
}

/// Returns the account number of whoever acts in this name, as `x-amz-expected-bucket-owner` states it.
pub(crate) fn number(principal: &str) -> Option<&'static str> {
    match principal {
        ACCESS_KEY => Some(ACCOUNT_ID),
        SECOND_ACCESS_KEY => Some(SECOND_ACCOUNT_ID),
        _ => None,
    }
}

const ACCOUNTS: [Account; 3] = [
    Account { access_key: ACCESS_KEY, secret: SECRET_KEY, token: None, principal: ACCESS_KEY },
    Account {
        access_key: SECOND_ACCESS_KEY,
        secret: SECOND_SECRET_KEY,
        token: None,
        principal: SECOND_ACCESS_KEY,
    },
    Account {
        access_key: TEMPORARY_ACCESS_KEY,
        secret: TEMPORARY_SECRET_KEY,
        token: Some(SECURITY_TOKEN),
        principal: ACCESS_KEY,
    },
];

/// The account of an access key.
pub(crate) fn find(access_key: &str) -> Option<Account> {
    ACCOUNTS.into_iter().find(|account| account.access_key == access_key)
}
