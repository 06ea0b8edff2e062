//! What a dialect reads from requests.

use super::callback::Callback;
use super::route::Route;
use crate::accounts::Account;
use crate::checks::Checks;
use crate::http::{Addressed, BodyRules, Request, S3Error, Signed};
use crate::model::{Algorithm, Conditions, Meta, Terms};
use crate::provider::Provider;

/// A request, and what the server is that it came to.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) request: &'a Request,
    pub(crate) checks: &'a dyn Checks,
    pub(crate) provider: &'a Provider,
    pub(crate) region: &'a str,
}

impl<'a> Asking<'a> {
    /// A header of the request.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.request.header(name)
    }
}

/// Whose owner a request may state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// The bucket of the request.
    Bucket,
    /// The bucket of the source of a copy.
    Source,
}

/// How a dialect reads requests.
pub(crate) trait Reads {
    /// What the name of a host addresses.
    fn addressed<'h>(&self, host: &'h str) -> Addressed<'h>;

    /// The name before which a bucket stands.
    fn host_name(&self, region: &str) -> String;

    /// Whether a request is signed in its URL.
    fn is_signed_url(&self, request: &Request) -> bool;

    /// Takes headers that stand in the query of a signed URL for headers.
    fn unfold(&self, _request: &mut Request) {}

    /// Finds out who sent a request. `account_of` gives the account of an access key.
    fn authenticate<'a>(
        &self,
        request: &Request,
        region: &str,
        checks: &dyn Checks,
        account_of: &dyn Fn(&str) -> Option<Account<'a>>,
    ) -> Result<Signed, S3Error>;

    /// Refuses headers and parameters that no operation of the mock heeds, and that change what is asked for.
    fn screen(&self, _asking: Asking<'_>) -> Result<(), S3Error> {
        Ok(())
    }

    /// Finds the operation of a request that only this dialect has, or refuses it in its own way.
    fn own_route(&self, _request: &Request) -> Result<Option<Route>, S3Error> {
        Ok(None)
    }

    /// Whether a parameter names no sub-resource: what SDKs add, and a signature.
    fn is_of_any_request(&self, parameter: &str) -> bool;

    /// How a body is read.
    fn body_rules(&self) -> BodyRules;

    /// Whether a header belongs to an ACL.
    fn is_acl(&self, header: &str) -> bool;

    /// Refuses headers that are no ACL.
    fn check_acl(&self, meta: &Meta) -> Result<(), S3Error>;

    /// Refuses an encryption that there is none of.
    fn check_encryption(&self, meta: &Meta, checks: &dyn Checks) -> Result<(), S3Error>;

    /// Refuses tags that are not written as they have to be.
    fn check_tagging(&self, header: &str) -> Result<(), S3Error>;

    /// Refuses a tag that has characters which no tag may have.
    fn check_tag(&self, _key: &str, _value: &str) -> Result<(), S3Error> {
        Ok(())
    }

    /// Whether what was asked for must not be done if the key is taken.
    fn forbids_overwrite(&self, _request: &Request) -> bool {
        false
    }

    /// Whether an upload takes its parts in order alone.
    fn is_sequential(&self, _request: &Request) -> bool {
        false
    }

    /// The conditions of a put.
    fn put_conditions(&self, asking: Asking<'_>) -> Result<Conditions, S3Error>;

    /// The conditions of a copy.
    fn copy_conditions(&self, asking: Asking<'_>) -> Result<Conditions, S3Error>;

    /// The algorithm of the checksum that an object is put with.
    fn put_algorithm(&self, _asking: Asking<'_>) -> Result<Option<Algorithm>, S3Error> {
        Ok(None)
    }

    /// The algorithm of the checksum that a copy is to have; none is that of its source.
    fn copy_algorithm(
        &self,
        asking: Asking<'_>,
        source: Option<Algorithm>,
    ) -> Result<Option<Algorithm>, S3Error>;

    /// A header that a part must not come with, and its value.
    fn metadata_of_part<'r>(&self, _request: &'r Request) -> Option<(&'r str, &'r str)> {
        None
    }

    /// Changes what a creation says of its object, as far as the completion says it.
    fn leave_to_completion(&self, _meta: &mut Meta) {}

    /// Whether a completion takes everything that has arrived.
    fn takes_all(&self, _request: &Request) -> bool {
        false
    }

    /// What a completion asks beside its list.
    fn terms(&self, asking: Asking<'_>) -> Result<Terms, S3Error>;

    /// The callback that a request asks for.
    fn callback(&self, _request: &Request) -> Result<Option<Callback>, S3Error> {
        Ok(None)
    }

    /// The account number that a request states of the owner of a bucket.
    fn stated_owner<'r>(&self, _request: &'r Request, _of: Of) -> Result<Option<&'r str>, S3Error> {
        Ok(None)
    }

    /// Refuses a version of a source; none is the parameter of another name.
    fn check_source_version(&self, version: Option<&str>) -> Result<(), S3Error>;

    /// The first and the last byte to copy; `None` stands for all.
    fn copied_range(&self, range: &str, size: u64) -> Result<Option<(u64, u64)>, S3Error>;

    /// Whether an object may be copied onto itself with nothing changed.
    fn copies_onto_itself(&self) -> bool {
        false
    }

    /// Lets a copy have the tags that it asks for.
    fn direct_tags(&self, _: &Request, _source: &Meta, _own: &Meta, _meta: &mut Meta) -> Result<(), S3Error> {
        Ok(())
    }

    /// Whether a range that begins behind the last byte is refused.
    fn is_strict_range(&self, _request: &Request) -> bool {
        true
    }

    /// The ETag that an object has to have to be deleted.
    fn deletion_condition(&self, _request: &Request) -> Option<String> {
        None
    }

    /// Refuses a list of deletions that comes without what it has to come with.
    fn check_deletions(&self, _request: &Request) -> Result<(), S3Error> {
        Ok(())
    }

    /// The size of a page of objects.
    fn page_size(&self, asked: Option<u32>) -> Result<u32, S3Error>;

    /// How the names of listed buckets begin.
    fn prefix_of_buckets<'r>(&self, _request: &'r Request) -> &'r str {
        ""
    }

    /// Whether creating one's own bucket again succeeds.
    fn creates_again(&self, _region: &str) -> bool {
        true
    }
}

/// A number that is written in digits alone.
pub(super) fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
