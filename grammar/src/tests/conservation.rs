//! Nothing that was written is lost: without any one of its tokens a statement is another tree, or none, and so it is
//! with a token that says something else.
//!
//! Each statement of the cases is read again twice for each of its tokens: with blanks in the place of that token, and
//! with one letter or digit of it changed. Where the tree stays the same the token was without effect, which only the
//! words of [`NOISE`] may be.

use super::corpora::{each_real_statement, each_statement, shared};
use crate::tree::{ExprId, StatementKind, Tree};
use crate::{Parsed, Parser, Settings};
use air_base::Severity;
use airc_lex::{K, Lexer};
use std::fmt::Write;

/// Words that may be left out without a change of meaning: the word before, the word, the word behind, and why. A star
/// stands for any word.
const NOISE: &[(&str, &str, &str, &str)] = &[
    ("*", "AS", "*", "an alias needs no AS"),
    ("*", "INTO", "*", "INSERT and MERGE of some dialects need none"),
    ("*", "FROM", "*", "DELETE of T-SQL, Oracle needs none"),
    ("*", "INNER", "JOIN", "a join is inner"),
    ("*", "OUTER", "JOIN", "LEFT says so"),
    ("*", "=", "*", "options of tables need none"),
    ("UNIQUE", "KEY", "*", "MySQL: UNIQUE says so"),
    ("FULLTEXT", "KEY", "*", "MySQL: FULLTEXT says so"),
    ("*", ",", "", "a comma may stand behind the last element of a table"),
    ("", "ON [PRIMARY]", "*", "T-SQL: where the rows of a key lie is not kept"),
    ("*", "PRIMARY", "KEY", "MySQL: KEY of a column is the primary one"),
    ("ALTER", "COLUMN", "*", "columns are what is altered"),
    ("ADD", "COLUMN", "*", "columns are what is added"),
    ("DROP", "COLUMN", "*", "columns are what is dropped"),
    ("RENAME", "COLUMN", "*", "columns are what is renamed"),
    ("INCREMENT", "BY", "*", "options of sequences need none"),
    ("START", "WITH", "*", "options of sequences need none"),
    ("RESTART", "WITH", "*", "options of sequences need none"),
    ("", "ADD", "KEY", "MySQL: a key in a list of changes is added"),
    ("*", "ROWS", "*", "OFFSET counts rows"),
    ("RENAME", "TO", "*", "MySQL needs none"),
    ("TRUNCATE", "TABLE", "*", "tables are what is emptied"),
    ("COMMIT", "TRAN", "*", "a transaction is what is committed"),
    ("*", "UNSIGNED", "ZEROFILL", "ZEROFILL implies it"),
    ("GENERATED", "ALWAYS", "AS", "what is computed is always computed"),
    ("*", "ARRAY", "*", "brackets alone are read as an array"),
    ("*", "IS", "NOT", "SQLite: `x NOT NULL`"),
];

/// Everything the tree says about a statement, without places: ids and lists followed, names and values as text. What
/// is left out with a note counts as said.
fn signature(parsed: &Parsed<'_>, source: &str) -> String {
    let tree = parsed.tree;
    let mut out = String::new();
    for note in parsed.diagnostics {
        let _ = writeln!(out, "{} {}", note.message, note.span().text(source));
    }
    for id in tree.statements() {
        let statement = tree[*id];
        expand(tree, source, &format!("{:?}", statement.kind), &mut out);
        if matches!(statement.kind, StatementKind::Other { parts, .. } if parts.is_empty()) {
            out.push_str(statement.span.text(source));
        }
        out.push('\n');
    }
    out
}

/// Copies the print of a node, with what hangs on it in the place of ids and lists. True for a leaf, which names nothing.
fn expand(tree: &Tree, source: &str, print: &str, out: &mut String) -> bool {
    let mut leaf = true;
    let mut rest = print;
    while let Some(first) = rest.chars().next() {
        let word =
            rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
        if word == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (text, behind) = rest.split_at(word);
        rest = behind;
        let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = text[letters.len()..].parse::<usize>().ok();
        if letters.is_empty()
            && let Some(span) = behind.strip_prefix("..")
        {
            // A place. What stands there is printed where it is a leaf.
            let digits = span.len() - span.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits > 0 {
                let range = number.unwrap_or(0)..span[..digits].parse().unwrap_or(0);
                // What is kept as text has no node to say it.
                if out.ends_with("Ident { span: ") || !out.ends_with("span: ") || kept_as_text(print) {
                    out.push_str(source.get(range).unwrap_or("?"));
                }
                rest = &span[digits..];
                continue;
            }
        }
        if let Some(list) = behind.strip_prefix('[')
            && let Some((range, after)) = list.split_once(']')
            && let Some((from, to)) = range.split_once("..")
            && let (Ok(from), Ok(to)) = (from.parse::<usize>(), to.parse::<usize>())
        {
            leaf = false;
            out.push('[');
            // An empty list of a type without a pool of its own is empty all the same.
            for item in tree.list_texts(text, from..to).unwrap_or_default() {
                expand(tree, source, &item, out);
                out.push(' ');
            }
            out.push(']');
            rest = after;
            continue;
        }
        match number {
            Some(index) if letters == ExprId::LETTER => {
                let Some(id) = tree.expr_at(index) else { continue };
                leaf = false;
                let node = format!("{:?}", tree.expr(id));
                out.push('(');
                let leaf = expand(tree, source, &node, out);
                if leaf || node.starts_with("Literal") {
                    let _ = write!(out, " {}", tree.expr_span(id).text(source));
                }
                out.push(')');
            }
            Some(index) if !letters.is_empty() => match tree.node_text(letters, index) {
                Some(node) => {
                    leaf = false;
                    out.push('(');
                    expand(tree, source, &node, out);
                    out.push(')');
                }
                None => out.push_str(text),
            },
            _ => out.push_str(text),
        }
    }
    leaf
}

/// True for nodes that keep their words as they are: their place says it all.
fn kept_as_text(print: &str) -> bool {
    print.starts_with("HeadPart")
        || print.starts_with("TableHint")
        || print.starts_with("TableOption")
        || (print.starts_with("AlterAction")
            && ["kind: Other", "kind: CheckConstraint", "kind: Advice"]
                .iter()
                .any(|kind| print.contains(kind)))
}

/// The places of the tokens of the statements, one for each word.
fn tokens(settings: Settings, source: &str) -> Vec<std::ops::Range<usize>> {
    let mut lexer = Lexer::new(settings);
    let (mut idents, mut comments, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(chunk) = lexer.next(source, at, &mut idents, &mut comments, &mut diagnostics) {
        for tok in lexer.tokens().iter().filter(|tok| tok.kind != K::LitRow && tok.start < tok.end) {
            let text = tok.span().text(source);
            if text.contains(['\'', '"', '`', '[', '(']) {
                places.push(tok.span().range());
                continue;
            }
            let base = tok.start as usize;
            let words = text.split_whitespace();
            places.extend(words.map(|word| {
                let start = base + (word.as_ptr() as usize - text.as_ptr() as usize);
                start..start + word.len()
            }));
        }
        at = chunk.next;
    }
    places
}

/// The row of [`NOISE`] that has the word at `place` between its neighbours.
fn noise_at(source: &str, place: &std::ops::Range<usize>) -> Option<usize> {
    let end_of_word = |c: char| !c.is_alphanumeric() && c != '_';
    let before = source[..place.start].trim_end().rsplit(end_of_word).next().unwrap_or_default();
    let after = source[place.end..].trim_start().split(end_of_word).next().unwrap_or_default();
    let is = |known: &str, met: &str| known == "*" || known.eq_ignore_ascii_case(met);
    NOISE.iter().position(|(left, word, right, _)| {
        is(left, before) && is(word, &source[place.clone()]) && is(right, after)
    })
}

/// Rows of one INSERT that are looked at: one more says nothing new, and time grows with the square of their number.
const ROWS_MAX: usize = 4;

/// The statement without most of the rows it inserts. One that is cut at a wrong place is not read, which is noticed.
fn cut(source: &str) -> String {
    let mut rows = Vec::new();
    let mut start = 0;
    for (at, _) in source.match_indices("),") {
        if source[at + 2..].trim_start().starts_with('(') {
            rows.push(&source[start..at + 2]);
            start = at + 2;
        }
    }
    rows.push(&source[start..]);
    let inserts = source.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("insert"));
    if inserts && rows.len() > 2 * ROWS_MAX {
        rows.drain(ROWS_MAX - 1..rows.len() - 1);
    }
    rows.concat()
}

/// The statement without its numbers and strings: many differ in nothing else.
fn shape(sql: &str) -> String {
    let pieces = sql.split('\'').step_by(2);
    pieces.flat_map(|piece| piece.chars()).filter(|c| !c.is_ascii_digit()).collect()
}

fn is_read(parsed: &Parsed<'_>) -> bool {
    parsed.diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Note)
}

/// The statement with the token at `place` saying something else; `None` for signs.
fn changed(source: &str, place: &std::ops::Range<usize>) -> Option<String> {
    let at = place.start + source[place.clone()].rfind(|c: char| c.is_ascii_alphanumeric())?;
    let other = match source.as_bytes()[at] {
        b'9' => "0".to_owned(),
        b'z' => "a".to_owned(),
        b'Z' => "A".to_owned(),
        letter => char::from(letter + 1).to_string(),
    };
    let mut changed = source.to_owned();
    changed.replace_range(at..=at, &other);
    Some(changed)
}

#[test]
fn no_token_is_without_effect() {
    let mut lost = Vec::new();
    let mut noise = [0; NOISE.len()];
    let (mut statements, mut alike, mut checked) = (0, 0, 0);
    let mut seen = std::collections::HashSet::new();
    let mut visit = |settings: Settings, sql: &str| {
        statements += 1;
        let sql = &*cut(sql);
        if !seen.insert((settings.dialect, shape(sql))) {
            alike += 1;
            return;
        }
        let mut parser = Parser::new(settings);
        let parsed = parser.parse(sql);
        assert!(is_read(&parsed), "{}: {sql}: {:?}", settings.dialect, parsed.diagnostics);
        let expected = signature(&parsed, sql);
        for place in tokens(settings, sql) {
            checked += 1;
            let mut without = sql.to_owned();
            without.replace_range(place.clone(), &" ".repeat(place.len()));
            let same = std::iter::once(without).chain(changed(sql, &place)).any(|other| {
                let parsed = parser.parse(&other);
                is_read(&parsed) && signature(&parsed, &other) == expected
            });
            if !same {
                continue;
            }
            match noise_at(sql, &place) {
                Some(row) => noise[row] += 1,
                None => {
                    let (before, after) = (&sql[..place.start], &sql[place.end..]);
                    lost.push(format!("{}: {before}»{}«{after}", settings.dialect, &sql[place.clone()]));
                }
            }
        }
    };
    each_statement(&mut visit);
    each_real_statement(&mut visit);
    println!("{statements} statements ({alike} like another), {checked} tokens");
    assert!(lost.is_empty(), "{} of {checked} tokens are lost:\n{}", lost.len(), lost.join("\n"));
    // Without the cases beside the project there are those in it.
    assert!(statements - alike > 300 && checked > 5_000, "{statements} {alike} {checked}");
    if shared("cases").is_some() && shared("real").is_some() {
        assert!(statements > 27_000 && checked > 150_000, "{statements} {checked}");
        let idle: Vec<_> = NOISE.iter().zip(noise).filter(|(_, met)| *met == 0).map(|(row, _)| row).collect();
        assert!(idle.is_empty(), "nothing has these: {idle:?}");
    }
}
