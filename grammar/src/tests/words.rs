//! Words that are keywords in one place and names in another.

use super::tree;
use crate::Parser;
use air_base::Dialect::{self, *};

fn same(dialects: &[Dialect], sqls: &[&str]) {
    for dialect in dialects {
        for sql in sqls {
            tree(*dialect, sql);
        }
    }
}

#[test]
fn words_are_names_where_they_mean_nothing() {
    same(
        &[Postgres, Sqlite, Mysql, Mssql, Oracle],
        &[
            "SELECT value, name, type, status, id, year, month, day FROM data",
            "SELECT t.first, t.last, t.next, t.type, t.comment FROM t",
            "SELECT a AS year, b AS month, c AS value, d AS position FROM t",
            "SELECT a AS \"order\" FROM t",
            "INSERT INTO log (action, level_no, comment_text) VALUES (1, 2, 3)",
            "UPDATE t SET value = 1, type = 'x', name = 'y' WHERE status = 2",
            "CREATE TABLE language (language_id int, name char(20), last_update varchar(5))",
            "CREATE TABLE category (type varchar(10), value int, position int, first int, data int)",
        ],
    );
    same(
        &[Postgres],
        &[
            "SELECT offset_, rows, range, filter, over, within, partition FROM t",
            "SELECT count(*) filter, sum(a) over FROM t",
            "SELECT matched, source, target, text, date, time, timestamp FROM t",
            "CREATE TABLE t (year year, fulltext tsvector NOT NULL, key int, index int)",
            "SELECT x.position, x.interval FROM x",
            "SELECT date(a), time(b), char(c) FROM t",
        ],
    );
    same(
        &[Mysql],
        &[
            "SELECT value, position, offset, data, date, time, timestamp, year(d), date(d), count FROM t",
            "CREATE TABLE t (date date, time time, timestamp timestamp, year year)",
        ],
    );
    same(
        &[Sqlite],
        &[
            "SELECT rowid, _rowid_, \"select\", [from], `where` FROM t",
            "CREATE TABLE t (key TEXT, desc_ TEXT, match_ TEXT)",
            "SELECT replace(a, 'x', 'y'), glob('a', b) FROM t",
        ],
    );
    same(
        &[Oracle],
        &["SELECT level, rownum, sysdate, user FROM dual", "SELECT offset, limit, first, last FROM t"],
    );
    same(
        &[Mssql],
        &[
            "SELECT offset, [limit], first, last, value, type FROM t",
            "SELECT LEFT(a, 1), RIGHT(b, 2), REPLACE(c, 'x', 'y') FROM t",
        ],
    );
}

#[test]
fn a_word_the_parser_cannot_use_becomes_a_name() {
    // `rows` looks like the start of a frame here, and only the parser can tell that it is not.
    assert_eq!(
        tree(Postgres, "SELECT sum(a) OVER (PARTITION BY rows) FROM t"),
        "(query (select (call sum a (over partition rows)) from t))"
    );
}

#[test]
fn statements_of_a_script_do_not_disturb_each_other() {
    let sql = "SELECT 1; SELECT FROM WHERE; SELECT (2; SELECT 3";
    let mut parser = Parser::of(Postgres);
    let parsed = parser.parse(sql);
    let dumps: Vec<_> = parsed.tree.statements().iter().map(|id| parsed.tree.dump(*id, sql)).collect();
    assert_eq!(dumps, ["(query (select 1))", "Broken", "Broken", "(query (select 3))"]);
    assert_eq!(parsed.diagnostics.len(), 2);
}

#[test]
fn an_open_string_costs_one_statement() {
    let sql = "SELECT 1;\nSELECT 'oops;\nSELECT 2;\n";
    let mut parser = Parser::of(Sqlite);
    let parsed = parser.parse(sql);
    let dumps: Vec<_> = parsed.tree.statements().iter().map(|id| parsed.tree.dump(*id, sql)).collect();
    assert_eq!(dumps, ["(query (select 1))", "Broken", "(query (select 2))"]);
}
