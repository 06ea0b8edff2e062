//! How a server is started anew.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::bucket::probe;
use super::command::run_command;
use crate::wire::{Client, Log, Target, TroubleKind};

/// A way to start the server anew.
#[derive(Clone)]
pub enum Restart {
    /// A command of the user's.
    Command(String),
    /// A server in this process.
    Own(Arc<dyn Fn() + Send + Sync>),
}

impl fmt::Debug for Restart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => f.debug_tuple("Command").field(command).finish(),
            Self::Own(_) => f.write_str("Own"),
        }
    }
}

/// A server that takes longer to answer does not come back.
const LONGEST: Duration = Duration::from_secs(60);
const PROBES: u32 = 4;
/// A plain call takes no longer.
const PATIENCE: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(100);
/// A connection that an answer closes is closed by then.
const STAYS_OPEN: Duration = Duration::from_millis(100);
/// A command may return before the server has ended. By then it has.
const UNTIL_CUT: Duration = Duration::from_secs(5);

impl Restart {
    /// Starts the server anew, and waits until every node answers.
    pub(in super::super) async fn restart(&self, client: &Client) -> Result<(), String> {
        match self {
            Self::Command(command) => {
                // Whoever ends cuts its connections: until then it is the old one that answers.
                let mut before = connections(client).await;
                run_command(command, || client.budget.is_interrupted()).await?;
                for connection in &mut before {
                    let cut = async {
                        while connection.read(&mut [0; 1 << 10]).await.is_ok_and(|read| read > 0) {}
                    };
                    let _ = tokio::time::timeout(UNTIL_CUT, cut).await;
                }
            }
            Self::Own(restart) => {
                let restart = restart.clone();
                tokio::task::spawn_blocking(move || restart()).await.map_err(|error| error.to_string())?;
            }
        }
        client.begin_anew();
        let started = Instant::now();
        for at in 0..client.target.nodes().count() {
            while !answers(client, at).await {
                if client.budget.is_interrupted() {
                    return Err("the run was interrupted while the server came back".to_owned());
                }
                if started.elapsed() > LONGEST {
                    return Err(format!("the server does not answer within {} s", LONGEST.as_secs()));
                }
                tokio::time::sleep(AGAIN).await;
            }
        }
        Ok(())
    }
}

/// A connection to each node that stays open as long as the server runs.
async fn connections(client: &Client) -> Vec<TcpStream> {
    let mut connections = Vec::new();
    for node in client.target.nodes() {
        let host = node.host_str().unwrap_or_default();
        let Ok(addresses) = node.socket_addrs(|| None) else { continue };
        let opened = tokio::time::timeout(UNTIL_CUT, connection(&addresses, host)).await;
        connections.extend(opened.ok().flatten());
    }
    connections
}

/// One that no request was made on would be waited for by servers that end politely, so it is taken only where an answer
/// closes its own.
async fn connection(addresses: &[SocketAddr], host: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(addresses).await.ok()?;
    let request = format!("HEAD / HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let read = stream.read(&mut [0; 8 << 10]).await.ok()?;
    let is_closed = async { while stream.read(&mut [0; 1 << 10]).await.is_ok_and(|read| read > 0) {} };
    match tokio::time::timeout(STAYS_OPEN, is_closed).await {
        Err(_) if read > 0 => Some(stream),
        _ => TcpStream::connect(addresses).await.ok(),
    }
}

/// Whether a node answers, and not that it is busy with itself.
async fn answers(client: &Client, node: usize) -> bool {
    let found = probe(client, &Log::for_probe(node)).await;
    found.is_ok_and(|answer| answer.status < 500)
}

/// Whether one of the nodes takes a plain call and does not answer it, where calls had no answer before.
pub(in super::super) async fn hangs(client: &Client) -> bool {
    if !client.may_hang() {
        return false;
    }
    for at in 0..client.target.nodes().count() {
        let log = Log::for_probe(at).with_patience(Some(PATIENCE));
        let found = probe(client, &log).await;
        if found.is_err_and(|trouble| trouble.kind == TroubleKind::Timeout) {
            return true;
        }
    }
    false
}

/// Whether nobody listens at one of the nodes.
pub(in super::super) async fn is_gone(client: &Client) -> bool {
    for at in 0..client.target.nodes().count() {
        if is_gone_at(client, at).await {
            return true;
        }
    }
    false
}

/// Asked twice, since a server may be starting anew; and again while one that ends still takes connections.
async fn is_gone_at(client: &Client, node: usize) -> bool {
    let mut unreachable = 0;
    for _ in 0..PROBES {
        match probe(client, &Log::for_probe(node)).await {
            Err(trouble) if trouble.kind == TroubleKind::Unreachable => unreachable += 1,
            Err(trouble) if trouble.kind == TroubleKind::Cut => {}
            _ => return false,
        }
        if unreachable == 2 {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    false
}

/// Looks whether every node has the bucket.
pub(in super::super) async fn bucket_is_shared(client: &Client) -> Result<(), String> {
    for (at, node) in client.target.nodes().enumerate().skip(1) {
        let found = probe(client, &Log::for_probe(at)).await;
        let told = match found {
            Ok(answer) if answer.is_ok() => continue,
            Ok(answer) => answer.summary(),
            Err(trouble) => trouble.to_string(),
        };
        let first = Target::written(&client.target.endpoint);
        return Err(format!(
            "the node {} does not have the bucket {} that {first} has ({told}); nodes are doors to one storage",
            Target::written(node),
            client.target.bucket,
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_that_closes_behind_each_answer_is_watched_too() {
        for header in ["connection: close", "connection: keep-alive"] {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let server = tokio::spawn(async move {
                let (mut kept, mut at) = (Vec::new(), 0);
                while let Ok((mut stream, _)) = listener.accept().await {
                    at += 1;
                    if at == 1 {
                        let _ = stream.read(&mut [0; 1 << 10]).await;
                        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n{header}\r\n\r\n");
                        stream.write_all(answer.as_bytes()).await.expect("written");
                        if header.ends_with("close") {
                            continue;
                        }
                    }
                    kept.push(stream);
                }
            });
            let mut stream = connection(&[address], "localhost").await.expect("a connection");
            let waited = tokio::time::timeout(STAYS_OPEN, stream.read(&mut [0; 8])).await;
            assert!(waited.is_err(), "{header}: it is open while the server runs");
            server.abort();
            let _ = server.await;
            let read = tokio::time::timeout(PATIENCE, stream.read(&mut [0; 8])).await.expect("in time");
            assert!(read.map_or(true, |read| read == 0), "{header}: it is cut with the server");
        }
    }
}
