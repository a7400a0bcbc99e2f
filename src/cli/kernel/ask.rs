//! Asking a kernel for its figures: one `GET`, one answer.

use super::super::{Failure, failure};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer that is read: figures of thousands of pools.
const ANSWER_MAX: u64 = 16 << 20;

/// The figures of the kernel at `http://HOST:PORT`, or at `HOST:PORT`.
pub(super) fn stats(url: &str) -> Result<Value, Failure> {
    let place = url.strip_prefix("http://").unwrap_or(url);
    let place = place.split('/').next().unwrap_or_default();
    let wrong = |error: std::io::Error| Failure(format!("{url}: {error}"));
    let Some(address) = place.to_socket_addrs().map_err(wrong)?.next() else {
        return failure(format!("{url} names no address"));
    };
    let mut socket = TcpStream::connect_timeout(&address, PATIENCE).map_err(wrong)?;
    socket.set_read_timeout(Some(PATIENCE)).map_err(wrong)?;
    let request = format!("GET /stats HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).map_err(wrong)?;
    let mut answer = String::new();
    socket.take(ANSWER_MAX).read_to_string(&mut answer).map_err(wrong)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => {
            serde_json::from_str(body).map_err(|error| Failure(format!("{url}: {error}")))
        }
        _ => {
            failure(format!("{url} is no kernel: it answers `{}`", answer.lines().next().unwrap_or_default()))
        }
    }
}
