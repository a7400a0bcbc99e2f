//! CREATE TABLE: columns, constraints, options.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::query::Usage;
use crate::scope::Clause;
use air::ddl::{
    AwaitedKey, ColumnDef, Constraint, ConstraintRule, CreateIndex, CreateTable, Identity, IdentityMode,
    KeyPart,
};
use air::ids::List;
use air::query::{Body, Item, SourceColumn};
use air::statement::Statement;
use air::types::Collation;
use air::{ExprId, Name, ObjectName, SourceId, Str, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, ColumnConstraintKind, ColumnDefId, CreateModifiers, TableOptionKind};

/// What the options of a table say.
#[derive(Default)]
pub(crate) struct TableOptions {
    comment: Option<Str>,
    start: Option<i64>,
    pub(crate) collation: Option<Collation>,
    pub(crate) without_rowid: bool,
    strict: bool,
    /// Foreign keys are read and forgotten (MyISAM and other engines without transactions).
    forgets_keys: bool,
}

/// A column on its way: what its definition says about the table besides the column.
pub(crate) struct Defined {
    pub(crate) column: ColumnDef,
    pub(crate) constraints: Vec<Constraint>,
}

// What INCLUDING of LIKE takes along; see `LikeTable::including`.
const LIKE_CONSTRAINTS: u16 = 1 << 2;
const LIKE_DEFAULTS: u16 = 1 << 3;
const LIKE_GENERATED: u16 = 1 << 4;
const LIKE_IDENTITY: u16 = 1 << 5;
const LIKE_INDEXES: u16 = 1 << 6;

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
            awaited: Vec::new(),
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
        if options.forgets_keys {
            table
                .constraints
                .retain(|constraint| !matches!(constraint.rule, ConstraintRule::ForeignKey { .. }));
        }
        let mut constraints: Vec<&mut Constraint> = table.constraints.iter_mut().collect();
        self.name_referenced(name, &mut constraints);
        self.forward_keys(&mut table);
        Ok(Statement::CreateTable { table: Box::new(table) })
    }

    /// Marks foreign keys to tables that are not declared yet, and takes those that waited for this one.
    fn forward_keys(&mut self, table: &mut CreateTable) {
        let own = table.name;
        for constraint in &mut table.constraints {
            if let ConstraintRule::ForeignKey { table: other, forward, .. } = &mut constraint.rule {
                let schema = other.schema.map(|schema| self.air.name(schema));
                let name = self.air.name(other.name);
                let known = self.catalog.table(schema, name).is_some();
                *forward = !known && !name.eq_ignore_ascii_case(self.air.name(own.name));
            }
        }
        let name = self.air.name(own.name).to_owned();
        let waiting = self.catalog.awaited.iter().filter(|key| key.other.eq_ignore_ascii_case(&name));
        for key in waiting {
            let air = &mut *self.air;
            let mut named =
                |(text, exact): &(String, bool)| Name { text: air.push_text(text), exact: *exact };
            let schema = (!key.schema.is_empty()).then(|| named(&(key.schema.clone(), false)));
            let of = ObjectName { catalog: None, schema, name: named(&key.table) };
            let constraint = key_constraint(air, key, own);
            table.awaited.push(AwaitedKey { table: of, constraint });
        }
    }

    /// A foreign key without columns on the other side refers to the primary key of that table. `own` are the
    /// constraints that the table itself gets with it.
    pub(crate) fn name_referenced(&mut self, table: ObjectName, constraints: &mut [&mut Constraint]) {
        let own: Option<Vec<Name>> = constraints.iter().find_map(|constraint| match &constraint.rule {
            ConstraintRule::PrimaryKey { columns } => columns
                .iter()
                .map(|part| match self.air.expr(part.expr) {
                    air::Expr::Column { source, index, .. } => Some(self.air.column(source, index).name),
                    _ => None,
                })
                .collect(),
            _ => None,
        });
        for constraint in constraints {
            let ConstraintRule::ForeignKey { columns, table: other, references, .. } = &mut constraint.rule
            else {
                continue;
            };
            if !references.is_empty() {
                continue;
            }
            let name = self.air.name(other.name);
            let itself = name.eq_ignore_ascii_case(self.air.name(table.name));
            if let (true, Some(own)) = (itself, &own) {
                references.clone_from(own);
                continue;
            }
            let schema = other.schema.map(|schema| self.air.name(schema));
            let Some(known) = self.catalog.table(schema, name) else { continue };
            let Some(key) = known.primary_key().filter(|key| key.columns.len() == columns.len()) else {
                continue;
            };
            let wanted: Vec<(String, bool)> = key
                .columns
                .iter()
                .map(|at| {
                    let column = &known.columns[*at as usize];
                    (column.name.clone(), column.exact)
                })
                .collect();
            *references = wanted
                .iter()
                .map(|(text, exact)| Name { text: self.air.push_text(text), exact: *exact })
                .collect();
        }
    }

    pub(crate) fn refuse_modifiers(&mut self, modifiers: CreateModifiers, span: Span) -> Bound<()> {
        if modifiers.has(CreateModifiers::UNMODELLED) || modifiers.has(CreateModifiers::FOREIGN) {
            let message = "an object of this kind is not translated";
            return Err(self.refuse(codes::OBJECT_KIND, span, message));
        }
        Ok(())
    }

    /// Gives the columns of a query the listed names.
    fn name_columns(&mut self, query: air::QueryId, definitions: &[ColumnDefId], span: Span) -> Bound<()> {
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

    /// `CREATE TABLE t LIKE s`: the columns of a known table, with what the catalog holds of their defaults and keys.
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
        // MySQL's LIKE takes everything along, PostgreSQL's what is asked for.
        let all = self.shape.like_takes_keys;
        let takes = |part: u16| all || like.including & part != 0;
        let Some(known) = known.filter(|known| {
            plain
                && (!takes(LIKE_CONSTRAINTS) || known.checked.is_empty())
                && known.columns.iter().all(|column| {
                    let defaults = !takes(LIKE_DEFAULTS)
                        || !column.has_default && (all || !column.identity)
                        || column.default.is_some();
                    let identity = all || !column.identity || !takes(LIKE_IDENTITY);
                    defaults && identity && (!column.generated || !takes(LIKE_GENERATED))
                })
        }) else {
            let message = "LIKE is translated only for a known table whose defaults are constants, and that has no \
                           CHECK and no computed columns to take along";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, span, message));
        };
        let mut columns = Vec::new();
        for column in &known.columns {
            let name = Name { text: self.air.push_text(&column.name), exact: column.exact };
            columns.push(SourceColumn { name, ty: column.ty, nullable: column.nullable });
            let mut defined = ColumnDef::plain(name, column.ty, !column.nullable);
            if let Some(default) = column.default.as_ref().filter(|_| takes(LIKE_DEFAULTS)) {
                let value = default.literal(self.air);
                defined.default = Some(self.literal_expr(value, default.ty, span));
            }
            if all && column.identity {
                defined.identity = Some(Identity { mode: IdentityMode::Counter, start: 1, step: 1 });
            }
            table.columns.push(defined);
        }
        let columns = self.air.push_list(&columns);
        table.this = self.this_source(table.name, columns, true, node.span);
        if takes(LIKE_INDEXES) {
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
                Declared::Default(name, value) => {
                    let column = table.columns.iter_mut().find(|column| column.name == name);
                    if let Some(column) = column {
                        column.default = Some(value);
                    }
                }
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
                primary = columns
                    .iter()
                    .filter_map(|part| crate::catalog_ddl::position(self.air, part.expr))
                    .collect();
            }
        }
        let implied = self.shape.primary_key_not_null || options.without_rowid || options.strict;
        if let [only] = primary[..]
            && self.shape.integer_primary_key
            && !options.without_rowid
        {
            let definition = self.tree.list(node.columns)[only as usize];
            let integer =
                self.tree[definition].ty.is_some_and(|ty| self.tree.type_words(ty, self.source) == "integer");
            let descending = self.tree.list(self.tree[definition].constraints).iter().any(|constraint| {
                matches!(constraint.kind, ColumnConstraintKind::PrimaryKey { descending: true, .. })
            });
            let column = &mut table.columns[only as usize];
            if integer && !descending {
                column.identity.get_or_insert(Identity { mode: IdentityMode::Greatest, start: 1, step: 1 });
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

    pub(crate) fn table_options(&mut self, list: tree::List<tree::TableOption>) -> Bound<TableOptions> {
        let mut options = TableOptions::default();
        for option in self.tree.list(list) {
            match option.kind {
                TableOptionKind::Comment => {
                    options.comment = Some(self.constant_text(option.value, option.span)?)
                }
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
                TableOptionKind::Engine => {
                    let engine =
                        option.value.map(|value| self.text_of(self.span(value)).to_ascii_lowercase());
                    let forgetful =
                        ["myisam", "aria", "memory", "heap", "csv", "archive", "blackhole", "merge"];
                    options.forgets_keys = engine
                        .is_some_and(|engine| forgetful.contains(&engine.trim_matches(['\'', '"', '`'])));
                }
                TableOptionKind::Charset | TableOptionKind::OnCommitPreserve => {}
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
}

/// A foreign key that the catalog remembers, to the table of that name.
pub(crate) fn key_constraint(
    air: &mut air::Air,
    key: &air::catalog::AwaitedKey,
    other: ObjectName,
) -> Constraint {
    let mut named = |(text, exact): &(String, bool)| Name { text: air.push_text(text), exact: *exact };
    let rule = ConstraintRule::ForeignKey {
        columns: key.columns.iter().map(&mut named).collect(),
        table: other,
        references: key.references.iter().map(&mut named).collect(),
        on_delete: key.on_delete,
        on_update: key.on_update,
        deferrable: key.deferrable,
        initially_deferred: key.initially_deferred,
        forward: false,
    };
    Constraint { name: key.name.as_ref().map(&mut named), rule }
}

/// What a line of CREATE TABLE declares beside columns.
pub(crate) enum Declared {
    /// A constraint.
    Constraint(Constraint),
    /// An index.
    Index(CreateIndex),
    /// The default of a column.
    Default(Name, ExprId),
}
