//! Connections: the only file that names hyper's server.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::defects::{Defect, Defects};
use crate::http::{Answer, Asked, Leniency, Payload, Pieces, Request, S3Error, Signed, authenticate};
use crate::ops::{Call, Service, left_out};
use crate::provider::Dialect;
use crate::{ACCESS_KEY, accounts};

/// What a running server is told.
pub(super) enum Order {
    /// To begin anew, and to say when it has.
    Restart(std::sync::mpsc::Sender<()>),
    Stop,
}

/// Accepts connections until told otherwise; those that are open then are closed with the runtime.
pub(super) async fn accept(
    listener: TcpListener,
    service: Arc<Service>,
    tls: Option<TlsAcceptor>,
    orders: &mut mpsc::UnboundedReceiver<Order>,
) -> Order {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return Order::Stop };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            order = orders.recv() => return order.unwrap_or(Order::Stop),
        };
        // A connection that was reset before it could be accepted is no reason to stop.
        let Ok((stream, _)) = accepted else { continue };
        // Small answers must not wait for more data.
        let _ = stream.set_nodelay(true);
        let (service, tls) = (service.clone(), tls.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let service = service.clone();
                // In a task of its own: what a request asks for is done, whoever waits for the answer.
                tokio::spawn(async move { respond(&service, request).await })
            });
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).half_close(true);
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
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default().to_owned();
    let began = Instant::now();
    let dialect = service.provider.dialect;
    let request_id = request_id(dialect);
    let host_id = host_id(&request_id);
    let asked =
        Asked { dialect, head, host: &host, resource: &resource, request_id: &request_id, host_id: &host_id };
    let answer = match answer(service, parts, &mut body).await {
        Ok(answer) => answer,
        Err(error) => {
            let answer = told(service, error).into_answer(&asked);
            let answer = left_out::change(&service.defects, left_out::OF_ERRORS, answer);
            // As AWS does: clients that wait for a go-ahead may not use the connection of a refusal again.
            if waits { answer.header("connection", "close") } else { answer }
        }
    };
    if !waits && !body.is_end_stream() {
        tokio::spawn(read_on(body));
    }
    let answer = answer
        .header("server", concat!("mpuspec-mock/", env!("CARGO_PKG_VERSION")))
        .header(&dialect.header("request-id"), &request_id);
    let answer = match dialect {
        Dialect::S3 => answer.header("x-amz-id-2", &host_id),
        Dialect::Oss => answer.header("x-oss-server-time", &began.elapsed().as_millis().to_string()),
    };
    answer.into_response()
}

/// A name for a request, as long as the dialect's are.
fn request_id(dialect: Dialect) -> String {
    let digits = uuid::Uuid::now_v7().simple().to_string().to_uppercase();
    let length = match dialect {
        Dialect::S3 => 16,
        Dialect::Oss => 24,
    };
    digits[digits.len() - length..].to_owned()
}

/// The second name of a request, which S3 gives as Base64.
fn host_id(request_id: &str) -> String {
    STANDARD.encode([uuid::Uuid::new_v4().as_bytes(), request_id.as_bytes()].concat())
}

/// An error as it is told, with the spelling of the provider and what deliberate mistakes make of it.
fn told(service: &Service, error: S3Error) -> S3Error {
    let has = |defect| service.defects.has(defect);
    let error = error.spelt(&service.provider, |code| {
        code == "BadDigest" && has(Defect::TellBadDigest)
            || code == "NotImplemented" && has(Defect::TellNotImplementedAs501)
    });
    if has(Defect::OmitErrorNumbers) { error.without_number() } else { error }
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
    let mut request = Request::new(parts, service.provider.dialect)?;
    let has = |defect| service.defects.has(defect);
    if request.second_level && !has(Defect::TakePathStyle) {
        let message =
            "The bucket you are attempting to access must be addressed using OSS third level domain.";
        return Err(S3Error::new("SecondLevelDomainForbidden", message));
    }
    let signed_url = request.dialect.signature_parameters().iter().any(|name| request.has_query(name));
    if has(Defect::RefuseSignedUrls) && signed_url {
        return Err(S3Error::access_denied());
    }
    let signed = if open(&request).is_some_and(has) {
        Ok(Signed { principal: Some(ACCESS_KEY.to_owned()), payload: Payload::Unsigned })
    } else {
        let check = |request: &Request| {
            authenticate(request, &service.region, Leniency::of(&service.defects), accounts::find)
        };
        match check(&request) {
            Err(error) if has(Defect::TakeSignatureOfNeighbour) => {
                with_neighbours_key(&mut request, |request| check(request).ok()).ok_or(error)
            }
            checked => checked,
        }
    };
    let Signed { principal, payload } = signed?;
    if request.dialect == Dialect::S3 && signed_url {
        request.take_hoisted_headers();
    }
    if let Some(key) = &mut request.key {
        mangle(key, &service.defects);
    }
    if has(Defect::TakeForeignHeaders) {
        request.take_foreign_headers();
    }
    Call { service, request, principal, payload: Some(payload), body: Some(body) }.answer().await
}

/// The defect by which anybody could do what the request asks.
fn open(request: &Request) -> Option<Defect> {
    let has = |name| request.has_query(name);
    Some(match (&request.method, has("uploadId"), has("uploads")) {
        (&Method::POST, false, true) => Defect::OpenCreate,
        (&Method::PUT, true, _) if request.own("copy-source").is_some() => Defect::OpenUploadPartCopy,
        (&Method::PUT, true, _) => Defect::OpenUploadPart,
        (&Method::POST, true, _) => Defect::OpenComplete,
        (&Method::DELETE, true, _) => Defect::OpenAbort,
        (&Method::GET, true, _) => Defect::OpenListParts,
        (&Method::GET, false, true) => Defect::OpenListUploads,
        _ => return None,
    })
}

/// Looks at a request as if its key had one letter more, whichever serves.
fn with_neighbours_key<T>(request: &mut Request, look: impl Fn(&Request) -> Option<T>) -> Option<T> {
    let (path, key) = (request.raw_path.clone(), request.key.clone());
    let found = ('a'..='z').find_map(|letter| {
        request.raw_path = format!("{path}{letter}");
        request.key = key.as_ref().map(|key| format!("{key}{letter}"));
        look(request)
    });
    (request.raw_path, request.key) = (path, key);
    found
}

/// What deliberate mistakes make of a key.
fn mangle(key: &mut String, defects: &Defects) {
    if defects.has(Defect::MangleKeys) {
        let harmless = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
        *key = key.chars().map(|c| if harmless(c) { c } else { '_' }).collect();
    }
    if defects.has(Defect::TidySlashes) {
        *key = key.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("/");
    }
    if defects.has(Defect::StripDots) {
        *key = key.split('/').map(|segment| segment.trim_start_matches('.')).collect::<Vec<_>>().join("/");
    }
}
