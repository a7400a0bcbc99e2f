//! What only some dialects have. The grammar accepts the union; here it is refused with its exact place.

use super::Builder;
use crate::codes;
use air_base::{Diagnostic, Dialect, DialectSet, Span};
use airc_lex::Ident;

pub(crate) const MY: DialectSet = DialectSet::MY;
pub(crate) const PG: DialectSet = Dialect::Postgres.bit();
pub(crate) const LITE: DialectSet = Dialect::Sqlite.bit();
pub(crate) const ORA: DialectSet = Dialect::Oracle.bit();
pub(crate) const MS: DialectSet = Dialect::Mssql.bit();
pub(crate) const MARIA: DialectSet = Dialect::Mariadb.bit();

impl Builder<'_> {
    /// Refuses what stands at token `at` unless the dialect is one of `known`.
    #[inline]
    pub(crate) fn gate(&mut self, known: DialectSet, at: u32, what: &str) {
        if !known.has(self.dialect) {
            let span = self.tok(at).span();
            self.foreign(known, span, what);
        }
    }

    /// The same for a place that is no token.
    #[cold]
    pub(crate) fn foreign(&mut self, known: DialectSet, span: Span, what: &str) {
        let mut owners = String::new();
        for dialect in Dialect::ALL.into_iter().filter(|dialect| known.has(*dialect)) {
            if !owners.is_empty() {
                owners.push_str(", ");
            }
            owners.push_str(dialect.name());
        }
        let dialect = self.dialect;
        self.diagnostics.push(
            Diagnostic::error(codes::OTHER_DIALECT, span, format!("{what} is no syntax of {dialect}"))
                .here(format!("syntax of {owners}"))
                .help("is the source dialect the right one?"),
        );
    }

    /// Adds to the last report that one of two names is nearly the word of a clause.
    #[cold]
    pub(crate) fn suggest_clause(&mut self, first: Option<Ident>, second: Ident) {
        let near = |name: Ident| Some((name, crate::expected::clause_near(name.span.text(self.source))?));
        let Some((name, meant)) = first.and_then(near).or_else(|| near(second)) else { return };
        let written = name.span.text(self.source);
        if let Some(report) = self.diagnostics.last_mut() {
            report.help = Some(format!("did you mean {meant} instead of `{written}`?"));
        }
    }

    /// Reports something the grammar lets pass but no dialect has.
    #[cold]
    pub(crate) fn reject(&mut self, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(codes::MISPLACED, span, message));
    }
}
