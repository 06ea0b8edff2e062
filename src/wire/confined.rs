//! What a run may touch: its own keys in its bucket. Every request passes here, whatever a case says.

use http::Method;
use percent_encoding::percent_decode_str;

use super::{RecordedRequest, Request};

/// What a run may touch.
#[derive(Clone, Debug)]
pub struct Confined {
    /// The bucket.
    pub bucket: String,
    /// Whether the run made it, and may remove it.
    pub is_own: bool,
    /// What its keys begin with.
    pub prefix: String,
}

/// A bucket that is nowhere: to copy from it is to be refused.
const NOWHERE: &str = "mpuspec-no-such-bucket";
const COPY_SOURCES: [&str; 2] = ["x-amz-copy-source", "x-oss-copy-source"];

/// Whether a key is below a prefix, before which a slash or a backslash may stand to see it refused.
pub fn is_own(key: &str, prefix: &str) -> bool {
    !prefix.is_empty() && key.strip_prefix(['/', '\\']).unwrap_or(key).starts_with(prefix)
}

/// Whether a key becomes another one where a server takes it for a path.
fn has_dots(key: &str) -> bool {
    key.split(['/', '\\']).any(|part| part == "." || part == "..")
}

impl Confined {
    /// Why a request to a bucket would touch what is not the run's.
    pub(super) fn objection(&self, request: &Request, bucket: &str) -> Option<String> {
        // These are about no key: who stands between takes them for himself.
        if [Method::CONNECT, Method::TRACE].contains(&request.method) {
            return Some(format!("{} is no method of storage", request.method));
        }
        if bucket != self.bucket {
            return Some(format!("the bucket {bucket:?} is not that of the run"));
        }
        let foreign = request.key.iter().chain(&request.also).find(|key| !self.has(key));
        if let Some(key) = foreign {
            return Some(format!("the key {key:?} is none of the run's"));
        }
        let sources = request
            .headers
            .iter()
            .filter(|(name, _)| COPY_SOURCES.iter().any(|source| name.eq_ignore_ascii_case(source)));
        if let Some((_, source)) = { sources }.find(|(_, source)| !self.may_be_read(source)) {
            return Some(format!("{source:?} is no object of the run, and is not copied from"));
        }
        let is_about_bucket = request.key.is_none();
        let names_only = |names: &[&str]| request.query.iter().all(|(name, _)| names.contains(&&**name));
        let may = match request.method {
            _ if !is_about_bucket => true,
            Method::GET | Method::HEAD => true,
            Method::POST => request.query.len() == 1 && names_only(&["delete"]) && !request.also.is_empty(),
            Method::PUT | Method::DELETE => self.is_own && request.query.is_empty(),
            _ => false,
        };
        (!may).then(|| "it would change the bucket, which is not the run's".to_owned())
    }

    /// Whether a run may have sent a request that somebody says it has, with the bucket before the host or in the path.
    pub fn may_have_sent(&self, recorded: &RecordedRequest, is_virtual: bool) -> bool {
        let Ok(method) = recorded.method.parse::<Method>() else { return false };
        let (path, query) = recorded.target.split_once('?').unwrap_or((&recorded.target, ""));
        let Some(path) = path.strip_prefix('/') else { return false };
        let key = match path.strip_prefix(self.bucket.as_str()) {
            _ if is_virtual => path,
            Some("") => "",
            Some(rest) if rest.starts_with('/') => &rest[1..],
            _ => return false,
        };
        let Ok(key) = percent_decode_str(key).decode_utf8() else { return false };
        let request = match key.is_empty() {
            true => Request::bucket(method),
            false => Request::key(method, &key),
        };
        let names = query.split('&').filter(|pair| !pair.is_empty());
        let names = names.map(|pair| (pair.split('=').next().unwrap_or_default().to_owned().into(), None));
        let request = Request { query: names.collect(), headers: recorded.headers.clone(), ..request };
        self.objection(&request, &self.bucket).is_none()
    }

    /// Whether a key is one of the run, and cannot become another one where a server takes it for a path.
    fn has(&self, key: &str) -> bool {
        is_own(key, &self.prefix) && !has_dots(key)
    }

    /// Whether what a header names may be copied from.
    fn may_be_read(&self, source: &str) -> bool {
        let path = source.split('?').next().unwrap_or_default();
        let Ok(path) = percent_decode_str(path).decode_utf8() else { return false };
        match path.strip_prefix('/').unwrap_or(&path).split_once('/') {
            // What a server makes a path of must not leave the bucket that is nowhere.
            Some((NOWHERE, key)) => !has_dots(key),
            Some((bucket, key)) => bucket == self.bucket && self.has(key),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn confined() -> Confined {
        Confined { bucket: "b".to_owned(), is_own: false, prefix: "mpuspec/1/".to_owned() }
    }

    #[test]
    fn own_keys_may_be_touched_and_nothing_else() {
        let of = |key: &str| confined().objection(&Request::key(Method::PUT, key), "b");
        for own in ["mpuspec/1/a", "/mpuspec/1/a", "\\mpuspec/1/a", "mpuspec/1/a..b/c"] {
            assert_eq!(of(own), None, "{own}");
        }
        for foreign in
            ["", "a", "mpuspec/2/a", "x/mpuspec/1/a", "//mpuspec/1/a", "mpuspec/1/../2/a", "mpuspec/1/..\\a"]
        {
            assert!(of(foreign).is_some(), "{foreign}");
        }
        assert!(confined().objection(&Request::key(Method::GET, "mpuspec/1/a"), "c").is_some());
    }

    #[test]
    fn only_own_objects_are_copied_from() {
        let of = |source: &str| {
            let request = Request::key(Method::PUT, "mpuspec/1/a").header("X-Amz-Copy-Source", source);
            confined().objection(&request, "b")
        };
        for own in
            ["/b/mpuspec/1/c", "b/mpuspec%2F1%2Fc", "b/mpuspec/1/c?versionId=3", "/mpuspec-no-such-bucket/a"]
        {
            assert_eq!(of(own), None, "{own}");
        }
        for foreign in [
            "",
            "b",
            "/c/mpuspec/1/c",
            "/b/salaries",
            "b/mpuspec/1/%2e%2e/2/c",
            "b/mpuspec/1/%ff",
            "/mpuspec-no-such-bucket/../c/salaries",
        ] {
            assert!(of(foreign).is_some(), "{foreign}");
        }
    }

    #[test]
    fn a_bucket_of_others_is_only_read() {
        let own = Confined { is_own: true, ..confined() };
        let remove = Request::bucket(Method::DELETE);
        assert!(confined().objection(&remove, "b").is_some());
        assert_eq!(own.objection(&remove, "b"), None);
        assert!(own.objection(&Request::bucket(Method::PUT).flag("policy"), "b").is_some());
        assert_eq!(confined().objection(&Request::bucket(Method::GET).flag("uploads"), "b"), None);
        let delete = |key: &str| Request {
            also: vec![key.to_owned()],
            ..Request::bucket(Method::POST).flag("delete")
        };
        assert_eq!(confined().objection(&delete("mpuspec/1/a"), "b"), None);
        assert!(confined().objection(&delete("a"), "b").is_some());
    }

    #[test]
    fn a_request_that_others_recorded_stays_below_the_prefix() {
        let sent = |method: &str, target: &str, headers: &[(&str, &str)], is_virtual| {
            let recorded = RecordedRequest {
                method: method.to_owned(),
                target: target.to_owned(),
                headers: headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                body: Default::default(),
                signed_otherwise: false,
            };
            confined().may_have_sent(&recorded, is_virtual)
        };
        let may = |method: &str, target: &str, headers: &[(&str, &str)]| sent(method, target, headers, false);
        assert!(may("PUT", "/b/mpuspec/1/a?partNumber=1&uploadId=x", &[]));
        assert!(may("GET", "/b?uploads=", &[]));
        assert!(sent("PUT", "/mpuspec/1/a", &[], true));
        assert!(!may("PUT", "/mpuspec/1/a", &[]), "that is another bucket");
        assert!(!sent("PUT", "/b/mpuspec/1/a", &[], true), "that is another key");
        for target in ["/b/prod/a", "/c/mpuspec/1/a", "/b/mpuspec/1/%2e%2e/a", "/bmpuspec/1/a", "b"] {
            assert!(!may("DELETE", target, &[]), "{target}");
        }
        assert!(!may("PUT", "/b?policy", &[]));
        assert!(!may("DELETE", "/b", &[]));
        assert!(!may("PUT", "/b/mpuspec/1/a", &[("x-amz-copy-source", "/b/prod/a")]));
    }

    proptest! {
        #[test]
        fn no_key_leaves_the_prefix(key in "[a./\\\\mpusec1]{0,24}") {
            let request = Request::key(Method::DELETE, &key);
            if confined().objection(&request, "b").is_none() {
                // However a server takes it for a path, it stays below.
                let mut path = Vec::new();
                for part in key.split(['/', '\\']) {
                    match part {
                        "" | "." => {}
                        ".." => _ = path.pop(),
                        part => path.push(part),
                    }
                }
                prop_assert!(path.starts_with(&["mpuspec", "1"]), "{key}");
            }
        }
    }
}
