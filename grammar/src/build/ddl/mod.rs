//! Builds definitions: what `CREATE`, `ALTER`, `DROP` and `TRUNCATE` make and change.

mod alter;
mod column;
mod constraint;
mod drop;
mod index;
mod table;
mod types;
mod view;

use super::Mark;
use crate::tree::*;

/// Definitions that are being read. They do not nest, except for the lists inside of them.
#[derive(Debug)]
pub(crate) struct DdlStacks {
    table: Option<CreateTable>,
    index: Option<CreateIndex>,
    view: Option<CreateView>,
    sequence: Option<CreateSequence>,
    alter: Option<AlterTable>,
    columns_from: Mark,
    constraints_from: Mark,
    options_from: Mark,
    likes_from: Mark,
    /// Name that `CONSTRAINT` gives to what follows.
    pending_name: Option<Ident>,
    position: Option<ColumnPosition>,
    body: TableConstraintKind,
    body_name: Option<Ident>,
    class: Option<Name>,
    composite: Option<Name>,
    method: Option<Ident>,
    /// Parts of `INSERT ALL`.
    pub(super) arm: InsertArm,
    pub(super) columns: List<ColumnTarget>,
}

impl Default for DdlStacks {
    fn default() -> DdlStacks {
        DdlStacks {
            table: None,
            index: None,
            view: None,
            sequence: None,
            alter: None,
            columns_from: Mark(0),
            constraints_from: Mark(0),
            options_from: Mark(0),
            likes_from: Mark(0),
            pending_name: None,
            position: None,
            body: TableConstraintKind::Other,
            body_name: None,
            class: None,
            composite: None,
            method: None,
            arm: InsertArm::Always,
            columns: List::EMPTY,
        }
    }
}

impl DdlStacks {
    pub(super) fn clear(&mut self) {
        *self = DdlStacks::default();
    }
}
