//! Where tables and columns are declared, by the pieces of CREATE statements: also of those that are not compiled.

use airc::Span;
use airc::grammar::tree::Ident;
use airc::grammar::{Piece, PieceKind};

/// CREATE TABLE or VIEW.
pub(super) struct Declaration {
    pub(super) name: Ident,
    pub(super) columns: Vec<Ident>,
}

/// What a statement declares.
pub(super) fn declaration(text: &str, pieces: &[Piece]) -> Option<Declaration> {
    let word = |at: usize, word: &str| pieces.get(at).is_some_and(|piece| piece.is_word(text, word));
    if !word(0, "create") {
        return None;
    }
    // OR REPLACE, TEMPORARY, ALGORITHM = MERGE and the like.
    const WORDS_BEFORE_MAX: usize = 16;
    let kind = (1..WORDS_BEFORE_MAX.min(pieces.len())).find(|&at| word(at, "table") || word(at, "view"))?;
    let mut at = kind + 1;
    if word(at, "if") {
        at += 3;
    }
    let mut name = pieces.get(at)?.ident()?;
    while pieces.get(at + 1).is_some_and(|piece| piece.kind == PieceKind::Dot) {
        at += 2;
        name = pieces.get(at)?.ident()?;
    }
    let mut columns = Vec::new();
    let (mut depth, mut first) = (0usize, false);
    for piece in &pieces[at + 1..] {
        match piece.kind {
            PieceKind::Open => {
                depth += 1;
                first = depth == 1;
            }
            PieceKind::Close => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            PieceKind::Comma => first = depth == 1,
            _ if first => {
                first = false;
                let constraint = CONSTRAINT_WORDS.iter().any(|word| piece.is_word(text, word));
                columns.extend(piece.ident().filter(|_| !constraint));
            }
            // CREATE TABLE … AS SELECT f(a, b)
            _ if depth == 0 && (piece.is_word(text, "as") || piece.is_word(text, "select")) => break,
            _ => {}
        }
    }
    Some(Declaration { name, columns })
}

/// What a table constraint begins with.
const CONSTRAINT_WORDS: [&str; 10] =
    ["constraint", "primary", "foreign", "unique", "check", "key", "index", "fulltext", "spatial", "exclude"];

impl Declaration {
    /// True if it declares that table.
    pub(super) fn declares(&self, text: &str, table: &str) -> bool {
        self.name.text(text).eq_ignore_ascii_case(table)
    }

    /// The place of a column.
    pub(super) fn column(&self, text: &str, name: &str) -> Option<Span> {
        let found = self.columns.iter().find(|column| column.text(text).eq_ignore_ascii_case(name));
        found.map(|column| column.span)
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::pieces;
    use super::*;

    #[test]
    fn tables_and_their_columns_are_found() {
        let text = "CREATE TEMPORARY TABLE IF NOT EXISTS shop.`my t` (id INT(11) CHECK (id IN (1, 2)), PRIMARY KEY (id), `na me` DECIMAL(5, 2))";
        let profile = "mysql".parse().expect("a dialect");
        let found = declaration(text, &pieces(&profile, text)).expect("it declares a table");
        assert!(found.declares(text, "MY T"));
        let columns: Vec<_> = found.columns.iter().map(|column| column.text(text).into_owned()).collect();
        assert_eq!(columns, ["id", "na me"]);
        let index = "CREATE INDEX i ON t (a)";
        assert!(declaration(index, &pieces(&profile, index)).is_none());
    }
}
