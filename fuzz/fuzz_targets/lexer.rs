//! Any text in any dialect: statements that lie in the source, in order, and tokens that lie in their statement.

#![no_main]

use air_base::Dialect;
use airc_lex::{Lexer, Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let Ok(sql) = std::str::from_utf8(rest) else { return };
    let mut lexer = Lexer::new(Settings::of(Dialect::ALL[usize::from(choice) % 6]));
    let (mut idents, mut comments, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(chunk) = lexer.next(sql, at, &mut idents, &mut comments, &mut diagnostics) {
        assert!(chunk.next > at, "no progress at {at}");
        assert!(chunk.span.start as usize >= at && chunk.span.end as usize <= chunk.next);
        let mut end = chunk.span.start;
        for tok in lexer.tokens() {
            assert!(tok.start <= tok.end && tok.end <= chunk.span.end);
            assert!(tok.start >= end || tok.start == tok.end || tok.end <= end, "tokens out of order");
            end = end.max(tok.start);
        }
        at = chunk.next;
    }
    for ident in &idents {
        ident.text(sql);
    }
    for comment in &comments {
        assert!(sql.get(comment.span.range()).is_some());
    }
});
