//! Figures for scrapers and people over HTTP/1.1: `GET /metrics` in the text format of Prometheus, `GET /stats` as JSON.
//! One request a connection, read within a bound; nothing else is understood.

use crate::{Server, stream};
use sqlx_kernel::Scope;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Bytes of a request with its headers.
const REQUEST_MAX: usize = 8 * 1024;
/// Requests at the same time: there are few scrapers.
const REQUESTS_MAX: usize = 16;
/// How long a request, and its answer, may take.
const PATIENCE: Duration = Duration::from_secs(5);

impl Server {
    /// Figures of the kernel and the doors.
    pub fn stats(&self) -> serde_json::Value {
        let mut stats = self.shared.kernel.stats(Scope::Kernel);
        stats["doors"] = serde_json::json!({ "clients": self.clients() });
        stats
    }

    /// The same as a scrape of Prometheus expects them.
    pub fn prometheus(&self) -> String {
        let clients = self.clients();
        let head = "# HELP sqlx_door_clients Clients that are in.\n# TYPE sqlx_door_clients gauge\n";
        format!("{}{head}sqlx_door_clients {clients}\n", self.shared.kernel.prometheus())
    }

    /// Answers requests until it is dropped.
    pub async fn serve_metrics(&self, listener: TcpListener) {
        let room = Arc::new(Semaphore::new(REQUESTS_MAX));
        loop {
            let Ok((socket, _)) = listener.accept().await else {
                tokio::time::sleep(crate::BREATH).await;
                continue;
            };
            let (server, room) = (self.clone(), room.clone());
            tokio::spawn(async move {
                let Ok(_place) = room.try_acquire() else { return };
                // Whoever is gone needs no answer.
                let _ = tokio::time::timeout(PATIENCE, server.answer(socket)).await;
            });
        }
    }

    async fn answer(&self, socket: TcpStream) -> std::io::Result<()> {
        let (mut input, mut output) = stream::split(socket, PATIENCE);
        while !input.waiting().windows(4).any(|end| end == b"\r\n\r\n") {
            if input.waiting().len() > REQUEST_MAX {
                break;
            }
            input.more().await?;
        }
        let request = String::from_utf8_lossy(input.waiting());
        let (status, kind, body) = match request.split_whitespace().collect::<Vec<_>>().as_slice() {
            _ if input.waiting().len() > REQUEST_MAX => {
                ("431 Request Header Fields Too Large", "text/plain", String::new())
            }
            ["GET", "/metrics", ..] => ("200 OK", "text/plain; version=0.0.4", self.prometheus()),
            ["GET", "/stats", ..] => ("200 OK", "application/json", self.stats().to_string()),
            ["GET", ..] => ("404 Not Found", "text/plain", "there are /metrics and /stats\n".to_owned()),
            _ => ("405 Method Not Allowed", "text/plain", "only GET is understood\n".to_owned()),
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        output.bytes.extend(head.as_bytes());
        output.bytes.extend(body.as_bytes());
        output.flush().await
    }
}
