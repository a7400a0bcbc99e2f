//! Constraints of a table, and the columns of keys and indexes.

use super::super::gates::{LITE, MS, MY, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use airc_lex::{K, aux};

impl Builder<'_> {
    pub(crate) fn table_constraint(&mut self, n: Option<u32>, l: u32, r: u32) -> TableConstraintId {
        let own = n.map(|n| self.ident(n));
        let name = own.or(self.stacks.ddl.body_name.take());
        let kind = self.stacks.ddl.body;
        let span = self.span(l, r);
        self.node(TableConstraint { name, kind, states: List::EMPTY, on_conflict: InsertOr::Fail, span })
    }

    pub(crate) fn constraint_element(&mut self, c: TableConstraintId, r: u32) {
        let end = self.tok(r - 1).end;
        self.tree.table_constraints[c.index()].span.end = end;
        self.open(c);
    }

    pub(super) fn set_body(&mut self, name: u32, kind: TableConstraintKind) {
        self.stacks.ddl.body_name = if name == 0 { None } else { Some(self.ident(name - 1)) };
        self.stacks.ddl.body = kind;
    }

    pub(crate) fn constraint_key(&mut self, l: u32, name: u32, m: Mark) {
        let columns = self.close(m);
        let tok = self.tok(l);
        let kind = if tok.kind == K::PrimaryKey {
            TableConstraintKind::PrimaryKey { columns, clustered: Self::clustered(tok.aux) }
        } else {
            TableConstraintKind::Unique {
                columns,
                nulls_not_distinct: tok.aux & aux::KEY_NULLS_NOT_DISTINCT != 0,
            }
        };
        self.set_body(name, kind);
    }

    pub(crate) fn constraint_other(&mut self) {
        self.set_body(0, TableConstraintKind::Other);
    }

    pub(crate) fn constraint_check(&mut self, x: X) {
        let condition = self.end(x);
        self.set_body(0, TableConstraintKind::Check(condition));
    }

    pub(crate) fn constraint_foreign(
        &mut self,
        name: u32,
        c: u32,
        e: u32,
        t: u32,
        other: Option<(u32, u32)>,
    ) {
        let columns = self.idents(c, e);
        let reference = self.reference(t, other);
        self.set_body(name, TableConstraintKind::ForeignKey { columns, reference });
    }

    pub(crate) fn constraint_index(&mut self, l: u32, name: u32, m: Mark) {
        let columns = self.close(m);
        let kind = match self.aux(l) {
            0 => IndexKind::Ordinary,
            1 => IndexKind::Fulltext,
            _ => IndexKind::Spatial,
        };
        self.gate(MY.or(MS), l, "an index inside of a table");
        self.set_body(name, TableConstraintKind::Index { columns, kind });
    }

    pub(crate) fn constraint_exclude(&mut self, l: u32) {
        let kind = if self.aux(l) == 0 { TableConstraintKind::Exclude } else { TableConstraintKind::Other };
        self.set_body(0, kind);
    }

    /// T-SQL: `ADD CONSTRAINT name DEFAULT value FOR column`.
    pub(crate) fn constraint_default(&mut self, x: X, n: u32) {
        self.gate(MS, n, "DEFAULT as a constraint of a table");
        let value = self.end(x);
        let column = self.ident(n);
        self.set_body(0, TableConstraintKind::Default { column, value });
    }

    pub(super) fn table_reference(&mut self, c: TableConstraintId, l: u32) -> Option<&mut Reference> {
        let end = self.tok(l).end;
        if !matches!(self.tree[c].kind, TableConstraintKind::ForeignKey { .. }) {
            let span = self.tok(l).span();
            self.reject(span, "this belongs behind REFERENCES");
            return None;
        }
        let constraint = &mut self.tree.table_constraints[c.index()];
        constraint.span.end = end;
        match &mut constraint.kind {
            TableConstraintKind::ForeignKey { reference, .. } => Some(reference),
            _ => None,
        }
    }

    pub(crate) fn constraint_action(&mut self, c: TableConstraintId, l: u32) -> TableConstraintId {
        let code = self.aux(l);
        if let Some(reference) = self.table_reference(c, l) {
            Self::set_action(reference, code);
        }
        c
    }

    pub(crate) fn constraint_match(&mut self, c: TableConstraintId, l: u32) -> TableConstraintId {
        let code = self.aux(l);
        if let Some(reference) = self.table_reference(c, l) {
            Self::set_match(reference, code);
        }
        c
    }

    pub(crate) fn constraint_state(&mut self, c: TableConstraintId, l: u32) -> TableConstraintId {
        let state = self.state(l);
        let states = self.tree[c].states;
        let states = self.append(states, state);
        self.tree.table_constraints[c.index()].states = states;
        c
    }

    pub(crate) fn constraint_conflict(&mut self, c: TableConstraintId, l: u32) -> TableConstraintId {
        self.gate(LITE, l, "ON CONFLICT behind a constraint");
        let how = self.conflict_word(l);
        self.tree.table_constraints[c.index()].on_conflict = how;
        c
    }

    pub(crate) fn index_key(&mut self, x: X, class: Option<u32>) -> ExprId {
        let class = class.map(|l| {
            self.gate(PG, l, "an operator class");
            self.name_of(l)
        });
        self.stacks.ddl.class = class;
        self.end(x)
    }

    pub(crate) fn index_column(&mut self, key: ExprId, dir: Option<u32>, nulls: Option<u32>) -> Mark {
        let class = self.stacks.ddl.class.take();
        let mut expr = key;
        let mut prefix = None;
        // MySQL: `name(10)` is a prefix of a column and no call.
        if MY.has(self.dialect)
            && let Expr::Call(call) = self.tree.expr(key)
            && let [length] = *self.tree.list(self.tree[call].args)
            && let Expr::Literal(literal) = self.tree.expr(length)
            && literal.kind == LiteralKind::Integer
        {
            let name = self.tree[call].name;
            let span = self.tree.name_span(name);
            expr = self.expr(Expr::Name(name), span);
            prefix = Some(length);
        }
        let key = self.order_of(expr, dir, nulls);
        self.open(IndexColumn { key, prefix, class })
    }
}
