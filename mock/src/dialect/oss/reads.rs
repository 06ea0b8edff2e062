//! What OSS reads from requests.

use http::Method;

use super::super::reads::digits;
use super::super::{Asking, Dialect as _, Reads, Route};
use super::callback::Callback;
use super::{ACL, ENCRYPTION, Oss, acl, auth, hosts};
use crate::accounts::Account;
use crate::checks::Check;
use crate::checks::Checks;
use crate::http::{Addressed, BodyRules, Request, S3Error, Signed};
use crate::model::{Algorithm, Conditions, Meta, Terms};

/// Parameters that name no sub-resource.
const OF_ANY_REQUEST: [&str; 6] =
    ["OSSAccessKeyId", "Expires", "Signature", "security-token", "callback", "callback-var"];

const ENCRYPTIONS: [&str; 3] = ["AES256", "KMS", "SM4"];

/// Keys on the largest page, and on one of which no size is asked.
const PAGES: [u32; 2] = [1_000, 100];

impl Reads for Oss {
    fn addressed<'h>(&self, host: &'h str) -> Addressed<'h> {
        hosts::addressed(host)
    }

    fn host_name(&self, region: &str) -> String {
        format!("oss-{region}.localhost")
    }

    fn is_signed_url(&self, request: &Request) -> bool {
        ["Signature", "x-oss-signature"].iter().any(|name| request.has_query(name))
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

    fn own_route(&self, request: &Request) -> Result<Option<Route>, S3Error> {
        let has = |name| request.has_query(name);
        let named = ["acl", "tagging", "attributes"].into_iter().any(has);
        Ok(match (&request.method, &request.bucket, &request.key) {
            (&Method::GET, Some(_), None) if has("bucketInfo") => Some(Route::GetBucketInfo),
            (&Method::PUT, _, Some(_)) if has("acl") && !has("tagging") => Some(Route::PutObjectAcl),
            (&Method::DELETE, _, Some(_)) if has("tagging") => Some(Route::DeleteObjectTagging),
            (&Method::PUT, _, Some(_)) if has("uploadId") && !has("partNumber") && !named => {
                let message = "Unexpected query string parameter";
                let error = S3Error::invalid_argument(message, "ResourceType", "partNumber");
                return Err(error.ec("0017-00000219"));
            }
            (&Method::GET | &Method::HEAD, _, Some(_))
                if has("objectMeta") && !named && !has("uploadId") && !has("uploads") =>
            {
                Some(Route::GetObjectMeta)
            }
            _ => None,
        })
    }

    fn is_of_any_request(&self, parameter: &str) -> bool {
        OF_ANY_REQUEST.contains(&parameter) || parameter.starts_with("x-oss-")
    }

    fn body_rules(&self) -> BodyRules {
        BodyRules { shows_md5_in_hex: false, documents_have_md5: true, may_be_unbounded: true }
    }

    fn is_acl(&self, header: &str) -> bool {
        acl::is_header(header)
    }

    fn check_acl(&self, meta: &Meta) -> Result<(), S3Error> {
        acl::check(meta)
    }

    fn check_encryption(&self, meta: &Meta, checks: &dyn Checks) -> Result<(), S3Error> {
        match meta.get(ENCRYPTION) {
            Some(other) if !ENCRYPTIONS.contains(&other.as_str()) && !checks.forgives(Check::Encryption) => {
                let message =
                    "The encryption request you specified is not valid. Supported value: AES256, KMS, SM4.";
                let error = S3Error::new("InvalidEncryptionAlgorithmError", message);
                Err(error.with("ServerSideEncryption", other))
            }
            _ => Ok(()),
        }
    }

    fn check_tagging(&self, header: &str) -> Result<(), S3Error> {
        if header.split('&').all(|pair| pair.matches('=').count() <= 1) {
            return Ok(());
        }
        let message = "Tags are written as key or key=value, and joined with &.";
        Err(S3Error::invalid_argument(message, "x-oss-tagging", header).ec("0010-00000219"))
    }

    fn forbids_overwrite(&self, request: &Request) -> bool {
        says(request, "x-oss-forbid-overwrite", "true")
    }

    fn is_sequential(&self, request: &Request) -> bool {
        request.has_query("sequential")
    }

    /// The conditions of S3 belong to reads here.
    fn put_conditions(&self, asking: Asking<'_>) -> Result<Conditions, S3Error> {
        let of_reads = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];
        match of_reads.into_iter().find(|name| asking.header(name).is_some()) {
            Some(name) => Err(S3Error::not_implemented(name).ec("0017-00000245")),
            None => self.copy_conditions(asking),
        }
    }

    fn copy_conditions(&self, asking: Asking<'_>) -> Result<Conditions, S3Error> {
        let forbid_overwrite = self.forbids_overwrite(asking.request);
        Ok(Conditions { forbid_overwrite, ..Conditions::default() })
    }

    fn copy_algorithm(&self, _: Asking<'_>, _: Option<Algorithm>) -> Result<Option<Algorithm>, S3Error> {
        Ok(None)
    }

    /// The completion gives the ACL.
    fn leave_to_completion(&self, meta: &mut Meta) {
        meta.retain(|name, _| !acl::is_header(name));
    }

    fn takes_all(&self, request: &Request) -> bool {
        says(request, "x-oss-complete-all", "yes")
    }

    /// A completion says whether it may overwrite, and what ACL the object gets.
    fn terms(&self, asking: Asking<'_>) -> Result<Terms, S3Error> {
        let acl = asking.header(ACL).map(|acl| (ACL.to_owned(), acl.to_owned()));
        let meta: Meta = acl.into_iter().collect();
        asking.checks.pass(Check::Acl, acl::check(&meta))?;
        Ok(Terms { conditions: self.copy_conditions(asking)?, meta, ..Terms::default() })
    }

    fn callback(&self, request: &Request) -> Result<Option<Callback>, S3Error> {
        Callback::of(request)
    }

    fn check_source_version(&self, _version: Option<&str>) -> Result<(), S3Error> {
        Err(S3Error::not_implemented(&self.header("copy-source")))
    }

    /// A range that breaks the rules does not count; one without an end goes to the last byte.
    fn copied_range(&self, range: &str, size: u64) -> Result<Option<(u64, u64)>, S3Error> {
        Ok(lenient(range, size))
    }

    fn copies_onto_itself(&self) -> bool {
        true
    }

    /// Only if the request wants the standard.
    fn is_strict_range(&self, request: &Request) -> bool {
        request.header("x-oss-range-behavior") == Some("standard")
    }

    fn check_deletions(&self, request: &Request) -> Result<(), S3Error> {
        match request.header("content-md5") {
            Some(_) => Ok(()),
            None => Err(S3Error::new("MissingArgument", "Missing Some Required Arguments.")
                .with("ArgumentName", "Content-MD5")),
        }
    }

    fn page_size(&self, asked: Option<u32>) -> Result<u32, S3Error> {
        let [most, usual] = PAGES;
        match asked {
            None => Ok(usual),
            Some(asked) if (1..=most).contains(&asked) => Ok(asked),
            Some(asked) => {
                let message = "Argument max-keys must be an integer between 1 and 1000.";
                let error = S3Error::invalid_argument(message, "max-keys", &asked.to_string());
                Err(error.ec("0015-00000402"))
            }
        }
    }

    fn prefix_of_buckets<'r>(&self, request: &'r Request) -> &'r str {
        request.query("prefix").unwrap_or_default()
    }
}

/// Whether a header has this value, in any case of letters.
fn says(request: &Request, header: &str, word: &str) -> bool {
    request.header(header).is_some_and(|value| value.eq_ignore_ascii_case(word))
}

fn lenient(range: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let first = digits(first)?;
    let last = match last {
        "" => size.checked_sub(1)?,
        last => digits(last)?,
    };
    (first <= last && last < size).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_a_source_is_closed_or_open_or_none() {
        let of = |range| lenient(range, 10);
        assert_eq!(of("bytes=2-5"), Some((2, 5)));
        assert_eq!(of("bytes=2-"), Some((2, 9)));
        for broken in ["bytes=5-2", "bytes=0-10", "bytes=10-", "bytes=-3", "2-5", "bytes=a-b", ""] {
            assert_eq!(of(broken), None, "{broken}");
        }
    }
}
