//! Any text in any dialect: a tree whose places lie in the source, or diagnostics; what is printed of it and the values
//! of its literals can be had; and reading statement by statement sees what reading the script saw.

#![no_main]

use air_base::Dialect;
use airc_grammar::{Parser, tree::StatementKind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let Ok(sql) = std::str::from_utf8(rest) else { return };
    let mut parser = Parser::of(Dialect::ALL[usize::from(choice) % 6]);
    let parsed = parser.parse(sql);
    let count = parsed.tree.statements().len();
    let mut broken = 0;
    for id in parsed.tree.statements() {
        let statement = parsed.tree[*id];
        assert!(sql.get(statement.span.range()).is_some());
        broken += usize::from(statement.kind == StatementKind::Broken);
        parsed.tree.dump(*id, sql);
    }
    for diagnostic in parsed.diagnostics {
        assert!(sql.get(diagnostic.span().range()).is_some(), "{diagnostic:?}");
    }
    assert!(broken == 0 || !parsed.diagnostics.is_empty(), "a broken statement without a word about it");
    let mut at = 0;
    let mut singly = 0;
    while let Some((parsed, next)) = parser.parse_next(sql, at) {
        singly += parsed.tree.statements().len();
        at = next;
    }
    assert_eq!(count, singly);
});
