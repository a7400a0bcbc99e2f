//! `airc fmt` changes blanks, line ends and the case of keywords, and nothing else: on every statement of the cases.

use airc::{Dialect, Profile, lexer_settings};
use airc_lex::{Chunk, K, Lexer, pieces};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn formatted(dialect: Dialect, text: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_airc"))
        .args(["fmt", "-q", "--from", dialect.name()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The smallest pieces of each statement of a script, and all its comments.
fn content(dialect: Dialect, text: &str) -> (Vec<Vec<Word<'_>>>, Vec<&str>) {
    let settings = lexer_settings(&Profile::of(dialect));
    let mut lexer = Lexer::new(settings);
    let (mut idents, mut comments, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
    let mut statements = Vec::new();
    let mut at = 0;
    while let Some(Chunk { next, span, .. }) =
        lexer.next(text, at, &mut idents, &mut comments, &mut diagnostics)
    {
        let names: Vec<_> = lexer.tokens().iter().filter(|tok| tok.kind == K::Name).collect();
        let statement = span.text(text);
        let words = pieces(settings, statement).into_iter().map(|piece| {
            let start = span.start + piece.span.start;
            let is_name = names.iter().any(|name| (name.start..name.end).contains(&start));
            Word { text: piece.span.text(statement), keyword: !is_name && piece.ident().is_some() }
        });
        statements.push(words.collect());
        at = next;
    }
    (statements, comments.iter().map(|comment| comment.span.text(text).trim_end()).collect())
}

/// A piece as it is written.
#[derive(Debug)]
struct Word<'s> {
    text: &'s str,
    /// Not a name, so that its case says nothing.
    keyword: bool,
}

impl PartialEq for Word<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
            || (self.keyword && other.keyword && self.text.eq_ignore_ascii_case(other.text))
    }
}

/// What must hold for any script; gives the number of its statements.
fn check(dialect: Dialect, script: &str, what: &str) -> usize {
    let once = formatted(dialect, script);
    let ((before, comments), (after, kept)) = (content(dialect, script), content(dialect, &once));
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "{what}");
    }
    assert_eq!(before.len(), after.len(), "{what}: statements");
    assert_eq!(comments, kept, "{what}: comments");
    let twice = formatted(dialect, &once);
    for (first, second) in once.lines().zip(twice.lines()) {
        assert_eq!(first, second, "{what}: not the same when formatted again");
    }
    assert_eq!(once, twice, "{what}");
    before.len()
}

/// The text of a file of cases, unpacked.
fn cases(file: &Path) -> Option<(String, String)> {
    let name = file.file_name()?.to_string_lossy().into_owned();
    let (name, packed) = name.split_once(".jsonl")?;
    let mut text = String::new();
    let bytes = std::fs::File::open(file).unwrap();
    match packed {
        "" => (&bytes).read_to_string(&mut text).unwrap(),
        _ => flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap(),
    };
    Some((name.to_owned(), text))
}

#[test]
fn statements_keep_their_tokens_and_comments() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut scripts: BTreeMap<Dialect, (usize, String)> = BTreeMap::new();
    let folders = [root.join("tests/cases"), root.join("../shared/cases")];
    let files = folders.iter().flat_map(std::fs::read_dir).flatten().flatten().map(|entry| entry.path());
    for (name, text) in files.filter_map(|file| cases(&file)) {
        for line in text.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let source = case["source"].as_str().unwrap_or(match name.as_str() {
                "setups-slt" => "sqlite",
                "setups-mtr" => "mysql",
                own => own.strip_prefix("ours-").unwrap_or("postgres"),
            });
            // The cases of MySQL were recorded on MariaDB.
            let dialect = if source == "mysql" { Dialect::Mariadb } else { source.parse().unwrap() };
            let ending = match dialect {
                Dialect::Mssql => "\nGO\n",
                Dialect::Oracle => "\n/\n",
                _ => ";\n",
            };
            let (count, script) = scripts.entry(dialect).or_default();
            let setup = case["setup"].as_array().into_iter().flatten();
            for sql in setup.chain(case.get("query")).filter_map(|sql| sql.as_str()) {
                *count += 1;
                script
                    .push_str(&format!("/* {count} */ -- of {name}\n{}{ending}", sql.trim_end_matches(';')));
            }
        }
    }
    let mut statements = 0;
    for (dialect, (count, script)) in &scripts {
        statements += check(*dialect, script, dialect.name());
        let written = formatted(*dialect, script);
        assert_eq!(written.matches("-- of ").count(), *count, "{dialect}");
    }
    println!("{statements} statements");
    let least = if folders[1].is_dir() { 22_000 } else { 300 };
    assert!(scripts.len() == 5 && statements > least, "{statements} of {} dialects", scripts.len());
}

#[test]
fn real_scripts_keep_everything() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/real");
    if !folder.is_dir() {
        eprintln!("../shared/real is absent: its scripts are not checked");
        return;
    }
    let mut statements = 0;
    for (file, dialect) in [
        ("sakila/mysql-schema.sql", Dialect::Mysql),
        ("sakila/postgres-schema.sql", Dialect::Postgres),
        ("sakila/sqlite-schema.sql", Dialect::Sqlite),
        ("sakila/oracle-schema.sql", Dialect::Oracle),
        ("sakila/sql-server-schema.sql", Dialect::Mssql),
        ("northwind/mssql.sql", Dialect::Mssql),
        ("oracle-hr/hr_code.sql", Dialect::Oracle),
        ("oracle-hr/hr_create.sql", Dialect::Oracle),
        ("oracle-hr/hr_populate.sql", Dialect::Oracle),
    ] {
        let script = std::fs::read_to_string(folder.join(file)).unwrap();
        statements += check(dialect, &script, file);
        // What only the client sees.
        let client = |text: &str| -> Vec<String> {
            let words = ["DELIMITER ", "GO", "/", "\\", "SET DEFINE", "PROMPT"];
            let lines = text.lines().map(|line| line.trim().to_owned());
            lines
                .filter(|line| {
                    words.iter().any(|word| line == word || (word.ends_with(' ') && line.starts_with(word)))
                })
                .collect()
        };
        assert_eq!(client(&script), client(&formatted(dialect, &script)), "{file}");
    }
    println!("{statements} statements");
    assert!(statements > 4_200, "{statements}");
}

#[test]
fn layout() {
    let source = "select o.id,o.total, (select max(x) from z where z.id=o.id and z.kind in('a','b')) mx \
        from orders o left outer join users u on u.id=o.user_id -- who\n where u.id between 4 and 5 and o.open \
        order by o.created desc limit 20;\n\n\n\ncreate table t(id int primary key, a decimal(5,2) not null default 0, \
        note varchar(200) comment 'what is written about it', unique key (a));insert into t (id,a) values (1,-2), (3, 4)";
    let expected = "\
SELECT o.id, o.total, (SELECT max(x) FROM z WHERE z.id = o.id AND z.kind IN ('a', 'b')) mx
FROM orders o
LEFT OUTER JOIN users u ON u.id = o.user_id -- who
WHERE u.id BETWEEN 4 AND 5
  AND o.open
ORDER BY o.created DESC
LIMIT 20;

CREATE TABLE t(
  id int PRIMARY KEY,
  a decimal(5, 2) NOT NULL DEFAULT 0,
  note varchar(200) comment 'what is written about it',
  UNIQUE KEY (a)
);
INSERT INTO t (id, a) VALUES (1, -2), (3, 4);
";
    assert_eq!(formatted(Dialect::Mysql, source), expected);
}
