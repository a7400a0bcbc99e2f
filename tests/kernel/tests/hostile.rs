//! Strangers at the front doors. Whatever they send, nothing panics, nothing hangs, and memory grows with what arrives
//! rather than with what is announced. A process of its own: panics anywhere in it are counted.

use airc_kernel_tests::Bed;
use airc_kernel_tests::doors::{Doors, PASSWORD, USER, said};
use airc_score::engines::EngineKind;
use sqlx_kernel_serve::{Limits, Login, Options, Protocol, Server};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    std::panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        eprintln!("{panic}");
    }));
}

/// xorshift: the same bytes in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// Sends bytes and reads what comes, for at most so long.
async fn knock(port: u16, bytes: &[u8], within: Duration) -> Vec<u8> {
    let mut answer = Vec::new();
    let talk = async {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await.expect("the door is there");
        let _ = socket.write_all(bytes).await;
        let _ = socket.shutdown().await;
        let _ = socket.read_to_end(&mut answer).await;
    };
    let _ = tokio::time::timeout(within, talk).await;
    answer
}

/// Message of PostgreSQL.
fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

fn startup() -> Vec<u8> {
    let body = b"\0\x03\0\0user\0ann\0database\0shop\0\0";
    [&u32::try_from(body.len() + 4).unwrap().to_be_bytes()[..], body].concat()
}

/// Doors without a password, so that strangers get further.
async fn open_doors(bed: &Bed) -> [u16; 2] {
    let limits = Limits { message_bytes_max: 1 << 20, idle: Duration::from_secs(2), ..Limits::default() };
    let options = Options {
        connect: bed.options(),
        roles: [].into(),
        tenant: None,
        deadline: None,
        login: Login::anybody(),
        in_the_clear: false,
        limits,
    };
    let server = Server::new(airc_kernel_tests::kernel(), options);
    let mut ports = [0; 2];
    for (port, protocol) in ports.iter_mut().zip([Protocol::Postgres, Protocol::Mysql]) {
        let listener = server.bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        *port = listener.local_addr().unwrap().port();
        let server = server.clone();
        tokio::spawn(async move { server.serve(listener, protocol).await });
    }
    ports
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("0");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_no_harm() {
    count_panics();
    let bed = Bed::new(EngineKind::Sqlite);
    let doors = Doors::open(&bed).await;
    let open = open_doors(&bed).await;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let soon = Duration::from_secs(3);
    for round in 0..300usize {
        let noise = random.bytes(round * 3);
        for port in [doors.postgres, doors.mysql, open[0], open[1]] {
            knock(port, &noise, soon).await;
        }
        // Inside: messages with a letter of the protocol and anything in them.
        let tag = b"QPBDECHSXFpdcf"[round % 14];
        let inside = [startup(), message(tag, &random.bytes(round % 64)), message(b'S', &[])].concat();
        let answer = knock(open[0], &inside, soon).await;
        assert!(answer.first() == Some(&b'R'), "{tag}: {answer:?}");
        // A packet of MySQL: the introduction of somebody, then any command.
        let mut packet = vec![0u8; 32];
        packet[..4].copy_from_slice(&0x0100_8208u32.to_le_bytes());
        packet.extend(b"ann\0\0shop\0");
        let mut talk = vec![u8::try_from(packet.len()).unwrap(), 0, 0, 1];
        talk.extend(&packet);
        let mut command = vec![u8::try_from(round % 33).unwrap()];
        command.extend(random.bytes(round % 40));
        talk.extend([u8::try_from(command.len()).unwrap(), 0, 0, 0]);
        talk.extend(&command);
        knock(open[1], &talk, soon).await;
    }
    assert_eq!(PANICS.load(Ordering::Relaxed), 0);
    let (shown, wrong) = said(doors.psql(), "SELECT 7 AS x;").await;
    assert_eq!(shown, "7\n", "{wrong}");
    let (shown, wrong) = said(doors.mariadb(), "SELECT 7 AS x;").await;
    assert_eq!(shown, "7\n", "{wrong} {USER} {PASSWORD}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_is_not_believed() {
    let bed = Bed::new(EngineKind::Sqlite);
    let [postgres, mysql] = open_doors(&bed).await;
    let before = resident();
    let mut held = Vec::new();
    for _ in 0..40 {
        // Two gigabytes, a gigabyte of parameters, the largest packet.
        for (port, bytes) in [
            (postgres, [startup(), vec![b'Q', 0x7f, 0xff, 0xff, 0xff]].concat()),
            (postgres, [startup(), message(b'B', b"\0\0\0\0\xff\xff\x7f\xff\xff\xff")].concat()),
            (mysql, vec![0xff, 0xff, 0xff, 1]),
        ] {
            let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            socket.write_all(&bytes).await.unwrap();
            held.push(socket);
        }
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let grown = resident().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB for {} connections", held.len());
    // A message beyond the bound is refused in words.
    let answer =
        knock(postgres, &[startup(), vec![b'Q', 0, 0x20, 0, 0]].concat(), Duration::from_secs(3)).await;
    assert!(String::from_utf8_lossy(&answer).contains("54000"), "{answer:?}");
}

/// Whoever says nothing does not keep a place.
#[tokio::test(flavor = "multi_thread")]
async fn silence_ends() {
    let bed = Bed::new(EngineKind::Sqlite);
    let quick = Duration::from_millis(300);
    let limits = Limits {
        connections_max: 2,
        login: quick,
        idle: quick,
        idle_in_transaction: quick,
        ..Limits::default()
    };
    let doors = Doors::bounded(&bed, limits).await;
    let mut silent = Vec::new();
    for port in [doors.postgres, doors.mysql] {
        silent.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (_, wrong) = said(doors.psql(), "SELECT 1;").await;
    assert!(wrong.contains("too many connections"), "{wrong}");
    let (_, wrong) = said(doors.mariadb(), "SELECT 1;").await;
    assert!(wrong.contains("1040"), "{wrong}");
    let began = Instant::now();
    for mut socket in silent {
        let mut rest = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(3), socket.read_to_end(&mut rest))
            .await
            .expect("it is closed");
    }
    assert!(began.elapsed() < Duration::from_secs(3));
    let (shown, wrong) = said(doors.psql(), "SELECT 7 AS x;").await;
    assert_eq!(shown, "7\n", "{wrong}");
    // In a transaction, others wait for its locks.
    let (_, wrong) = said(doors.psql(), "BEGIN; SELECT 1 AS a;\n\\! sleep 1\nSELECT 2 AS b;").await;
    assert!(wrong.contains("idle") || wrong.contains("closed the connection"), "{wrong}");
}
