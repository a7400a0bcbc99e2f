//! The machinery of rules: what a rule is, and what it works with.

use air::builtins::Builtin;
use air::catalog::{Catalog, Seen};
use air::fidelity::{Assume, Ledger};
use air::query::SourceKind;
use air::target::{Can, How, Target};
use air::{Air, Expr, ExprId, QueryId, RelId, SelectId};
use air_base::{Code, Diagnostic, Span};

use crate::kind::{Kind, StatementKind};

/// What the user allows.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// An assumption that the profile does not declare is a refusal.
    pub strict: bool,
    /// Stated differences are emitted and marked instead of refused.
    pub allow_approximate: bool,
    /// Names of rules that are switched off.
    pub disabled_rules: Vec<String>,
}

/// There is no translation; the diagnostics say why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused;

/// Whether a rule changed something, or found that nothing can be done.
pub type Fired = Result<bool, Refused>;

/// A rewrite: its name, why the result means the same, and what it looks at.
///
/// Each rule is right by itself, in any order, and can be switched off by name. The function
/// checks its precondition, rewrites in place and returns true, or leaves everything alone and returns false.
/// The driver calls it again for the same node until it returns false.
pub struct Rule {
    /// As in tests, certificates and `--disable-rule`.
    pub name: &'static str,
    /// Why the result means the same: one sentence.
    pub law: &'static str,
    /// What it looks at.
    pub apply: Apply,
}

/// What a rule looks at.
pub enum Apply {
    /// Expressions of these kinds.
    Kinds(&'static [Kind], fn(&mut Context<'_>, ExprId) -> Fired),
    /// Calls, aggregates and window calls of these builtins (the node is [`air::Expr::Call`] or
    /// [`air::Expr::Aggregate`]).
    Builtins(&'static [Builtin], fn(&mut Context<'_>, ExprId) -> Fired),
    /// Blocks.
    Select(fn(&mut Context<'_>, SelectId) -> Fired),
    /// Queries.
    Query(fn(&mut Context<'_>, QueryId) -> Fired),
    /// Nodes of FROM.
    Rel(fn(&mut Context<'_>, RelId) -> Fired),
    /// Statements of these kinds, by position in [`Air::statements`].
    Statements(&'static [StatementKind], fn(&mut Context<'_>, usize) -> Fired),
    /// The same, on targets for which this holds; on others there is nothing to do.
    When(fn(&Target) -> bool, &'static Apply),
}

/// What a rule works with.
pub struct Context<'a> {
    /// The statement.
    pub air: &'a mut Air,
    /// Tables, keys.
    pub catalog: &'a Catalog,
    /// What can be said.
    pub target: &'a Target,
    /// Where rules and assumptions are noted.
    pub ledger: &'a mut Ledger,
    /// Where refusals are explained.
    pub diagnostics: &'a mut Vec<Diagnostic>,
    /// What the user allows.
    pub options: &'a Options,
}

/// Most derived tables a column is followed through.
const ORIGINS_MAX: usize = 8;

impl Context<'_> {
    /// True if the target's version has it.
    #[inline]
    pub fn has(&self, can: Can) -> bool {
        self.target.has(can)
    }

    /// How the target says the builtin; `None` without a row.
    pub fn how(&self, op: Builtin) -> Option<How> {
        self.target.row(op).map(|row| row.how)
    }

    /// True if the target has a spelling of its own for the builtin.
    pub fn speaks(&self, op: Builtin) -> bool {
        self.target.speaks(op)
    }

    /// True in a change of rows that would fail where the source goes on with NULL or a prefix.
    pub fn fails_in_change(&self) -> bool {
        use air::statement::Statement;
        let changes = |statement: &Statement| {
            statement.changes_rows() || matches!(statement, Statement::CreateTable { .. })
        };
        self.target.can.strict_changes && !self.ledger.changes_fail && self.air.statements.iter().any(changes)
    }

    /// Notes an assumption, unless the profile declares it. In strict mode that is a refusal.
    pub fn assume(&mut self, kind: Assume, subject: &str, span: Span) -> Result<(), Refused> {
        if self.target.profile.declared.contains(&kind) {
            return Ok(());
        }
        if self.options.strict {
            let text = kind.template().replacen("{}", subject, 1);
            let diagnostic = Diagnostic::error(
                crate::codes::ASSUMPTION,
                span,
                format!("strict mode admits no assumption: {text}"),
            )
            .help(format!("declare `{}` in the profile, or translate without strict mode", kind.word()));
            self.diagnostics.push(diagnostic);
            return Err(Refused);
        }
        self.ledger.assume(kind, subject, span);
        Ok(())
    }

    /// Assumes that a text has no letters outside of A-Z, unless the script itself stores some there.
    pub fn assume_ascii(&mut self, subject: &str, span: Span) -> Result<(), Refused> {
        if self.seen_letters(subject) && !self.target.profile.declared.contains(&Assume::AsciiText) {
            let message =
                format!("letters outside of A-Z, which the script stores, are compared otherwise: {subject}");
            return self.refuse(crate::codes::COLLATION, span, &message, "");
        }
        self.assume(Assume::AsciiText, subject, span)
    }

    /// Assumes that the texts below a call have no letters outside of A-Z, unless the script stores some there that
    /// it would change.
    pub fn assume_ascii_below(&mut self, id: ExprId) -> Result<(), Refused> {
        let (subject, span) = (self.subject(id), self.air.span(id));
        use air::Builtin::{Lower, LowerAscii, Upper, UpperAscii};
        let seen = self.seen_below(id);
        let concerned = match self.air.expr(id) {
            Expr::Call { op: Lower | LowerAscii, .. } => seen.capitals,
            Expr::Call { op: Upper | UpperAscii, .. } => seen.smalls,
            _ => seen.letters,
        };
        if concerned && !self.target.profile.declared.contains(&Assume::AsciiText) {
            let message =
                format!("letters outside of A-Z, which the script stores, are treated otherwise: {subject}");
            return self.refuse(crate::codes::COLLATION, span, &message, "");
        }
        self.assume(Assume::AsciiText, &subject, span)
    }

    /// What a column of a derived table or of a common table expression of one block shows, else the expression itself.
    pub fn origin(&self, id: ExprId) -> ExprId {
        let mut id = id;
        for _ in 0..ORIGINS_MAX {
            let Expr::Column { source, index, .. } = self.air.expr(id) else { return id };
            let query = match self.air.source(source).kind {
                SourceKind::Derived { query } => query,
                SourceKind::Cte { cte } => match self.air.cte(cte).body {
                    air::query::CteBody::Query { query } => query,
                    _ => return id,
                },
                _ => return id,
            };
            let air::query::Body::Select { select } = self.air.query(query).body else { return id };
            match crate::build::output_expr(self.air, select, index) {
                Some(output) => id = output,
                None => return id,
            }
        }
        id
    }

    /// What the script has stored in a column, or shows for one of a derived table.
    pub fn seen(&self, id: ExprId) -> Seen {
        let origin = self.origin(id);
        if origin != id {
            return match self.air.literal(origin) {
                Some(air::Literal::Text { text }) => {
                    let text = self.air.text(text);
                    Seen {
                        no_dates: !text.starts_with(|letter: char| letter.is_ascii_digit()),
                        no_numbers: text.trim().parse::<f64>().is_err(),
                        ..Seen::letters_of(text)
                    }
                }
                _ => self.seen_below(origin),
            };
        }
        let Expr::Column { source, index, .. } = self.air.expr(id) else { return Seen::default() };
        let name = match self.air.source(source).kind {
            SourceKind::Table { name } => name,
            SourceKind::Proposed {} | SourceKind::Old {} | SourceKind::New {} => match self.changed_table() {
                Some(name) => name,
                None => return Seen::default(),
            },
            _ => return Seen::default(),
        };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let column = self.air.name(self.air.column(source, index).name);
        self.catalog.seen(schema, self.air.name(name.name), column)
    }

    /// The table whose rows the statement changes.
    fn changed_table(&self) -> Option<air::ObjectName> {
        use air::statement::Statement;
        let target = self.air.statements.iter().find_map(|statement| match statement {
            Statement::Insert { insert } => Some(insert.target),
            Statement::Update { update } => Some(update.target),
            Statement::Delete { delete } => Some(delete.target),
            _ => None,
        })?;
        match self.air.source(target).kind {
            SourceKind::Table { name } => Some(name),
            _ => None,
        }
    }

    /// What the script has stored in the columns of an expression.
    pub fn seen_below(&self, id: ExprId) -> Seen {
        let all = crate::build::below(self.air, &[air::node::Child::Expr(id)]);
        all.into_iter().fold(Seen::default(), |seen, id| seen.and(self.seen(id)))
    }

    /// True if the script stores letters outside of A-Z in the column that an assumption is about, or, where it is
    /// about an expression, in a column of the statement's tables.
    fn seen_letters(&self, subject: &str) -> bool {
        let column = subject.rsplit_once('.');
        self.air.source_ids().any(|id| {
            let source = self.air.source(id);
            let SourceKind::Table { name } = source.kind else { return false };
            let schema = name.schema.map(|schema| self.air.name(schema));
            let Some(table) = self.catalog.table(schema, self.air.name(name.name)) else { return false };
            table.columns.iter().any(|known| {
                known.seen.letters
                    && column.is_none_or(|(alias, column)| {
                        self.air.name(source.alias).eq_ignore_ascii_case(alias)
                            && known.name.eq_ignore_ascii_case(column)
                    })
            })
        })
    }

    /// Notes a stated difference if the user allows it; else refuses.
    pub fn approximate(&mut self, code: Code, span: Span, difference: &str) -> Result<(), Refused> {
        if self.options.allow_approximate {
            self.ledger.approximations.push(difference.to_owned());
            return Ok(());
        }
        let diagnostic = Diagnostic::error(code, span, format!("the translation would differ: {difference}"))
            .help("`--allow approximate` emits it and marks it");
        self.diagnostics.push(diagnostic);
        Err(Refused)
    }

    /// Refuses: what cannot be kept, and what would unlock it (empty: nothing known).
    pub fn refuse<T>(&mut self, code: Code, span: Span, message: &str, unlock: &str) -> Result<T, Refused> {
        let profile = &self.target.profile;
        let message = format!("{message} on {}@{}", profile.dialect, profile.version);
        let mut diagnostic = Diagnostic::error(code, span, message);
        if !unlock.is_empty() {
            diagnostic = diagnostic.help(unlock);
        }
        self.diagnostics.push(diagnostic);
        Err(Refused)
    }
}
