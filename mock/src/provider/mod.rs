//! What one provider promises: limits, capabilities, pinned answers, each with its source.

mod file;
mod limit;
mod load;
mod rules;

pub use file::{
    Addressing, Claim, Consistency, Dialect, Document, Harm, Lowered, Publisher, RefusedKeyStarts, Spelling,
    Strength, Support, provider_schema,
};
pub use limit::{LIMITS, Limit, LimitName, parse_size};
pub use load::{FileError, Origin, Problem, builtin_names, is_file, load, placed_lines};
pub use rules::{PlusInCopySource, ProviderRules, Rule, Ruled};

use std::collections::BTreeMap;

use crate::model::{Algorithm, CompletionAfterWrite, ETags, Limits, Rules, UnknownAbort, UnlistedParts};

/// The capabilities that a provider can have, with what each is.
pub const CAPABILITIES: &[(&str, &str)] = &[
    ("acl", "object ACLs"),
    ("any_prefix", "listings of uploads by a prefix that does not end in a slash"),
    ("attributes", "GetObjectAttributes"),
    ("callback", "a callback at completion"),
    ("checksum_crc32", "CRC32 of parts"),
    ("checksum_crc32c", "CRC32C of parts"),
    ("checksum_crc64ecma", "CRC-64/XZ of parts and objects, told by the server"),
    ("checksum_crc64nvme", "CRC64NVME of parts"),
    ("checksum_sha1", "SHA-1 of parts"),
    ("checksum_sha256", "SHA-256 of parts"),
    ("complete_all", "completion of everything that was sent, without a list"),
    ("conditional_complete", "If-None-Match on completion"),
    ("forbid_overwrite", "x-oss-forbid-overwrite: a key that is taken is not written"),
    ("get_by_part_number", "GET and HEAD of one part of an object"),
    ("if_match", "If-Match on completion"),
    ("lifecycle", "rules that end unfinished uploads"),
    ("list_uploads", "ListMultipartUploads"),
    ("listing_order", "uploads listed in the order of their keys"),
    ("object_lock", "object lock"),
    ("object_size", "the size of the object named at completion"),
    ("own_bucket", "creation and deletion of buckets"),
    ("presigned", "requests signed in the URL"),
    ("regions", "signatures that hold in one region alone"),
    ("sequential", "uploads whose parts must come in order"),
    ("sse", "encryption that a header of the creation asks for"),
    ("sse_c", "encryption with keys of the client"),
    ("storage_classes", "storage classes beside the usual one"),
    ("streaming_signatures", "bodies signed chunk by chunk"),
    ("streaming_trailers", "checksums behind the last chunk of a body"),
    ("tagging", "object tags"),
    ("temporary_credentials", "credentials with a security token"),
    ("upload_id_marker", "several uploads of one key over a page border of ListMultipartUploads"),
    ("upload_part_copy", "UploadPartCopy"),
    ("versioning", "bucket versioning"),
];

/// A provider, checked and complete.
#[derive(Clone, Debug)]
pub struct Provider {
    /// The name of its file.
    pub name: String,
    /// Its name in sentences.
    pub title: String,
    /// Publishers whose documents bind it, the own ones first.
    pub sources: Vec<String>,
    /// The wire language.
    pub dialect: Dialect,
    /// How buckets are addressed; the first is the default.
    pub addressing: Vec<Addressing>,
    /// What is claimed about each limit. A limit without an entry does not exist.
    pub limits: BTreeMap<LimitName, Vec<Claim>>,
    /// What is known about each capability.
    pub capabilities: BTreeMap<String, Support>,
    /// What its documents say where providers differ.
    pub rules: ProviderRules,
    /// Accepted spellings of error codes.
    pub errors: BTreeMap<String, Vec<Spelling>>,
    /// What is promised about concurrent calls.
    pub consistency: Consistency,
    /// Documents of publishers that only this provider needs.
    pub documents: BTreeMap<String, Publisher>,
    /// Whether the mock can play it; a provider that stands for unknown servers cannot be played.
    pub playable: bool,
    /// Whether it stands for servers that made no promise of their own.
    pub anonymous: bool,
    /// Characters with which no key may begin.
    pub refused_key_starts: Option<RefusedKeyStarts>,
    /// What a MUST comes to, by who is hurt if it is broken; without an entry it stays one.
    pub levels: BTreeMap<Harm, Lowered>,
}

impl Provider {
    /// The value of a limit that satisfies every claim about it; `None` if it does not exist.
    pub fn limit(&self, name: LimitName) -> Option<u64> {
        let values = self.limits.get(&name)?.iter().filter_map(|claim| claim.value);
        if name.is_minimum() { values.max() } else { values.min() }
    }

    /// Sets a limit aside from what the file says.
    pub fn override_limit(&mut self, name: LimitName, value: Option<u64>) {
        self.limits.insert(name, vec![Claim { value, source: "command line".to_owned() }]);
    }

    /// What is known about a capability.
    pub fn support(&self, capability: &str) -> Support {
        self.capabilities.get(capability).copied().unwrap_or_default()
    }

    /// Whether it is known not to have a capability.
    pub(crate) fn lacks(&self, capability: &str) -> bool {
        self.support(capability) == Support::No
    }

    /// Whether the provider knows no checksum at all, of those that a provider can promise.
    pub(crate) fn ignores_checksums(&self) -> bool {
        let capabilities =
            Algorithm::ALL.map(|algorithm| format!("checksum_{}", algorithm.name().to_ascii_lowercase()));
        let can_be_promised = |name: &&String| CAPABILITIES.iter().any(|(known, _)| known == *name);
        capabilities.iter().filter(can_be_promised).all(|name| self.lacks(name))
    }

    /// What an ETag is.
    pub fn etags(&self) -> ETags {
        said(&self.rules.etags)
    }

    /// The rules by which the model decides for this provider.
    pub fn model_rules(&self) -> Rules {
        let small = |name, default| {
            self.limit(name).map_or(default, |value| u32::try_from(value).unwrap_or(u32::MAX))
        };
        let limits = Limits {
            min_part_number: small(LimitName::MinPartNumber, 0),
            max_part_number: small(LimitName::MaxPartNumber, u32::MAX - 1),
            min_part_size: self.limit(LimitName::MinPartSize),
            max_part_size: self.limit(LimitName::MaxPartSize),
            max_object_size: self.limit(LimitName::MaxObjectSize),
            max_put_size: self.limit(LimitName::MaxPutSize),
            max_key_bytes: self.limit(LimitName::MaxKeyBytes),
            list_parts_page: small(LimitName::ListPartsPage, 1_000),
            list_uploads_page: small(LimitName::ListUploadsPage, 1_000),
        };
        Rules {
            limits,
            etags: self.etags(),
            repeated_completion: said(&self.rules.repeated_completion),
            repeated_abort: said(&self.rules.repeated_abort),
            unknown_abort: said_or(&self.rules.unknown_abort, UnknownAbort::Open),
            unlisted_parts: said_or(&self.rules.unlisted_parts, UnlistedParts::Open),
            completion_after_write: said_or(&self.rules.completion_after_write, CompletionAfterWrite::Open),
            upload_order: said(&self.rules.upload_order),
            usual_checksum: said(&self.rules.usual_checksum),
        }
    }
}

/// What a rule says, or the usual where no document does.
fn said<T: Copy + Default>(rule: &Option<Ruled<T>>) -> T {
    said_or(rule, T::default())
}

fn said_or<T: Copy>(rule: &Option<Ruled<T>>, open: T) -> T {
    rule.as_ref().map_or(open, |rule| rule.value)
}
