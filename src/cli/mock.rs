//! `mpuspec mock`.

use clap::Args;

use super::{Failure, print};

/// Runs the mock server until it is told to stop. SIGHUP lets it fall and begin anew with what it has stored.
#[derive(Debug, Args)]
pub(super) struct Mock {
    /// The provider to play: a name or a file
    #[arg(long, default_value = "aws-s3")]
    provider: String,
    /// The port; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The region that signatures have to name [default: us-east-1; cn-hangzhou for OSS]
    #[arg(long)]
    region: Option<String>,
    /// Make it wrong in one way; `list` shows the ways
    #[arg(long, value_name = "NAME")]
    defect: Vec<String>,
    /// Set a limit
    #[arg(long, value_name = "NAME=VALUE")]
    limit: Vec<String>,
    /// Speak TLS, with an authority made at the start that vouches for localhost and every bucket before it
    #[arg(long)]
    tls: bool,
    /// Write the authority's certificate to a file, for clients to trust
    #[arg(long, value_name = "FILE", requires = "tls")]
    certificate: Option<std::path::PathBuf>,
    /// A bucket that is there from the start
    #[arg(long, value_name = "NAME")]
    bucket: Vec<String>,
}

impl Mock {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        if self.defect.iter().any(|name| name == "list") {
            let lines: Vec<String> = mpuspec_mock::defects::Defect::ALL
                .iter()
                .map(|defect| format!("{:<32} {}\n", defect.name(), defect.about()))
                .collect();
            print(&lines.concat());
            return Ok(0);
        }
        let mut builder = mpuspec_mock::Mock::builder().provider(&self.provider).port(self.port);
        if let Some(region) = &self.region {
            builder = builder.region(region);
        }
        for name in &self.defect {
            builder = builder.defect(name);
        }
        for name in &self.bucket {
            builder = builder.bucket(name);
        }
        for limit in &self.limit {
            let (name, value) = split_limit(limit)?;
            builder = builder.limit(name, value);
        }
        if self.tls {
            builder = builder.tls();
        }
        let mock = builder.start().map_err(start_failure)?;
        if let (Some(path), Some(pem)) = (&self.certificate, mock.certificate()) {
            std::fs::write(path, pem)
                .map_err(|error| Failure::Usage(format!("--certificate {}: {error}", path.display())))?;
        }
        print(&format!("listening on {}\n", mock.endpoint()));
        super::tell!("credentials: {} / {}", mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::Usage(error.to_string()))?;
        runtime.block_on(async {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                () = restart_when_told(&mock) => {}
            }
        });
        Ok(0)
    }
}

/// Restarts the server at each SIGHUP; where there are no signals, nobody tells.
async fn restart_when_told(mock: &mpuspec_mock::Mock) {
    #[cfg(unix)]
    if let Ok(mut told) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        while told.recv().await.is_some() {
            mock.restart();
            super::tell!("restarted");
        }
    }
    std::future::pending::<()>().await;
}

/// Takes `NAME=VALUE` apart.
pub(super) fn split_limit(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once('=').ok_or_else(|| Failure::Usage(format!("--limit {text}: write it as NAME=VALUE")))
}

/// Shows why a mock does not start.
pub(super) fn start_failure(error: mpuspec_mock::StartError) -> Failure {
    Failure::Usage(match error {
        mpuspec_mock::StartError::Provider(mpuspec_mock::provider::FileError::Invalid(problems)) => {
            super::diagnostic::render(&problems)
        }
        error => error.to_string(),
    })
}
