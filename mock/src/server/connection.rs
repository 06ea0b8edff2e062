//! Connections: the only file that names hyper's server.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;

use http::{Method, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::http::{Answer, Leniency, Payload, Pieces, Request, S3Error, Signed, authenticate, url_encoded};
use crate::model::{Defect, Rules, UploadId};
use crate::ops::{Call, Service};
use crate::{ACCESS_KEY, SECOND_ACCESS_KEY, SECOND_SECRET_KEY, SECRET_KEY};

/// Accepts connections until told to stop; those that are open then are closed.
pub(super) async fn accept(
    listener: TcpListener,
    service: Arc<Service>,
    tls: Option<TlsAcceptor>,
    mut stopped: oneshot::Receiver<()>,
) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stopped => return,
        };
        // A connection that was reset before it could be accepted is no reason to stop.
        let Ok((stream, _)) = accepted else { continue };
        // Small answers must not wait for more data.
        let _ = stream.set_nodelay(true);
        let (service, tls) = (service.clone(), tls.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let service = service.clone();
                async move { Ok::<_, Infallible>(respond(&service, request).await) }
            });
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new());
            // A client that goes away in the middle is its own affair.
            match tls {
                None => _ = server.serve_connection(TokioIo::new(stream), answer).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        let _ = server.serve_connection(TokioIo::new(stream), answer).await;
                    }
                }
            }
        });
    }
}

async fn respond(service: &Service, request: http::Request<Incoming>) -> Response<Pieces> {
    let (parts, mut body) = request.into_parts();
    let head = parts.method == Method::HEAD;
    // Who waits for a go-ahead gets the answer instead of it, and sends nothing.
    let waits = parts.headers.contains_key(header::EXPECT);
    let resource = parts.uri.path().to_owned();
    let request_id = uuid::Uuid::now_v7().simple().to_string()[16..].to_uppercase();
    let answer = match answer(service, parts, &mut body).await {
        Ok(answer) => answer,
        Err(error) => {
            let answer = error.spelt(&service.provider).into_answer(&resource, &request_id);
            // Nothing follows the head of an answer to HEAD.
            if head { answer.body(Pieces::default()) } else { answer }
        }
    };
    if !waits && !body.is_end_stream() {
        tokio::spawn(read_on(body));
    }
    answer
        .header("server", concat!("mpuspec-mock/", env!("CARGO_PKG_VERSION")))
        .header("x-amz-request-id", &request_id)
        .header("x-amz-id-2", &request_id)
        .into_response()
}

/// No client has sent more before it looks at the answer.
const MOST_READ_ON: usize = 64 << 20;

/// Reads what comes behind an early answer: were the connection closed on a client that is still sending,
/// the answer would be lost.
async fn read_on(mut body: Incoming) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, bytes::Bytes::len);
        if read > MOST_READ_ON {
            return;
        }
    }
}

async fn answer(
    service: &Service,
    parts: http::request::Parts,
    body: &mut Incoming,
) -> Result<Answer, S3Error> {
    let mut request = Request::new(parts)?;
    if let Some(key) = &mut request.key {
        mangle(key, &service.rules);
    }
    let has = |defect| service.rules.has(defect);
    if has(Defect::TakeKeyFromUploadId) {
        take_key_from_upload_id(&mut request, service);
    }
    let lenient = Leniency {
        skew: has(Defect::IgnoreSkew),
        expiry: has(Defect::IgnoreExpiry),
        signature: has(Defect::IgnoreSignatures),
        region: has(Defect::IgnoreRegion),
        unsigned_headers: has(Defect::IgnoreUnsignedHeaders),
    };
    if has(Defect::RefuseSignedUrls) && request.has_query("X-Amz-Signature") {
        return Err(S3Error::access_denied());
    }
    let signed = if open(&request).is_some_and(has) {
        Ok(Signed { principal: Some(ACCESS_KEY.to_owned()), payload: Payload::Unsigned })
    } else {
        authenticate(&request, &service.region, lenient, secret_of)
    };
    let Signed { principal, payload } = signed?;
    Call { service, request, principal, payload: Some(payload), body: Some(body) }.answer().await
}

fn secret_of(access_key: &str) -> Option<&'static str> {
    match access_key {
        ACCESS_KEY => Some(SECRET_KEY),
        SECOND_ACCESS_KEY => Some(SECOND_SECRET_KEY),
        _ => None,
    }
}

/// The defect by which anybody could do what the request asks.
fn open(request: &Request) -> Option<Defect> {
    let has = |name| request.has_query(name);
    Some(match (&request.method, has("uploadId"), has("uploads")) {
        (&Method::POST, false, true) => Defect::OpenCreate,
        (&Method::PUT, true, _) if request.headers.contains_key("x-amz-copy-source") => {
            Defect::OpenUploadPartCopy
        }
        (&Method::PUT, true, _) => Defect::OpenUploadPart,
        (&Method::POST, true, _) => Defect::OpenComplete,
        (&Method::DELETE, true, _) => Defect::OpenAbort,
        (&Method::GET, true, _) => Defect::OpenListParts,
        (&Method::GET, false, true) => Defect::OpenListUploads,
        _ => return None,
    })
}

/// With a deliberate mistake: what the path says does not count if the upload has another key.
fn take_key_from_upload_id(request: &mut Request, service: &Service) {
    let Some(id) = request.query("uploadId").map(|id| UploadId(id.to_owned())) else { return };
    let store = service.store.lock();
    let Some(bucket) = store.buckets.get(request.bucket()) else { return };
    let found = bucket.keys.iter().find(|(_, state)| state.uploads.contains_key(&id));
    if let Some((key, _)) = found {
        request.raw_path = format!("/{}/{}", request.bucket(), url_encoded(key));
        request.key = Some(key.clone());
    }
}

/// What deliberate mistakes make of a key.
fn mangle(key: &mut String, rules: &Rules) {
    if rules.has(Defect::MangleKeys) {
        let harmless = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
        *key = key.chars().map(|c| if harmless(c) { c } else { '_' }).collect();
    }
    if rules.has(Defect::TidySlashes) {
        *key = key.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/");
    }
    if rules.has(Defect::StripDots) {
        *key = key.split('/').map(|segment| segment.trim_start_matches('.')).collect::<Vec<_>>().join("/");
    }
}
