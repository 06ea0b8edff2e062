//! What can be tried of a provider on an endpoint.

use mpuspec_mock::provider::{Dialect, LimitName, Provider, Support};

/// What of a provider matters to what is tried.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Parts can be copied.
    pub(super) copies: bool,
    /// Ranges of the object of the run can be copied, so that large parts cost no bytes.
    pub(super) shared: bool,
    /// Objects keep their metadata.
    pub(super) metadata: bool,
    /// Objects are listed.
    pub(super) objects: bool,
    /// Uploads can be listed.
    pub(super) listings: bool,
    /// An upload can be completed without a list.
    pub(super) complete_all: bool,
    /// Uploads can be sequential.
    pub(super) sequential: bool,
    /// There is a smallest part, and documents agree on it.
    pub(super) smallest: bool,
    /// There is a largest part number.
    pub(super) largest_number: bool,
    /// Numbers below the smallest are tried, and above the largest.
    pub(super) low_numbers: bool,
    pub(super) high_numbers: bool,
    /// Requests can stop in the middle of their body.
    pub(super) holds: bool,
    /// A part of the usual size costs much.
    pub(super) costly: bool,
    /// The server can be started anew.
    pub(super) restarts: bool,
    /// The nodes of the storage, each of which has to show what was written.
    pub(super) nodes: usize,
}

/// Limits that an endpoint was found not to keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unkept {
    /// It joins small parts that are not the last. They are lawful then.
    pub(super) small_parts: bool,
    /// It takes part number 0, which is not drawn then.
    pub(super) low_numbers: bool,
    /// It takes numbers above the largest, which are not drawn then.
    pub(super) high_numbers: bool,
}

/// From this size on, a part costs much.
const COSTLY: u64 = 256 << 10;

impl Scope {
    /// What can be tried of a provider on an endpoint of this scheme.
    pub fn of(provider: &Provider, scheme: &str) -> Self {
        let may = |name: &str| provider.support(name) != Support::No;
        let has = |name: &str| provider.support(name) == Support::Yes;
        let claims = provider.limits.get(&LimitName::MinPartSize).map_or(0, Vec::len);
        Self {
            copies: may("upload_part_copy"),
            shared: may("upload_part_copy"),
            metadata: true,
            objects: true,
            listings: may("list_uploads"),
            complete_all: provider.dialect == Dialect::Oss && has("complete_all"),
            sequential: provider.dialect == Dialect::Oss && has("sequential"),
            smallest: claims == 1 && provider.limit(LimitName::MinPartSize).is_some(),
            largest_number: provider.limit(LimitName::MaxPartNumber).is_some(),
            low_numbers: true,
            high_numbers: true,
            holds: scheme == "http",
            costly: provider.limit(LimitName::MinPartSize).unwrap_or(0) > COSTLY,
            restarts: false,
            nodes: 1,
        }
    }

    /// The same without operations that a server does not have.
    #[must_use]
    pub fn without(self, copies: bool, listings: bool) -> Self {
        let (copies, listings) = (self.copies && !copies, self.listings && !listings);
        Self { copies, shared: self.shared && copies, listings, ..self }
    }

    /// The same without numbers of parts that a server takes although there are none.
    #[must_use]
    pub(super) fn without_numbers(self, unkept: Unkept) -> Self {
        Self { low_numbers: !unkept.low_numbers, high_numbers: !unkept.high_numbers, ..self }
    }

    /// The same on a server that can be started anew, or cannot.
    #[must_use]
    pub fn with_restarts(self, restarts: bool) -> Self {
        Self { restarts, ..self }
    }

    /// The same on a storage of several nodes.
    #[must_use]
    pub fn with_nodes(self, nodes: usize) -> Self {
        Self { nodes, ..self }
    }
}
