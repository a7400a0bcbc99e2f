//! ALTER TABLE.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::create_table::Declared;
use crate::names::Reference;
use crate::scope::Clause;
use air::ddl::{AlterTable, Constraint, TableChange};
use air::fidelity::Assume;
use air::query::SourceKind;
use air::statement::Statement;
use air::{Name, ObjectName, SourceId, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, AlterKind};

impl<'a> Binder<'a> {
    pub(crate) fn alter_table(&mut self, id: tree::AlterTableId) -> Bound<Statement> {
        let node = self.tree[id];
        let span = self.tree.name_span(node.name);
        let this = self.stored_source(node.name, None, span)?;
        let SourceKind::Table { name } = self.air.source(this).kind else {
            return Err(self.refuse(codes::UNKNOWN_TABLE, span, "a table is expected here"));
        };
        self.scopes.open(Clause::Value);
        self.scopes.show(this);
        let mut changes = Vec::with_capacity(node.actions.len());
        for action in self.tree.list(node.actions) {
            self.table_change(action, this, name, &mut changes)?;
        }
        self.scopes.close();
        let mut added: Vec<&mut Constraint> = changes
            .iter_mut()
            .filter_map(|change| match change {
                TableChange::AddConstraint { constraint } => Some(constraint),
                _ => None,
            })
            .collect();
        self.name_referenced(name, &mut added);
        if changes.is_empty() {
            return Ok(self.nothing("only storage or loading is changed"));
        }
        let alter = AlterTable { name, this, changes, if_exists: node.if_exists };
        Ok(Statement::AlterTable { alter: Box::new(alter) })
    }

    fn table_change(
        &mut self,
        action: &tree::AlterAction,
        this: SourceId,
        table: ObjectName,
        changes: &mut Vec<TableChange>,
    ) -> Bound<()> {
        let span = action.span;
        match action.kind {
            AlterKind::AddColumn { column, if_not_exists } => {
                self.refuse_position(column)?;
                let defined = self.added_column(column, this)?;
                changes.push(TableChange::AddColumn { column: defined.column, if_not_exists });
                for constraint in defined.constraints {
                    changes.push(TableChange::AddConstraint { constraint });
                }
            }
            AlterKind::AddConstraint(constraint) => {
                if let tree::TableConstraintKind::ForeignKey { reference, .. } = self.tree[constraint].kind
                    && let Some(other) = self.tree.last(reference.table)
                {
                    let text = self.ident_text(other);
                    self.refuse_refused(&text, self.tree.name_span(reference.table))?;
                }
                self.table_constraint(constraint, this, table, |declared| match declared {
                    Declared::Constraint(constraint) => {
                        changes.push(TableChange::AddConstraint { constraint });
                    }
                    Declared::Index(index) => changes.push(TableChange::AddIndex { index: Box::new(index) }),
                    Declared::Default(name, default) => {
                        changes.push(TableChange::SetDefault { name, default: Some(default) });
                    }
                })?;
            }
            AlterKind::DropColumn { name, if_exists, behavior } => {
                if behavior == Some(tree::DropBehavior::Cascade) {
                    let message = "DROP COLUMN … CASCADE is not translated";
                    return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
                }
                let name = self.altered_column(name, this, if_exists)?;
                changes.push(TableChange::DropColumn { name, if_exists });
            }
            AlterKind::DropConstraint { name, if_exists, .. } => {
                let name = self.ident_name(name);
                changes.push(TableChange::DropConstraint { name, if_exists });
            }
            AlterKind::DropPrimaryKey => changes.push(TableChange::DropPrimaryKey {}),
            AlterKind::DropIndex(name) => {
                let name = self.ident_name(name);
                changes.push(TableChange::DropIndex { name });
            }
            AlterKind::ModifyColumn(column) | AlterKind::AlterColumn(column) => {
                self.refuse_position(column)?;
                let ident = self.tree[column].name;
                let name = self.altered_column(ident, this, false)?;
                let defined = self.added_column(column, this)?;
                let counted = self.is_counted(table, name);
                changes.push(TableChange::Redefine { name, column: defined.column, counted });
                for constraint in defined.constraints {
                    changes.push(TableChange::AddConstraint { constraint });
                }
            }
            AlterKind::ChangeColumn { old, column } => {
                self.refuse_position(column)?;
                let name = self.altered_column(old, this, false)?;
                let defined = self.added_column(column, this)?;
                let counted = self.is_counted(table, name);
                changes.push(TableChange::Redefine { name, column: defined.column, counted });
                for constraint in defined.constraints {
                    changes.push(TableChange::AddConstraint { constraint });
                }
            }
            AlterKind::SetType { column, ty, collation, using } => {
                let plain = using.is_none_or(|using| self.is_plain_conversion(using, column, span));
                if !plain || collation.is_some() {
                    let message = "USING and COLLATE of ALTER COLUMN TYPE are not translated";
                    return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
                }
                let name = self.altered_column(column, this, false)?;
                let ty = self.type_name(ty)?;
                changes.push(TableChange::SetType { name, ty });
            }
            AlterKind::SetDefault { column, value } => {
                let ty = self.column_type_of(column, this)?;
                let name = self.altered_column(column, this, false)?;
                let default = Some(self.default_value(value, ty)?);
                changes.push(TableChange::SetDefault { name, default });
            }
            AlterKind::DropDefault(column) => {
                let name = self.altered_column(column, this, false)?;
                changes.push(TableChange::SetDefault { name, default: None });
            }
            AlterKind::SetNotNull(column) => {
                let name = self.altered_column(column, this, false)?;
                changes.push(TableChange::SetNotNull { name, not_null: true });
            }
            AlterKind::DropNotNull(column) => {
                let name = self.altered_column(column, this, false)?;
                changes.push(TableChange::SetNotNull { name, not_null: false });
            }
            AlterKind::RenameTo(name) => {
                let to = self.object_name(name)?;
                changes.push(TableChange::Rename { to });
            }
            AlterKind::RenameColumn { old, new } => {
                let name = self.altered_column(old, this, false)?;
                let to = self.ident_name(new);
                changes.push(TableChange::RenameColumn { name, to });
            }
            AlterKind::Option(option) => match option.kind {
                tree::TableOptionKind::Engine
                | tree::TableOptionKind::Storage
                | tree::TableOptionKind::Comment => {
                    let message = "an option of storage is left out";
                    self.diagnostics.push(Diagnostic::note(codes::OPTION_LEFT_OUT, span, message));
                }
                tree::TableOptionKind::AutoIncrement => {
                    let next = self.constant_int(option.value, option.span)?;
                    let name = self.counted_column(table, changes);
                    let Some(name) = name else { return Err(self.refuse_alter(span)) };
                    changes.push(TableChange::Restart { name, next });
                }
                _ => return Err(self.refuse_alter(span)),
            },
            AlterKind::Advice => {
                let message = "this change has no effect on rows and is left out";
                self.diagnostics.push(Diagnostic::note(codes::OPTION_LEFT_OUT, span, message));
            }
            AlterKind::CheckConstraint(on) if self.text_of(span).to_ascii_lowercase().ends_with(" all") => {
                changes.push(TableChange::Enforce { on });
            }
            AlterKind::CheckConstraint(on) if self.switch_key(on, span, table, changes)? => {}
            AlterKind::CheckConstraint(true) => {
                let message = "constraints hold on the target already";
                self.diagnostics.push(Diagnostic::note(codes::OPTION_LEFT_OUT, span, message));
            }
            AlterKind::CheckConstraint(false) | AlterKind::RenameOther { .. } | AlterKind::Other => {
                return Err(self.refuse_alter(span));
            }
        }
        Ok(())
    }

    /// A named foreign key that is not enforced for a while is one that is not there; false for other constraints.
    fn switch_key(
        &mut self,
        on: bool,
        span: Span,
        table: ObjectName,
        changes: &mut Vec<TableChange>,
    ) -> Bound<bool> {
        let text = self.text_of(span);
        let word = text.split_ascii_whitespace().next_back().unwrap_or("");
        let word = word.trim_matches(['"', '[', ']', '`']).to_owned();
        let schema = table.schema.map(|schema| self.air.name(schema).to_owned());
        let own = self.air.name(table.name).to_owned();
        let Some(known) = self.catalog.table(schema.as_deref(), &own) else { return Ok(false) };
        let Some(key) = known.named_keys.iter().find(|key| key.is_called(&word)).cloned() else {
            return Ok(false);
        };
        let disabled = known.disabled.iter().any(|disabled| disabled.eq_ignore_ascii_case(&word));
        if on != disabled {
            return Ok(!on);
        }
        let Some((text, exact)) = &key.name else { return Ok(false) };
        let name = Name { text: self.air.push_text(text), exact: *exact };
        if on {
            self.refuse_refused(&key.other, span)?;
            let other = self.catalog.table(None, &key.other).map(|other| (other.name.clone(), other.exact));
            let (text, exact) = other.unwrap_or_else(|| (key.other.clone(), false));
            let name = Name { text: self.air.push_text(&text), exact };
            let other = ObjectName { catalog: None, schema: None, name };
            let constraint = crate::create_table::key_constraint(self.air, &key, other);
            self.ledger.assume(Assume::FittingValues, &word, span);
            changes.push(TableChange::AddConstraint { constraint });
        } else {
            changes.push(TableChange::DropConstraint { name, if_exists: false });
        }
        self.catalog.change(schema.as_deref(), &own, |table| match on {
            true => {
                table.disabled.retain(|disabled| !disabled.eq_ignore_ascii_case(&word));
                table.named_keys.retain(|key| !key.is_called(&word));
            }
            false => table.disabled.push(word.clone()),
        });
        Ok(true)
    }

    /// True for `USING column::type` and `USING CAST(column AS type)`, which say what happens without USING.
    fn is_plain_conversion(&self, using: tree::ExprId, column: tree::Ident, whole: air_base::Span) -> bool {
        let plain = |span: air_base::Span| {
            let words = self.text_of(span).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            words.to_ascii_lowercase()
        };
        let (text, statement) = (plain(self.tree.expr_span(using)), plain(whole));
        let name = self.text_of(column.span).to_ascii_lowercase();
        let same = |ty: &str| statement.contains(&format!("type {} using", ty.trim()));
        let cast =
            text.strip_prefix(&name).and_then(|rest| rest.trim_start().strip_prefix("::")).or_else(|| {
                let rest = text.strip_prefix("cast(")?.trim_start().strip_prefix(&name)?;
                rest.trim_start().strip_prefix("as ")?.strip_suffix(')')
            });
        text == name || cast.is_some_and(same)
    }

    /// True for a column that is known to have its values made up.
    fn is_counted(&self, table: ObjectName, column: Name) -> bool {
        let schema = table.schema.map(|schema| self.air.name(schema));
        let Some(known) = self.catalog.table(schema, self.air.name(table.name)) else { return false };
        known.column(self.air.name(column)).is_some_and(|at| known.columns[at as usize].identity)
    }

    /// The column of made-up numbers: the table has it, or gets it with these changes.
    fn counted_column(&mut self, table: ObjectName, changes: &[TableChange]) -> Option<Name> {
        let made = changes.iter().find_map(|change| match change {
            TableChange::Redefine { column, .. } | TableChange::AddColumn { column, .. } => {
                column.identity.as_ref().map(|_| column.name)
            }
            _ => None,
        });
        if made.is_some() {
            return made;
        }
        let schema = table.schema.map(|schema| self.air.name(schema));
        let known = self.catalog.table(schema, self.air.name(table.name))?;
        let column = known.columns.iter().find(|column| column.identity)?;
        Some(Name { text: self.air.push_text(&column.name), exact: column.exact })
    }

    #[cold]
    fn refuse_alter(&mut self, span: Span) -> crate::binder::Refused {
        let text = self.text_of(span);
        let message = format!("the change `{text}` is not translated");
        self.refuse(codes::DEFINITION_CLAUSE, span, message)
    }

    /// Positions of columns count only for `*` and INSERT without a column list; few dialects can say them.
    fn refuse_position(&mut self, column: tree::ColumnDefId) -> Bound<()> {
        let node = self.tree[column];
        if node.position.is_some() {
            let message = "FIRST and AFTER are not translated: other dialects add columns at the end";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
        }
        Ok(())
    }

    /// The column of a table as it was declared.
    pub(crate) fn altered_column(
        &mut self,
        ident: tree::Ident,
        this: SourceId,
        if_exists: bool,
    ) -> Bound<Name> {
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        if let Some(at) = self.find_column(this, reference, ident.span)? {
            return Ok(self.air.column(this, at).name);
        }
        if if_exists || !self.air.source(this).closed {
            return Ok(self.ident_name(ident));
        }
        let message = format!("this table has no column `{text}`");
        Err(self.refuse(codes::UNKNOWN_COLUMN, ident.span, message))
    }

    fn column_type_of(&mut self, ident: tree::Ident, this: SourceId) -> Bound<Type> {
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let at = self.find_column(this, reference, ident.span)?;
        Ok(at.map_or(Type::Unknown, |at| self.air.column(this, at).ty))
    }
}
