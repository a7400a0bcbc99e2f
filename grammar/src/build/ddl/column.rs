//! Columns of a table: their types, defaults and constraints.

use super::super::gates::{LITE, MS, MY, ORA, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use airc_lex::{K, aux};

impl Builder<'_> {
    pub(crate) fn column(&mut self, l: u32, ty: Option<TypeId>) -> ColumnDefId {
        let name = self.ident(l);
        let span = self.tok(l).span();
        // The list starts here; the position is kept in the node until it ends.
        let mark = self.open_mark::<ColumnConstraint>();
        self.stacks.ddl.position = None;
        self.stacks.ddl.pending_name = None;
        self.node(ColumnDef { name, ty, constraints: List::new(mark.0, 0), position: None, span })
    }

    /// Finishes the column `c`.
    pub(super) fn column_end(&mut self, c: ColumnDefId, r: u32) {
        let mark = Mark(self.tree[c].constraints.start);
        let constraints = self.close(mark);
        let end = self.tok(r - 1).end;
        let position = self.stacks.ddl.position.take();
        let column = &mut self.tree.column_defs[c.index()];
        column.constraints = constraints;
        column.position = position;
        column.span.end = end;
    }

    pub(crate) fn column_element(&mut self, c: ColumnDefId, r: u32) {
        self.column_end(c, r);
        self.open(c);
    }

    pub(super) fn constraint(&mut self, kind: ColumnConstraintKind, l: u32, r: u32) {
        let name = self.stacks.ddl.pending_name.take();
        let mut span = self.span(l, r);
        if let Some(name) = name {
            span.start = name.span.start;
        }
        self.open(ColumnConstraint { name, kind, span });
    }

    pub(crate) fn constraint_name(&mut self, n: u32) {
        let name = self.ident(n);
        self.stacks.ddl.pending_name = Some(name);
    }

    pub(crate) fn column_word(&mut self, l: u32, r: u32) {
        let kind = match self.aux(l) {
            aux::COLUMN_NOT_NULL => ColumnConstraintKind::NotNull,
            aux::COLUMN_NULL => ColumnConstraintKind::Null,
            aux::COLUMN_AUTO_INCREMENT => {
                self.gate(MY, l, "AUTO_INCREMENT");
                ColumnConstraintKind::AutoIncrement
            }
            code @ (aux::COLUMN_STORED | aux::COLUMN_VIRTUAL) => {
                let stored_now = code == aux::COLUMN_STORED;
                match self.tree.column_constraints.last_open_mut().map(|constraint| &mut constraint.kind) {
                    Some(ColumnConstraintKind::Generated { stored, .. }) => *stored = Some(stored_now),
                    _ => {
                        let span = self.tok(l).span();
                        self.reject(span, "this belongs behind a generated value");
                    }
                }
                return;
            }
            aux::COLUMN_AUTOINCREMENT => {
                self.gate(LITE, l, "AUTOINCREMENT");
                match self.tree.column_constraints.last_open_mut().map(|constraint| &mut constraint.kind) {
                    Some(ColumnConstraintKind::PrimaryKey { autoincrement, .. }) => *autoincrement = true,
                    _ => {
                        let span = self.tok(l).span();
                        self.reject(span, "AUTOINCREMENT belongs behind PRIMARY KEY");
                    }
                }
                return;
            }
            aux::COLUMN_INVISIBLE => ColumnConstraintKind::Invisible,
            _ => ColumnConstraintKind::Advice,
        };
        self.constraint(kind, l, r);
    }

    pub(crate) fn column_default(&mut self, x: X, on_null: bool, l: u32, r: u32) {
        let value = self.end(x);
        if on_null {
            self.gate(ORA, l, "DEFAULT ON NULL");
        }
        let kind = if on_null {
            ColumnConstraintKind::DefaultOnNull(value)
        } else {
            ColumnConstraintKind::Default(value)
        };
        self.constraint(kind, l, r);
    }

    pub(super) fn clustered(bits: u16) -> Option<bool> {
        if bits & aux::KEY_CLUSTERED != 0 {
            Some(true)
        } else if bits & aux::KEY_NONCLUSTERED != 0 {
            Some(false)
        } else {
            None
        }
    }

    pub(crate) fn column_key(&mut self, l: u32, r: u32) {
        let tok = self.tok(l);
        let bits = tok.aux;
        let kind = if tok.kind == K::PrimaryKey {
            if bits & aux::KEY_DESC != 0 {
                self.gate(LITE.or(MS), l, "a direction behind PRIMARY KEY");
            }
            ColumnConstraintKind::PrimaryKey {
                descending: bits & aux::KEY_DESC != 0,
                autoincrement: false,
                clustered: Self::clustered(bits),
            }
        } else {
            ColumnConstraintKind::Unique { nulls_not_distinct: bits & aux::KEY_NULLS_NOT_DISTINCT != 0 }
        };
        self.constraint(kind, l, r);
    }

    pub(crate) fn column_check(&mut self, x: X, l: u32, r: u32) {
        let condition = self.end(x);
        self.constraint(ColumnConstraintKind::Check(condition), l, r);
    }

    pub(super) fn reference(&mut self, n: u32, columns: Option<(u32, u32)>) -> Reference {
        let table = self.name_of(n);
        let columns = columns.map_or(List::EMPTY, |(first, end)| self.idents(first, end));
        Reference { table, columns, on_delete: None, on_update: None, matching: None }
    }

    pub(crate) fn column_references(&mut self, n: u32, columns: Option<(u32, u32)>, l: u32, r: u32) {
        let reference = self.reference(n, columns);
        self.constraint(ColumnConstraintKind::References(reference), l, r);
    }

    pub(super) fn set_action(reference: &mut Reference, code: u16) {
        let action = match code & 0xff {
            0 => ReferenceAction::NoAction,
            1 => ReferenceAction::Restrict,
            2 => ReferenceAction::Cascade,
            3 => ReferenceAction::SetNull,
            _ => ReferenceAction::SetDefault,
        };
        if code & 0x100 == 0 {
            reference.on_delete = Some(action)
        } else {
            reference.on_update = Some(action)
        }
    }

    pub(super) fn set_match(reference: &mut Reference, code: u16) {
        reference.matching = Some(match code {
            0 => ReferenceMatch::Simple,
            1 => ReferenceMatch::Full,
            _ => ReferenceMatch::Partial,
        });
    }

    /// The reference of the column constraint read last.
    pub(super) fn last_reference(&mut self, l: u32) -> Option<&mut Reference> {
        let end = self.tok(l).end;
        let found = self.tree.column_constraints.last_open_mut().is_some_and(|constraint| {
            constraint.span.end = end;
            matches!(constraint.kind, ColumnConstraintKind::References(_))
        });
        if !found {
            let span = self.tok(l).span();
            self.reject(span, "this belongs behind REFERENCES");
            return None;
        }
        match self.tree.column_constraints.last_open_mut().map(|constraint| &mut constraint.kind) {
            Some(ColumnConstraintKind::References(reference)) => Some(reference),
            _ => None,
        }
    }

    pub(crate) fn column_reference_action(&mut self, l: u32) {
        let code = self.aux(l);
        if let Some(reference) = self.last_reference(l) {
            Self::set_action(reference, code);
        }
    }

    pub(crate) fn column_reference_match(&mut self, l: u32) {
        let code = self.aux(l);
        if let Some(reference) = self.last_reference(l) {
            Self::set_match(reference, code);
        }
    }

    pub(crate) fn column_collate(&mut self, n: u32, l: u32, r: u32) {
        let name = if self.tok(n).kind == K::Name {
            self.name_of(n)
        } else {
            let span = self.tok(n).span();
            let first = self.tree.idents.len() as u32;
            self.tree.idents.push(Ident { span, quote: Quote::Single });
            List::new(first, 1)
        };
        self.constraint(ColumnConstraintKind::Collate(name), l, r);
    }

    pub(crate) fn column_comment(&mut self, s: u32, l: u32, r: u32) {
        self.gate(MY, l, "COMMENT in a column");
        let text = self.literal(s);
        self.constraint(ColumnConstraintKind::Comment(text), l, r);
    }

    pub(crate) fn column_on_update(&mut self, x: X, l: u32, r: u32) {
        self.gate(MY, l, "ON UPDATE with a value");
        let value = self.end(x);
        self.constraint(ColumnConstraintKind::OnUpdate(value), l, r);
    }

    pub(super) fn state(&self, l: u32) -> ConstraintState {
        match self.aux(l) {
            0 => ConstraintState::Deferrable,
            1 => ConstraintState::NotDeferrable,
            2 => ConstraintState::InitiallyDeferred,
            3 => ConstraintState::InitiallyImmediate,
            4 => ConstraintState::Enabled,
            5 => ConstraintState::Disabled,
            6 => ConstraintState::NotValidated,
            _ => ConstraintState::NoInherit,
        }
    }

    pub(crate) fn column_state(&mut self, l: u32, r: u32) {
        let state = self.state(l);
        self.constraint(ColumnConstraintKind::State(state), l, r);
    }

    pub(super) fn conflict_word(&self, l: u32) -> InsertOr {
        match self.aux(l) {
            2 => InsertOr::OrReplace,
            3 => InsertOr::OrIgnore,
            4 => InsertOr::OrAbort,
            5 => InsertOr::OrRollback,
            _ => InsertOr::OrFail,
        }
    }

    pub(crate) fn column_conflict(&mut self, l: u32, r: u32) {
        self.gate(LITE, l, "ON CONFLICT behind a constraint");
        let how = self.conflict_word(l);
        self.constraint(ColumnConstraintKind::OnConflict(how), l, r);
    }

    pub(crate) fn column_generated(&mut self, x: X, l: u32, r: u32) {
        let expr = self.end(x);
        self.constraint(ColumnConstraintKind::Generated { expr, stored: None }, l, r);
    }

    pub(super) fn identity(&mut self, seed: Option<ExprId>, step: Option<ExprId>, l: u32, r: u32) {
        let how = self.aux(l);
        self.gate(PG.or(ORA).or(MS), l, "IDENTITY");
        self.constraint(
            ColumnConstraintKind::Identity { always: how == 1, on_null: how == 2, seed, step },
            l,
            r,
        );
    }

    pub(crate) fn column_identity(&mut self, x: Option<X>, y: Option<X>, l: u32, r: u32) {
        let step = y.map(|y| self.end(y));
        let seed = x.map(|x| self.end(x));
        self.identity(seed, step, l, r);
    }

    pub(crate) fn column_identity_options(&mut self, m: Mark, l: u32, r: u32) {
        let options: List<SequenceOption> = self.close(m);
        let mut seed = None;
        let mut step = None;
        for option in self.tree.list(options) {
            match option {
                SequenceOption::Start(value) => seed = Some(*value),
                SequenceOption::Increment(value) => step = Some(*value),
                _ => {}
            }
        }
        self.identity(seed, step, l, r);
    }

    pub(crate) fn column_position(&mut self, n: Option<u32>) {
        let position = match n {
            None => ColumnPosition::First,
            Some(n) => ColumnPosition::After(self.ident(n)),
        };
        self.stacks.ddl.position = Some(position);
    }
}
