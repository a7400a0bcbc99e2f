//! Both ends of a client's connection: bytes that have arrived and were not taken yet, bytes that wait to be sent.

use crate::limits::{READ_AHEAD, READ_CHUNK, WRITE_AHEAD};
use std::io::{Error, ErrorKind, Result};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// What a client sends.
pub(crate) struct Input {
    half: OwnedReadHalf,
    buffer: Vec<u8>,
    /// Up to here it was taken.
    taken: usize,
}

impl Input {
    /// What has arrived.
    pub(crate) fn waiting(&self) -> &[u8] {
        &self.buffer[self.taken..]
    }

    /// Takes the first bytes of what has arrived.
    pub(crate) fn take(&mut self, bytes: usize) -> &[u8] {
        let from = self.taken;
        self.taken = (from + bytes).min(self.buffer.len());
        &self.buffer[from..self.taken]
    }

    /// Waits for more; fails at the end. May be dropped at any time.
    pub(crate) async fn more(&mut self) -> Result<()> {
        if self.taken > 0 {
            self.buffer.drain(..self.taken);
            self.taken = 0;
            // A large message is rare; its memory is not kept.
            if self.buffer.capacity() > 4 * READ_AHEAD && self.buffer.len() < READ_CHUNK {
                self.buffer.shrink_to(READ_CHUNK);
            }
        }
        self.buffer.reserve(READ_CHUNK);
        match self.half.read_buf(&mut self.buffer).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Waits until so many bytes have arrived.
    pub(crate) async fn at_least(&mut self, bytes: usize) -> Result<()> {
        while self.waiting().len() < bytes {
            self.more().await?;
        }
        Ok(())
    }

    /// Works while the client is there: if it leaves, the work is dropped. What it sends meanwhile is kept, up to a
    /// bound.
    pub(crate) async fn attended<T>(&mut self, work: impl Future<Output = T>) -> Result<T> {
        let leaves = async {
            loop {
                if self.waiting().len() >= READ_AHEAD {
                    std::future::pending::<()>().await;
                }
                if let Err(error) = self.more().await {
                    return error;
                }
            }
        };
        tokio::select! {
            biased;
            done = work => Ok(done),
            error = leaves => Err(error),
        }
    }
}

/// What is sent to a client.
pub(crate) struct Output {
    half: OwnedWriteHalf,
    patience: Duration,
    /// What waits to be sent.
    pub(crate) bytes: Vec<u8>,
}

impl Output {
    /// Sends what waits, if that is a lot.
    pub(crate) async fn relieve(&mut self) -> Result<()> {
        if self.bytes.len() < WRITE_AHEAD { Ok(()) } else { self.flush().await }
    }

    /// Sends what waits.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let write = self.half.write_all(&self.bytes);
        let late = |_| Error::new(ErrorKind::TimedOut, "the client takes nothing");
        tokio::time::timeout(self.patience, write).await.map_err(late)??;
        self.bytes.clear();
        self.bytes.shrink_to(4 * WRITE_AHEAD);
        Ok(())
    }
}

/// Both ends of a connection.
pub(crate) fn split(socket: TcpStream, patience: Duration) -> (Input, Output) {
    // Answers are small and asked for one by one.
    let _ = socket.set_nodelay(true);
    let (read, write) = socket.into_split();
    let input = Input { half: read, buffer: Vec::new(), taken: 0 };
    (input, Output { half: write, patience, bytes: Vec::new() })
}
