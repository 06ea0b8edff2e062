//! Connections: the only file that names hyper's server.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use http::{Method, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::call::points::Answered;
use crate::call::{Call, Service};
use crate::checks::{Check, Checks};
use crate::dialect::{self, Asked};
use crate::http::{Answer, Pieces, Request, S3Error, Signed};
use crate::ops::route;

/// An order to a running server.
pub(super) enum Order {
    /// To begin anew, and to say when it has.
    Restart(std::sync::mpsc::Sender<()>),
    Stop,
}

/// Accepts connections until an order comes; those that are open then are closed with the runtime.
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
    let dialect = dialect::of(service.provider.dialect);
    let request_id = dialect.request_id();
    let request = dialect.request(parts);
    let operation = request.as_ref().map_or("", route::operation);
    let asked = Asked { operation, head, host: &host, resource: &resource, request_id: &request_id };
    let kept = request.as_ref().ok().filter(|_| service.points.keeps_requests()).cloned();
    let answered = match request {
        Ok(request) => answer(service, operation, request, &mut body).await,
        Err(error) => Err(error),
    };
    let refused = answered.is_err();
    let mut answer = answered.unwrap_or_else(|error| dialect.error(&error.spelt(&service.provider), &asked));
    if let Some(request) = &kept {
        service.points.answer(Answered { service, request, refused }, &mut answer);
    }
    // As AWS does: clients that wait for a go-ahead may not use the connection of a refusal again.
    let answer = if refused && waits { answer.header("connection", "close") } else { answer };
    if !waits && !body.is_end_stream() {
        tokio::spawn(read_on(body));
    }
    let answer = answer.header("server", concat!("mpuspec-mock/", env!("CARGO_PKG_VERSION")));
    dialect.sign_off(answer, &request_id, began.elapsed()).into_response()
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
    operation: &'static str,
    mut request: Request,
    body: &mut Incoming,
) -> Result<Answer, S3Error> {
    let (points, dialect) = (&*service.points, dialect::of(service.provider.dialect));
    let checks: &dyn Checks = points;
    if request.second_level {
        let message =
            "The bucket you are attempting to access must be addressed using OSS third level domain.";
        checks.pass(Check::SecondLevel, Err(S3Error::new("SecondLevelDomainForbidden", message)))?;
    }
    let found = dialect.authenticate(&request, &service.region, points, &|key| service.accounts.find(key));
    let Signed { principal, payload } = points.sender(service, &request, found)?;
    dialect.unfold(&mut request);
    route::answer(Call { service, operation, request, principal, payload: Some(payload), body: Some(body) })
        .await
}
