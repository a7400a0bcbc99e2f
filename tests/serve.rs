//! `airc serve` and `airc kernel` from outside.

#![cfg(all(unix, feature = "serve"))]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const AIRC: &str = env!("CARGO_BIN_EXE_airc");

/// A folder that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("airc-serve-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn airc(arguments: &[&str]) -> Output {
    Command::new(AIRC).args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Starts a server; gives it and the addresses it says, by their names.
fn serve(folder: &Folder, more: &[&str]) -> (Child, Vec<(String, String)>) {
    let url = format!("sqlite:{}", folder.0.join("shop.db").display());
    let mut command = Command::new(AIRC);
    command.args(["serve", "--url", &url, "--postgres", "127.0.0.1:0", "--mysql", "127.0.0.1:0"]);
    command.args(more).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = command.spawn().expect("the program starts");
    let mut lines = BufReader::new(server.stdout.as_mut().unwrap()).lines();
    let mut places = Vec::new();
    loop {
        let line = lines.next().expect("it says where it serves").unwrap();
        match line.split_once(" at ") {
            Some((name, place)) => places.push((name.to_owned(), place.to_owned())),
            None => return (server, places),
        }
    }
}

fn place<'p>(places: &'p [(String, String)], name: &str) -> &'p str {
    &places.iter().find(|(known, _)| known == name).unwrap().1
}

fn ended(mut server: Child) -> String {
    let id = server.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
    let mut wrong = String::new();
    server.stderr.take().unwrap().read_to_string(&mut wrong).unwrap();
    assert!(server.wait().unwrap().success(), "{wrong}");
    wrong
}

fn get(address: &str, request: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = socket.read_to_string(&mut answer);
    answer
}

#[test]
fn figures_are_served_and_shown() {
    let folder = Folder::new("figures");
    let (server, places) = serve(&folder, &["--no-auth", "--metrics", "127.0.0.1:0"]);
    let url = place(&places, "metrics");
    let address = url.strip_prefix("http://").unwrap();
    let scraped = get(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(scraped.starts_with("HTTP/1.1 200") && scraped.contains("sqlx_door_clients 0"), "{scraped}");
    assert!(get(address, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    assert!(get(address, "GET /etc/passwd HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    assert!(get(address, &format!("GET /{} ", "x".repeat(9000))).starts_with("HTTP/1.1 431"));
    let stats = airc(&["kernel", "stats", url, "--json"]);
    let stats: serde_json::Value = serde_json::from_slice(&stats.stdout).unwrap();
    assert_eq!(stats["doors"]["clients"], 0);
    assert_eq!(stats["driver"]["pools"][0]["dialect"], "sqlite");
    let shown = text(&airc(&["kernel", "stats", url]).stdout);
    assert!(shown.contains("shop.db") && shown.contains("statements of class L"), "{shown}");
    let top = text(&airc(&["kernel", "top", url, "--every", "100", "--looks", "2"]).stdout);
    assert_eq!(top.matches("per second").count(), 2, "{top}");
    let gone = airc(&["kernel", "stats", "127.0.0.1:1"]);
    assert_eq!(gone.status.code(), Some(2));
    assert_eq!(ended(server), "");
}

#[test]
fn the_configuration_is_followed_and_secrets_stay_where_they_are() {
    let folder = Folder::new("config");
    let canary = "kanari-7f3a91";
    let password = folder.file("password.txt", &format!("{canary}\n"));
    let config = folder.file("sqlx.yaml", "sqlx: {pools: {sqlite: {max: 3}}, policy: {packs: [gdpr]}}");
    let events = folder.0.join("events.jsonl");
    let paths = [&password, &config, &events].map(|path: &PathBuf| path.display().to_string());
    let (server, places) = serve(
        &folder,
        &["--user", "ann", "--password-file", &paths[0], "--config", &paths[1], "--events", &paths[2]],
    );
    let port = place(&places, "postgres").rsplit(':').next().unwrap().to_owned();
    let psql = |password: &str| {
        let arguments =
            ["-X", "-A", "-t", "-h", "127.0.0.1", "-p", &port, "-U", "ann", "shop", "-c", "SELECT 7 AS x"];
        Command::new("psql").env("PGPASSWORD", password).args(arguments).output().expect("psql is there")
    };
    assert_eq!(text(&psql(canary).stdout), "7\n");
    assert!(!psql("wrong").status.success());
    // A wrong file, then a right one.
    std::thread::sleep(Duration::from_millis(700));
    folder.file("sqlx.yaml", "sqlx: {pools: {sqlite: {mux: 3}}}");
    std::thread::sleep(Duration::from_millis(1200));
    folder.file("sqlx.yaml", "sqlx: {pools: {sqlite: {max: 5}}}");
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(text(&psql(canary).stdout), "7\n");
    let said = ended(server);
    assert!(said.contains("`policy.packs` is set and has no effect yet"), "{said}");
    assert!(said.contains("stays as it was") && said.contains("did you mean `pools.sqlite.max`?"), "{said}");
    assert!(said.contains("the configuration has changed"), "{said}");
    let events = std::fs::read_to_string(events).unwrap();
    assert!(events.contains("kernel.exec.ok"), "{events}");
    assert!(!said.contains(canary) && !events.contains(canary), "the password is in what was said");
}

fn shown(output: &Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn values_are_explained_and_files_are_checked() {
    let folder = Folder::new("explain");
    let file = folder.file("sqlx.yaml", "sqlx: {pools: {pg: {max: 9}}}");
    let path = |path: &Path| path.display().to_string();
    let explained = Command::new(AIRC)
        .args(["kernel", "config", "explain", "pools.pg.max", "--config", &path(&file)])
        .env("SQLX_POOLS_PG_MAX", "7")
        .output()
        .unwrap();
    let lines: Vec<String> = shown(&explained).lines().map(str::to_owned).collect();
    assert_eq!(lines[0], "pools.pg.max: connections, at most; takes effect while the kernel runs");
    assert_eq!(lines[1..3], ["   20  (default)", "   7  (environment, SQLX_POOLS_PG_MAX)"]);
    assert!(lines[3].starts_with("=> 9  (workspace, "), "{lines:?}");
    let unknown = airc(&["kernel", "config", "explain", "pools.pg.maxx"]);
    assert!(shown(&unknown).contains("did you mean `pools.pg.max`?"));
    assert_eq!(unknown.status.code(), Some(2));
    assert!(airc(&["kernel", "config", "check", &path(&file)]).status.success());
    let wrong = folder.file("wrong.yaml", "sqlx: {pools: {pg: {max: -1}}}");
    let wrong = airc(&["kernel", "config", "check", &path(&wrong)]);
    assert!(shown(&wrong).contains("a whole number from 1 to 10000"), "{}", shown(&wrong));
}

#[test]
fn doors_are_opened_only_in_so_many_words() {
    let serve = |more: &[&str]| {
        let all = [&["serve", "--url", "sqlite::memory:"][..], more].concat();
        shown(&airc(&all))
    };
    assert!(serve(&["--postgres", "127.0.0.1:0"]).contains("say who may come in"));
    assert!(serve(&["--postgres", "0.0.0.0:0", "--no-auth"]).contains("only this machine"));
    assert!(
        serve(&["--postgres", "127.0.0.1:0", "--no-auth", "--metrics", "0.0.0.0:0"]).contains("loopback")
    );
    assert!(serve(&["--no-auth"]).contains("--postgres"));
}
