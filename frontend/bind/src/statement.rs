//! A statement: the way in, and what is neither a change nor a definition.

use crate::binder::{Binder, Bound, Input, Refused};
use crate::codes;
use crate::dialects;
use crate::query::Usage;
use crate::scope::Clause;
use crate::shape::Shape;
use air::ddl::CreateTable;
use air::fidelity::Ledger;
use air::ids::List;
use air::statement::{Statement, TransactionAction};
use air::{Air, Comment, Name, ObjectName};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, Ident, StatementId, StatementKind, TransactionModes, Tree};

/// Schema and name of the table or view that the statement defines, as written; `None` for other statements.
pub fn defined_relation(
    tree: &Tree,
    statement: StatementId,
    source: &str,
) -> Option<(Option<String>, String)> {
    let name = match tree[statement].kind {
        StatementKind::CreateTable(id) => tree[id].name,
        StatementKind::CreateView(id) => tree[id].name,
        _ => return None,
    };
    written_name(tree, name, source)
}

/// The name of the trigger that the statement makes, as written; `None` for other statements.
pub fn defined_trigger(tree: &Tree, statement: StatementId, source: &str) -> Option<String> {
    let StatementKind::Other { kind: tree::OtherKind::CreateTrigger, parts, .. } = tree[statement].kind
    else {
        return None;
    };
    let name = tree.list(parts).iter().find(|part| part.role == tree::HeadRole::Name)?.name;
    Some(tree.last(name)?.text(source).into_owned())
}

/// The name, in lower case, of the function that the statement makes; `None` for other statements.
pub fn defined_function(tree: &Tree, statement: StatementId, source: &str) -> Option<String> {
    let StatementKind::Other { kind: tree::OtherKind::CreateFunction, parts, .. } = tree[statement].kind
    else {
        return None;
    };
    let name = tree.list(parts).iter().find(|part| part.role == tree::HeadRole::Name)?.name;
    Some(tree.last(name)?.text(source).to_ascii_lowercase())
}

/// Schema and name of the table whose definition the statement changes, as written; `None` for other statements.
pub fn changed_relation(
    tree: &Tree,
    statement: StatementId,
    source: &str,
) -> Option<(Option<String>, String)> {
    let name = match tree[statement].kind {
        StatementKind::AlterTable(id) => tree[id].name,
        StatementKind::CreateIndex(id) => tree[id].table,
        _ => return None,
    };
    written_name(tree, name, source)
}

fn written_name(tree: &Tree, name: tree::Name, source: &str) -> Option<(Option<String>, String)> {
    match tree.list(name) {
        [.., schema, last] => Some((Some(schema.text(source).into_owned()), last.text(source).into_owned())),
        [last] => Some((None, last.text(source).into_owned())),
        [] => None,
    }
}

/// Binds a statement. `air` and `ledger` are emptied first and hold the statement afterwards; the catalog is
/// changed by definitions. A refused statement leaves the catalog as it was.
///
/// # Errors
///
/// [`Refused`] if the statement has no AIR; `diagnostics` then says why.
pub fn bind_statement(
    input: Input<'_>,
    air: &mut Air,
    ledger: &mut Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Refused> {
    air.clear();
    ledger.clear();
    bind_into(input, air, ledger, diagnostics)
}

/// Binds a statement behind those `air` has already.
pub(crate) fn bind_into(
    input: Input<'_>,
    air: &mut Air,
    ledger: &mut Ledger,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), Refused> {
    let node = input.tree[input.statement];
    let scratch = input.scratch;
    scratch.scopes.clear();
    scratch.exprs.clear();
    let mut binder = Binder {
        tree: input.tree,
        source: input.source,
        profile: input.profile,
        meaning: dialects::meaning(input.profile.dialect),
        shape: Shape::of(input.profile.dialect),
        catalog: input.catalog,
        air,
        ledger,
        diagnostics,
        scopes: &mut scratch.scopes,
        exprs: &mut scratch.exprs,
    };
    if node.depth > input.nesting_max {
        let message = format!(
            "the statement is nested {} levels deep, and the limit is {}",
            node.depth, input.nesting_max
        );
        return Err(binder.refuse(codes::NESTING, node.span, message));
    }
    binder.ledger.changes_fail = binder.meaning.conversions.changes_fail && binder.profile.settings.strict;
    let statement = binder.statement(node.kind, node.span)?;
    binder.catalog.numbers_follow = binder.meaning.numbers_follow;
    crate::catalog_ddl::apply(binder.air, binder.catalog, binder.shape, &statement);
    crate::counter::follow(binder.air, binder.catalog, &statement);
    crate::seen::follow(binder.air, binder.catalog, &statement);
    binder.comments(input.statement, node.span);
    for statement in binder.scopes.preceding.drain(..) {
        binder.air.statements.push(statement);
        binder.air.statement_spans.push(node.span);
    }
    binder.air.statements.push(statement);
    binder.air.statement_spans.push(node.span);
    for statement in binder.scopes.following.drain(..) {
        binder.air.statements.push(statement);
        binder.air.statement_spans.push(node.span);
    }
    Ok(())
}

impl<'a> Binder<'a> {
    fn statement(&mut self, kind: StatementKind, span: Span) -> Bound<Statement> {
        self.watch_variables(kind, span)?;
        match kind {
            StatementKind::Query(query) => self.query_statement(query),
            StatementKind::Insert(insert) => self.insert(insert),
            StatementKind::InsertAll(insert) => self.insert_all(insert),
            StatementKind::Update(update) => self.update(update),
            StatementKind::Delete(delete) => self.delete(delete),
            StatementKind::Merge(merge) => self.merge(merge),
            StatementKind::CreateTable(table) => self.create_table(table),
            StatementKind::CreateIndex(index) => self.create_index_statement(index),
            StatementKind::CreateView(view) => self.create_view(view),
            StatementKind::CreateSequence(sequence) => self.create_sequence(sequence),
            StatementKind::CreateType(ty) => self.create_type(ty),
            StatementKind::CreateNamespace { if_not_exists, name, or_replace, .. } => {
                if or_replace {
                    let message = "OR REPLACE of a schema is not translated";
                    return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
                }
                let name = self.object_name(name)?.name;
                Ok(Statement::CreateSchema { name, if_not_exists })
            }
            StatementKind::Drop(drop) => self.drop_object(drop),
            StatementKind::Truncate(truncate) => self.truncate(truncate),
            StatementKind::AlterTable(alter) => self.alter_table(alter),
            StatementKind::Comment { object, name, text } => self.comment_on(object, name, text, span),

            StatementKind::Begin { modes } => self.transaction(TransactionAction::Begin, None, modes, span),
            StatementKind::Commit { chain } => {
                self.no_chain(chain, span)?;
                self.transaction(TransactionAction::Commit, None, TransactionModes::default(), span)
            }
            StatementKind::Rollback { savepoint, chain } => {
                self.no_chain(chain, span)?;
                let action = match savepoint {
                    Some(_) => TransactionAction::RollbackTo,
                    None => TransactionAction::Rollback,
                };
                self.transaction(action, savepoint, TransactionModes::default(), span)
            }
            StatementKind::Savepoint(name) => {
                self.transaction(TransactionAction::Savepoint, Some(name), TransactionModes::default(), span)
            }
            StatementKind::Release(name) => {
                self.transaction(TransactionAction::Release, Some(name), TransactionModes::default(), span)
            }
            StatementKind::SetTransaction { modes, session } => {
                if session {
                    let message = "transaction settings of the session are not translated";
                    return Err(self.refuse(codes::STATEMENT_KIND, span, message));
                }
                self.transaction(TransactionAction::Set, None, modes, span)
            }

            StatementKind::Set(items) => self.set_settings(items),
            StatementKind::Use(schema) => {
                self.catalog.current_schema = Some(self.ident_text(schema).into_owned());
                Ok(self.nothing("the database is chosen when connecting"))
            }
            StatementKind::Pragma { name, value } => self.pragma(name, value, span),
            StatementKind::Explain { .. } => {
                Err(self.refuse(codes::STATEMENT_KIND, span, "EXPLAIN is not translated"))
            }
            StatementKind::Grant { .. } => Ok(self.rights(span)),
            StatementKind::LockTables { unlock, .. } => {
                let what = if unlock { "UNLOCK TABLES" } else { "LOCK TABLES" };
                Err(self.refuse(codes::STATEMENT_KIND, span, format!("{what} is not translated")))
            }
            StatementKind::Other { kind, keyword, parts } => self.other(kind, keyword, parts, span),
            // The parser has said why.
            StatementKind::Broken => Err(Refused),
        }
    }

    /// A change inside of a common table expression.
    pub(crate) fn change(&mut self, id: tree::StatementId) -> Bound<Statement> {
        let node = self.tree[id];
        match node.kind {
            StatementKind::Insert(insert) => self.insert(insert),
            StatementKind::Update(update) => self.update(update),
            StatementKind::Delete(delete) => self.delete(delete),
            StatementKind::Merge(merge) => self.merge(merge),
            _ => {
                let message = "this statement cannot stand in WITH";
                Err(self.refuse(codes::STATEMENT_KIND, node.span, message))
            }
        }
    }

    /// The items a change returns.
    pub(crate) fn returning_of(&self, statement: &Statement) -> List<air::query::Item> {
        match statement {
            Statement::Insert { insert } => insert.returning,
            Statement::Update { update } => update.returning,
            Statement::Delete { delete } => delete.returning,
            Statement::Merge { merge } => merge.returning,
            _ => List::EMPTY,
        }
    }

    fn query_statement(&mut self, id: tree::QueryId) -> Bound<Statement> {
        let select = self.first_select(self.tree[id].body);
        let into = select.and_then(|select| self.tree[select].into);
        match into {
            Some(tree::IntoTarget::Table { name, temporary }) => {
                self.scopes.into_select = select;
                let span = self.tree[id].span;
                let query = self.query_as(id, Usage::Named)?;
                let temporary = temporary || self.is_session_table(name);
                self.table_from_query(name, query, temporary, span)
            }
            Some(tree::IntoTarget::Variables(_)) => {
                self.catalog.variables.clear();
                let message = "SELECT INTO variables is not translated";
                Err(self.refuse(codes::QUERY_CLAUSE, self.tree[id].span, message))
            }
            Some(tree::IntoTarget::File(span)) => {
                Err(self.refuse(codes::QUERY_CLAUSE, span, "SELECT INTO a file is not translated"))
            }
            None => {
                self.scopes.sole_value = select.and_then(|select| self.sole_value(id, select));
                let query = self.query_as(id, Usage::Rows)?;
                self.show_digits(query);
                Ok(Statement::Query { query })
            }
        }
    }

    /// Some floats are shown with so many digits and no more, which only the rows of a statement tell.
    fn show_digits(&mut self, query: air::QueryId) {
        if !self.meaning.numbers.floats_have_scale {
            return;
        }
        let air::query::Body::Select { select } = self.air.query(query).body else { return };
        let mut items = self.air.list(self.air.select(select).items).to_vec();
        let mut changed = false;
        for item in &mut items {
            let air::query::Item::Expr { expr, alias } = item else { continue };
            let Some(digits) = shown_digits(self.air, *expr) else { continue };
            if alias.is_none() {
                let outputs = self.air.select(select).outputs;
                let place = self.air.list(self.air.select(select).items).iter().position(
                    |known| matches!(known, air::query::Item::Expr { expr: known, .. } if known == expr),
                );
                *alias = place
                    .and_then(|place| self.air.list(outputs).get(place))
                    .map(|output| output.name)
                    .filter(|name| {
                        !name.is_empty()
                            && self.air.name(*name).bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                    });
            }
            let span = self.air.span(*expr);
            let count = self.int(digits, span);
            let nullable = self.air.info(*expr).nullable;
            *expr = self.call_as(air::Builtin::RoundHalfEven, &[*expr, count], air::Type::Float64, span);
            self.air.info_mut(*expr).nullable = nullable;
            changed = true;
        }
        if changed {
            let items = self.air.push_list(&items);
            self.air.select_mut(select).items = items;
        }
    }

    /// Where the expression stands of a query that has one, over nothing, so that it is computed once.
    fn sole_value(&self, query: tree::QueryId, select: tree::SelectId) -> Option<Span> {
        let (query, select) = (self.tree[query], self.tree[select]);
        let plain = matches!(query.body, tree::Body::Select(_))
            && query.with.is_none()
            && query.limit.is_none()
            && select.from.is_empty()
            && select.filter.is_none()
            && select.group_by.is_none()
            && select.having.is_none();
        match self.tree.list(select.items) {
            [item] if plain => Some(self.span(item.expr)),
            _ => None,
        }
    }

    /// The block that names the columns of a body.
    fn first_select(&self, body: tree::Body) -> Option<tree::SelectId> {
        let mut body = body;
        loop {
            body = match body {
                tree::Body::Select(select) => return Some(select),
                tree::Body::Set(chain) => self.tree[chain].first,
                tree::Body::Nested(query) => self.tree[query].body,
                tree::Body::Values(_) | tree::Body::Table(_) => return None,
            };
        }
    }

    /// True for the name of a table that the session alone sees, by its spelling.
    pub(crate) fn is_session_table(&self, name: tree::Name) -> bool {
        self.shape.hash_temporary
            && self.tree.last(name).is_some_and(|last| last.text(self.source).starts_with('#'))
    }

    fn table_from_query(
        &mut self,
        name: tree::Name,
        query: air::QueryId,
        temporary: bool,
        span: Span,
    ) -> Bound<Statement> {
        let name = self.object_name(name)?;
        let this = self.this_source(name, List::EMPTY, false, span);
        let table = CreateTable {
            name,
            this,
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            if_not_exists: false,
            or_replace: false,
            temporary,
            query: Some(query),
            without_data: false,
            comment: None,
            strict: self.shape.strict_types,
            awaited: Vec::new(),
        };
        Ok(Statement::CreateTable { table: Box::new(table) })
    }

    // Comments.

    /// Keeps the comments of the statement and those between it and the one before.
    fn comments(&mut self, id: tree::StatementId, span: Span) {
        let comments = self.tree.comments();
        if comments.is_empty() {
            return;
        }
        let roots = self.tree.statements();
        let at = roots.partition_point(|root| self.tree[*root].span.start < span.start);
        let before = at.checked_sub(1).map_or(0, |at| self.tree[roots[at]].terminator.end);
        let before = if before == Span::NONE.end { 0 } else { before };
        let end = self.tree[id].terminator.end;
        let end = if end == Span::NONE.end { span.end } else { end };
        let first = comments.partition_point(|comment| comment.span.start < before);
        for comment in comments[first..].iter().take_while(|comment| comment.span.start < end) {
            let text = self.air.push_text(comment.span.text(self.source));
            self.air.comments.push(Comment { span: comment.span, text });
        }
    }

    /// A table as expressions of its own definition see it; not visible yet.
    pub(crate) fn this_source(
        &mut self,
        name: ObjectName,
        columns: List<air::query::SourceColumn>,
        closed: bool,
        span: Span,
    ) -> air::SourceId {
        let source = air::query::Source {
            alias: name.name,
            aliased: false,
            kind: air::query::SourceKind::Table { name },
            columns,
            closed,
            renamed: false,
            lateral: false,
        };
        self.air.push_source(source, span)
    }

    /// Runs `bind` in a scope of its own.
    pub(crate) fn scoped<T>(&mut self, clause: Clause, bind: impl FnOnce(&mut Self) -> Bound<T>) -> Bound<T> {
        self.scopes.open(clause);
        let bound = bind(self);
        self.scopes.close();
        bound
    }

    /// Names as they are declared.
    pub(crate) fn ident_names(&mut self, list: tree::List<Ident>) -> Vec<Name> {
        self.tree.list(list).iter().map(|ident| self.ident_name(*ident)).collect()
    }
}

/// The digits behind the point with which MySQL and MariaDB show a float; `None`: as many as it has.
fn shown_digits(air: &Air, id: air::ExprId) -> Option<i64> {
    use air::{Builtin, Expr};
    match air.expr(id) {
        Expr::Call { op: Builtin::Pi, .. } => Some(6),
        Expr::Call { op: Builtin::PercentRank | Builtin::CumeDist, .. } => Some(10),
        Expr::Window { call, .. } => shown_digits(air, call),
        Expr::Aggregate {
            op: Builtin::VarPop | Builtin::VarSamp | Builtin::StddevPop | Builtin::StddevSamp,
            args,
            ..
        } => match air.ty(air.at(args, 0)) {
            air::Type::Decimal { scale, .. } => Some(i64::from(scale) + 4),
            ty if ty.is_int() => Some(4),
            _ => None,
        },
        _ => None,
    }
}
