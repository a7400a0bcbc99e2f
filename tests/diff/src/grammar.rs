//! Typed templates of a dialect, read from a text file.
//!
//! ```text
//! [columns]            # how a column of a kind is declared
//! int     int
//! [values]             # what such columns hold, besides NULL
//! int     0 | 1 | -7
//! [constants]          # what stands for a kind where no column does; the first is the simplest
//! int     0 | 1 | 2
//! [expressions]        # `{kind}` is any expression of the kind
//! text    lower({text})
//! [aggregates]         # in a grouped select list
//! [windows]            # `{over}` is an OVER clause
//! [changes]            # statements; {table}, {set}, {row}, {columns} and {where} are filled in
//! [options]            # words that say what queries of the dialect avoid
//! ```

use std::collections::BTreeMap;
use std::fmt;

use air_base::Dialect;

/// Part of a template.
#[derive(Clone, PartialEq, Debug)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// A place to be filled.
    Place(String),
}

/// A text with places.
pub type Template = Vec<Piece>;

/// Templates by the kind of value they give.
pub type ByKind = BTreeMap<String, Vec<Template>>;

/// What a dialect can say.
#[derive(Default, Debug)]
pub struct Grammar {
    /// Declarations of columns.
    pub columns: Vec<(String, String)>,
    /// Constants that columns of a kind hold.
    pub values: BTreeMap<String, Vec<String>>,
    /// Constants in expressions.
    pub constants: BTreeMap<String, Vec<String>>,
    /// Expressions.
    pub expressions: ByKind,
    /// Aggregates.
    pub aggregates: ByKind,
    /// Window functions.
    pub windows: ByKind,
    /// Changes of rows.
    pub changes: Vec<Template>,
    /// What queries avoid.
    pub options: Vec<String>,
}

/// A line that is not understood.
#[derive(Debug)]
pub struct GrammarError(String);

impl fmt::Display for GrammarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GrammarError {}

impl Grammar {
    /// The grammar of a dialect that an engine runs.
    pub fn of(dialect: Dialect) -> Option<Grammar> {
        let text = match dialect {
            Dialect::Mysql | Dialect::Mariadb => include_str!("../grammars/mysql.txt"),
            Dialect::Postgres => include_str!("../grammars/postgres.txt"),
            Dialect::Sqlite => include_str!("../grammars/sqlite.txt"),
            Dialect::Oracle | Dialect::Mssql => return None,
        };
        Some(Grammar::read(text).expect("the grammars are tested"))
    }

    /// Reads a grammar and checks that every kind in it can be made.
    pub fn read(text: &str) -> Result<Grammar, GrammarError> {
        let mut grammar = Grammar::default();
        let mut section = "";
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
                continue;
            }
            let failed = |why: &str| GrammarError(format!("line {}: {why}: {line}", number + 1));
            let split =
                || line.split_once(char::is_whitespace).ok_or_else(|| failed("a kind and a text are needed"));
            match section {
                "options" => grammar.options.push(line.to_owned()),
                "changes" => grammar.changes.push(template(line)),
                "columns" => {
                    let (kind, text) = split()?;
                    grammar.columns.push((kind.to_owned(), text.trim().to_owned()));
                }
                "values" | "constants" => {
                    let (kind, list) = split()?;
                    let list = list.split(" | ").map(|constant| constant.trim().to_owned());
                    let all = if section == "values" { &mut grammar.values } else { &mut grammar.constants };
                    all.entry(kind.to_owned()).or_default().extend(list);
                }
                "expressions" | "aggregates" | "windows" => {
                    let (kind, text) = split()?;
                    let all = match section {
                        "expressions" => &mut grammar.expressions,
                        "aggregates" => &mut grammar.aggregates,
                        _ => &mut grammar.windows,
                    };
                    all.entry(kind.to_owned()).or_default().push(template(text.trim()));
                }
                _ => return Err(failed("no such section")),
            }
        }
        grammar.check()?;
        Ok(grammar)
    }

    fn check(&self) -> Result<(), GrammarError> {
        let missing = |kind: &str, of: &str| GrammarError(format!("`{kind}` has no {of}"));
        for (kind, _) in &self.columns {
            self.values.get(kind).ok_or_else(|| missing(kind, "values"))?;
        }
        let all = [&self.expressions, &self.aggregates, &self.windows];
        let templates = all.into_iter().flat_map(|by_kind| by_kind.values()).flatten();
        for piece in templates.flatten() {
            if let Piece::Place(kind) = piece
                && !self.constants.contains_key(kind)
                && !matches!(kind.as_str(), "over" | "any")
            {
                return Err(missing(kind, "constants"));
            }
        }
        Ok(())
    }

    /// True if queries avoid something.
    pub fn avoids(&self, word: &str) -> bool {
        self.options.iter().any(|option| option == word)
    }
}

fn template(text: &str) -> Template {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').map(|length| start + length);
        // A brace that is not a word in braces is text, as in JSON.
        let word = end.map(|end| &rest[start + 1..end]);
        match word {
            Some(word) if !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
                pieces.push(Piece::Text(rest[..start].to_owned()));
                pieces.push(Piece::Place(word.to_owned()));
                rest = &rest[start + word.len() + 2..];
            }
            _ => {
                pieces.push(Piece::Text(rest[..=start].to_owned()));
                rest = &rest[start + 1..];
            }
        }
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_every_grammar_can_be_made() {
        for dialect in [Dialect::Mysql, Dialect::Postgres, Dialect::Sqlite] {
            let grammar = Grammar::of(dialect).unwrap();
            assert!(grammar.columns.len() > 5 && grammar.expressions.len() > 4, "{dialect}");
        }
    }

    #[test]
    fn places_are_found() {
        let place = |word: &str| Piece::Place(word.to_owned());
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(
            template("f({int}, '{\"a\"}')"),
            [text("f("), place("int"), text(", '{"), text("\"a\"}')")]
        );
        assert!(Grammar::read("[expressions]\nint f({nothing})").is_err());
    }
}
