//! A bound on the memory of the process. What files, reports and answers take is bounded one by one; this holds where a
//! bound was forgotten: the process ends, and the machine goes on.

/// How much the process may write to.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// 1 GiB, to read files and to compare them, which takes some 500 MiB at most.
    OfFiles,
    /// 2 GiB, to ask a server too, which takes some 100 MiB beside the bodies of a case.
    OfRuns,
}

#[cfg(all(target_os = "linux", feature = "cli"))]
mod limit {
    use std::sync::OnceLock;

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::Bound;

    /// What the process had before, and what it has.
    static LIMITS: OnceLock<[Rlimit; 2]> = OnceLock::new();

    pub(crate) fn bound(bound: Bound) {
        let most = match bound {
            Bound::OfFiles => 1 << 30,
            Bound::OfRuns => 2 << 30,
        };
        let [_, now] = LIMITS.get_or_init(|| {
            let before = getrlimit(Resource::Data);
            let current = before.current.map_or(most, |current| current.min(most));
            [before, Rlimit { current: Some(current), ..before }]
        });
        let _ = setrlimit(Resource::Data, *now);
    }

    /// Does something as if there were no bound: what it starts has the limits of the user.
    pub(crate) fn unbounded<T>(start: impl FnOnce() -> T) -> T {
        let Some([before, now]) = LIMITS.get() else { return start() };
        let _ = setrlimit(Resource::Data, *before);
        let started = start();
        let _ = setrlimit(Resource::Data, *now);
        started
    }
}

#[cfg(not(all(target_os = "linux", feature = "cli")))]
mod limit {
    #[cfg(feature = "cli")]
    pub(crate) fn bound(_: super::Bound) {}

    pub(crate) fn unbounded<T>(start: impl FnOnce() -> T) -> T {
        start()
    }
}

#[cfg(feature = "cli")]
pub(crate) use limit::bound;
pub(crate) use limit::unbounded;
