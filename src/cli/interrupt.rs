//! Ctrl-C and SIGTERM: the first ends the run in order, the second at once.

/// Calls back on the first signal, and ends the process on the second.
pub(super) fn on_interrupt(stop: impl Fn() + Send + 'static) {
    tokio::spawn(async move {
        signal().await;
        super::tell!("interrupted: no new requests; cleaning up (again to stop at once)");
        stop();
        signal().await;
        super::tell!("stopped; `mpuspec clean` removes what is left");
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
