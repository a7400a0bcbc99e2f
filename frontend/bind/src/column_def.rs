//! Column definitions: types, defaults, identities, computed columns.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::create_table::{Defined, TableOptions};
use crate::names::same_letters;
use crate::scope::Clause;
use crate::shape::SerialType;
use air::ddl::{
    ColumnDef, Constraint, ConstraintRule, Generated, Identity, IdentityMode, KeyPart, UniqueNulls,
};
use air::fidelity::Assume;
use air::query::SourceColumn;
use air::types::{Affinity, CastReason, Collation, CollationStrength, TextType};
use air::{ExprId, Name, SourceId, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, ColumnConstraintKind, ColumnDefId};

impl<'a> Binder<'a> {
    /// Name and type of a column, and what its type word says beyond the type.
    pub(crate) fn column_type(
        &mut self,
        id: ColumnDefId,
        table_collation: Option<Collation>,
    ) -> Bound<(Name, Type, Option<&'static SerialType>)> {
        let node = self.tree[id];
        let name = self.ident_name(node.name);
        let Some(ty) = node.ty else {
            let computed = self
                .tree
                .list(node.constraints)
                .iter()
                .any(|constraint| matches!(constraint.kind, ColumnConstraintKind::Generated { .. }));
            if self.shape.untyped_columns {
                return Ok((name, Type::Any(Affinity::Blob), None));
            }
            if computed {
                return Ok((name, Type::Unknown, None));
            }
            let message = format!("column `{}` has no type", self.air.name(name));
            return Err(self.refuse(codes::COLUMN_TYPE, node.span, message));
        };
        if !self.shape.serial_types.is_empty() {
            let words = self.tree.type_words(ty, self.source);
            if let Some(serial) = self.shape.serial_types.iter().find(|serial| serial.word == words) {
                let ty = Type::Int { bits: serial.bits, unsigned: serial.unsigned };
                return Ok((name, ty, Some(serial)));
            }
        }
        if !self.shape.shown_types.is_empty() {
            let words = self.tree.type_words(ty, self.source);
            if self.shape.shown_types.contains(&words.as_str()) {
                let subject = self.air.name(name).to_owned();
                self.ledger.assume(Assume::ShownForm, &subject, node.span);
                return Ok((name, Type::TEXT, None));
            }
        }
        let mut bound = self.type_name(ty)?;
        if self.meaning.variables_are_parameters && bound.is_text() {
            let wide = self.tree.type_words(ty, self.source).starts_with('n');
            let widths =
                self.catalog.text_widths.entry(self.air.name(name).to_ascii_lowercase()).or_default();
            (widths.0, widths.1) = (widths.0 || !wide, widths.1 || wide);
        }
        let mut own = None;
        for constraint in self.tree.list(node.constraints) {
            match constraint.kind {
                ColumnConstraintKind::Collate(name) => own = Some(self.collation_name(name)?),
                ColumnConstraintKind::CharacterSet(name) if own.is_none() => {
                    own = Some(self.charset_collation(name)?);
                }
                _ => {}
            }
        }
        let typed = self.tree[ty].charset.is_some() || self.tree[ty].binary;
        let collation = own.or(if typed { None } else { table_collation });
        if let (Some(collation), Type::Text(text)) = (collation, bound) {
            let strength = CollationStrength::Implicit;
            bound = Type::Text(TextType { collation, strength, ..text });
        }
        if let (Some(collation), Type::Enum(list) | Type::Set(list)) = (collation, bound) {
            let words = self.catalog.words(list).to_vec();
            let list = self.catalog.push_collated_enum(words, Some(collation));
            bound = if matches!(bound, Type::Enum(_)) { Type::Enum(list) } else { Type::Set(list) };
        }
        Ok((name, bound, None))
    }

    /// A column definition; `this` is the table, `at` the column's position in it.
    pub(crate) fn column_def(
        &mut self,
        id: ColumnDefId,
        this: SourceId,
        at: u32,
        options: &TableOptions,
    ) -> Bound<Defined> {
        let node = self.tree[id];
        let (name, ty, serial) = self.column_type(id, options.collation)?;
        let mut column = ColumnDef::plain(name, ty, false);
        let mut constraints: Vec<Constraint> = Vec::new();
        if let Some(serial) = serial {
            column.not_null = true;
            column.identity = Some(Identity { mode: serial.mode, start: 1, step: 1 });
            if serial.unique {
                let columns = vec![self.key_of(this, at, node.span)];
                let rule = ConstraintRule::Unique { columns, nulls: self.shape.unique_nulls };
                constraints.push(Constraint { name: None, rule });
            }
        }
        for constraint in self.tree.list(node.constraints) {
            self.column_constraint(constraint, this, at, &mut column, &mut constraints)?;
        }
        if column.collated || (options.collation.is_some() && ty.is_text()) {
            column.collated |= ty.collation().is_some_and(|own| own != self.profile.settings.collation);
        }
        Ok(Defined { column, constraints })
    }

    fn key_of(&mut self, this: SourceId, at: u32, span: Span) -> KeyPart {
        let expr = self.column(this, at, false, false, span);
        KeyPart { expr, descending: false, prefix: 0 }
    }

    fn column_constraint(
        &mut self,
        node: &tree::ColumnConstraint,
        this: SourceId,
        at: u32,
        column: &mut ColumnDef,
        constraints: &mut Vec<Constraint>,
    ) -> Bound<()> {
        let name = node.name.map(|name| self.ident_name(name));
        let span = node.span;
        match node.kind {
            ColumnConstraintKind::NotNull => column.not_null = true,
            ColumnConstraintKind::Null
            | ColumnConstraintKind::CharacterSet(_)
            | ColumnConstraintKind::Advice => {}
            ColumnConstraintKind::Collate(_) => column.collated = true,
            ColumnConstraintKind::Default(value) => {
                // A default sees no columns.
                let value = self.scoped_alone(|binder| binder.expr(value))?;
                let value = match column.ty {
                    Type::Unknown => value,
                    ty => self.coerce(value, ty, CastReason::Assignment)?,
                };
                column.default = Some(value);
            }
            ColumnConstraintKind::DefaultOnNull(_) => {
                let message = "DEFAULT ON NULL is not translated";
                return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
            }
            ColumnConstraintKind::PrimaryKey { descending, autoincrement, .. } => {
                if autoincrement {
                    column.identity = Some(Identity { mode: IdentityMode::Counter, start: 1, step: 1 });
                }
                let mut part = self.key_of(this, at, span);
                part.descending = descending;
                let rule = ConstraintRule::PrimaryKey { columns: vec![part] };
                constraints.push(Constraint { name, rule });
            }
            ColumnConstraintKind::Unique { nulls_not_distinct } => {
                let columns = vec![self.key_of(this, at, span)];
                let nulls = if nulls_not_distinct { UniqueNulls::One } else { self.shape.unique_nulls };
                constraints.push(Constraint { name, rule: ConstraintRule::Unique { columns, nulls } });
            }
            ColumnConstraintKind::Check(condition) => {
                let expr = self.predicate(condition)?;
                constraints.push(Constraint { name, rule: ConstraintRule::Check { expr } });
            }
            ColumnConstraintKind::References(reference) => {
                if self.shape.inline_references_ignored {
                    let message = "REFERENCES behind a column has no effect on this server and is left out";
                    self.diagnostics.push(Diagnostic::warning(codes::OPTION_LEFT_OUT, span, message));
                    return Ok(());
                }
                if let Some(rule) = self.foreign_key(vec![column.name], &reference, span)? {
                    constraints.push(Constraint { name, rule });
                }
            }
            ColumnConstraintKind::Generated { expr, stored } => {
                let expr = self.expr(expr)?;
                if column.ty == Type::Unknown {
                    column.ty = self.air.ty(expr);
                    let columns = self.air.source(this).columns;
                    self.air.list_mut(columns)[at as usize].ty = column.ty;
                }
                let expr = self.coerce(expr, column.ty, CastReason::Assignment)?;
                column.generated = Some(Generated { expr, stored: stored == Some(true), hidden: false });
            }
            ColumnConstraintKind::Identity { always, on_null, seed, step } => {
                // NULL asks for the next number where the dialect has it so; elsewhere it fails.
                if on_null && !self.shape.identity_null_is_next {
                    let message = "BY DEFAULT ON NULL is not translated";
                    return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
                }
                let start = match seed {
                    Some(seed) => self.constant_int(Some(seed), span)?,
                    None => 1,
                };
                let step = match step {
                    Some(step) => self.constant_int(Some(step), span)?,
                    None => 1,
                };
                let mode = if always { IdentityMode::Always } else { IdentityMode::ByDefault };
                column.identity = Some(Identity { mode, start, step });
                column.not_null = true;
            }
            ColumnConstraintKind::AutoIncrement => {
                column.identity = Some(Identity { mode: IdentityMode::Counter, start: 1, step: 1 });
                column.not_null = true;
            }
            ColumnConstraintKind::Comment(text) => {
                column.comment = Some(self.constant_text(Some(text), span)?)
            }
            ColumnConstraintKind::OnUpdate(value) => {
                let text = self.text_of(self.span(value));
                let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let now = ["current_timestamp", "now", "localtime", "localtimestamp"];
                if !now.iter().any(|now| word.eq_ignore_ascii_case(now)) {
                    let message = "ON UPDATE is translated for the current time only";
                    return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
                }
                column.on_update_now = true;
            }
            ColumnConstraintKind::State(state) => {
                self.constraint_state(state, span, constraints.last_mut())?
            }
            ColumnConstraintKind::OnConflict(or) => self.refuse_on_conflict(or, span)?,
            ColumnConstraintKind::Invisible => {
                let message = "invisible columns are not translated";
                return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
            }
        }
        Ok(())
    }

    /// Binds in a scope that sees no columns.
    fn scoped_alone<T>(&mut self, bind: impl FnOnce(&mut Self) -> Bound<T>) -> Bound<T> {
        let hidden = std::mem::replace(&mut self.scopes.top().hidden, true);
        let bound = self.scoped(Clause::Value, bind);
        self.scopes.top().hidden = hidden;
        bound
    }

    /// A column added by ALTER TABLE: the source `this` has it as its last column.
    pub(crate) fn added_column(&mut self, id: ColumnDefId, this: SourceId) -> Bound<Defined> {
        let options = TableOptions::default();
        let (name, ty, _) = self.column_type(id, None)?;
        let mut columns = self.air.list(self.air.source(this).columns).to_vec();
        let known =
            columns.iter().position(|column| same_letters(self.air.name(column.name), self.air.name(name)));
        let at = match known {
            Some(at) => {
                columns[at].ty = ty;
                at
            }
            None => {
                columns.push(SourceColumn { name, ty, nullable: true });
                columns.len() - 1
            }
        };
        let columns = self.air.push_list(&columns);
        self.air.source_mut(this).columns = columns;
        self.column_def(id, this, at as u32, &options)
    }

    /// A value for the default of a column of that type.
    pub(crate) fn default_value(&mut self, value: tree::ExprId, ty: Type) -> Bound<ExprId> {
        let value = self.scoped_alone(|binder| binder.expr(value))?;
        match ty {
            Type::Unknown => Ok(value),
            ty => self.coerce(value, ty, CastReason::Assignment),
        }
    }
}
