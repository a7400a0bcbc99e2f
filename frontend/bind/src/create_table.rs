//! CREATE TABLE: columns, constraints, options.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::same_letters;
use crate::query::Usage;
use crate::scope::Clause;
use crate::shape::SerialType;
use air::ddl::{
    ColumnDef, Constraint, ConstraintRule, CreateIndex, CreateTable, Generated, Identity, IdentityMode,
    IndexMethod, KeyPart, ReferentialAction, UniqueNulls,
};
use air::ids::List;
use air::query::{Body, Item, SourceColumn};
use air::statement::Statement;
use air::types::{Affinity, CastReason, Collation, CollationStrength, TextType};
use air::{ExprId, Name, ObjectName, SourceId, Str, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{
    self, ColumnConstraintKind, ColumnDefId, ConstraintState, CreateModifiers, IndexKind, InsertOr,
    TableConstraintKind, TableOptionKind,
};

/// What the options of a table say.
#[derive(Default)]
pub(crate) struct TableOptions {
    comment: Option<Str>,
    start: Option<i64>,
    collation: Option<Collation>,
    pub(crate) without_rowid: bool,
    strict: bool,
}

/// A column on its way: what its definition says about the table besides the column.
pub(crate) struct Defined {
    pub(crate) column: ColumnDef,
    pub(crate) constraints: Vec<Constraint>,
}

impl<'a> Binder<'a> {
    pub(crate) fn create_table(&mut self, id: tree::CreateTableId) -> Bound<Statement> {
        let node = self.tree[id];
        self.refuse_modifiers(node.modifiers, node.span)?;
        if let Some(span) = node.opaque.or(node.duplicates) {
            let message = "this clause of CREATE TABLE is not translated";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
        }
        let temporary = node.modifiers.has(CreateModifiers::TEMPORARY) || self.is_session_table(node.name);
        if node.modifiers.has(CreateModifiers::GLOBAL) {
            let message = "a global temporary table keeps its definition, which no other dialect does";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
        }
        let name = self.object_name(node.name)?;
        let options = self.table_options(node.options)?;
        let mut table = CreateTable {
            name,
            this: SourceId(0),
            columns: Vec::with_capacity(node.columns.len()),
            constraints: Vec::new(),
            indexes: Vec::new(),
            if_not_exists: node.if_not_exists,
            or_replace: node.modifiers.has(CreateModifiers::OR_REPLACE),
            temporary,
            query: None,
            without_data: node.no_data == Some(true),
            comment: options.comment,
            strict: self.shape.strict_types || options.strict,
        };
        let definitions = self.tree.list(node.columns);
        if let Some(query) = node.query {
            let typed = definitions.iter().any(|c| self.tree[*c].ty.is_some());
            if typed || !node.constraints.is_empty() {
                let message = "column definitions beside a query are not translated";
                return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
            }
            let usage = if definitions.is_empty() { Usage::Named } else { Usage::Renamed };
            let query = self.query_as(query, usage)?;
            self.name_columns(query, definitions, node.span)?;
            table.query = Some(query);
            table.this = self.this_source(name, List::EMPTY, false, node.span);
            return Ok(Statement::CreateTable { table: Box::new(table) });
        }
        if let Some(like) = self.tree.list(node.likes).first() {
            return self.create_like(&node, like, table);
        }
        self.columns_and_constraints(&node, &options, &mut table)?;
        Ok(Statement::CreateTable { table: Box::new(table) })
    }

    pub(crate) fn refuse_modifiers(&mut self, modifiers: CreateModifiers, span: Span) -> Bound<()> {
        if modifiers.has(CreateModifiers::UNMODELLED) || modifiers.has(CreateModifiers::FOREIGN) {
            let message = "an object of this kind is not translated";
            return Err(self.refuse(codes::OBJECT_KIND, span, message));
        }
        Ok(())
    }

    /// Gives the columns of a query the listed names.
    fn name_columns(
        &mut self,
        query: air::QueryId,
        definitions: &[ColumnDefId],
        span: Span,
    ) -> Bound<()> {
        if definitions.is_empty() {
            return Ok(());
        }
        let known = self.outputs(query);
        if known.is_some_and(|outputs| outputs.len() < definitions.len()) {
            let message = "more names than the query has columns";
            return Err(self.refuse(codes::COLUMN_LIST_LENGTH, span, message));
        }
        let mut first = query;
        while let Body::SetOp { left, .. } = self.air.query(first).body {
            first = left;
        }
        let Body::Select { select } = self.air.query(first).body else {
            let message = "column names for VALUES are not translated here";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
        };
        if self.air.list(self.air.select(select).items).iter().any(|i| matches!(i, Item::Star { .. })) {
            self.expand_stars(select)?;
        }
        let (items, outputs) = (self.air.select(select).items, self.air.select(select).outputs);
        for (i, definition) in definitions.iter().enumerate() {
            let name = self.ident_name(self.tree[*definition].name);
            if let Item::Expr { alias, .. } = &mut self.air.list_mut(items)[i] {
                *alias = Some(name);
            }
            self.air.list_mut(outputs)[i].name = name;
        }
        Ok(())
    }

    /// `CREATE TABLE t LIKE s`: the columns of a known table without anything the catalog does not hold.
    fn create_like(
        &mut self,
        node: &tree::CreateTable,
        like: &tree::LikeTable,
        mut table: CreateTable,
    ) -> Bound<Statement> {
        let span = self.tree.name_span(like.table);
        let model = self.stored_source(like.table, None, span)?;
        let source = self.air.source(model);
        let air::query::SourceKind::Table { name } = source.kind else {
            return Err(self.refuse(codes::UNKNOWN_TABLE, span, "a table is expected here"));
        };
        let schema = name.schema.map(|schema| self.air.name(schema));
        let known = self.catalog.table(schema, self.air.name(name.name)).cloned();
        let plain = node.columns.is_empty() && node.constraints.is_empty() && node.likes.len() == 1;
        let Some(known) = known.filter(|known| {
            plain
                && like.including == 0
                && known.columns.iter().all(|c| !c.has_default && !c.generated && !c.identity)
        }) else {
            let message = "LIKE is translated only for a known table without defaults and computed columns";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
        };
        let mut columns = Vec::new();
        for column in &known.columns {
            let name = Name { text: self.air.push_text(&column.name), exact: column.exact };
            columns.push(SourceColumn { name, ty: column.ty, nullable: column.nullable });
            table.columns.push(ColumnDef {
                name,
                ty: column.ty,
                not_null: !column.nullable,
                default: None,
                identity: None,
                generated: None,
                on_update_now: false,
                collated: false,
                comment: None,
            });
        }
        let columns = self.air.push_list(&columns);
        table.this = self.this_source(table.name, columns, true, node.span);
        // MySQL's LIKE takes the keys along, PostgreSQL's does not.
        if self.shape.like_takes_keys {
            for key in known.keys.iter().filter(|key| !key.partial) {
                let mut parts = Vec::new();
                for at in &key.columns {
                    let expr = self.column(table.this, *at, false, false, span);
                    parts.push(KeyPart { expr, descending: false, prefix: 0 });
                }
                let rule = match key.primary {
                    true => ConstraintRule::PrimaryKey { columns: parts },
                    false => ConstraintRule::Unique { columns: parts, nulls: self.shape.unique_nulls },
                };
                table.constraints.push(Constraint { name: None, rule });
            }
        }
        Ok(Statement::CreateTable { table: Box::new(table) })
    }

    fn columns_and_constraints(
        &mut self,
        node: &tree::CreateTable,
        options: &TableOptions,
        table: &mut CreateTable,
    ) -> Bound<()> {
        let definitions = self.tree.list(node.columns);
        let mut columns: Vec<SourceColumn> = Vec::with_capacity(definitions.len());
        for definition in definitions {
            let (name, ty, _) = self.column_type(*definition, options.collation)?;
            if columns.iter().any(|known| crate::names::names_equal(self.air, known.name, name)) {
                let span = self.tree[*definition].name.span;
                let message = format!("column `{}` is defined twice", self.air.name(name));
                return Err(self.refuse(codes::DUPLICATE_COLUMN, span, message));
            }
            columns.push(SourceColumn { name, ty, nullable: true });
        }
        let columns = self.air.push_list(&columns);
        table.this = self.this_source(table.name, columns, true, node.span);
        self.scopes.open(Clause::Value);
        self.scopes.show(table.this);
        for (i, definition) in definitions.iter().enumerate() {
            let defined = self.column_def(*definition, table.this, i as u32, options)?;
            table.columns.push(defined.column);
            table.constraints.extend(defined.constraints);
        }
        for constraint in self.tree.list(node.constraints) {
            self.table_constraint(*constraint, table.this, table.name, |constraint| match constraint {
                Declared::Constraint(constraint) => table.constraints.push(constraint),
                Declared::Index(index) => table.indexes.push(index),
            })?;
        }
        self.scopes.close();
        self.settle_keys(node, options, table)?;
        Ok(())
    }

    /// What keys say about their columns.
    fn settle_keys(
        &mut self,
        node: &tree::CreateTable,
        options: &TableOptions,
        table: &mut CreateTable,
    ) -> Bound<()> {
        let mut primary: Vec<u32> = Vec::new();
        for constraint in &table.constraints {
            if let ConstraintRule::PrimaryKey { columns } = &constraint.rule {
                if !primary.is_empty() {
                    let message = "a table has one primary key";
                    return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
                }
                primary = columns.iter().filter_map(|part| crate::catalog_ddl::position(self.air, part.expr)).collect();
            }
        }
        let implied = self.shape.primary_key_not_null || options.without_rowid || options.strict;
        if let [only] = primary[..]
            && self.shape.integer_primary_key
            && !options.without_rowid
        {
            let definition = self.tree.list(node.columns)[only as usize];
            let integer = self.tree[definition]
                .ty
                .is_some_and(|ty| self.tree.type_words(ty, self.source) == "integer");
            let descending = self.tree.list(self.tree[definition].constraints).iter().any(|constraint| {
                matches!(constraint.kind, ColumnConstraintKind::PrimaryKey { descending: true, .. })
            });
            let column = &mut table.columns[only as usize];
            if integer && !descending {
                column.identity = Some(Identity { mode: IdentityMode::Counter, start: 1, step: 1 });
                column.not_null = true;
                // The row number holds integers whatever the affinity of others.
                column.ty = Type::I64;
                let columns = self.air.source(table.this).columns;
                self.air.list_mut(columns)[only as usize].ty = Type::I64;
            }
        }
        for at in primary {
            table.columns[at as usize].not_null |= implied;
        }
        if let Some(start) = options.start
            && let Some(identity) = table.columns.iter_mut().find_map(|column| column.identity.as_mut())
        {
            identity.start = start;
        }
        let columns = self.air.source(table.this).columns;
        for (i, column) in table.columns.iter().enumerate() {
            self.air.list_mut(columns)[i].nullable = !column.not_null;
        }
        Ok(())
    }

    // Options.

    pub(crate) fn table_options(
        &mut self,
        list: tree::List<tree::TableOption>,
    ) -> Bound<TableOptions> {
        let mut options = TableOptions::default();
        for option in self.tree.list(list) {
            match option.kind {
                TableOptionKind::Comment => options.comment = Some(self.constant_text(option.value, option.span)?),
                TableOptionKind::AutoIncrement => {
                    options.start = Some(self.constant_int(option.value, option.span)?);
                }
                TableOptionKind::Charset if options.collation.is_none() => {
                    if let Some(word) = option.value.and_then(|value| self.word(value)) {
                        options.collation = Some(self.charset_collation(word)?);
                    }
                }
                TableOptionKind::Collate => {
                    if let Some(value) = option.value
                        && let tree::Expr::Name(name) = self.tree.expr(value)
                    {
                        options.collation = Some(self.collation_name(name)?);
                    }
                }
                TableOptionKind::WithoutRowid => options.without_rowid = true,
                TableOptionKind::Strict => options.strict = true,
                TableOptionKind::Engine | TableOptionKind::Charset | TableOptionKind::OnCommitPreserve => {}
                TableOptionKind::Storage => {
                    let message = "an option of storage is left out";
                    self.diagnostics.push(Diagnostic::note(codes::OPTION_LEFT_OUT, option.span, message));
                }
                TableOptionKind::PartitionBy => {
                    let message = "partitioning is left out; rows are the same without it";
                    self.diagnostics.push(Diagnostic::warning(codes::OPTION_LEFT_OUT, option.span, message));
                }
                TableOptionKind::OnCommitDelete
                | TableOptionKind::OnCommitDrop
                | TableOptionKind::Inherits
                | TableOptionKind::Other => {
                    let text = self.text_of(option.span);
                    let message = format!("the table option `{text}` is not translated");
                    return Err(self.refuse(codes::DEFINITION_CLAUSE, option.span, message));
                }
            }
        }
        Ok(options)
    }

    /// The bare word an expression is.
    fn word(&self, id: tree::ExprId) -> Option<tree::Ident> {
        match self.tree.expr(id) {
            tree::Expr::Name(name) => self.tree.single(name),
            _ => None,
        }
    }

    /// The text of a constant.
    pub(crate) fn constant_text(&mut self, value: Option<tree::ExprId>, span: Span) -> Bound<Str> {
        match value.map(|value| (value, self.tree.expr(value))) {
            Some((value, tree::Expr::Literal(literal))) if literal.kind.is_text() => {
                let text = self.tree.literal_value(value, self.source);
                Ok(self.str(&text))
            }
            _ => Err(self.refuse(codes::CONSTANT_EXPECTED, span, "a text is expected here")),
        }
    }

    /// The number of a constant.
    pub(crate) fn constant_int(&mut self, value: Option<tree::ExprId>, span: Span) -> Bound<i64> {
        let number = value.and_then(|value| self.int_of(value));
        number.ok_or_else(|| self.refuse(codes::CONSTANT_EXPECTED, span, "a whole number is expected here"))
    }

    fn int_of(&self, id: tree::ExprId) -> Option<i64> {
        match self.tree.expr(id) {
            tree::Expr::Literal(_) => self.text_of(self.tree.expr_span(id)).replace('_', "").parse().ok(),
            tree::Expr::Unary { op: tree::UnaryOp::Minus, arg } => self.int_of(arg)?.checked_neg(),
            tree::Expr::Unary { op: tree::UnaryOp::Plus, arg } => self.int_of(arg),
            _ => None,
        }
    }

    // Columns.

    /// Name and type of a column, and what its type word says beyond the type.
    fn column_type(
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
        let mut bound = self.type_name(ty)?;
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
        let mut column = ColumnDef {
            name,
            ty,
            not_null: false,
            default: None,
            identity: None,
            generated: None,
            on_update_now: false,
            collated: false,
            comment: None,
        };
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
                let rule = self.foreign_key(vec![column.name], &reference, span)?;
                constraints.push(Constraint { name, rule });
            }
            ColumnConstraintKind::Generated { expr, stored } => {
                let expr = self.expr(expr)?;
                if column.ty == Type::Unknown {
                    column.ty = self.air.ty(expr);
                    let columns = self.air.source(this).columns;
                    self.air.list_mut(columns)[at as usize].ty = column.ty;
                }
                let expr = self.coerce(expr, column.ty, CastReason::Assignment)?;
                column.generated = Some(Generated { expr, stored: stored == Some(true) });
            }
            ColumnConstraintKind::Identity { always, on_null, seed, step } => {
                if on_null {
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
            ColumnConstraintKind::Comment(text) => column.comment = Some(self.constant_text(Some(text), span)?),
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
            ColumnConstraintKind::State(state) => self.constraint_state(state, span, constraints.last_mut())?,
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

    fn refuse_on_conflict(&mut self, or: InsertOr, span: Span) -> Bound<()> {
        match or {
            InsertOr::Fail | InsertOr::OrAbort => Ok(()),
            _ => {
                let message = "a rule for conflicts at a constraint is not translated";
                Err(self.refuse(codes::DEFINITION_CLAUSE, span, message))
            }
        }
    }

    fn constraint_state(
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
                    rule: ConstraintRule::ForeignKey { deferrable, initially_deferred, .. }, ..
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

    // Constraints.

    fn foreign_key(
        &mut self,
        columns: Vec<Name>,
        reference: &tree::Reference,
        span: Span,
    ) -> Bound<ConstraintRule> {
        let full = matches!(
            reference.matching,
            Some(tree::ReferenceMatch::Full | tree::ReferenceMatch::Partial)
        );
        if full && columns.len() > 1 {
            let message = "MATCH FULL over several columns is not translated";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
        }
        let mut table = self.object_name(reference.table)?;
        let schema = table.schema.map(|schema| self.air.name(schema));
        if let Some(known) = self.catalog.table(schema, self.air.name(table.name)) {
            table.name = Name { text: self.air.push_text(&known.name), exact: known.exact };
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
        Ok(ConstraintRule::ForeignKey {
            columns,
            table,
            references,
            on_delete: action(reference.on_delete),
            on_update: action(reference.on_update),
            deferrable: false,
            initially_deferred: false,
        })
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
                self.foreign_key(names, &reference, node.span)?
            }
            TableConstraintKind::Index { columns, kind } => {
                let parts = self.key_parts(columns)?;
                let index = CreateIndex {
                    name: name.map(|name| ObjectName { catalog: None, schema: None, name }),
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
            TableConstraintKind::Exclude | TableConstraintKind::Other | TableConstraintKind::UsingIndex(_) => {
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
    pub(crate) fn key_parts(
        &mut self,
        columns: tree::List<tree::IndexColumn>,
    ) -> Bound<Vec<KeyPart>> {
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

    /// A column added by ALTER TABLE: the source `this` has it as its last column.
    pub(crate) fn added_column(
        &mut self,
        id: ColumnDefId,
        this: SourceId,
    ) -> Bound<Defined> {
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

/// What a line of CREATE TABLE declares beside columns.
pub(crate) enum Declared {
    /// A constraint.
    Constraint(Constraint),
    /// An index.
    Index(CreateIndex),
}
