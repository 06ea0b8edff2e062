//! What S3 reads from requests.

use super::super::documents::NULL_VERSION;
use super::super::reads::digits;
use super::super::{Asking, Dialect as _, Of, Reads};
use super::{ENCRYPTION, S3, acl, auth, headers, tags};
use crate::accounts::Account;
use crate::checks::Checks;
use crate::http::{Addressed, BodyRules, Request, S3Error, Signed, checksum};
use crate::model::{Algorithm, Conditions, Meta, Terms};

/// The encryptions that need a service of keys.
const WITH_KEYS: [&str; 3] = ["aws:kms", "aws:kms:dsse", "aws:fsx"];

/// Keys on one page.
const PAGE: u32 = 1_000;

impl Reads for S3 {
    fn addressed<'h>(&self, host: &'h str) -> Addressed<'h> {
        match host.strip_suffix(".localhost").filter(|bucket| !bucket.is_empty()) {
            Some(bucket) => Addressed::Bucket(bucket),
            None => Addressed::Server,
        }
    }

    fn host_name(&self, _region: &str) -> String {
        "localhost".to_owned()
    }

    fn is_signed_url(&self, request: &Request) -> bool {
        request.has_query("X-Amz-Signature")
    }

    fn unfold(&self, request: &mut Request) {
        if self.is_signed_url(request) {
            request.take_hoisted_headers(headers::hoists, headers::is_of_body);
        }
    }

    fn authenticate<'a>(
        &self,
        request: &Request,
        region: &str,
        checks: &dyn Checks,
        account_of: &dyn Fn(&str) -> Option<Account<'a>>,
    ) -> Result<Signed, S3Error> {
        auth::authenticate(request, region, checks, account_of)
    }

    fn screen(&self, asking: Asking<'_>) -> Result<(), S3Error> {
        headers::check(asking)?;
        headers::check_version(asking.request)
    }

    fn is_of_any_request(&self, parameter: &str) -> bool {
        ["x-id", "versionId"].contains(&parameter) || parameter.starts_with("X-Amz-")
    }

    fn body_rules(&self) -> BodyRules {
        BodyRules { shows_md5_in_hex: true, documents_have_md5: false, may_be_unbounded: false }
    }

    fn is_acl(&self, header: &str) -> bool {
        acl::is_header(header)
    }

    fn check_acl(&self, meta: &Meta) -> Result<(), S3Error> {
        acl::check(meta)
    }

    fn check_encryption(&self, meta: &Meta, _checks: &dyn Checks) -> Result<(), S3Error> {
        match meta.get(ENCRYPTION).map(String::as_str) {
            None | Some("AES256") => Ok(()),
            Some(known) if WITH_KEYS.contains(&known) => Err(S3Error::not_implemented(ENCRYPTION)),
            Some(other) => {
                let message = "The encryption method specified is not supported";
                Err(S3Error::invalid_argument(message, ENCRYPTION, other))
            }
        }
    }

    fn check_tagging(&self, header: &str) -> Result<(), S3Error> {
        tags::check_header(header)
    }

    fn check_tag(&self, key: &str, value: &str) -> Result<(), S3Error> {
        tags::check(key, value)
    }

    fn put_conditions(&self, asking: Asking<'_>) -> Result<Conditions, S3Error> {
        let conditions = conditions(asking.request)?;
        match conditions.if_match.as_deref() {
            Some("*") => Err(S3Error::not_accepted("If-Match")),
            _ => Ok(conditions),
        }
    }

    fn copy_conditions(&self, asking: Asking<'_>) -> Result<Conditions, S3Error> {
        conditions(asking.request)
    }

    fn put_algorithm(&self, asking: Asking<'_>) -> Result<Option<Algorithm>, S3Error> {
        match checksum::Claim::of(asking.request) {
            Ok(claim) => Ok(claim.algorithm()),
            Err(_) if asking.provider.ignores_checksums() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn copy_algorithm(
        &self,
        asking: Asking<'_>,
        source: Option<Algorithm>,
    ) -> Result<Option<Algorithm>, S3Error> {
        match asking.header("x-amz-checksum-algorithm") {
            Some(_) => Ok(checksum::asked(asking.request)?.map(|(algorithm, _)| algorithm)),
            None => Ok(source),
        }
    }

    fn metadata_of_part<'r>(&self, request: &'r Request) -> Option<(&'r str, &'r str)> {
        let mut names = request.headers.keys().map(http::HeaderName::as_str);
        let name = names.find(|name| name.starts_with("x-amz-meta-"))?;
        Some((name, request.header(name).unwrap_or_default()))
    }

    fn terms(&self, asking: Asking<'_>) -> Result<Terms, S3Error> {
        let request = asking.request;
        let conditions = if asking.provider.lacks("conditional_complete") {
            Conditions::default()
        } else {
            conditions(request)?
        };
        let invalid = |_| S3Error::new("InvalidRequest", "Value for x-amz-mp-object-size header is invalid.");
        let size = request.header("x-amz-mp-object-size").map(|text| text.parse().map_err(invalid));
        let size = size.transpose()?;
        if asking.provider.ignores_checksums() {
            return Ok(Terms { conditions, size, ..Terms::default() });
        }
        Ok(Terms {
            conditions,
            checksum: checksum::of_object(request)?,
            checksum_type: request.header("x-amz-checksum-type").map(checksum::checksum_type).transpose()?,
            size,
            meta: Meta::new(),
        })
    }

    fn stated_owner<'r>(&self, request: &'r Request, of: Of) -> Result<Option<&'r str>, S3Error> {
        headers::stated_owner(request, of)
    }

    fn check_source_version(&self, version: Option<&str>) -> Result<(), S3Error> {
        let name = self.header("copy-source");
        match version {
            Some(NULL_VERSION) => Ok(()),
            Some(version) => Err(S3Error::invalid_argument("Invalid version id specified", &name, version)),
            None => Err(S3Error::not_implemented(&name)),
        }
    }

    /// Both bounds have to be given, and to lie within the source.
    fn copied_range(&self, range: &str, size: u64) -> Result<Option<(u64, u64)>, S3Error> {
        let name = "x-amz-copy-source-range";
        let bounds = range.strip_prefix("bytes=").and_then(|bounds| bounds.split_once('-'));
        let (first, last) = bounds
            .and_then(|(first, last)| Some((digits(first)?, digits(last)?)))
            .filter(|(first, last)| first <= last)
            .ok_or_else(|| {
                let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
                S3Error::invalid_argument(message, name, range)
            })?;
        if first >= size {
            let message = "The specified copy range is invalid for the source object size";
            return Err(S3Error::new("InvalidRequest", message));
        }
        if last >= size {
            let message = format!("Range specified is not valid for source object of size: {size}");
            return Err(S3Error::invalid_argument(&message, name, range));
        }
        Ok(Some((first, last)))
    }

    fn direct_tags(
        &self,
        request: &Request,
        source: &Meta,
        own: &Meta,
        meta: &mut Meta,
    ) -> Result<(), S3Error> {
        tags::direct(request, source, own, meta)
    }

    fn deletion_condition(&self, request: &Request) -> Option<String> {
        request.list("if-match")
    }

    /// What is too large is taken for the largest.
    fn page_size(&self, asked: Option<u32>) -> Result<u32, S3Error> {
        Ok(asked.unwrap_or(PAGE).min(PAGE))
    }

    /// In us-east-1 alone.
    fn creates_again(&self, region: &str) -> bool {
        region == "us-east-1"
    }
}

/// The conditions of a write, as its headers state them.
fn conditions(request: &Request) -> Result<Conditions, S3Error> {
    match (request.list("if-match"), request.list("if-none-match")) {
        (Some(_), Some(_)) => Err(S3Error::not_implemented("If-Match and If-None-Match")),
        (_, Some(other)) if other != "*" => Err(S3Error::not_accepted("If-None-Match")),
        (if_match, if_none) => {
            Ok(Conditions { if_match, if_none: if_none.is_some(), forbid_overwrite: false })
        }
    }
}
