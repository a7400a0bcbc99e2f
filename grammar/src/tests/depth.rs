//! Deep nesting: the parser has no recursion, and says how deep a statement is.

use crate::Parser;
use crate::tree::StatementKind;
use air_base::Dialect::*;

const LEVELS: usize = 100_000;

/// Parses and gives the depth of the statement, which must be without fault.
fn depth(sql: &str) -> u32 {
    let mut parser = Parser::of(Postgres);
    let parsed = parser.parse(sql);
    assert!(parsed.diagnostics.is_empty(), "{}", parsed.diagnostics[0].message);
    let statement = parsed.tree[parsed.tree.statements()[0]];
    assert!(!matches!(statement.kind, StatementKind::Broken));
    statement.depth
}

fn nested(open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(LEVELS), close.repeat(LEVELS))
}

#[test]
fn a_hundred_thousand_levels_are_read() {
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("(SELECT ", "1", ")"),
        ("CASE WHEN a THEN ", "1", " END"),
        ("- ", "1", ""),
        ("NOT ", "a", ""),
        ("trim(both 'x' from ", "a", ")"),
        ("a IN (", "1", ")"),
        ("ARRAY[", "1", "]"),
        ("", "a", "::int"),
        ("", "a", " IS NULL"),
        ("1 - (", "1", ")"),
        ("", "a", "[1]"),
    ] {
        let sql = format!("SELECT {}", nested(open, inner, close));
        assert!(depth(&sql) as usize >= LEVELS, "{open}{close}");
    }
    assert!(depth(&format!("SELECT * FROM {}", nested("(SELECT a FROM ", "t", ") x"))) as usize >= LEVELS);
    assert!(depth(&nested("(", "SELECT 1", ")")) as usize >= LEVELS);
}

#[test]
fn chains_are_flat() {
    assert!(depth(&format!("SELECT 1 WHERE {}", vec!["a = 1"; LEVELS].join(" OR "))) < 10);
    assert!(depth(&vec!["SELECT 1"; LEVELS].join(" UNION ALL ")) < 10);
    assert!(depth(&format!("SELECT {}", vec!["a"; LEVELS].join(", "))) < 10);
}

#[test]
fn chains_that_are_trees_say_so() {
    assert!(depth(&format!("SELECT {}", vec!["a"; 5_000].join(" + "))) >= 4_999);
    assert!(depth(&format!("SELECT 1 FROM {}", vec!["a"; 5_000].join(" CROSS JOIN "))) >= 4_999);
}
