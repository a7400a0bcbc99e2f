//! Transactions, settings, and statements that leave nothing to translate.

use crate::binder::{Binder, Bound};
use crate::codes;
use air::Literal;
use air::catalog::Constant;
use air::fidelity::Assume;
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
        if let Some(settled) = self.follow_transaction(action, span)? {
            return Ok(settled);
        }
        let name = name.map(|name| self.ident_name(name));
        let read_only = modes.read_only == Some(true);
        Ok(Statement::Transaction { action, name, isolation, read_only })
    }

    /// Follows where transactions begin and end. Where they begin by themselves and the target's do not, each change is
    /// kept at once there: COMMIT has nothing left to do, and nothing can be undone.
    fn follow_transaction(&mut self, action: TransactionAction, span: Span) -> Bound<Option<Statement>> {
        let implied = (self.shape.transactions_implied || self.catalog.transactions_implied)
            && !self.catalog.transaction_open;
        match action {
            TransactionAction::Begin => self.catalog.transaction_open = true,
            TransactionAction::Commit if implied => {
                return Ok(Some(self.nothing("each change is committed by itself on the target")));
            }
            TransactionAction::Commit | TransactionAction::Rollback if !implied => {
                self.catalog.transaction_open = false;
            }
            TransactionAction::Rollback
            | TransactionAction::RollbackTo
            | TransactionAction::Savepoint
            | TransactionAction::Release
                if implied =>
            {
                let message = "changes are committed one by one on the target, so none can be undone";
                let diagnostic = Diagnostic::error(codes::STATEMENT_KIND, span, message)
                    .help("begin the transaction on the target by hand");
                return Err(self.refuse_with(diagnostic));
            }
            _ => {}
        }
        Ok(None)
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
                    if self.follow_switch(&text, item.values) {
                        continue;
                    }
                    let first = text.split([' ', '.']).next().unwrap_or(&text);
                    if first.eq_ignore_ascii_case("foreign_key_checks")
                        && let [value] = self.tree.list(item.values)
                    {
                        let word = self.text_of(self.span(*value));
                        self.catalog.foreign_keys =
                            Some(!["0", "off", "false"].contains(&&*word.to_ascii_lowercase()));
                    }
                    self.is_harmless(&text, self.shape.harmless_settings)
                        || self.is_harmless(first, self.shape.harmless_settings)
                        || self.stays_default(&text, item.values)
                }
                tree::SetTarget::Variable(variable) => {
                    self.is_dump_variable(variable, item) || self.keeps_constant(variable, item)
                }
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

    /// Follows a setting that changes what later statements mean; false if it is another one.
    fn follow_switch(&mut self, name: &str, values: tree::List<tree::ExprId>) -> bool {
        let name = name.rsplit('.').next().unwrap_or(name).trim_start_matches('@');
        let strings = !name.is_empty() && name.eq_ignore_ascii_case(self.shape.strings_setting);
        let commits = !name.is_empty() && name.eq_ignore_ascii_case(self.shape.autocommit_setting);
        let [value] = *self.tree.list(values) else { return false };
        let value = self.text_of(self.tree.expr_span(value)).trim_matches('\'');
        let is = |words: [&str; 4]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
        let off = is(["off", "0", "false", "no"]);
        if !(off || is(["on", "1", "true", "yes"])) {
            return false;
        }
        if strings {
            self.catalog.escaping_strings = off;
        }
        if commits {
            self.catalog.transactions_implied = off;
        }
        strings || commits
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

    /// The name of a variable of the session, as it is looked up.
    pub(crate) fn variable_name(&self, span: Span) -> String {
        self.text_of(span).trim_start_matches('@').trim_matches(['`', '\'', '"']).to_ascii_lowercase()
    }

    /// Keeps the constant that a variable of the session is given; what else it is given is forgotten.
    fn keeps_constant(&mut self, variable: tree::ExprId, item: &tree::SetItem) -> bool {
        if !matches!(self.tree.expr(variable), tree::Expr::Variable(tree::VariableKind::User)) {
            return false;
        }
        if self.meaning.variables_are_parameters {
            return self.assigns_declared(variable, item);
        }
        let name = self.variable_name(self.span(variable));
        self.catalog.variables.remove(&name);
        let [value] = self.tree.list(item.values) else { return false };
        let literal = match self.tree.expr(*value) {
            tree::Expr::Unary { op: tree::UnaryOp::Minus, arg, .. } => self.tree.expr(arg),
            other => other,
        };
        if !matches!(literal, tree::Expr::Literal(_)) {
            return false;
        }
        let Ok(bound) = self.expr(*value) else { return false };
        let constant = match self.air.literal(bound) {
            Some(Literal::Null {}) => Constant::Null,
            Some(Literal::Int { value }) => Constant::Int(value),
            Some(Literal::Decimal { digits }) => Constant::Decimal(self.air.text(digits).to_owned()),
            Some(Literal::Text { text }) => Constant::Text(self.air.text(text).to_owned()),
            _ => return false,
        };
        self.catalog.variables.insert(name, constant);
        true
    }

    /// What a variable of the session holds, if a script gave it a constant.
    pub(crate) fn session_constant(&mut self, span: Span) -> Option<air::ExprId> {
        let name = self.variable_name(span);
        let (value, ty) = match self.catalog.variables.get(&name)?.clone() {
            Constant::Null => (Literal::Null {}, air::Type::Null),
            Constant::Int(value) => (Literal::Int { value }, air::Type::I64),
            Constant::Decimal(digits) => {
                let count = digits.bytes().filter(u8::is_ascii_digit).count() as u16;
                let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i16);
                let digits = self.air.push_text(&digits);
                (Literal::Decimal { digits }, air::Type::Decimal { precision: count, scale })
            }
            Constant::Moment(text, ty) => return self.constant(&text, ty, span),
            Constant::Text(text) => {
                let text = self.air.push_text(&text);
                (Literal::Text { text }, self.text_type())
            }
        };
        Some(self.literal_expr(value, ty, span))
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

    pub(crate) fn other(
        &mut self,
        kind: OtherKind,
        keyword: Span,
        parts: tree::List<tree::HeadPart>,
        span: Span,
    ) -> Bound<Statement> {
        match kind {
            OtherKind::CreateTrigger if !parts.is_empty() => return self.create_trigger(parts, span),
            OtherKind::CreateFunction => {
                if let Some(done) = self.trigger_function(parts, span)? {
                    return Ok(done);
                }
                if !parts.is_empty() {
                    return self.create_function(parts, span);
                }
            }
            _ => {}
        }
        let reason = match kind {
            OtherKind::Analyze => Some("statistics are the target's own business"),
            OtherKind::Vacuum | OtherKind::Reindex | OtherKind::Checkpoint | OtherKind::Cluster => {
                Some("storage is the target's own business")
            }
            OtherKind::Flush => Some("caches are the target's own business"),
            OtherKind::Alter | OtherKind::Create | OtherKind::CreateExtension => self.beside_data(span),
            OtherKind::Print => Some("messages are no rows"),
            OtherKind::Declare if self.meaning.variables_are_parameters => {
                return self.declare_variables(span);
            }
            _ => None,
        };
        if let Some(reason) = reason {
            return Ok(self.nothing(reason));
        }
        let first = self.text_of(keyword).to_ascii_uppercase();
        let what = match kind {
            OtherKind::CreateFunction => "functions".to_owned(),
            OtherKind::CreateProcedure => "procedures".to_owned(),
            OtherKind::CreateTrigger => "triggers".to_owned(),
            OtherKind::CreateEvent => "events".to_owned(),
            OtherKind::CreatePackage => "packages".to_owned(),
            OtherKind::CreateVirtualTable => "virtual tables".to_owned(),
            OtherKind::Create | OtherKind::Alter => {
                let mut words = self.text_of(span).split_ascii_whitespace().skip(1);
                let second =
                    words.find(|word| !["or", "replace"].iter().any(|w| word.eq_ignore_ascii_case(w)));
                format!("{first} {} statements", second.unwrap_or("").to_ascii_uppercase())
            }
            _ => format!("{first} statements"),
        };
        // The object is what a reader looks for, where the head says which it is.
        let object = self.tree.list(parts).iter().find(|part| {
            matches!(
                part.role,
                tree::HeadRole::Name
                    | tree::HeadRole::Object
                    | tree::HeadRole::Account
                    | tree::HeadRole::Call
            )
        });
        let place = object.map_or(keyword, |object| object.span);
        let message = format!("{what} are not translated");
        let mut refusal = Diagnostic::error(codes::STATEMENT_KIND, place, message);
        if kind == OtherKind::CreateProcedure {
            refusal = refusal.help(
                "rows that a procedure shows, values it gives back and its commits mean other things in each database",
            );
        }
        Err(self.refuse_with(refusal))
    }

    /// Why nothing is emitted for a statement about owners, languages of routines or the session; `None` for others.
    fn beside_data(&self, span: Span) -> Option<&'static str> {
        let text = self.text_of(span).to_ascii_lowercase();
        let words: Vec<&str> = text
            .split(|c: char| c.is_ascii_whitespace() || c == '=')
            .filter(|word| !word.is_empty())
            .collect();
        match words.as_slice() {
            ["alter", .., "owner", "to", _] => Some("who owns an object changes no rows"),
            ["create" | "alter", rest @ ..]
                if rest.iter().take(4).any(|word| *word == "language")
                    && !rest.iter().any(|word| *word == "function" || *word == "procedure") =>
            {
                Some("languages of routines hold no rows")
            }
            ["create", "extension", rest @ ..] if rest.iter().take(4).any(|word| *word == "plpgsql") => {
                Some("languages of routines hold no rows")
            }
            ["alter", "session", "set", settings @ ..] if self.are_defaults(settings) => {
                Some("the setting is the one of a fresh server")
            }
            _ => None,
        }
    }

    /// True for names and values, by turns, of settings that stay as they are.
    fn are_defaults(&self, settings: &[&str]) -> bool {
        let known = |pair: &[&str]| match pair {
            [name, value] => self.shape.settings_default.iter().any(|(known, values)| {
                let value = value.trim_matches(['\'', '"']);
                name.eq_ignore_ascii_case(known) && values.iter().any(|word| value.eq_ignore_ascii_case(word))
            }),
            _ => false,
        };
        !settings.is_empty() && settings.chunks(2).all(known)
    }

    /// GRANT and REVOKE: rights are not rows, and users of servers differ.
    pub(crate) fn rights(&mut self, span: Span) -> Statement {
        let text = self.text_of(span).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        self.ledger.assume(Assume::Rights, &text, span);
        self.nothing("rights are given on the target by its administrator")
    }
}
