//! Requests that stop in the middle of their body, or before their last byte, on a connection of their own.
//!
//! No HTTP client offers that, so the request is written by hand. The server is asked for a
//! `100 Continue` first: behind it the head has been read, and the request is under way.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::answer::Response;
use super::{Trouble, TroubleKind};

/// A request whose body was sent in half.
#[derive(Debug)]
pub struct Held {
    stream: TcpStream,
    /// The half that is still to be sent.
    rest: Bytes,
    /// What has been read and not yet understood.
    read: Vec<u8>,
    /// The longest answer.
    longest: usize,
    /// The answer has no body, whatever its head says.
    bodiless: bool,
    /// How long to wait behind the first bytes of the answer.
    pause: Duration,
    pub(super) operation: &'static str,
    pub(super) start_us: u64,
    pub(super) request: super::RecordedRequest,
    /// Its number among the newest requests.
    pub(super) recent: u64,
    /// The node that it was sent to, where there are several.
    pub(super) node: Option<String>,
}

/// So long a server may take to say that the body may come.
const PATIENCE: Duration = Duration::from_secs(1);
/// Where a request stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// After half of the body.
    Half,
    /// Before the last byte, without which nothing can come of it.
    LastByte,
}

/// Where an answer is read slowly, little of it may wait on this side.
const NARROW: u32 = 16 << 10;

/// Connects so that few bytes are taken before they are read.
async fn connect_narrowly(address: (&str, u16)) -> std::io::Result<TcpStream> {
    let mut found = tokio::net::lookup_host(address).await?;
    let address = found.next().ok_or_else(|| std::io::Error::other("the host has no address"))?;
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_recv_buffer_size(NARROW)?;
    socket.connect(address).await
}

fn cut(error: &std::io::Error) -> Trouble {
    Trouble::new(TroubleKind::Cut, error.to_string())
}

impl Held {
    /// Sends the request up to where it stops.
    pub(super) async fn begin(
        signed: &http::Request<()>,
        body: Bytes,
        (stop, longest, pause): (Stop, usize, Option<Duration>),
        operation: &'static str,
        start_us: u64,
        request: super::RecordedRequest,
    ) -> Result<Self, Trouble> {
        let uri = signed.uri();
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        // A bucket before localhost is on this machine too, which not every resolver knows (RFC 6761).
        let host = if host == "localhost" || host.ends_with(".localhost") { "127.0.0.1" } else { host };
        let address = (host, uri.port_u16().unwrap_or(80));
        let stream = match pause {
            Some(_) => connect_narrowly(address).await,
            None => TcpStream::connect(address).await,
        };
        let stream = stream.map_err(|error| Trouble::new(TroubleKind::Unreachable, error.to_string()))?;
        let target = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let mut head = format!("{} {target} HTTP/1.1\r\n", signed.method()).into_bytes();
        for (name, value) in signed.headers() {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        if !body.is_empty() {
            head.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
        }
        if stop == Stop::Half {
            head.extend_from_slice(b"expect: 100-continue\r\n");
        }
        head.extend_from_slice(b"connection: close\r\n\r\n");
        let bodiless = signed.method() == http::Method::HEAD;
        let rest = Bytes::new();
        let mut held = Self {
            stream,
            rest,
            read: Vec::new(),
            longest,
            bodiless,
            pause: pause.unwrap_or_default(),
            operation,
            start_us,
            request,
            recent: 0,
            node: None,
        };
        match stop {
            Stop::Half => {
                held.write(&head).await?;
                // A server that says nothing gets the body all the same, as RFC 9110 has it.
                let _ = tokio::time::timeout(PATIENCE, held.read_some()).await;
                held.write(&body[..body.len() / 2]).await?;
                held.rest = body.slice(body.len() / 2..);
            }
            Stop::LastByte => {
                let _ = held.stream.set_nodelay(true);
                head.extend_from_slice(&body);
                let whole = Bytes::from(head);
                held.write(&whole[..whole.len() - 1]).await?;
                held.rest = whole.slice(whole.len() - 1..);
            }
        }
        Ok(held)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.stream.write_all(bytes).await.map_err(|error| cut(&error))
    }

    async fn read_some(&mut self) -> Result<usize, Trouble> {
        let mut piece = [0; 8 << 10];
        let count = self.stream.read(&mut piece).await.map_err(|error| cut(&error))?;
        self.read.extend_from_slice(&piece[..count]);
        if self.read.len() > self.longest {
            let told = format!("more than {} bytes", self.longest);
            return Err(Trouble::new(TroubleKind::Oversized, told));
        }
        Ok(count)
    }

    /// Sends the rest, and goes away after a while, whether or not an answer has come.
    pub(super) async fn hang_up(&mut self, after: Duration) {
        let rest = std::mem::take(&mut self.rest);
        let _ = self.stream.write_all(&rest).await;
        tokio::time::sleep(after).await;
        let _ = self.stream.shutdown().await;
    }

    /// Ends the body too early, and waits a while for the server to notice.
    pub(super) async fn cut_off(&mut self) {
        let _ = self.stream.shutdown().await;
        let ended = async { while self.read_some().await.is_ok_and(|count| count > 0) {} };
        let _ = tokio::time::timeout(PATIENCE, ended).await;
    }

    /// Sends the rest of the body and reads the answer, which may have come before.
    pub(super) async fn finish(&mut self) -> Result<Response, Trouble> {
        let rest = std::mem::take(&mut self.rest);
        // A server that has answered already may have closed: its answer counts.
        let sent = self.stream.write_all(&rest).await;
        loop {
            let count = match self.read_some().await {
                Ok(count) => count,
                Err(_) if !self.read.is_empty() => 0,
                Err(trouble) => return Err(trouble),
            };
            tokio::time::sleep(std::mem::take(&mut self.pause)).await;
            if let Some(response) = parse(&self.read, count == 0, self.bodiless)? {
                return Ok(response);
            }
            if count == 0 {
                let detail = sent.err().map_or_else(String::new, |error| error.to_string());
                return Err(Trouble::new(TroubleKind::Cut, detail));
            }
        }
    }
}

/// The answer, once it is whole; interim answers are passed over.
fn parse(mut bytes: &[u8], ended: bool, bodiless: bool) -> Result<Option<Response>, Trouble> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 100];
        let mut parsed = httparse::Response::new(&mut headers);
        let unreadable = |reason: String| Trouble::new(TroubleKind::Unreadable, reason);
        let length = match parsed.parse(bytes).map_err(|error| unreadable(error.to_string()))? {
            httparse::Status::Partial => return Ok(None),
            httparse::Status::Complete(length) => length,
        };
        let status =
            StatusCode::from_u16(parsed.code.unwrap_or(0)).map_err(|error| unreadable(error.to_string()))?;
        if status.is_informational() {
            bytes = &bytes[length..];
            continue;
        }
        let mut map = HeaderMap::new();
        for header in parsed.headers.iter() {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(header.name), HeaderValue::from_bytes(header.value))
            {
                map.append(name, value);
            }
        }
        let declared = map.get("content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let chunked = map
            .get("transfer-encoding")
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked"));
        let body = &bytes[length..];
        let body = match declared {
            _ if bodiless || matches!(status.as_u16(), 204 | 304) => Some(Vec::new()),
            _ if chunked => unchunked(body),
            Some(declared) => body.get(..declared).map(<[u8]>::to_vec),
            None => ended.then(|| body.to_vec()),
        };
        return Ok(body.map(|body| Response { status, headers: map, body: Bytes::from(body) }));
    }
}

/// The content of a body in chunks; `None` as long as it is not whole.
fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let httparse::Status::Complete((head, size)) = httparse::parse_chunk_size(bytes).ok()? else {
            return None;
        };
        let size = usize::try_from(size).ok()?;
        if size == 0 {
            return Some(content);
        }
        content.extend_from_slice(bytes.get(head..head.checked_add(size)?)?);
        bytes = bytes.get(head + size + 2..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_or_not_there() {
        let parse = |text: &str, ended| {
            parse(text.as_bytes(), ended, false).expect("readable").map(|r| r.body.to_vec())
        };
        assert_eq!(parse("HTTP/1.1 100 Continue\r\n\r\n", false), None);
        let counted = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 x\r\ncontent-length: 2\r\n\r\nab";
        assert_eq!(parse(counted, false), Some(b"ab".to_vec()));
        assert_eq!(parse(&counted[..counted.len() - 1], false), None);
        let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        assert_eq!(parse(chunks, false), Some(b"abc".to_vec()));
        assert_eq!(parse("HTTP/1.1 200 OK\r\n\r\nabc", true), Some(b"abc".to_vec()));
        assert_eq!(parse("HTTP/1.1 200 OK\r\n\r\nabc", false), None);
    }
}
