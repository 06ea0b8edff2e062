//! What a connection goes through when the answer comes before the end of the request.

use std::io::{Read, Write};
use std::net::TcpStream;

use mpuspec_mock::Mock;

/// Reads the head of an answer and as much body as it declares; gives the status line.
fn status(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("text").to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().expect("a number")];
    stream.read_exact(&mut body).expect("a body");
    head.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_refused_body_is_read_to_its_end_and_the_connection_lives_on() {
    let mock = Mock::builder().start().expect("it starts");
    mock.create_bucket("b");
    let mut stream = TcpStream::connect(mock.address()).expect("a connection");
    for _ in 0..3 {
        let length = 8 << 20;
        write!(stream, "PUT /b/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n")
            .expect("sent");
        stream.write_all(&vec![0; length]).expect("the server goes on reading");
        assert_eq!(status(&mut stream), "http/1.1 403 forbidden");
    }
}
