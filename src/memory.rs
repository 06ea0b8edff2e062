//! A bound on the memory of the process. What files, reports and answers take is bounded one by one; this holds where a
//! bound was forgotten: the process ends, and the machine goes on.

#[cfg(all(target_os = "linux", feature = "cli"))]
mod limit {
    use std::sync::OnceLock;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// Bytes of all that the process writes to. A run takes some 100 MiB, and a comparison of many reports some 500 MiB.
    const MOST: u64 = 2 << 30;

    /// What the process had before.
    static BEFORE: OnceLock<Rlimit> = OnceLock::new();

    pub(crate) fn bound() {
        let before = BEFORE.get_or_init(|| getrlimit(Resource::Data));
        if before.current.is_none_or(|current| current > MOST) {
            let _ = setrlimit(Resource::Data, Rlimit { current: Some(MOST), ..*before });
        }
    }

    /// Does something as if there were no bound: what it starts has the limits of the user.
    pub(crate) fn unbounded<T>(start: impl FnOnce() -> T) -> T {
        let Some(before) = BEFORE.get() else { return start() };
        let _ = setrlimit(Resource::Data, *before);
        let started = start();
        bound();
        started
    }
}

#[cfg(not(all(target_os = "linux", feature = "cli")))]
mod limit {
    #[cfg(feature = "cli")]
    pub(crate) fn bound() {}

    pub(crate) fn unbounded<T>(start: impl FnOnce() -> T) -> T {
        start()
    }
}

#[cfg(feature = "cli")]
pub(crate) use limit::bound;
pub(crate) use limit::unbounded;
