//! Transactions, settings, and statements that leave nothing to translate.

use crate::binder::{Binder, Bound};
use crate::codes;
use air::statement::{Isolation, Statement, TransactionAction};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Ident, OtherKind, TransactionModes};

impl<'a> Binder<'a> {
    pub(crate) fn no_chain(&mut self, chain: bool, span: Span) -> Bound<()> {
        if chain {
            return Err(self.refuse(codes::STATEMENT_KIND, span, "AND CHAIN is not translated"));
        }
        Ok(())
    }

    pub(crate) fn transaction(
        &mut self,
        action: TransactionAction,
        name: Option<Ident>,
        modes: TransactionModes,
        span: Span,
    ) -> Bound<Statement> {
        let isolation = modes.isolation.map(|isolation| match isolation {
            tree::Isolation::ReadUncommitted => Isolation::ReadUncommitted,
            tree::Isolation::ReadCommitted => Isolation::ReadCommitted,
            tree::Isolation::RepeatableRead => Isolation::RepeatableRead,
            tree::Isolation::Serializable => Isolation::Serializable,
            tree::Isolation::Snapshot => Isolation::Snapshot,
        });
        if modes.deferrable.is_some() {
            let message = "DEFERRABLE transactions are not translated";
            return Err(self.refuse(codes::STATEMENT_KIND, span, message));
        }
        let name = name.map(|name| self.ident_name(name));
        let read_only = modes.read_only == Some(true);
        Ok(Statement::Transaction { action, name, isolation, read_only })
    }

    /// A statement that needs no counterpart, with the reason.
    pub(crate) fn nothing(&mut self, reason: &str) -> Statement {
        Statement::Nothing { reason: self.str(reason) }
    }

    pub(crate) fn set_settings(&mut self, items: tree::List<tree::SetItem>) -> Bound<Statement> {
        for item in self.tree.list(items) {
            let known = match item.target {
                tree::SetTarget::Setting(name) => {
                    let text = self.tree.name_text(name, self.source);
                    let first = text.split([' ', '.']).next().unwrap_or(&text);
                    self.is_harmless(&text, self.shape.harmless_settings)
                        || self.is_harmless(first, self.shape.harmless_settings)
                        || self.stays_default(&text, item.values)
                }
                tree::SetTarget::Variable(variable) => self.is_dump_variable(variable, item),
            };
            if !known {
                let text = self.text_of(item.span);
                let message = format!("the setting `{text}` may change what later statements mean");
                let diagnostic = Diagnostic::error(codes::STATEMENT_KIND, item.span, message)
                    .help("say it in the source profile instead, or leave the statement out");
                return Err(self.refuse_with(diagnostic));
            }
        }
        Ok(self.nothing("the setting is one of the client or of loading, not of the data"))
    }

    /// True if the setting gets values that leave it as it is on a fresh server, or gets back a saved value.
    fn stays_default(&self, name: &str, values: tree::List<tree::ExprId>) -> bool {
        let name = name.rsplit('.').next().unwrap_or(name).trim_start_matches('@');
        let known = self.shape.settings_default.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
        let allowed = known.map_or(&[][..], |(_, values)| values);
        self.tree.list(values).iter().all(|value| {
            let text = self.text_of(self.tree.expr_span(*value));
            let saved = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("@old_"));
            saved
                || (known.is_some()
                    && text.split(',').all(|word| {
                        let word = word.trim().trim_matches(['\'', '"']);
                        word.is_empty() || allowed.iter().any(|known| word.eq_ignore_ascii_case(known))
                    }))
        })
    }

    fn is_harmless(&self, name: &str, known: &[&str]) -> bool {
        let name = name.rsplit('.').next().unwrap_or(name).trim_start_matches('@');
        known.iter().any(|word| name.eq_ignore_ascii_case(word))
    }

    /// True for the pairs a dump writes around its data: `SET @OLD_X=@@X` and `SET X=@OLD_X`.
    fn is_dump_variable(&self, variable: tree::ExprId, item: &tree::SetItem) -> bool {
        let text = self.text_of(self.tree.expr_span(variable));
        let name = text.trim_start_matches('@');
        let saved = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("OLD_"));
        let only_read =
            self.tree.list(item.values).iter().all(|value| {
                matches!(self.tree.expr(*value), tree::Expr::Variable(tree::VariableKind::System))
            });
        (saved && only_read)
            || (text.starts_with("@@")
                && (self.is_harmless(name, self.shape.harmless_settings)
                    || self.stays_default(name, item.values)))
    }

    pub(crate) fn pragma(
        &mut self,
        name: tree::Name,
        value: Option<tree::ExprId>,
        span: Span,
    ) -> Bound<Statement> {
        let text = self.tree.name_text(name, self.source);
        if text.eq_ignore_ascii_case("foreign_keys")
            && let Some(value) = value
        {
            let word = self.text_of(self.span(value));
            let on = ["on", "1", "true", "yes"].iter().any(|on| word.eq_ignore_ascii_case(on));
            self.catalog.foreign_keys = Some(on);
        }
        if self.is_harmless(&text, self.shape.harmless_settings) {
            return Ok(self.nothing("the pragma tunes the file or the connection, not the data"));
        }
        let message = format!("PRAGMA {text} is not translated");
        Err(self.refuse(codes::STATEMENT_KIND, span, message))
    }

    pub(crate) fn other(&mut self, kind: OtherKind, keyword: Span) -> Bound<Statement> {
        let reason = match kind {
            OtherKind::Analyze => Some("statistics are the target's own business"),
            OtherKind::Vacuum | OtherKind::Reindex | OtherKind::Checkpoint | OtherKind::Cluster => {
                Some("storage is the target's own business")
            }
            OtherKind::Flush => Some("caches are the target's own business"),
            _ => None,
        };
        if let Some(reason) = reason {
            return Ok(self.nothing(reason));
        }
        let what = self.text_of(keyword).to_ascii_uppercase();
        let message = format!("{what} statements are not translated");
        Err(self.refuse(codes::STATEMENT_KIND, keyword, message))
    }
}
