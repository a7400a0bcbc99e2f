//! A session of `airc lsp` over real pipes: every feature, wrong input, cancellation, the end.

#![cfg(feature = "lsp")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longer than any answer takes on a busy machine; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

const SHOP: &str = "file:///w/shop.mysql.sql";

struct Client {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// Notifications met while an answer was awaited.
    notes: Vec<Value>,
    next: i64,
}

impl Client {
    fn start(arguments: &[&str]) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_airc"))
            .arg("lsp")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take().expect("it listens");
        let output = child.stdout.take().expect("it speaks");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Client { child, input, messages, notes: Vec::new(), next: 1 }
    }

    /// A session that has begun.
    fn begin(options: Value) -> Client {
        let mut client = Client::start(&[]);
        let answer = client.ask("initialize", json!({"capabilities": {}, "initializationOptions": options}));
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-16");
        client.tell("initialized", json!({}));
        client
    }

    fn write(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).and_then(|()| self.input.flush()).expect("the server reads");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.write(&framed(&json!({"jsonrpc": "2.0", "method": method, "params": params})));
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.next;
        self.next += 1;
        self.write(&framed(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})));
        self.answer(&json!(id))
    }

    fn answer(&mut self, id: &Value) -> Value {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("an answer");
            if message.get("method").is_some() {
                self.notes.push(message);
            } else if message["id"] == *id {
                return message;
            }
        }
    }

    /// The diagnostics of a document at a version.
    fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        loop {
            let wanted = |note: &Value| note["params"]["uri"] == uri && note["params"]["version"] == version;
            if let Some(at) = self.notes.iter().position(wanted) {
                let note = self.notes.remove(at);
                return note["params"]["diagnostics"].as_array().expect("a list").clone();
            }
            let message = self.messages.recv_timeout(PATIENCE).expect("diagnostics");
            self.notes.push(message);
        }
    }

    fn open(&mut self, uri: &str, text: &str) -> Vec<Value> {
        let document = json!({"uri": uri, "languageId": "sql", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
        self.diagnostics(uri, 1)
    }

    fn edit(&mut self, uri: &str, version: i64, range: Value, text: &str) {
        let change = json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": range, "text": text}]});
        self.tell("textDocument/didChange", change);
    }

    fn at(&mut self, method: &str, uri: &str, line: u32, character: u32) -> Value {
        self.ask(
            method,
            json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}),
        )
    }

    /// Ends the session as the protocol wants it; the exit code.
    fn end(mut self) -> Option<i32> {
        let answer = self.ask("shutdown", Value::Null);
        assert_eq!(answer["result"], Value::Null);
        let refused = self.ask("textDocument/hover", json!({}));
        assert_eq!(refused["error"]["code"], -32600);
        self.tell("exit", Value::Null);
        self.child.wait().expect("it ends").code()
    }
}

fn framed(message: &Value) -> String {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

fn message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            _ if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn range(from: (u32, u32), to: (u32, u32)) -> Value {
    json!({"start": {"line": from.0, "character": from.1}, "end": {"line": to.0, "character": to.1}})
}

const SCRIPT: &str = "CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, born DATE);
CREATE TABLE orders (id INT PRIMARY KEY, customer_id INT, total DECIMAL(10,2));
SELECT 'äß😀', c.name, upper(c.name) AS big FROM customers AS c WHERE c.born > '2000-01-01';
WITH rich AS (SELECT o.customer_id AS who, sum(o.total) AS sum FROM orders o GROUP BY o.customer_id)
SELECT r.who, rich.* FROM rich JOIN rich AS r ON r.who = rich.who;
";

#[test]
fn diagnostics_follow_edits() {
    let mut client = Client::begin(json!({}));
    assert_eq!(client.open(SHOP, SCRIPT), [] as [Value; 0]);
    // `name` of line 2 lies behind letters of two bytes and one of two UTF-16 units.
    client.edit(SHOP, 2, range((2, 17), (2, 21)), "nmae");
    let found = client.diagnostics(SHOP, 2);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "B0102");
    assert_eq!(found[0]["range"], range((2, 17), (2, 21)));
    assert_eq!(found[0]["severity"], 1);
    assert!(
        found[0]["message"].as_str().is_some_and(|text| text.contains("did you mean `name`")),
        "{found:?}"
    );
    // Several errors at once, in unlike statements.
    client.edit(SHOP, 3, range((4, 7), (4, 8)), "x");
    assert_eq!(client.diagnostics(SHOP, 3).len(), 2);
    client.edit(SHOP, 4, range((2, 17), (2, 21)), "name");
    client.edit(SHOP, 5, range((4, 7), (4, 8)), "r");
    assert_eq!(client.diagnostics(SHOP, 5), [] as [Value; 0]);
    // The whole text may come as well.
    client.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": SHOP, "version": 6}, "contentChanges": [{"text": "SELECT FROM"}]}),
    );
    assert_eq!(client.diagnostics(SHOP, 6)[0]["code"], "P0002");
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": SHOP}}));
    assert_eq!(client.open(SHOP, "SELECT 1"), [] as [Value; 0]);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn hover_tells_type_null_meaning_and_origin() {
    let mut client = Client::begin(json!({}));
    client.open(SHOP, SCRIPT);
    let mut hover = |line, character| {
        let answer = client.at("textDocument/hover", SHOP, line, character);
        let text = answer["result"]["contents"]["value"].as_str().unwrap_or_default().to_owned();
        (text, answer["result"]["range"].clone())
    };
    let (text, place) = hover(2, 18);
    assert_eq!(text, "**c.name**: `VARCHAR(40)`, never NULL");
    assert_eq!(place, range((2, 17), (2, 21)));
    let (text, _) = hover(2, 24);
    assert!(text.contains("**upper**: ") && text.contains("`VARCHAR(40)`"), "{text}");
    let (text, _) = hover(2, 50);
    assert!(
        text.starts_with("table **customers**") && text.contains("- born: `DATE`, may be NULL"),
        "{text}"
    );
    assert!(text.contains("- id: `INT`, never NULL, primary key"), "{text}");
    let (text, _) = hover(4, 9);
    assert_eq!(text, "**r.who**: `INT`, may be NULL\n\ncomes from orders.customer_id");
    assert_eq!(hover(0, 0).0, "");
    client.end();
}

#[test]
fn completion_knows_tables_columns_functions_and_keywords() {
    let mut client = Client::begin(json!({}));
    let unfinished = "CREATE TABLE customers (id INT, name VARCHAR(40), `order` INT);
SELECT c. FROM customers AS c WHERE na;
SELECT 1 FROM ;
WITH w AS (SELECT id + 1 AS next FROM customers) SELECT  FROM w;
sel";
    client.open(SHOP, unfinished);
    let mut labels = |line, character| -> Vec<String> {
        let answer = client.at("textDocument/completion", SHOP, line, character);
        let items = answer["result"]["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["textEdit"]["newText"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(labels(1, 9), ["id", "name", "`order`"]);
    let where_na = labels(1, 38);
    assert!(
        where_na.contains(&"name".to_owned()) && where_na.contains(&"NATURAL".to_owned()),
        "{where_na:?}"
    );
    assert!(where_na.iter().all(|label| label.to_lowercase().starts_with("na")), "{where_na:?}");
    assert_eq!(labels(2, 14), ["customers"]);
    let from_cte = labels(3, 56);
    assert!(from_cte.contains(&"next".to_owned()), "{from_cte:?}");
    assert!(!from_cte.contains(&"name".to_owned()), "columns of inner blocks are out of scope: {from_cte:?}");
    assert!(from_cte.contains(&"group_concat".to_owned()), "functions of MySQL");
    assert!(!from_cte.contains(&"string_agg".to_owned()), "functions of others");
    assert!(labels(4, 3).contains(&"SELECT".to_owned()));
    client.end();
}

#[test]
fn definitions_are_found() {
    let schema = std::env::temp_dir().join(format!("airc-lsp-{}.sql", std::process::id()));
    std::fs::write(&schema, "-- über\nCREATE TABLE stock (\n  sku INT,\n  amount INT\n);").expect("a file");
    let mut client = Client::begin(json!({"schema": schema}));
    let script = format!("{SCRIPT}SELECT amount FROM stock;\n");
    assert_eq!(client.open(SHOP, &script), [] as [Value; 0]);
    let mut find = |line, character| {
        let answer = client.at("textDocument/definition", SHOP, line, character);
        (answer["result"]["uri"].as_str().unwrap_or_default().to_owned(), answer["result"]["range"].clone())
    };
    let here = |range: Value| (SHOP.to_owned(), range);
    assert_eq!(find(2, 50), here(range((0, 13), (0, 22))), "a table");
    assert_eq!(find(2, 18), here(range((0, 44), (0, 48))), "a column");
    assert_eq!(find(2, 15), here(range((2, 62), (2, 63))), "an alias");
    assert_eq!(find(4, 27), here(range((3, 5), (3, 9))), "a common table expression");
    assert_eq!(find(4, 10), here(range((3, 21), (3, 34))), "a column of one");
    let (uri, place) = find(5, 8);
    assert!(uri.starts_with("file:///") && uri.ends_with(".sql") && uri != SHOP, "{uri}");
    assert_eq!(place, range((3, 2), (3, 8)), "a column of the schema");
    assert_eq!(find(5, 22).1, range((1, 13), (1, 18)), "a table of the schema");
    client.end();
    std::fs::remove_file(schema).expect("it is there");
}

#[test]
fn renaming_keeps_the_meaning_or_is_refused() {
    let mut client = Client::begin(json!({}));
    client.open(SHOP, SCRIPT);
    let mut rename = |line, character, name: &str| {
        client.ask(
            "textDocument/rename",
            json!({"textDocument": {"uri": SHOP}, "position": {"line": line, "character": character}, "newName": name}),
        )
    };
    let edits = |answer: &Value| -> Vec<(Value, Value)> {
        let edits = answer["result"]["changes"][SHOP].as_array().cloned().unwrap_or_default();
        edits.iter().map(|edit| (edit["range"].clone(), edit["newText"].clone())).collect()
    };
    let answer = rename(2, 62, "cust");
    let places: Vec<Value> = edits(&answer).into_iter().map(|(range, _)| range).collect();
    let expected = [(15, 16), (29, 30), (62, 63), (70, 71)].map(|(from, to)| range((2, from), (2, to)));
    assert_eq!(places, expected, "{answer}");
    let answer = rename(3, 6, "group");
    let found = edits(&answer);
    assert_eq!(found.len(), 5, "declaration, two uses in FROM, `rich.*`, `rich.who`: {answer}");
    assert!(found.iter().all(|(_, text)| text == "`group`"), "a reserved word is quoted");
    let answer = rename(4, 44, "rich");
    assert_eq!(answer["error"]["code"], -32803, "the name is in use: {answer}");
    let answer = rename(2, 50, "people");
    assert!(answer["error"]["message"].as_str().is_some_and(|why| why.contains("neither")), "{answer}");
    let answer = client.at("textDocument/prepareRename", SHOP, 4, 7);
    assert_eq!(answer["result"], range((4, 7), (4, 8)));
    client.end();
}

#[test]
fn formatting_is_that_of_fmt() {
    let mut client = Client::begin(json!({}));
    let text = "-- ü\nselect   a,b from t where a=1 ;\n\nSELECT 2;\n";
    client.open(SHOP, text);
    let wish = json!({"textDocument": {"uri": SHOP}, "options": {"tabSize": 2, "insertSpaces": true}});
    let answer = client.ask("textDocument/formatting", wish.clone());
    assert_eq!(
        answer["result"],
        json!([{"range": range((1, 0), (2, 0)), "newText": "SELECT a, b FROM t WHERE a = 1;\n"}])
    );
    client.edit(SHOP, 2, range((1, 0), (2, 0)), "SELECT a, b FROM t WHERE a = 1;\n");
    assert_eq!(client.ask("textDocument/formatting", wish)["result"], json!([]));
    client.end();
}

#[test]
fn a_statement_is_shown_in_another_dialect() {
    let mut client = Client::begin(json!({}));
    client.open(SHOP, SCRIPT);
    let found = client.ask(
        "textDocument/codeAction",
        json!({"textDocument": {"uri": SHOP}, "range": range((2, 3), (2, 3)), "context": {"diagnostics": []}}),
    );
    let found = found["result"].as_array().expect("actions");
    let titles: Vec<&str> = found.iter().filter_map(|action| action["title"].as_str()).collect();
    assert_eq!(
        titles,
        ["Show in mariadb", "Show in postgres", "Show in sqlite", "Show in oracle", "Show in mssql"]
    );
    let command = found[1]["command"].clone();
    let shown = client.ask(
        "workspace/executeCommand",
        json!({"command": command["command"], "arguments": command["arguments"]}),
    );
    let shown = &shown["result"];
    assert_eq!(shown["refused"], false, "{shown}");
    let content = shown["content"].as_str().expect("a text");
    assert!(content.contains("upper(c.name) AS big"), "{content}");
    assert_eq!(shown["certificate"]["to"], "postgres@15.0");
    let wrong =
        client.ask("workspace/executeCommand", json!({"command": "airc.translate", "arguments": [1]}));
    assert_eq!(wrong["error"]["code"], -32803);
    let page =
        client.ask("workspace/executeCommand", json!({"command": "airc.explain", "arguments": ["B0502"]}));
    assert_eq!(page["result"]["title"], "unknown function");
    client.end();
}

#[test]
fn dialects_come_from_names_languages_and_options() {
    let mut client = Client::begin(json!({"dialect": "sqlite", "settings": ["ansi_quotes=on"]}));
    // `DIV` is MySQL's.
    let div = "SELECT 7 DIV 2";
    assert_eq!(client.open("file:///a/x.mysql.sql", div), [] as [Value; 0]);
    assert_eq!(client.open("file:///a/x.pgsql", div)[0]["code"], "P0003", "by the file's extension");
    assert_eq!(client.open("file:///a/x.sql", div)[0]["code"], "P0003", "by the option");
    client.end();

    let mut client = Client::begin(json!({}));
    let found = client.open("untitled:Untitled-1", div);
    assert_eq!(found[0]["code"], "C0500");
    assert_eq!(client.at("textDocument/hover", "untitled:Untitled-1", 0, 1)["result"], Value::Null);
    client.end();

    let mut client = Client::start(&["--from", "postgres"]);
    let answer =
        client.ask("initialize", json!({"capabilities": {}, "initializationOptions": {"dialect": "nope"}}));
    assert_eq!(answer["error"]["code"], -32602);
    let answer = client.ask("initialize", json!({"capabilities": {}}));
    assert!(answer["result"].is_object());
    assert_eq!(client.open("file:///a/x.sql", div)[0]["code"], "P0003");
    client.end();
}

#[test]
fn wrong_input_is_answered_and_survived() {
    let mut client = Client::start(&[]);
    assert_eq!(
        client.ask("textDocument/hover", json!({}))["error"]["code"],
        -32002,
        "nothing before initialize"
    );
    client.write("what?\r\n");
    assert_eq!(client.answer(&Value::Null)["error"]["code"], -32700);
    client.write("Content-Length: 3\r\n\r\n{]}");
    assert_eq!(client.answer(&Value::Null)["error"]["code"], -32700);
    client.ask("initialize", json!({"capabilities": {}}));
    client.open(SHOP, SCRIPT);
    assert_eq!(client.ask("textDocument/hover", json!({"position": 3}))["error"]["code"], -32602);
    assert_eq!(client.ask("textDocument/teleport", json!({}))["error"]["code"], -32601);
    client.tell("textDocument/didChange", json!("rubbish"));
    // Positions that are not there: behind the end, within a surrogate pair, in a document that is not open.
    client.edit(SHOP, 2, range((900, 0), (900, 5)), "SELECT 1;\n");
    assert_eq!(client.diagnostics(SHOP, 2), [] as [Value; 0]);
    client.edit(SHOP, 3, range((2, 11), (2, 11)), "x");
    assert_eq!(client.diagnostics(SHOP, 3), [] as [Value; 0]);
    client.edit(SHOP, 4, range((2, 9), (1, 0)), "x");
    assert_eq!(client.diagnostics(SHOP, 4), [] as [Value; 0], "an edit that runs backwards is left out");
    client.edit("file:///nowhere", 2, range((0, 0), (0, 0)), "x");
    assert_eq!(client.at("textDocument/hover", "file:///nowhere", 0, 0)["result"], Value::Null);
    assert_eq!(
        client.at("textDocument/completion", SHOP, 4_000_000_000, 4_000_000_000)["error"],
        Value::Null
    );
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_cancelled_request_is_answered_as_such() {
    let mut client = Client::begin(json!({}));
    let long: String = (0..3000).map(|i| format!("SELECT a + {i}, upper(b) FROM t{i};\n")).collect();
    let document = json!({"uri": SHOP, "languageId": "sql", "version": 1, "text": long});
    // The request waits behind one that has to compile the script; its cancellation overtakes it.
    let several = [
        json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": document}}),
        json!({"jsonrpc": "2.0", "id": "a", "method": "textDocument/formatting",
            "params": {"textDocument": {"uri": SHOP}, "options": {"tabSize": 2, "insertSpaces": true}}}),
        json!({"jsonrpc": "2.0", "id": "b", "method": "textDocument/hover",
            "params": {"textDocument": {"uri": SHOP}, "position": {"line": 1, "character": 8}}}),
        json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "b"}}),
        json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "unheard of"}}),
    ];
    client.write(&several.iter().map(framed).collect::<String>());
    assert!(client.answer(&json!("a"))["result"].is_array());
    assert_eq!(client.answer(&json!("b"))["error"]["code"], -32800);
    assert!(client.at("textDocument/hover", SHOP, 1, 8)["result"].is_object(), "the session goes on");
    assert_eq!(client.end(), Some(0));
}

#[test]
fn leaving_without_shutdown_is_an_error() {
    let mut client = Client::begin(json!({}));
    client.tell("exit", Value::Null);
    assert_eq!(client.child.wait().expect("it ends").code(), Some(1));
    let client = Client::begin(json!({}));
    let Client { mut child, input, .. } = client;
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}
