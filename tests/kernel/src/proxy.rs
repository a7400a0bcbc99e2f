//! A proxy in front of a server, which does to connections what networks do: delays, cuts, silence.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::Notify;

/// What a proxy does to what passes through it; may be changed at any time.
#[derive(Default)]
pub struct Mischief {
    delay_us: AtomicU64,
    silent: AtomicBool,
    refusing: AtomicBool,
    /// Bytes from clients that still pass before everything is cut; 0 for no limit.
    cut_after: AtomicU64,
    cut: Notify,
}

impl Mischief {
    /// Every chunk waits so long before it passes.
    pub fn delay(&self, delay: Duration) {
        self.delay_us.store(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Nothing passes any more, and nothing is closed.
    pub fn silence(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }

    /// New connections are closed at once.
    pub fn refuse(&self, refusing: bool) {
        self.refusing.store(refusing, Ordering::Relaxed);
    }

    /// Cuts all connections now.
    pub fn cut(&self) {
        self.cut.notify_waiters();
    }

    /// Cuts all connections after so many more bytes from clients.
    pub fn cut_after(&self, bytes: u64) {
        self.cut_after.store(bytes, Ordering::Relaxed);
    }
}

/// A proxy that listens on a port of its own.
pub struct Proxy {
    /// What it does.
    pub mischief: Arc<Mischief>,
    /// Where it listens.
    pub port: u16,
}

impl Proxy {
    /// A proxy in front of a server's socket.
    pub async fn start(socket: &str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let mischief = Arc::<Mischief>::default();
        let (socket, shared) = (socket.to_owned(), mischief.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if shared.refusing.load(Ordering::Relaxed) {
                    continue;
                }
                let _ = client.set_nodelay(true);
                let Ok(server) = UnixStream::connect(&socket).await else { continue };
                let shared = shared.clone();
                tokio::spawn(async move {
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::select! {
                        () = pass(from_client, to_server, &shared, true) => {}
                        () = pass(from_server, to_client, &shared, false) => {}
                        () = shared.cut.notified() => {}
                    }
                });
            }
        });
        Proxy { mischief, port }
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mischief: &Mischief,
    of_client: bool,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let Ok(mut read @ 1..) = from.read(&mut buffer).await else { return };
        let delay = mischief.delay_us.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_micros(delay)).await;
        }
        while mischief.silent.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let left = mischief.cut_after.load(Ordering::Relaxed);
        let cuts = of_client && left > 0 && read as u64 >= left;
        if of_client && left > 0 {
            if cuts {
                read = usize::try_from(left).unwrap_or(read);
                mischief.cut_after.store(0, Ordering::Relaxed);
            } else {
                mischief.cut_after.store(left - read as u64, Ordering::Relaxed);
            }
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
        if cuts {
            // What was written arrives; then everything ends.
            let _ = to.flush().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            mischief.cut.notify_waiters();
            return;
        }
    }
}
