//! Rows of literals and long lists: the paths past the grammar give the same trees as those through it.

use super::tree;
use crate::Parser;
use air_base::Dialect::*;

#[test]
fn rows_of_literals_read_like_rows_of_expressions() {
    let fast = tree(
        Postgres,
        "INSERT INTO t VALUES (1, -2.5, 'it''s', NULL, TRUE, x'1F'), (2, 3, '', NULL, FALSE, b'1')",
    );
    let slow = tree(
        Postgres,
        "INSERT INTO t VALUES (1, -2.5, 'it''s', NULL, TRUE, (x'1F')), (2, 3, '', NULL, FALSE, (b'1'))",
    );
    assert_eq!(fast, slow);
    assert_eq!(fast, "(insert t (1 (minus 2.5) \"it's\" NULL TRUE x'1F') (2 3 \"\" NULL FALSE b'1'))");
}

#[test]
fn rows_may_change_between_literals_and_expressions() {
    assert_eq!(
        tree(Mysql, "INSERT INTO t VALUES (1, 2), (f(3), 4), (5, 6), ('a' 'b', -x)"),
        "(insert t (1 2) ((call f 3) 4) (5 6) (\"ab\" (minus x)))"
    );
}

#[test]
fn spans_of_literals_are_exact() {
    let sql = "SELECT 1 WHERE a IN ( 10 , -20 )";
    let mut parser = Parser::of(Postgres);
    let parsed = parser.parse(sql);
    let texts: Vec<&str> =
        (0..parsed.tree.exprs.len()).map(|i| parsed.tree.expr_spans[i].text(sql)).collect();
    assert_eq!(texts, ["1", "a", "10", "20", "-20", "a IN ( 10 , -20 )"]);
}
