//! Whose credentials a run uses.

use mpuspec_mock::provider::Dialect;

use super::SuiteError;
use crate::wire::{Client, Credentials};

/// Everybody in whose name requests are sent.
#[derive(Clone, Debug)]
pub(crate) struct Principals {
    pub(crate) main: Credentials,
    second: Option<Credentials>,
    temporary: Option<Credentials>,
}

impl Principals {
    /// One principal alone.
    pub(super) fn of(main: Credentials) -> Self {
        Self { main, second: None, temporary: None }
    }

    /// Those that the bundled mock knows.
    pub(super) fn of_the_mock() -> Self {
        let known = |access_key, secret_key| Credentials::known(access_key, secret_key, "the mock's own");
        let token = Some(mpuspec_mock::SECURITY_TOKEN.to_owned());
        let temporary = known(mpuspec_mock::TEMPORARY_ACCESS_KEY, mpuspec_mock::TEMPORARY_SECRET_KEY);
        Self {
            main: known(mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY),
            second: Some(known(mpuspec_mock::SECOND_ACCESS_KEY, mpuspec_mock::SECOND_SECRET_KEY)),
            temporary: Some(Credentials { token, ..temporary }),
        }
    }

    /// Those that the surroundings give.
    pub(super) fn find(dialect: Dialect) -> Result<Self, SuiteError> {
        let wrong = |error: crate::wire::CredentialsError| SuiteError::Usage(error.to_string());
        Ok(Self {
            main: Credentials::find(dialect).map_err(|error| SuiteError::Endpoint(error.to_string()))?,
            second: Credentials::find_second().map_err(wrong)?,
            temporary: Credentials::find_temporary().map_err(wrong)?,
        })
    }

    /// Makes the others known to a client that has the credentials of the run.
    pub(super) fn introduce(self, client: Client) -> Client {
        client.with_second(self.second).with_temporary(self.temporary)
    }
}
