//! The languages on the wire. A dialect reads what requests ask for, and writes headers, documents and errors; its
//! signatures are beside it. Nobody else asks which one is spoken.

pub(crate) mod documents;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub(crate) mod lists;
mod names;
mod oss;
mod reads;
mod route;
mod s3;
mod writes;

use std::fmt;

use http::request::Parts;

pub(crate) use names::Names;
pub use oss::OSS_REGION;
pub(crate) use oss::callback;
pub(crate) use reads::{Asking, Of, Reads};
pub(crate) use route::{Route, route};
pub use s3::REGION;
pub(crate) use writes::{Asked, ReadObject, StoredBytes, Writes};

use crate::http::{Request, S3Error};
use crate::model::Refusal;
use crate::provider;

/// A language on the wire.
pub(crate) trait Dialect: Reads + Writes + fmt::Debug + Send + Sync {
    /// Takes the head of a request apart.
    fn request(&self, parts: Parts) -> Result<Request, S3Error> {
        Request::new(parts, self.names().prefix, &|host| self.addressed(host))
    }

    /// A header of its own: `x-amz-tagging`, `x-oss-tagging`.
    fn header(&self, name: &str) -> String {
        format!("{}{name}", self.names().prefix)
    }

    /// A name for a request.
    fn request_id(&self) -> String {
        let digits = uuid::Uuid::now_v7().simple().to_string().to_uppercase();
        digits[digits.len() - self.names().request_id_length..].to_owned()
    }

    /// A refusal of the model. The key is for those that show it.
    fn refusal(&self, refusal: Refusal, key: &str) -> S3Error {
        let Names { part_number_argument, small_part_etag, .. } = self.names();
        S3Error::refused(refusal, key, part_number_argument, small_part_etag)
    }

    /// The names and numbers that are its own.
    fn names(&self) -> &'static Names;
}

/// The dialect of this name.
pub(crate) fn of(name: provider::Dialect) -> &'static dyn Dialect {
    match name {
        provider::Dialect::S3 => &s3::S3,
        provider::Dialect::Oss => &oss::Oss,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::of;
    use crate::http::Request;
    use crate::provider::Dialect;

    fn request_in(dialect: Dialect, host: &str, uri: &str) -> Option<Request> {
        let request = http::Request::builder().uri(uri).header("host", host).body(()).ok()?;
        of(dialect).request(request.into_parts().0).ok()
    }

    fn request(host: &str, uri: &str) -> Option<Request> {
        request_in(Dialect::S3, host, uri)
    }

    #[test]
    fn the_bucket_stands_in_the_path_or_in_the_host() {
        let found = |host, uri| {
            let request = request(host, uri).expect("a request");
            (request.bucket().to_owned(), request.key().to_owned())
        };
        let expected = ("b".to_owned(), "k/%20+ä".to_owned());
        assert_eq!(found("localhost:80", "/b/k/%2520+%C3%A4"), expected);
        assert_eq!(found("b.localhost:80", "/k/%2520+%C3%A4"), expected);
        assert_eq!(found("127.0.0.1:80", "/b//k"), ("b".to_owned(), "/k".to_owned()));
        assert_eq!(found("b.localhost", "//k"), ("b".to_owned(), "/k".to_owned()));
    }

    #[test]
    fn oss_takes_the_bucket_in_the_path_where_the_host_has_no_name() {
        let found = |host, uri| {
            let request = request_in(Dialect::Oss, host, uri).expect("a request");
            (request.bucket().to_owned(), request.key().to_owned(), request.second_level)
        };
        let expected = |second_level| ("b".to_owned(), "k/l".to_owned(), second_level);
        assert_eq!(found("127.0.0.1:80", "/b/k/l"), expected(false));
        assert_eq!(found("localhost:80", "/b/k/l"), expected(false));
        assert_eq!(found("b.oss-cn-hangzhou.localhost:80", "/k/l"), expected(false));
        assert_eq!(found("oss-cn-hangzhou.localhost:80", "/b/k/l"), expected(true));
        assert_eq!(found("oss-cn-hangzhou.localhost:80", "/"), (String::new(), String::new(), false));
    }

    #[test]
    fn headers_of_its_own_bear_the_prefix_of_the_dialect() {
        let builder =
            || http::Request::builder().header("x-amz-tagging", "s3").header("x-oss-tagging", "oss");
        for (dialect, tagging) in [(Dialect::S3, "s3"), (Dialect::Oss, "oss")] {
            let parts = builder().body(()).expect("a request").into_parts().0;
            let request = of(dialect).request(parts).expect("it can be taken apart");
            assert_eq!(request.own("tagging"), Some(tagging));
        }
    }

    #[test]
    fn lines_of_one_name_are_one_list() {
        let request = http::Request::builder()
            .header("x-amz-object-attributes", "ETag")
            .header("x-amz-object-attributes", "ObjectSize,StorageClass");
        let request = of(Dialect::S3).request(request.body(()).expect("a request").into_parts().0);
        let request = request.expect("it can be taken apart");
        let list = request.list("x-amz-object-attributes");
        assert_eq!(list.as_deref(), Some("ETag, ObjectSize,StorageClass"));
        assert_eq!(request.list("x-amz-trailer"), None);
    }

    #[test]
    fn headers_in_a_signed_url_are_taken_but_for_those_of_the_body() {
        let mut request = request(
            "localhost",
            "/b/k?X-Amz-Meta-A=1+2&if-none-match=*&x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32&X-Amz-Expires=1&X-Amz-Signature=0&uploadId=u",
        )
        .expect("a request");
        of(Dialect::S3).unfold(&mut request);
        assert_eq!(request.header("x-amz-meta-a"), Some("1 2"));
        assert_eq!(request.header("if-none-match"), Some("*"));
        assert_eq!(request.header("x-amz-checksum-crc32"), None);
        assert_eq!(request.header("x-amz-sdk-checksum-algorithm"), None);
        assert_eq!(
            request.query_names().collect::<Vec<_>>(),
            ["X-Amz-Expires", "X-Amz-Signature", "uploadId"]
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert!(request("localhost", "/b/%FF").is_none());
    }

    proptest! {
        #[test]
        fn no_uri_makes_it_panic(uri in "/[ -~]{0,60}", host in "[a-z.:0-9]{0,30}") {
            if let Some(request) = request(&host, &uri) {
                let _ = (request.count("max-parts"), request.query("uploadId"));
            }
        }
    }
}
