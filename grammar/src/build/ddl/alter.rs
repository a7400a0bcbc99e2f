//! `ALTER TABLE`.

use super::super::gates::{MS, MY, ORA, PG};
use super::super::{Builder, Mark, X};
use crate::tree::*;
use airc_lex::aux;

impl Builder<'_> {
    pub(crate) fn alter_table(&mut self, l: u32, n: u32) {
        let tok = self.tok(l);
        self.stacks.ddl.alter = Some(AlterTable {
            if_exists: tok.flag & aux::IF_EXISTS != 0,
            only: tok.aux == 1,
            name: self.name_of(n),
            actions: List::EMPTY,
            span: tok.span(),
        });
    }

    pub(crate) fn alter_table_end(&mut self, m: Mark, l: u32, r: u32) -> StatementId {
        let actions = self.close(m);
        let span = self.span(l, r);
        let Some(alter) = self.stacks.ddl.alter.take() else {
            return self.statement(StatementKind::Broken, l, r);
        };
        let id = self.node(AlterTable { actions, span, ..alter });
        self.statement(StatementKind::AlterTable(id), l, r)
    }

    pub(crate) fn alter_action(&mut self, kind: AlterKind, l: u32, r: u32) -> Mark {
        let span = self.span(l, r);
        self.open(AlterAction { kind, span })
    }

    pub(super) fn exists_flag(&self, l: u32) -> bool {
        self.tok(l).flag & aux::IF_EXISTS != 0
    }

    pub(crate) fn alter_add_column(&mut self, l: u32, c: ColumnDefId, r: u32) -> Mark {
        self.column_end(c, r);
        let if_not_exists = self.exists_flag(l);
        self.alter_action(AlterKind::AddColumn { column: c, if_not_exists }, l, r)
    }

    pub(crate) fn list_begin(&mut self) -> u32 {
        self.begin_lists();
        0
    }

    /// The elements of `ADD (…)`, each as an action of its own.
    pub(crate) fn alter_add_list(&mut self, _h: u32, l: u32, r: u32) -> Mark {
        let columns: List<ColumnDefId> = self.close(self.stacks.ddl.columns_from);
        let constraints: List<TableConstraintId> = self.close(self.stacks.ddl.constraints_from);
        let mark = self.open_mark::<AlterAction>();
        for i in 0..columns.len() {
            let column = self.tree.list(columns)[i];
            self.alter_action(AlterKind::AddColumn { column, if_not_exists: false }, l, r);
        }
        for i in 0..constraints.len() {
            let constraint = self.tree.list(constraints)[i];
            self.alter_action(AlterKind::AddConstraint(constraint), l, r);
        }
        mark
    }

    pub(crate) fn alter_modify_list(&mut self, _h: u32, l: u32, r: u32) -> Mark {
        let columns: List<ColumnDefId> = self.close(self.stacks.ddl.columns_from);
        let mark = self.open_mark::<AlterAction>();
        for i in 0..columns.len() {
            let column = self.tree.list(columns)[i];
            self.alter_action(AlterKind::ModifyColumn(column), l, r);
        }
        mark
    }

    pub(crate) fn alter_add_constraint(&mut self, l: u32, c: TableConstraintId, r: u32) -> Mark {
        self.alter_action(AlterKind::AddConstraint(c), l, r)
    }

    pub(crate) fn alter_drop_column(&mut self, l: u32, n: u32, behavior: Option<u32>, r: u32) -> Mark {
        let name = self.ident(n);
        let behavior = behavior.and_then(|e| self.behavior(e));
        let if_exists = self.exists_flag(l);
        self.alter_action(AlterKind::DropColumn { name, if_exists, behavior }, l, r)
    }

    pub(crate) fn alter_drop_columns(&mut self, l: u32, first: u32, end: u32, r: u32) -> Mark {
        self.gate(ORA, l, "several columns in brackets");
        let names = self.idents(first, end);
        let mark = self.open_mark::<AlterAction>();
        for i in 0..names.len() {
            let name = self.tree.list(names)[i];
            self.alter_action(AlterKind::DropColumn { name, if_exists: false, behavior: None }, l, r);
        }
        mark
    }

    pub(crate) fn alter_drop_constraint(&mut self, l: u32, n: u32, behavior: Option<u32>, r: u32) -> Mark {
        let name = self.ident(n);
        let behavior = behavior.and_then(|e| self.behavior(e));
        let if_exists = self.exists_flag(l);
        self.alter_action(AlterKind::DropConstraint { name, if_exists, behavior }, l, r)
    }

    pub(crate) fn alter_drop_index(&mut self, n: u32, l: u32, r: u32) -> Mark {
        let name = self.ident(n);
        self.alter_action(AlterKind::DropIndex(name), l, r)
    }

    pub(crate) fn alter_modify(&mut self, c: ColumnDefId, l: u32, r: u32) -> Mark {
        self.gate(MY.or(ORA), l, "MODIFY");
        self.column_end(c, r);
        self.alter_action(AlterKind::ModifyColumn(c), l, r)
    }

    pub(crate) fn alter_column(&mut self, c: ColumnDefId, l: u32, r: u32) -> Mark {
        self.gate(MS, l, "ALTER COLUMN with a definition");
        self.column_end(c, r);
        self.alter_action(AlterKind::AlterColumn(c), l, r)
    }

    pub(crate) fn alter_type(
        &mut self,
        n: u32,
        ty: TypeId,
        collation: Option<u32>,
        using: Option<X>,
        l: u32,
        r: u32,
    ) -> Mark {
        self.gate(PG, l, "ALTER COLUMN … TYPE");
        let using = using.map(|x| self.end(x));
        let collation = collation.map(|k| self.name_of(k));
        let column = self.ident(n);
        self.alter_action(AlterKind::SetType { column, ty, collation, using }, l, r)
    }

    pub(crate) fn alter_default(&mut self, n: u32, x: X, l: u32, r: u32) -> Mark {
        let value = self.end(x);
        let column = self.ident(n);
        self.alter_action(AlterKind::SetDefault { column, value }, l, r)
    }

    pub(crate) fn alter_change(&mut self, n: u32, k: u32, l: u32, r: u32) -> Mark {
        let column = self.ident(n);
        let kind = match self.aux(k) {
            0 => AlterKind::DropDefault(column),
            1 => AlterKind::SetNotNull(column),
            2 => AlterKind::DropNotNull(column),
            _ => AlterKind::Other,
        };
        self.alter_action(kind, l, r)
    }

    pub(crate) fn alter_rename_define(&mut self, n: u32, c: ColumnDefId, l: u32, r: u32) -> Mark {
        self.gate(MY, l, "CHANGE");
        self.column_end(c, r);
        let old = self.ident(n);
        self.alter_action(AlterKind::ChangeColumn { old, column: c }, l, r)
    }

    pub(crate) fn alter_rename(&mut self, n: u32, l: u32, r: u32) -> Mark {
        let name = self.name_of(n);
        self.alter_action(AlterKind::RenameTo(name), l, r)
    }

    pub(crate) fn alter_rename_column(&mut self, n: u32, m: u32, l: u32, r: u32) -> Mark {
        let old = self.ident(n);
        let new = self.ident(m);
        self.alter_action(AlterKind::RenameColumn { old, new }, l, r)
    }

    pub(crate) fn alter_rename_other(&mut self, n: u32, m: u32, l: u32, r: u32) -> Mark {
        let old = self.ident(n);
        let new = self.ident(m);
        let object = if self.aux(l) == 0 { ObjectKind::Constraint } else { ObjectKind::Index };
        self.alter_action(AlterKind::RenameOther { object, old, new }, l, r)
    }

    pub(crate) fn alter_option(&mut self, l: u32, value: Option<ExprId>, r: u32) -> Mark {
        let option = self.new_option(l, value, r);
        self.alter_action(AlterKind::Option(option), l, r)
    }

    pub(crate) fn alter_other(&mut self, l: u32, r: u32) -> Mark {
        let kind = match self.aux(l) {
            aux::ALTER_ADVICE => AlterKind::Advice,
            aux::ALTER_CHECK => AlterKind::CheckConstraint(true),
            aux::ALTER_NOCHECK => AlterKind::CheckConstraint(false),
            _ => AlterKind::Other,
        };
        self.alter_action(kind, l, r)
    }
}
