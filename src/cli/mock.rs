//! `mpuspec mock`.

use clap::Args;
use mpuspec_mock::defects::Defect;

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
            let lines: Vec<String> =
                Defect::all().map(|defect| format!("{:<32} {}\n", defect.name(), defect.about())).collect();
            print(&lines.concat());
            return Ok(0);
        }
        let provider = super::place::provider_of(&self.provider)?;
        let mut builder = mpuspec_mock::Mock::builder().provider(provider).port(self.port);
        if let Some(region) = &self.region {
            builder = builder.region(region);
        }
        for name in &self.defect {
            let defect = name.parse::<Defect>().map_err(|error| Failure::Usage(error.to_string()))?;
            builder = builder.defect(defect);
        }
        for limit in &self.limit {
            builder = builder.limit(super::place::limit_of(limit)?);
        }
        if self.tls {
            builder = builder.tls();
        }
        let mock = builder.start().map_err(|error| Failure::Usage(error.to_string()))?;
        self.bucket.iter().for_each(|name| mock.create_bucket(name));
        if let (Some(path), Some(pem)) = (&self.certificate, mock.certificate()) {
            std::fs::write(path, pem)
                .map_err(|error| Failure::Usage(format!("--certificate {}: {error}", path.display())))?;
        }
        print(&format!("listening on {}\n", mock.endpoint()));
        let credentials = mock.credentials();
        super::door::say_of_the_mock(&format!(
            "credentials: {} / {}",
            credentials.access_key(),
            credentials.secret_key()
        ));
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
