//! What a statement is about, by its first words: also of one that cannot be read.

use airc::grammar::{Piece, PieceKind, pieces};
use airc::{Profile, lexer_settings};
use serde::Serialize;

/// Kinds of objects, in the order in which reports list them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Table,
    View,
    Index,
    Sequence,
    Type,
    Routine,
    Trigger,
    /// SELECT and what else gives rows.
    Query,
    /// Rows of one table that a script inserts, one statement after another.
    Data,
    /// UPDATE, DELETE, MERGE.
    Change,
    /// Settings, transactions, rights and the like.
    Other,
}

impl Kind {
    pub(super) const ALL: [Kind; 11] = [
        Kind::Table,
        Kind::View,
        Kind::Index,
        Kind::Sequence,
        Kind::Type,
        Kind::Routine,
        Kind::Trigger,
        Kind::Query,
        Kind::Data,
        Kind::Change,
        Kind::Other,
    ];

    /// For people, one of them.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::View => "view",
            Kind::Index => "index",
            Kind::Sequence => "sequence",
            Kind::Type => "type",
            Kind::Routine => "routine",
            Kind::Trigger => "trigger",
            Kind::Query => "query",
            Kind::Data => "data",
            Kind::Change => "change",
            Kind::Other => "other",
        }
    }
}

/// Words of CREATE and ALTER that say what is made.
const CREATED: [(&str, Kind); 17] = [
    ("table", Kind::Table),
    ("view", Kind::View),
    ("index", Kind::Index),
    ("key", Kind::Index),
    ("sequence", Kind::Sequence),
    ("type", Kind::Type),
    ("domain", Kind::Type),
    ("function", Kind::Routine),
    ("procedure", Kind::Routine),
    ("proc", Kind::Routine),
    ("package", Kind::Routine),
    ("aggregate", Kind::Routine),
    ("trigger", Kind::Trigger),
    ("event", Kind::Trigger),
    ("rule", Kind::Trigger),
    ("synonym", Kind::Other),
    ("schema", Kind::Other),
];

/// Words between INSERT and the name of the table.
const INSERT_WORDS: [&str; 11] = [
    "into",
    "ignore",
    "or",
    "replace",
    "rollback",
    "abort",
    "fail",
    "low_priority",
    "high_priority",
    "delayed",
    "overwrite",
];

/// Words before the kind: OR REPLACE, UNIQUE, DEFINER = `root`@`localhost`, SQL SECURITY DEFINER.
const WORDS_BEFORE_MAX: usize = 16;

/// Kind and name of a statement's object.
pub(super) fn classify(profile: &Profile, text: &str) -> (Kind, String) {
    let pieces = pieces(lexer_settings(profile), text);
    let word = |at: usize, word: &str| pieces.get(at).is_some_and(|piece: &Piece| piece.is_word(text, word));
    let first = |words: &[&str]| words.iter().any(|known| word(0, known));
    if first(&["create", "alter", "drop"]) {
        let made = (1..WORDS_BEFORE_MAX.min(pieces.len())).find_map(|at| {
            let found = CREATED.iter().find(|(known, _)| word(at, known))?;
            Some((at, found.1))
        });
        if let Some((at, kind)) = made {
            return (kind, name_after(text, &pieces, at + 1));
        }
    }
    if first(&["insert", "replace"]) {
        let mut at = 1;
        while INSERT_WORDS.iter().any(|known| word(at, known)) {
            at += 1;
        }
        return (Kind::Data, name_after(text, &pieces, at));
    }
    let kind = if first(&["select", "with", "values", "table"]) || text.starts_with('(') {
        Kind::Query
    } else if first(&["update", "delete", "merge", "truncate"]) {
        Kind::Change
    } else if first(&["begin", "declare"])
        && text.len() > "begin transaction isolation level serializable".len()
    {
        // An anonymous block of statements.
        Kind::Routine
    } else {
        Kind::Other
    };
    (kind, beginning(text))
}

fn name_after(text: &str, pieces: &[Piece], mut at: usize) -> String {
    let skipped = ["if", "not", "exists", "only", "body", "concurrently", "on", "column"];
    while pieces.get(at).is_some_and(|piece| skipped.iter().any(|word| piece.is_word(text, word))) {
        at += 1;
    }
    let Some(mut name) = pieces.get(at).and_then(Piece::ident) else { return beginning(text) };
    while pieces.get(at + 1).is_some_and(|piece| piece.kind == PieceKind::Dot) {
        at += 2;
        match pieces.get(at).and_then(Piece::ident) {
            Some(next) => name = next,
            None => break,
        }
    }
    name.text(text).into_owned()
}

/// The first words of a statement, on one line.
pub(super) fn beginning(text: &str) -> String {
    const LETTERS_MAX: usize = 70;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LETTERS_MAX {
        return line;
    }
    line.chars().take(LETTERS_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_apart_by_their_first_words() {
        let profile = "mysql".parse().expect("a dialect");
        for (text, kind, name) in [
            ("CREATE TABLE IF NOT EXISTS shop.`my t` (a INT)", Kind::Table, "my t"),
            ("CREATE UNIQUE INDEX i ON t (a)", Kind::Index, "i"),
            ("CREATE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW v AS SELECT 1", Kind::View, "v"),
            ("create or replace procedure p () begin end", Kind::Routine, "p"),
            ("CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @a = 1", Kind::Trigger, "tr"),
            ("ALTER TABLE t ADD b INT", Kind::Table, "t"),
            ("INSERT IGNORE INTO t VALUES (1)", Kind::Data, "t"),
            ("INSERT shop.t VALUES (1)", Kind::Data, "t"),
            ("COMMENT ON TABLE t IS 'x'", Kind::Other, "COMMENT ON TABLE t IS 'x'"),
            ("SELECT\n  1", Kind::Query, "SELECT 1"),
            ("DELETE FROM t", Kind::Change, "DELETE FROM t"),
            ("SET NAMES utf8", Kind::Other, "SET NAMES utf8"),
        ] {
            assert_eq!(classify(&profile, text), (kind, name.to_owned()), "{text}");
        }
    }
}
