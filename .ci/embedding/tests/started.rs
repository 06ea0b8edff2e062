//! Every row as a test against a server that is started for it.

use mpuspec_mock::{ACCESS_KEY, Mock, SECRET_KEY, StartError};

fn start() -> Result<(String, Mock), StartError> {
    let mock = Mock::builder().start()?;
    Ok((mock.endpoint(), mock))
}

fn main() -> std::process::ExitCode {
    mpuspec::Suite::server(start).credentials(ACCESS_KEY, SECRET_KEY).libtest_main()
}
