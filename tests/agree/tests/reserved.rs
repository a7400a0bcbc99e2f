//! Words that an engine does not take for a bare name are marked as reserved: output quotes them, input may not use them.

use airc_score::engines::{EngineKind, Fleet, Syntax};
use std::collections::BTreeSet;

#[test]
fn every_word_an_engine_reserves_is_marked() {
    let fleet = Fleet::new();
    for kind in EngineKind::ALL {
        let mut engine = fleet.connect(kind, 0).expect("the engine runs");
        engine.reset().expect("its database is emptied");
        let marked: BTreeSet<&str> = airc::grammar::reserved_words(kind.dialect()).collect();
        let mut missing = Vec::new();
        for word in airc::grammar::keywords() {
            let uses = [format!("SELECT {word} FROM t"), format!("CREATE TABLE {word} ({word} int)")];
            let reserved = uses.iter().any(|sql| {
                matches!(
                    engine.syntax(sql).expect("the engine answers"),
                    Syntax::Rejected(_) | Syntax::Unclear(_)
                )
            });
            if reserved && !marked.contains(word) {
                missing.push(word);
            }
        }
        assert!(missing.is_empty(), "{} reserves, and the table does not: {missing:?}", kind.label());
    }
}
