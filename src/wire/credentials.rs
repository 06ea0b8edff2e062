//! Credentials and region, from where the tools of S3 and OSS take them: environment and shared files.

use std::path::PathBuf;

use ini::{Ini, ParseOption};
use mpuspec_mock::provider::Dialect;
use thiserror::Error;

use super::dialect::{Variables, names};

/// Who signs.
#[derive(Clone)]
pub struct Credentials {
    /// The access key.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
    /// The session token.
    pub token: Option<String>,
    /// Where they were found, for the head of the run.
    pub origin: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key", &self.access_key)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// Why there are no credentials.
#[derive(Debug, Error)]
pub enum CredentialsError {
    /// Nowhere.
    #[error(
        "no credentials: looked in the environment ({variables}) and for profile `{profile}` in {files}; set the two variables, or AWS_PROFILE"
    )]
    Missing {
        /// The variables that were looked for.
        variables: String,
        /// The profile that was looked for.
        profile: String,
        /// The files that were looked into.
        files: String,
    },
    /// Half of a pair.
    #[error("{0} is set and {1} is not; set both")]
    Half(&'static str, &'static str),
    /// A file that can't be read as one.
    #[error("{path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

const AWS: Variables = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
const SECOND: Variables =
    ["MPUSPEC_SECOND_ACCESS_KEY_ID", "MPUSPEC_SECOND_SECRET_ACCESS_KEY", "MPUSPEC_SECOND_SESSION_TOKEN"];
const TEMPORARY: Variables = [
    "MPUSPEC_TEMPORARY_ACCESS_KEY_ID",
    "MPUSPEC_TEMPORARY_SECRET_ACCESS_KEY",
    "MPUSPEC_TEMPORARY_SESSION_TOKEN",
];

fn from_environment([key, secret, token]: Variables) -> Result<Option<Credentials>, CredentialsError> {
    match (variable(key), variable(secret)) {
        (Some(access_key), Some(secret_key)) => {
            let origin = "environment".to_owned();
            Ok(Some(Credentials { access_key, secret_key, token: variable(token), origin }))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(CredentialsError::Half(key, secret)),
        (None, Some(_)) => Err(CredentialsError::Half(secret, key)),
    }
}

pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Credentials {
    /// Credentials that are known already.
    pub fn known(access_key: &str, secret_key: &str, origin: &str) -> Self {
        Self {
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
            token: None,
            origin: origin.to_owned(),
        }
    }

    /// The second principal's, from the environment alone.
    pub fn find_second() -> Result<Option<Self>, CredentialsError> {
        from_environment(SECOND)
    }

    /// Those with a security token that are no principal's of their own, from the environment alone.
    pub fn find_temporary() -> Result<Option<Self>, CredentialsError> {
        let found = from_environment(TEMPORARY)?;
        match found {
            Some(Self { token: None, .. }) => Err(CredentialsError::Half(TEMPORARY[0], TEMPORARY[2])),
            found => Ok(found),
        }
    }

    /// Looks where the tools of the language look: its own variables first, then what all AWS tools take.
    pub fn find(dialect: Dialect) -> Result<Self, CredentialsError> {
        let names = names(dialect);
        let own = names.variables.map(from_environment).transpose()?.flatten();
        let found = match own {
            Some(found) => Some(found),
            None => from_environment(AWS)?,
        };
        if let Some(found) = found {
            return Ok(found);
        }
        let profile = profile();
        let files = shared_files();
        for (path, section) in &files {
            let Some(ini) = read(path)? else { continue };
            let Some(found) = ini.section(Some(section.as_str())) else { continue };
            if let (Some(access_key), Some(secret_key)) =
                (found.get("aws_access_key_id"), found.get("aws_secret_access_key"))
            {
                return Ok(Self {
                    access_key: access_key.to_owned(),
                    secret_key: secret_key.to_owned(),
                    token: found.get("aws_session_token").map(str::to_owned),
                    origin: format!("profile {profile} of {}", path.display()),
                });
            }
        }
        let files: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
        let pairs = names.variables.into_iter().chain([AWS]);
        let pairs: Vec<String> = pairs.map(|[key, secret, _]| format!("{key}, {secret}")).collect();
        let variables = pairs.join("; ");
        Err(CredentialsError::Missing { variables, profile, files: files.join(" and ") })
    }
}

/// Of fewer characters, a secret of the environment is one of a test server, and like other words.
const SHORTEST: usize = 12;

/// The secrets that stand in the environment.
pub fn secrets_of_environment() -> Vec<String> {
    let own = [Dialect::S3, Dialect::Oss].into_iter().filter_map(|dialect| names(dialect).variables);
    let secrets = own.chain([AWS, SECOND, TEMPORARY]).flat_map(|[_, secret, token]| [secret, token]);
    secrets.filter_map(variable).filter(|secret| secret.len() >= SHORTEST).collect()
}

/// The region that environment or shared files give.
pub fn region_from_environment(dialect: Dialect) -> Option<String> {
    let own = names(dialect).region_variable.and_then(variable);
    if let Some(region) = own.or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION")) {
        return Some(region);
    }
    shared_files().iter().rev().find_map(|(path, section)| {
        let ini = read(path).ok()??;
        Some(ini.section(Some(section.as_str()))?.get("region")?.to_owned())
    })
}

pub(super) fn profile() -> String {
    variable("AWS_PROFILE").unwrap_or_else(|| "default".to_owned())
}

/// The credentials file and the configuration file, with the section of the profile in each.
pub(super) fn shared_files() -> Vec<(PathBuf, String)> {
    let profile = profile();
    let home = std::env::home_dir().unwrap_or_default().join(".aws");
    let path = |name: &str, default: &str| variable(name).map_or_else(|| home.join(default), PathBuf::from);
    let in_config = if profile == "default" { profile.clone() } else { format!("profile {profile}") };
    vec![
        (path("AWS_SHARED_CREDENTIALS_FILE", "credentials"), profile),
        (path("AWS_CONFIG_FILE", "config"), in_config),
    ]
}

fn read(path: &PathBuf) -> Result<Option<Ini>, CredentialsError> {
    read_as(path, ParseOption::default())
}

/// Reads a file so that its keys keep the white space before them.
pub(super) fn read_indented(path: &PathBuf) -> Result<Option<Ini>, CredentialsError> {
    let options = ParseOption { enabled_preserve_key_leading_whitespace: true, ..ParseOption::default() };
    read_as(path, options)
}

fn read_as(path: &PathBuf, options: ParseOption) -> Result<Option<Ini>, CredentialsError> {
    match Ini::load_from_file_opt(path, options) {
        Ok(ini) => Ok(Some(ini)),
        Err(ini::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        // The parser's words could quote the file, and the file holds secrets.
        Err(ini::Error::Parse(error)) => Err(CredentialsError::Unreadable {
            path: path.display().to_string(),
            reason: format!("line {} is not of the form NAME = VALUE", error.line),
        }),
        Err(ini::Error::Io(error)) => {
            Err(CredentialsError::Unreadable { path: path.display().to_string(), reason: error.to_string() })
        }
    }
}
