//! Messages on standard input and output, as the base protocol frames them.

use lsp_server::{Message, RequestId, Response};
use serde::Serialize;
use std::io::{self, BufRead, Read, Write};

/// Longest message that is read: a document of that size would not be edited by hand.
const MESSAGE_BYTES_MAX: usize = 256 << 20;
/// Longest header line that is read; real ones have some thirty bytes.
const HEADER_BYTES_MAX: u64 = 4096;

/// What stands next in the stream.
pub(super) enum Incoming {
    /// A message.
    Message(Box<Message>),
    /// Something that is no message; the words say why.
    Wrong(String),
    /// Nothing more.
    End,
}

/// Reads the next message. What is no message is passed over, so that the next one is found.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Incoming> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(HEADER_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            return Ok(Incoming::End);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse::<usize>().ok();
            }
            Some(_) => {}
            None => return Ok(Incoming::Wrong(format!("`{}` is no header", short(line)))),
        }
    }
    let Some(length) = length else {
        return Ok(Incoming::Wrong("a message without Content-Length".to_owned()));
    };
    if length > MESSAGE_BYTES_MAX {
        io::copy(&mut input.by_ref().take(length as u64), &mut io::sink())?;
        return Ok(Incoming::Wrong(format!("a message of {length} bytes is too long")));
    }
    let mut body = Vec::new();
    if input.by_ref().take(length as u64).read_to_end(&mut body)? < length {
        return Ok(Incoming::End);
    }
    match serde_json::from_slice(&body) {
        Ok(message) => Ok(Incoming::Message(Box::new(message))),
        Err(error) => Ok(Incoming::Wrong(format!("no message: {error}"))),
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Writes messages to standard output. A client that is gone is found out by the reader.
pub(super) struct Outbox;

impl Outbox {
    /// Sends a message.
    pub(super) fn send(&self, message: impl Into<Message>) {
        let _ = message.into().write(&mut io::stdout().lock());
    }

    /// Tells the client something.
    pub(super) fn notify(&self, method: &str, parameters: impl Serialize) {
        self.send(lsp_server::Notification::new(method.to_owned(), parameters));
    }

    /// Answers a request with an error.
    pub(super) fn fail(&self, id: RequestId, code: i32, why: String) {
        self.send(Response::new_err(id, code, why));
    }

    /// Answers what could not be read: nobody knows its id.
    pub(super) fn fail_unread(&self, why: &str) {
        let body = serde_json::json!({
            "jsonrpc": "2.0", "id": null, "error": {"code": lsp_server::ErrorCode::ParseError as i32, "message": why},
        })
        .to_string();
        let mut out = io::stdout().lock();
        let _ = write!(out, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_messages_are_passed_over() {
        let mut input = "rubbish\r\nContent-Length: 5\r\n\r\n{\"a\":Content-Length: 37\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}    "
            .as_bytes();
        assert!(matches!(read(&mut input), Ok(Incoming::Wrong(why)) if why.contains("header")));
        assert!(matches!(read(&mut input), Ok(Incoming::Wrong(why)) if why.contains("no message")));
        assert!(matches!(read(&mut input), Ok(Incoming::Message(_))));
        assert!(matches!(read(&mut input), Ok(Incoming::End)));
    }
}
