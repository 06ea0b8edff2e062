//! Requests that are addressed and signed, in the right way or in a wrong one.

use bytes::{Bytes, BytesMut};
use http::header::HOST;
use http::{HeaderName, HeaderValue};
use reqwest::Url;

use super::dialect::{names, own};
use super::sign::{Resource, Signed, sign_request};
use super::{Body, Client, Credentials, Request, Signing, Tamper, Who};

/// A request that is ready to be sent.
pub(super) struct Prepared {
    pub(super) signed: http::Request<()>,
    pub(super) url: Url,
    pub(super) body: Option<Bytes>,
}

impl Client {
    /// Addresses a request to a node and signs it.
    pub(super) fn prepare(
        &self,
        node: &Url,
        request: &Request,
        signing: &Signing,
    ) -> Result<Prepared, String> {
        let bucket = request.bucket.as_deref().unwrap_or(&self.target.bucket);
        if let Some(objection) =
            self.confined.as_ref().and_then(|confined| confined.objection(request, bucket))
        {
            return Err(format!("not sent: {objection}"));
        }
        let (base, path) = self.target.base(node, bucket, request.addressing)?;
        let path_and_query = request.path_and_query(&path);
        let url = base.join(&path_and_query).map_err(|error| error.to_string())?;
        // A URL takes dot segments out of its path: such a key would name something else.
        let path_alone = path_and_query.split('?').next().unwrap_or_default();
        if url.path() != path_alone || url.host_str() != base.host_str() {
            return Err("a key with dot segments, or one that begins with a slash, cannot be sent".to_owned());
        }
        // Signed for another key, and sent to the right one: a server that does not look at the path carries
        // it out, where the other way round it would find nothing under the key.
        let right_path = url.path().to_owned();
        let other = (signing.tamper == Some(Tamper::Path)).then(|| {
            let mut other = url.clone();
            other.set_path(&format!("{}x", url.path()));
            other
        });
        let mut signed = http::Request::builder()
            .method(request.method.clone())
            .uri(other.as_ref().unwrap_or(&url).as_str())
            .body(())
            .map_err(|error| error.to_string())?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
            None => url.host_str().unwrap_or_default().to_owned(),
        };
        let headers = signed.headers_mut();
        headers.insert(HOST, HeaderValue::try_from(host).map_err(|error| error.to_string())?);
        let framed = match &request.body {
            Body::Framed(blob, framing) => framing.headers(blob.len()),
            _ => Vec::new(),
        };
        for (name, value) in request.headers.iter().chain(&framed) {
            let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
            headers
                .append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|error| error.to_string())?);
        }
        // An empty body would otherwise go without its length, which S3 asks for.
        if matches!(request.method.as_str(), "PUT" | "POST") && request.body.bytes().is_empty() {
            headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        // A header that is there to be changed after signing.
        let [name, before, after] = names(self.target.dialect).tampered_header;
        let tampered = HeaderName::try_from(own(self.target.dialect, name));
        let tampered = tampered.map_err(|error| error.to_string())?;
        if signing.tamper == Some(Tamper::Header) {
            headers.insert(tampered.clone(), HeaderValue::from_static(before));
        }
        let other_key = request.key.as_ref().filter(|_| other.is_some()).map(|key| format!("{key}x"));
        let resource = Resource { bucket, key: other_key.as_deref().or(request.key.as_deref()) };
        let made = self.sign(&mut signed, &request.body, &resource, signing)?;
        let mut body = match (&request.body, made) {
            (Body::Framed(blob, framing), Some(Signed { chunks: Some(mut chunks), .. })) => {
                Some(framing.frame(&blob.bytes, &mut chunks))
            }
            (Body::Empty, _) if !matches!(signed.method().as_str(), "PUT" | "POST") => None,
            (body, _) => Some(body.bytes()),
        };
        let mut url = if signing.url.is_some() {
            Url::parse(&signed.uri().to_string()).map_err(|error| error.to_string())?
        } else {
            url
        };
        match signing.tamper {
            None => {}
            Some(Tamper::Path) => url.set_path(&right_path),
            Some(Tamper::Query) => {
                let query = url.query().map_or_else(String::new, |query| format!("{query}&"));
                let added = names(self.target.dialect).tampered_query;
                url.set_query(Some(&format!("{query}{added}")));
            }
            Some(Tamper::PartNumber) => {
                let query = url.query().unwrap_or_default();
                let (before, after) = query
                    .split_once("partNumber=")
                    .ok_or("a request without a part number has none to change")?;
                let rest = after.split_once('&').map_or(String::new(), |(_, rest)| format!("&{rest}"));
                url.set_query(Some(&format!("{before}partNumber=2{rest}")));
            }
            Some(Tamper::Header | Tamper::NewHeader) => {
                signed.headers_mut().insert(tampered, HeaderValue::from_static(after));
            }
            Some(Tamper::Body) => {
                let changed = changed(&body.unwrap_or_default());
                body = Some(changed.ok_or("a request without a body has none to be tampered with")?);
            }
        }
        *signed.uri_mut() = url.as_str().parse().map_err(|_| "the URL cannot be sent".to_owned())?;
        Ok(Prepared { signed, url, body })
    }

    /// Signs in place, unless nobody does.
    fn sign(
        &self,
        request: &mut http::Request<()>,
        body: &Body,
        resource: &Resource<'_>,
        signing: &Signing,
    ) -> Result<Option<Signed>, String> {
        let unknown;
        let credentials = match signing.who {
            Who::Main => &*self.credentials,
            Who::Second => self.second.as_deref().ok_or("there is no second principal")?,
            Who::Temporary => self.temporary().ok_or("there are no temporary credentials")?,
            Who::UnknownKey => {
                unknown = Credentials {
                    access_key: "AKIAMPUSPECUNKNOWNKE".to_owned(),
                    token: None,
                    ..(*self.credentials).clone()
                };
                &unknown
            }
            Who::Anonymous => return Ok(None),
        };
        let target = (self.target.dialect, self.target.region.as_str());
        let signed = sign_request(request, body, resource, credentials, target, signing)?;
        self.redactor.learn_signature(&signed.signature);
        Ok(Some(signed))
    }
}

/// The same body with one byte changed, and the same document still: whoever only reads it finds nothing wrong.
fn changed(body: &Bytes) -> Option<Bytes> {
    let blank = body.iter().position(|byte| *byte == b' ').filter(|_| body.starts_with(b"<"));
    let mut bytes = BytesMut::from(&body[..]);
    match blank {
        Some(at) => bytes[at] = b'\n',
        None => *bytes.first_mut()? ^= 1,
    }
    Some(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_was_changed_says_the_same() {
        let changed = |text: &'static str| changed(&Bytes::from_static(text.as_bytes()));
        assert_eq!(changed("<A b=\"c d\"/>").as_deref(), Some(&b"<A\nb=\"c d\"/>"[..]));
        assert_eq!(changed("a part").as_deref(), Some(&b"` part"[..]));
        assert_eq!(changed(""), None);
    }
}
