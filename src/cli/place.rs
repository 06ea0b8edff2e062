//! Where and how a run goes: what another run needs to be told to go there again.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use mpuspec_mock::provider::{self, Dialect, FileError, Limit, Provider};
use reqwest::Url;

use super::target::Connection;
use super::{Failure, diagnostic};
use crate::suite::nodes;
use crate::wire::{Target, configured_endpoint};

/// Where and how a run goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where")]
pub(super) struct Place {
    /// The endpoint, as http://HOST:PORT; several nodes of one storage are asked in turn [default:
    /// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile's endpoint_url; without them the bundled mock]
    #[arg(long, value_name = "URL")]
    pub(super) endpoint: Vec<String>,
    /// Run against the bundled mock, whatever endpoint is set
    #[arg(long, conflicts_with = "endpoint")]
    pub(super) mock: bool,
    /// Whose promises count: a name or a file [default: generic; aws-s3 for the mock]
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) provider: Option<String>,
    /// The bucket to use, below the prefix mpuspec/ alone
    #[arg(long, value_name = "NAME")]
    pub(super) bucket: Option<String>,
    /// Make a bucket for the run, and remove it
    #[arg(long, conflicts_with = "bucket")]
    pub(super) create_bucket: bool,
    /// Use a bucket that keeps versions, and delete those of the run's own keys
    #[arg(long)]
    pub(super) allow_versioned: bool,
    /// The region [default: AWS_REGION, the shared files, us-east-1; OSS_REGION or the host name for OSS]
    #[arg(long)]
    pub(super) region: Option<String>,
    /// Where an endpoint that is not on this machine can call it back [default: nowhere]
    #[arg(long, value_name = "URL", value_parser = callback_url)]
    pub(super) callback_url: Option<String>,
    /// The address at which the callbacks arrive [default: every address, at the port of --callback-url]
    #[arg(long, value_name = "ADDRESS:PORT", requires = "callback_url")]
    pub(super) callback_listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(super) connection: Connection,
    /// Set a limit aside from what the provider says
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) limit: Vec<String>,
    /// A folder with cases of your own
    #[arg(long = "cases", value_name = "DIR")]
    pub(super) cases_dir: Option<PathBuf>,
    /// How the server is started anew: for the cases that do so, and when it has died
    #[arg(long, value_name = "COMMAND")]
    pub(super) restart_command: Option<String>,
}

/// Variables that name an endpoint to other tools than those of the language.
const OF_OTHERS: [&str; 3] = ["OSS_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];

impl Place {
    /// Returns the options that lead here again, word by word.
    pub(super) fn words(&self) -> Vec<String> {
        let flag = |name: &str, is_set: bool| is_set.then(|| name.to_owned());
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let valued = [
            ("--provider", self.provider.clone()),
            ("--bucket", self.bucket.clone()),
            ("--region", self.region.clone()),
            ("--callback-url", self.callback_url.clone()),
            ("--callback-listen", self.callback_listen.map(|address| address.to_string())),
            ("--cases", path(&self.cases_dir)),
            ("--restart-command", self.restart_command.clone()),
        ];
        let endpoints = self.endpoint.iter().map(|url| ("--endpoint", Some(url.clone())));
        let limits = self.limit.iter().map(|limit| ("--limit", Some(limit.clone())));
        let valued = endpoints.chain(valued).chain(limits);
        let mut words: Vec<String> = flag("--mock", self.mock).into_iter().collect();
        words.extend(valued.filter_map(|(name, value)| Some([name.to_owned(), value?])).flatten());
        words.extend(flag("--create-bucket", self.create_bucket));
        words.extend(flag("--allow-versioned", self.allow_versioned));
        words.extend(self.connection.words());
        words
    }

    /// Takes over what an earlier run was told and this one was not. Returns the words of what was taken.
    pub(super) fn take_over(&mut self, earlier: Self) -> Vec<String> {
        let names_bucket = self.bucket.is_some() || self.create_bucket;
        let has_callback = self.callback_url.is_some();
        let taken = Self {
            endpoint: if self.endpoint.is_empty() { earlier.endpoint } else { Vec::new() },
            mock: earlier.mock && !self.mock,
            provider: earlier.provider.filter(|_| self.provider.is_none()),
            bucket: earlier.bucket.filter(|_| !names_bucket),
            create_bucket: earlier.create_bucket && !names_bucket,
            allow_versioned: earlier.allow_versioned && !self.allow_versioned,
            region: earlier.region.filter(|_| self.region.is_none()),
            callback_url: earlier.callback_url.filter(|_| !has_callback),
            callback_listen: earlier.callback_listen.filter(|_| !has_callback),
            connection: earlier.connection.not_in(&self.connection),
            limit: if self.limit.is_empty() { earlier.limit } else { Vec::new() },
            cases_dir: earlier.cases_dir.filter(|_| self.cases_dir.is_none()),
            restart_command: earlier.restart_command.filter(|_| self.restart_command.is_none()),
        };
        let words = taken.words();
        self.endpoint.extend(taken.endpoint);
        self.mock |= taken.mock;
        self.provider = self.provider.take().or(taken.provider);
        self.bucket = self.bucket.take().or(taken.bucket);
        self.create_bucket |= taken.create_bucket;
        self.allow_versioned |= taken.allow_versioned;
        self.region = self.region.take().or(taken.region);
        self.callback_url = self.callback_url.take().or(taken.callback_url);
        self.callback_listen = self.callback_listen.take().or(taken.callback_listen);
        self.connection.add(taken.connection);
        self.limit.extend(taken.limit);
        self.cases_dir = self.cases_dir.take().or(taken.cases_dir);
        self.restart_command = self.restart_command.take().or(taken.restart_command);
        words
    }

    /// Finds the endpoint where none was named. Returns who names it; none for the bundled mock.
    pub(super) fn find_endpoint(&mut self) -> Result<Option<String>, Failure> {
        if self.mock {
            return Ok(None);
        }
        if !self.endpoint.is_empty() {
            return Ok(Some("the command line".to_owned()));
        }
        // What the tools of S3 are told is no endpoint of another language, whose SDKs take none from a variable.
        if self.provider()?.dialect != Dialect::S3 {
            if let Some(name) = OF_OTHERS.iter().find(|name| std::env::var_os(name).is_some()) {
                super::tell!("note: {name} is set and was not used; name the endpoint with --endpoint");
            }
            return Ok(None);
        }
        let usage = |message: String| {
            Failure::Usage(format!("{message}; name the endpoint with --endpoint, or say --mock"))
        };
        let Some(found) = configured_endpoint().map_err(|error| usage(error.to_string()))? else {
            return Ok(None);
        };
        Target::endpoint_of(&found.origin, &found.url).map_err(|error| usage(error.to_string()))?;
        self.endpoint = vec![found.url];
        Ok(Some(found.origin))
    }

    /// Returns whether every node is on this machine; the bundled mock is.
    pub(super) fn is_here(&self) -> Result<bool, Failure> {
        Ok(nodes(&self.endpoint)?.iter().all(Target::is_loopback))
    }

    /// Loads the provider, with the limits that were set aside.
    pub(super) fn provider(&self) -> Result<Provider, Failure> {
        let default = if self.endpoint.is_empty() { "aws-s3" } else { "generic" };
        let name = self.provider.as_deref().unwrap_or(default);
        let mut provider = provider_of(name)?;
        for limit in &self.limit {
            let Limit { name, value } = limit_of(limit)?;
            provider.override_limit(name, value);
        }
        Ok(provider)
    }
}

/// Loads a provider, by name or file.
pub(super) fn provider_of(name: &str) -> Result<Provider, Failure> {
    provider::load(name).map_err(|error| {
        Failure::Usage(match error {
            FileError::Invalid(problems) => diagnostic::render(&problems),
            error => error.to_string(),
        })
    })
}

/// Reads a limit that is set aside.
pub(super) fn limit_of(text: &str) -> Result<Limit, Failure> {
    text.parse().map_err(|reason| Failure::Usage(format!("--limit {text}: {reason}")))
}

fn callback_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write it as http://HOST:PORT"))?;
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() => {
            Err("it names no user and no password: it stands in reports".to_owned())
        }
        "http" | "https" if url.query().is_none() => Ok(text.to_owned()),
        _ => Err("write it as http://HOST:PORT or https://HOST:PORT".to_owned()),
    }
}
