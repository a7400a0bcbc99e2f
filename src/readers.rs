//! Which other dialects a statement could be read in that cannot be read in its own.

use crate::translator::parser_for;
use air::profile::Profile;
use air_base::{Code, Diagnostic, Dialect, Severity};
use airc_grammar::Parser;
use airc_grammar::tree::StatementKind;

/// Longer statements are not read again: advice must not cost more than the work.
const TEXT_BYTES_MAX: usize = 16 << 10;
/// Statements of one script that are read again: a script in the wrong dialect says so soon enough.
const STATEMENTS_MAX: usize = 50;

/// What is said about a text that cannot be read as it stands.
const UNREADABLE: [Code; 3] = [
    airc_grammar::codes::UNEXPECTED,
    airc_grammar::codes::UNEXPECTED_END,
    airc_grammar::lexer_codes::UNKNOWN_CHARACTER,
];

/// Parsers of the other dialects, made when they are needed first.
#[derive(Default)]
pub(crate) struct Readers {
    parsers: Vec<(Dialect, Parser)>,
    asked: usize,
}

impl Readers {
    /// Adds to the first complaint without advice which dialects have no complaint.
    pub(crate) fn advise(&mut self, diagnostics: &mut [Diagnostic], text: &str, own: Dialect) {
        let complaint = diagnostics.iter_mut().find(|diagnostic| diagnostic.severity == Severity::Error);
        let Some(complaint) =
            complaint.filter(|first| first.help.is_none() && UNREADABLE.contains(&first.code))
        else {
            return;
        };
        if text.len() > TEXT_BYTES_MAX || self.asked >= STATEMENTS_MAX {
            return;
        }
        self.asked += 1;
        if self.parsers.is_empty() {
            let others = Dialect::ALL.into_iter().filter(|dialect| *dialect != own);
            self.parsers = others.map(|other| (other, parser_for(&Profile::of(other)))).collect();
        }
        let readable: Vec<&str> = self
            .parsers
            .iter_mut()
            .filter_map(|(other, parser)| reads(parser, text).then_some(other.name()))
            .collect();
        if !readable.is_empty() {
            complaint.help =
                Some(format!("this can be read as {}; is the source {}?", readable.join(", "), own.name()));
        }
    }

    /// Another script begins.
    pub(crate) fn restart(&mut self) {
        self.asked = 0;
    }
}

fn reads(parser: &mut Parser, text: &str) -> bool {
    let parsed = parser.parse(text);
    let [id] = *parsed.tree.statements() else { return false };
    let known = !matches!(parsed.tree[id].kind, StatementKind::Other { .. } | StatementKind::Broken);
    known && parsed.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
}

#[cfg(test)]
mod tests {
    use crate::{Options, Translator};

    fn help(from: &str, sql: &str) -> Option<String> {
        let from = from.parse().expect("a dialect");
        let to = "sqlite".parse().expect("a dialect");
        let outcomes = Translator::new(from, to, Options::default()).translate_script(sql);
        outcomes[0].diagnostics.first().expect("a complaint").help.clone()
    }

    #[test]
    fn a_statement_of_another_dialect_is_recognised() {
        let brackets = help("mysql", "SELECT [a b] FROM [my table]");
        assert_eq!(brackets.as_deref(), Some("this can be read as sqlite, mssql; is the source mysql?"));
        let backticks = help("oracle", "SELECT `a` FROM `t`");
        assert_eq!(
            backticks.as_deref(),
            Some("this can be read as mysql, mariadb, sqlite; is the source oracle?")
        );
        assert_eq!(help("mysql", "SELECT a FROM WHERE"), None, "what no dialect reads");
        assert_eq!(
            help("mysql", "SELCT 1").as_deref(),
            Some("did you mean SELECT instead of `SELCT`?"),
            "other advice comes first"
        );
    }
}
