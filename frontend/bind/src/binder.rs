//! The state of binding one statement, and who provides which method.
//!
//! | methods | file |
//! | --- | --- |
//! | `expr`, `predicate`, `as_bool`, `as_int`, `unify_types`, `coerce`, `comparison`, `type_name`, `collation_name`, `charset_collation`, `sort_collation`, `common_collation`, `pseudo_column`, `table_call` | `expr/` |
//! | `resolve_column`, `begin_call`/`end_call`, `outer_mark`, `query`, `order_keys`, `window` | here and the files beside |
//!
//! Contract of the methods in `expr/`:
//!
//! - `expr(tree::ExprId) -> Bound<ExprId>`: any scalar expression; names go through [`Binder::resolve_column`].
//! - `predicate(tree::ExprId) -> Bound<ExprId>`: type `Bool` (or `Null`).
//! - `as_bool(ExprId)`, `as_int(ExprId) -> Bound<ExprId>`: the dialect's truthiness; a number for LIMIT.
//! - `unify_types(Type, Type, Span) -> Bound<Type>`: common type of two columns of a set operation, CASE….
//! - `coerce(ExprId, Type, CastReason) -> Bound<ExprId>`: as the dialect converts by itself; the same id where
//!   nothing needs converting. Literals are converted when bound.
//! - `comparison(CompareOp, ExprId, ExprId, Span) -> Bound<ExprId>`.
//! - `type_name(TypeId) -> Bound<Type>`: of CAST and of column definitions (affinity for SQLite).
//! - `collation_name(tree::Name) -> Bound<Collation>`, `charset_collation(Ident) -> Bound<Collation>`.
//! - `sort_collation(ExprId) -> Collation`, `common_collation(Type, Type, Span) -> Bound<Collation>`.
//! - `pseudo_column(tree::Name, Span) -> Bound<Option<ExprId>>`: a name that is no column of a known source:
//!   `SYSDATE`, `LEVEL`, `seq.NEXTVAL`….
//! - `table_call(CallId, Span) -> Bound<(Builtin, List<ExprId>)>`: a call in FROM.

use crate::dialects::Meaning;
use crate::scope::Scopes;
use crate::shape::Shape;
use air::catalog::Catalog;
use air::fidelity::Ledger;
use air::profile::Profile;
use air::{Air, ExprId, Name, Str};
use air_base::{Code, Diagnostic, Span};
use airc_grammar::tree::{self, Ident, StatementId, Tree};
use std::borrow::Cow;

/// A statement that has no AIR; the diagnostics say why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused;

/// A result whose failure has been reported already.
pub(crate) type Bound<T> = Result<T, Refused>;

/// What a statement is bound from.
pub struct Input<'a> {
    /// The tree the statement is in.
    pub tree: &'a Tree,
    /// Which statement.
    pub statement: StatementId,
    /// The text the tree was parsed from.
    pub source: &'a str,
    /// Whose SQL it is.
    pub profile: &'a Profile,
    /// What is known of the database; definitions change it.
    pub catalog: &'a mut Catalog,
    /// Buffers to work in.
    pub scratch: &'a mut Scratch,
    /// Deepest nesting that is bound, such as [`air_base::limits::NESTING_DEPTH_DEFAULT`].
    pub nesting_max: u32,
}

/// Buffers that keep their memory from statement to statement. Empty between statements.
#[derive(Default, Debug)]
pub struct Scratch {
    pub(crate) scopes: Scopes,
    pub(crate) exprs: Vec<ExprId>,
}

/// The binding of one statement.
pub(crate) struct Binder<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) source: &'a str,
    pub(crate) profile: &'a Profile,
    /// What operators, functions and types mean.
    pub(crate) meaning: &'static Meaning,
    /// What clauses mean and who sees which name.
    pub(crate) shape: &'static Shape,
    pub(crate) catalog: &'a mut Catalog,
    pub(crate) air: &'a mut Air,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) diagnostics: &'a mut Vec<Diagnostic>,
    pub(crate) scopes: &'a mut Scopes,
    /// A stack to collect lists on: remember its length, push, hand the rest to `air.push_list`, truncate.
    pub(crate) exprs: &'a mut Vec<ExprId>,
}

impl<'a> Binder<'a> {
    /// Reports an error and gives the marker that stops binding.
    #[cold]
    pub(crate) fn refuse(&mut self, code: Code, span: Span, message: impl Into<String>) -> Refused {
        self.refuse_with(Diagnostic::error(code, span, message))
    }

    /// Reports an error with labels and advice.
    #[cold]
    pub(crate) fn refuse_with(&mut self, diagnostic: Diagnostic) -> Refused {
        self.diagnostics.push(diagnostic);
        Refused
    }

    /// The name an identifier spells, quotes undone.
    pub(crate) fn ident_text(&self, ident: Ident) -> Cow<'a, str> {
        ident.text(self.source)
    }

    /// The identifier as a declared name: its spelling, and whether the letter case is part of it.
    pub(crate) fn ident_name(&mut self, ident: Ident) -> Name {
        let text = ident.text(self.source);
        let exact = !ident.is_bare() && self.shape.folding.changes(&text);
        Name { text: self.air.push_text(&text), exact }
    }

    /// The source text of a span.
    pub(crate) fn text_of(&self, span: Span) -> &'a str {
        span.text(self.source)
    }

    /// Adds text to the arena.
    pub(crate) fn str(&mut self, text: &str) -> Str {
        self.air.push_text(text)
    }

    /// The place of a syntax expression.
    pub(crate) fn span(&self, id: tree::ExprId) -> Span {
        self.tree.expr_span(id)
    }
}
