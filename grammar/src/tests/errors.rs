//! What is said about statements that cannot be read.

use super::{carets, diagnose};
use crate::codes;
use air_base::Dialect::*;

#[test]
fn the_met_and_the_expected_are_named() {
    assert_eq!(
        carets(Postgres, "SELECT a FROM t WHERE"),
        "SELECT a FROM t WHERE\n                     ^ P0002: the end of the statement is not expected here; expected an expression\n"
    );
    assert_eq!(
        carets(Sqlite, "INSERT INTO t (a b) VALUES (1)"),
        "INSERT INTO t (a b) VALUES (1)\n                 ^ P0001: `b` is not expected here; expected `)`, `,` or `[`\n"
    );
    assert_eq!(
        carets(Mysql, "SELECT CASE WHEN a THEN 1 FROM t"),
        "SELECT CASE WHEN a THEN 1 FROM t\n                          ^^^^ P0001: `FROM` is not expected here; expected an operator, `WHEN`, `ELSE`, `END`, `[` or `.`\n"
    );
}

#[test]
fn misspelt_keywords_are_recognised() {
    for (sql, help) in [
        ("SELCT a FROM t", "did you mean SELECT instead of `SELCT`?"),
        ("SELECT a FORM t", "did you mean FROM instead of `FORM`?"),
        ("SELECT a FROM t WHER a = 1", "did you mean WHERE instead of `WHER`?"),
        ("SELECT a FROM t x ORDR BY a", "did you mean ORDER instead of `ORDR`?"),
    ] {
        let found = diagnose(Mysql, sql);
        assert_eq!(found.first().and_then(|first| first.help.as_deref()), Some(help), "{sql}: {found:?}");
    }
    // Short names are near to too many words.
    assert_eq!(diagnose(Mysql, "SELECT a t u FROM x")[0].help, None);
}

#[test]
fn syntax_of_another_dialect_is_called_by_its_owner() {
    for (dialect, sql, at, owner) in [
        (Postgres, "SELECT 7 DIV 2", "DIV", "mysql, mariadb"),
        (Mysql, "SELECT a::int", "::", "postgres"),
        (Oracle, "SELECT a FROM t LIMIT 5", "LIMIT", "mysql, mariadb, postgres, sqlite"),
        (
            Postgres,
            "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1",
            "ON DUPLICATE KEY UPDATE",
            "mysql, mariadb",
        ),
        (Sqlite, "SELECT a FROM t CROSS APPLY f(a)", "CROSS APPLY", "oracle, mssql"),
        (
            Mysql,
            "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
            "MERGE INTO",
            "postgres, oracle, mssql",
        ),
        (Mysql, "SELECT count(*) FILTER (WHERE a)", ")", "postgres, sqlite"),
        (Mssql, "CREATE TABLE t (a int AUTO_INCREMENT)", "AUTO_INCREMENT", "mysql, mariadb"),
    ] {
        let found = diagnose(dialect, sql);
        assert_eq!(found.len(), 1, "{sql}: {found:?}");
        assert_eq!(found[0].code, codes::OTHER_DIALECT, "{sql}");
        assert_eq!(found[0].span().text(sql), at, "{sql}");
        assert_eq!(found[0].labels[0].text, format!("syntax of {owner}"), "{sql}");
    }
}

#[test]
fn what_has_no_place_is_reported() {
    for (dialect, sql) in [
        (Postgres, "SELECT a FROM t WHERE a WHERE b"),
        (Postgres, "SELECT a FROM t ON a = b"),
        (Postgres, "SELECT a FROM t LEFT JOIN u"),
        (Postgres, "SELECT a ESCAPE 'x' FROM t"),
        (Postgres, "SELECT a BETWEEN 1 OR 2"),
        (Postgres, "SELECT a LIMIT 1 LIMIT 2"),
        (Mysql, "SELECT FROM t"),
        (Mysql, "UPDATE t SET a < 1"),
    ] {
        assert!(!diagnose(dialect, sql).is_empty(), "{sql}");
    }
}

#[test]
fn rubbish_is_refused_without_a_panic() {
    let pieces = [
        "(",
        ")",
        "'",
        "\"",
        "`",
        "[",
        "]",
        "/*",
        "*/",
        "--",
        "$$",
        "SELECT",
        "FROM",
        "WITH",
        "AS",
        ",",
        ";",
        "CASE",
        "END",
        "BEGIN",
        "IN",
        "NOT",
        "é",
        "\u{0}",
        "\\",
        "{",
        ":",
        "::",
        "@",
        "#",
        "?",
        "0x",
        "1e",
        "x'",
        "CREATE TABLE",
        "VALUES",
        "ALTER TABLE t",
        "INTERVAL",
        "OVER (",
    ];
    // A fixed walk through short sequences of pieces: every pair, and many longer ones.
    let mut state = 1u64;
    for dialect in air_base::Dialect::ALL {
        let mut parser = crate::Parser::of(dialect);
        for a in pieces {
            for b in pieces {
                let mut text = format!("{a} {b}");
                parser.parse(&text);
                for _ in 0..6 {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let piece = pieces[(state >> 33) as usize % pieces.len()];
                    text.push_str(if state & 1 == 0 { " " } else { "" });
                    text.push_str(piece);
                }
                parser.parse(&text);
            }
        }
    }
}
