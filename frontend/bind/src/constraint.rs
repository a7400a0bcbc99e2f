//! Constraints and keys of tables.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::create_table::Declared;
use air::ddl::{
    Constraint, ConstraintRule, CreateIndex, IndexMethod, KeyPart, ReferentialAction, UniqueNulls,
};
use air::fidelity::Assume;
use air::{Name, ObjectName, SourceId, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, ConstraintState, IndexKind, InsertOr, TableConstraintKind};

impl<'a> Binder<'a> {
    pub(crate) fn refuse_on_conflict(&mut self, or: InsertOr, span: Span) -> Bound<()> {
        match or {
            InsertOr::Fail | InsertOr::OrAbort => Ok(()),
            _ => {
                let message = "a rule for conflicts at a constraint is not translated";
                Err(self.refuse(codes::DEFINITION_CLAUSE, span, message))
            }
        }
    }

    pub(crate) fn constraint_state(
        &mut self,
        state: ConstraintState,
        span: Span,
        constraint: Option<&mut Constraint>,
    ) -> Bound<()> {
        match state {
            ConstraintState::NotDeferrable
            | ConstraintState::InitiallyImmediate
            | ConstraintState::Enabled
            | ConstraintState::NoInherit => Ok(()),
            ConstraintState::Deferrable | ConstraintState::InitiallyDeferred => match constraint {
                Some(Constraint {
                    rule: ConstraintRule::ForeignKey { deferrable, initially_deferred, .. },
                    ..
                }) => {
                    *deferrable = true;
                    *initially_deferred |= state == ConstraintState::InitiallyDeferred;
                    Ok(())
                }
                _ => {
                    let message = "only foreign keys are translated as deferrable";
                    Err(self.refuse(codes::DEFINITION_CLAUSE, span, message))
                }
            },
            ConstraintState::Disabled | ConstraintState::NotValidated => {
                let message = "a constraint that is not enforced is not translated";
                Err(self.refuse(codes::DEFINITION_CLAUSE, span, message))
            }
        }
    }

    pub(crate) fn foreign_key(
        &mut self,
        columns: Vec<Name>,
        reference: &tree::Reference,
        span: Span,
    ) -> Bound<Option<ConstraintRule>> {
        match self.catalog.foreign_keys {
            _ if !self.shape.foreign_keys_optional => {}
            Some(true) => {}
            Some(false) => {
                let message = "foreign keys are turned off, so this one is left out";
                self.diagnostics.push(Diagnostic::warning(codes::OPTION_LEFT_OUT, span, message));
                return Ok(None);
            }
            None => self.ledger.assume(Assume::Setting, "foreign_keys = ON", span),
        }
        let full =
            matches!(reference.matching, Some(tree::ReferenceMatch::Full | tree::ReferenceMatch::Partial));
        if full && columns.len() > 1 {
            let message = "MATCH FULL over several columns is not translated";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
        }
        let mut table = self.object_name(reference.table)?;
        let schema = table.schema.map(|schema| self.air.name(schema));
        if let Some(known) = self.catalog.table(schema, self.air.name(table.name)) {
            table.name = Name { text: self.air.push_text(&known.name), exact: known.exact };
        } else if self.catalog.is_refused(self.air.name(table.name)) {
            // The table itself is worth more than this one key.
            let subject = format!("the foreign key to {}, which was refused", self.air.name(table.name));
            self.ledger.assume(Assume::ConstraintDropped, &subject, span);
            return Ok(None);
        }
        let references = self.ident_names(reference.columns);
        if !references.is_empty() && references.len() != columns.len() {
            let message = format!("{} columns refer to {}", columns.len(), references.len());
            return Err(self.refuse(codes::COLUMN_LIST_LENGTH, span, message));
        }
        let action = |action: Option<tree::ReferenceAction>| match action {
            None | Some(tree::ReferenceAction::NoAction) => ReferentialAction::NoAction,
            Some(tree::ReferenceAction::Restrict) => ReferentialAction::Restrict,
            Some(tree::ReferenceAction::Cascade) => ReferentialAction::Cascade,
            Some(tree::ReferenceAction::SetNull) => ReferentialAction::SetNull,
            Some(tree::ReferenceAction::SetDefault) => ReferentialAction::SetDefault,
        };
        Ok(Some(ConstraintRule::ForeignKey {
            columns,
            table,
            references,
            on_delete: action(reference.on_delete),
            on_update: action(reference.on_update),
            deferrable: false,
            initially_deferred: false,
            forward: false,
        }))
    }

    /// A table constraint; an index among them is one.
    pub(crate) fn table_constraint(
        &mut self,
        id: tree::TableConstraintId,
        this: SourceId,
        table: ObjectName,
        mut declare: impl FnMut(Declared),
    ) -> Bound<()> {
        let node = self.tree[id];
        self.refuse_on_conflict(node.on_conflict, node.span)?;
        let name = node.name.map(|name| self.ident_name(name));
        let rule = match node.kind {
            TableConstraintKind::PrimaryKey { columns, .. } => {
                ConstraintRule::PrimaryKey { columns: self.key_parts(columns)? }
            }
            TableConstraintKind::Unique { columns, nulls_not_distinct } => {
                let nulls = if nulls_not_distinct { UniqueNulls::One } else { self.shape.unique_nulls };
                ConstraintRule::Unique { columns: self.key_parts(columns)?, nulls }
            }
            TableConstraintKind::Check(condition) => {
                ConstraintRule::Check { expr: self.predicate(condition)? }
            }
            TableConstraintKind::ForeignKey { columns, reference } => {
                let mut names = Vec::with_capacity(columns.len());
                for ident in self.tree.list(columns) {
                    let text = self.ident_text(*ident);
                    let reference = crate::names::Reference::new(*ident, &text);
                    let Some(at) = self.find_column(this, reference, ident.span)? else {
                        if !self.air.source(this).closed {
                            names.push(self.ident_name(*ident));
                            continue;
                        }
                        let message = format!("this table has no column `{text}`");
                        return Err(self.refuse(codes::UNKNOWN_COLUMN, ident.span, message));
                    };
                    names.push(self.air.column(this, at).name);
                }
                match self.foreign_key(names, &reference, node.span)? {
                    Some(rule) => rule,
                    None => return Ok(()),
                }
            }
            TableConstraintKind::Index { columns, kind } => {
                let parts = self.key_parts(columns)?;
                let index = CreateIndex {
                    name: name.map(|name| ObjectName { catalog: None, schema: None, name }),
                    name_of_table: self.shape.index_names_of_table,
                    table,
                    this,
                    parts,
                    unique: false,
                    nulls: self.shape.unique_nulls,
                    filter: None,
                    include: Vec::new(),
                    method: match kind {
                        IndexKind::Ordinary => IndexMethod::Ordered,
                        IndexKind::Fulltext => IndexMethod::FullText,
                        IndexKind::Spatial => IndexMethod::Spatial,
                    },
                    if_not_exists: false,
                };
                declare(Declared::Index(index));
                return Ok(());
            }
            TableConstraintKind::Default { column, value } => {
                let column = self.altered_column(column, this, false)?;
                let known = self.air.list(self.air.source(this).columns).iter().find(|c| c.name == column);
                let ty = known.map_or(Type::Unknown, |known| known.ty);
                let value = self.default_value(value, ty)?;
                declare(Declared::Default(column, value));
                return Ok(());
            }
            TableConstraintKind::Exclude | TableConstraintKind::Other => {
                let message = "this constraint is not translated";
                return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
            }
        };
        let mut constraint = Constraint { name, rule };
        for state in self.tree.list(node.states) {
            self.constraint_state(*state, node.span, Some(&mut constraint))?;
        }
        declare(Declared::Constraint(constraint));
        Ok(())
    }

    /// Parts of a key or index; the table is visible.
    pub(crate) fn key_parts(&mut self, columns: tree::List<tree::IndexColumn>) -> Bound<Vec<KeyPart>> {
        let mut parts = Vec::with_capacity(columns.len());
        for column in self.tree.list(columns) {
            let expr = self.expr(column.key.expr)?;
            let prefix = match column.prefix {
                Some(prefix) => {
                    let span = self.span(prefix);
                    self.constant_int(Some(prefix), span)?.clamp(0, i64::from(u32::MAX)) as u32
                }
                None => 0,
            };
            let descending = column.key.direction == Some(tree::Direction::Desc);
            parts.push(KeyPart { expr, descending, prefix });
        }
        Ok(parts)
    }
}
