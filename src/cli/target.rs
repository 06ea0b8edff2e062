//! Options by which an endpoint is reached.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mpuspec_mock::provider::Addressing;

use super::Failure;
use crate::report;
use crate::suite::USUAL_TIMEOUT;
use crate::wire::ClientOptions;

/// How the endpoint is reached.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Where")]
pub(super) struct Connection {
    /// How buckets are addressed; cname where the endpoint is a domain of the bucket's own [default: the
    /// provider's first; path on this machine]
    #[arg(long, value_parser = ["path", "virtual", "cname"])]
    pub(super) addressing: Option<String>,
    /// A certificate authority to trust, as PEM
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Accept any certificate
    #[arg(long)]
    insecure: bool,
    /// A proxy; the environment's is never used
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// The longest time for one call, such as 30s or 500ms
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,
}

impl Connection {
    pub(super) fn client_options(&self) -> Result<ClientOptions, Failure> {
        let ca = self.ca_file.as_ref().map(|path| {
            std::fs::read(path)
                .map_err(|error| Failure::Usage(format!("--ca-file {}: {error}", path.display())))
        });
        Ok(ClientOptions {
            timeout: self.timeout,
            ca: ca.transpose()?,
            insecure: self.insecure,
            proxy: self.proxy.clone(),
        })
    }

    /// Whether it waits for an answer for longer than because a report says so.
    pub(super) fn waits_long(&self) -> bool {
        self.timeout > report::LONGEST
    }

    pub(super) fn addressing(&self) -> Option<Addressing> {
        self.addressing.as_deref().map(addressing)
    }

    /// Returns the options that are not as usual, word by word.
    pub(super) fn words(&self) -> Vec<String> {
        let timeout = (self.timeout != USUAL_TIMEOUT).then(|| format!("{}ms", self.timeout.as_millis()));
        let valued = [
            ("--addressing", self.addressing.clone()),
            ("--ca-file", self.ca_file.as_ref().map(|path| path.display().to_string())),
            ("--proxy", self.proxy.as_deref().map(without_user)),
            ("--timeout", timeout),
        ];
        let valued = valued.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?]));
        valued.flatten().chain(self.insecure.then(|| "--insecure".to_owned())).collect()
    }

    /// Returns these options without those that others have already.
    pub(super) fn not_in(self, other: &Self) -> Self {
        let has_timeout = other.timeout != USUAL_TIMEOUT;
        Self {
            addressing: self.addressing.filter(|_| other.addressing.is_none()),
            ca_file: self.ca_file.filter(|_| other.ca_file.is_none()),
            insecure: self.insecure && !other.insecure,
            proxy: self.proxy.filter(|_| other.proxy.is_none()),
            timeout: if has_timeout { USUAL_TIMEOUT } else { self.timeout },
        }
    }

    /// Adds options that these do not have.
    pub(super) fn add(&mut self, other: Self) {
        self.addressing = self.addressing.take().or(other.addressing);
        self.ca_file = self.ca_file.take().or(other.ca_file);
        self.insecure |= other.insecure;
        self.proxy = self.proxy.take().or(other.proxy);
        if self.timeout == USUAL_TIMEOUT {
            self.timeout = other.timeout;
        }
    }
}

/// A proxy as reports have it: without who asks it.
fn without_user(proxy: &str) -> String {
    match proxy.split_once("://") {
        Some((scheme, rest)) => {
            format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host))
        }
        None => proxy.rsplit_once('@').map_or(proxy, |(_, host)| host).to_owned(),
    }
}

pub(super) fn addressing(name: &str) -> Addressing {
    match name {
        "virtual" => Addressing::Virtual,
        "cname" => Addressing::Cname,
        _ => Addressing::Path,
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let error = || format!("`{text}` is not a time; write it as 30s, 500ms, 5m or 2h");
    let (number, unit) =
        text.split_at(text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let number: u64 = number.parse().map_err(|_| error())?;
    let time = match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        "h" => number.checked_mul(3600).map(Duration::from_secs),
        _ => return Err(error()),
    };
    match time {
        Some(Duration::ZERO) => Err(error()),
        Some(time) if time <= LONGEST => Ok(time),
        _ => Err(format!("`{text}` is longer than 100 days")),
    }
}

/// No time is longer: sums of times stay what they mean.
const LONGEST: Duration = Duration::from_secs(100 * 24 * 3600);
