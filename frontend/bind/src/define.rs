//! Definitions other than CREATE TABLE: indexes, views, sequences, types; ALTER, DROP, COMMENT.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::query::Usage;
use crate::scope::Clause;
use air::ddl::{CreateIndex, CreateSequence, CreateView, DropObject, IndexMethod, ObjectKind, UniqueNulls};
use air::fidelity::Assume;
use air::query::SourceKind;
use air::statement::Statement;
use air::{Name, ObjectName, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, CreateModifiers, SequenceOption, TypeKind};

impl<'a> Binder<'a> {
    // Indexes.

    pub(crate) fn create_index_statement(&mut self, id: tree::CreateIndexId) -> Bound<Statement> {
        let node = self.tree[id];
        self.refuse_modifiers(node.modifiers, node.span)?;
        let span = self.tree.name_span(node.table);
        let this = self.stored_source(node.table, None, span)?;
        let SourceKind::Table { name: table } = self.air.source(this).kind else {
            return Err(self.refuse(codes::UNKNOWN_TABLE, span, "a table is expected here"));
        };
        self.scopes.open(Clause::Value);
        self.scopes.show(this);
        let parts = self.key_parts(node.columns)?;
        let filter = match node.filter {
            Some(filter) => Some(self.predicate(filter)?),
            None => None,
        };
        self.scopes.close();
        let method = match node.method {
            None => IndexMethod::Ordered,
            Some(method) => match self.ident_text(method).to_ascii_lowercase().as_str() {
                "btree" => IndexMethod::Ordered,
                "hash" => IndexMethod::Hash,
                _ => IndexMethod::Other,
            },
        };
        let special = node.modifiers.has(CreateModifiers::SPECIAL_INDEX);
        let unique = node.modifiers.has(CreateModifiers::UNIQUE);
        let name = match node.name {
            Some(name) => Some(self.object_name(name)?),
            None => None,
        };
        let index = CreateIndex {
            name,
            name_of_table: self.shape.index_names_of_table,
            table,
            this,
            parts,
            unique,
            nulls: if node.nulls_not_distinct { UniqueNulls::One } else { self.shape.unique_nulls },
            filter,
            include: self.ident_names(node.include),
            method: if special { self.special_index(node.span) } else { method },
            if_not_exists: node.if_not_exists,
        };
        Ok(Statement::CreateIndex { index: Box::new(index) })
    }

    /// The method a word before INDEX asks for.
    fn special_index(&self, span: Span) -> IndexMethod {
        let text = self.text_of(span).to_ascii_lowercase();
        if text.contains("fulltext") {
            IndexMethod::FullText
        } else if text.contains("spatial") {
            IndexMethod::Spatial
        } else {
            IndexMethod::Other
        }
    }

    // Views.

    pub(crate) fn create_view(&mut self, id: tree::CreateViewId) -> Bound<Statement> {
        let node = self.tree[id];
        self.refuse_modifiers(node.modifiers, node.span)?;
        if node.modifiers.has(CreateModifiers::RECURSIVE) {
            let message = "CREATE RECURSIVE VIEW is not translated";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
        }
        if node.no_data == Some(true) {
            let message = "a materialized view without data is not translated";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
        }
        let usage = if node.columns.is_empty() { Usage::Named } else { Usage::Renamed };
        let query = self.query_as(node.query, usage)?;
        let outputs = self.outputs(query);
        if outputs.is_some_and(|outputs| node.columns.len() > outputs.len()) {
            let message = "more names than the query has columns";
            return Err(self.refuse(codes::COLUMN_LIST_LENGTH, node.span, message));
        }
        let view = CreateView {
            name: self.object_name(node.name)?,
            columns: self.ident_names(node.columns),
            query,
            or_replace: node.modifiers.has(CreateModifiers::OR_REPLACE) || node.alter,
            if_not_exists: node.if_not_exists,
            temporary: node.modifiers.has(CreateModifiers::TEMPORARY),
            materialized: node.modifiers.has(CreateModifiers::MATERIALIZED),
            check_option: node.check.is_some(),
        };
        if node.read_only {
            let message = "WITH READ ONLY is left out; it takes away rights, not rows";
            self.diagnostics.push(Diagnostic::warning(codes::OPTION_LEFT_OUT, node.span, message));
        }
        Ok(Statement::CreateView { view: Box::new(view) })
    }

    // Sequences and types.

    pub(crate) fn create_sequence(&mut self, id: tree::CreateSequenceId) -> Bound<Statement> {
        let node = self.tree[id];
        let owned = |option: &SequenceOption| matches!(option, SequenceOption::OwnedBy(_));
        if node.alter && !node.options.is_empty() && self.tree.list(node.options).iter().all(owned) {
            return Ok(self.nothing("a sequence that goes with its column gives the same numbers"));
        }
        if let (true, &[SequenceOption::Restart(next)]) = (node.alter, self.tree.list(node.options)) {
            let name = self.object_name(node.name)?;
            let next = match next {
                Some(next) => Some(self.constant_int(Some(next), node.span)?),
                None => self.catalog.sequence(self.air.name(name.name)).map(|known| known.start),
            };
            if let Some(next) = next {
                return Ok(Statement::RestartSequence { name, next });
            }
        }
        if node.alter {
            let message = "ALTER SEQUENCE is not translated";
            return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
        }
        let name = self.object_name(node.name)?;
        let mut sequence = CreateSequence {
            name,
            start: None,
            step: None,
            min: None,
            max: None,
            cycle: false,
            if_not_exists: node.if_not_exists,
        };
        for option in self.tree.list(node.options) {
            match *option {
                SequenceOption::Start(value) => {
                    sequence.start = Some(self.constant_int(Some(value), node.span)?);
                }
                SequenceOption::Increment(value) => {
                    sequence.step = Some(self.constant_int(Some(value), node.span)?);
                }
                SequenceOption::Min(value) => {
                    sequence.min = Some(self.constant_int(Some(value), node.span)?);
                }
                SequenceOption::Max(value) => {
                    // Oracle's usual maximum has 28 digits: no bound within 64 bits.
                    sequence.max = self.small_int(value);
                }
                SequenceOption::Cycle(cycle) => sequence.cycle = cycle,
                SequenceOption::NoMin
                | SequenceOption::NoMax
                | SequenceOption::Cache(_)
                | SequenceOption::NoCache
                | SequenceOption::Type(_)
                | SequenceOption::Advice => {}
                SequenceOption::OwnedBy(_) => {
                    let message = "OWNED BY is left out: dropping the column keeps the sequence";
                    self.diagnostics.push(Diagnostic::warning(codes::OPTION_LEFT_OUT, node.span, message));
                }
                SequenceOption::Restart(_) => {
                    let message = "RESTART is not translated";
                    return Err(self.refuse(codes::DEFINITION_CLAUSE, node.span, message));
                }
            }
        }
        Ok(Statement::CreateSequence { sequence: Box::new(sequence) })
    }

    fn small_int(&self, value: tree::ExprId) -> Option<i64> {
        self.text_of(self.span(value)).parse().ok()
    }

    pub(crate) fn create_type(&mut self, id: tree::CreateTypeId) -> Bound<Statement> {
        let node = self.tree[id];
        let Some(last) = self.tree.last(node.name) else {
            return Err(self.refuse(codes::NAME_PARTS, node.span, "a name is expected here"));
        };
        let name = self.ident_text(last).to_ascii_lowercase();
        match node.kind {
            TypeKind::Enum(words) => {
                let mut list = Vec::with_capacity(words.len());
                for word in self.tree.list(words) {
                    list.push(self.tree.literal_value(*word, self.source).into_owned());
                }
                let ty = Type::Enum(self.catalog.push_enum(list));
                self.catalog.types.insert(name, ty);
                Ok(self.nothing("the words of the type are written where columns use it"))
            }
            TypeKind::Domain { ty, constraints } => {
                for constraint in self.tree.list(constraints) {
                    let dropped = matches!(
                        constraint.kind,
                        tree::ColumnConstraintKind::Check(_) | tree::ColumnConstraintKind::NotNull
                    );
                    if !dropped && !matches!(constraint.kind, tree::ColumnConstraintKind::Null) {
                        let message = "a domain with a default or collation is not translated";
                        return Err(self.refuse(codes::DEFINITION_CLAUSE, constraint.span, message));
                    }
                    if dropped {
                        let subject = self.text_of(constraint.span);
                        self.ledger.assume(Assume::ConstraintDropped, subject, constraint.span);
                    }
                }
                let ty = self.type_name(ty)?;
                self.catalog.types.insert(name, ty);
                Ok(self.nothing("the type below the domain is written where columns use it"))
            }
            TypeKind::Composite(_) | TypeKind::Other => {
                let message = "a type of this kind is not translated";
                Err(self.refuse(codes::OBJECT_KIND, node.span, message))
            }
        }
    }

    // DROP.

    pub(crate) fn drop_object(&mut self, id: tree::DropId) -> Bound<Statement> {
        let node = self.tree[id];
        let kind = match node.object {
            tree::ObjectKind::Table => ObjectKind::Table,
            tree::ObjectKind::View => ObjectKind::View,
            tree::ObjectKind::MaterializedView => ObjectKind::MaterializedView,
            tree::ObjectKind::Index => ObjectKind::Index,
            tree::ObjectKind::Sequence => ObjectKind::Sequence,
            tree::ObjectKind::Schema | tree::ObjectKind::Database => ObjectKind::Schema,
            tree::ObjectKind::Type | tree::ObjectKind::Domain => {
                for name in self.tree.list(node.names) {
                    if let Some(last) = self.tree.last(*name) {
                        let name = self.ident_text(last).to_ascii_lowercase();
                        self.catalog.types.remove(&name);
                    }
                }
                return Ok(self.nothing("the type was written where columns use it"));
            }
            tree::ObjectKind::Trigger => return self.drop_trigger(&node),
            // Routines are not translated, so there may be one only that was there before.
            tree::ObjectKind::Function if node.if_exists => ObjectKind::Function,
            tree::ObjectKind::Procedure if node.if_exists => ObjectKind::Procedure,
            tree::ObjectKind::Column
            | tree::ObjectKind::Constraint
            | tree::ObjectKind::Function
            | tree::ObjectKind::Procedure
            | tree::ObjectKind::Role
            | tree::ObjectKind::User
            | tree::ObjectKind::Event
            | tree::ObjectKind::Package
            | tree::ObjectKind::Extension
            | tree::ObjectKind::Other => {
                let message = "dropping an object of this kind is not translated";
                return Err(self.refuse(codes::OBJECT_KIND, node.span, message));
            }
        };
        let tables = matches!(kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView);
        let mut names = Vec::with_capacity(node.names.len());
        for name in self.tree.list(node.names) {
            names.push(match tables {
                true => self.dropped_table(*name, node.if_exists)?,
                false => self.object_name(*name)?,
            });
        }
        let names = self.air.push_list(&names);
        let on = match node.on {
            Some(on) => Some(self.object_name(on)?),
            None => None,
        };
        let cascade = node.behavior == Some(tree::DropBehavior::Cascade);
        let drop = DropObject { kind, names, if_exists: node.if_exists, cascade, on };
        Ok(Statement::Drop { drop: Box::new(drop) })
    }

    /// The name of a table as it was declared.
    fn dropped_table(&mut self, name: tree::Name, if_exists: bool) -> Bound<ObjectName> {
        let object = self.object_name(name)?;
        let schema = object.schema.map(|schema| self.air.name(schema));
        let known = self.catalog.table(schema, self.air.name(object.name));
        match known {
            Some(known) => {
                let name = Name { text: self.air.push_text(&known.name), exact: known.exact };
                Ok(ObjectName { name, ..object })
            }
            None if if_exists || !self.catalog.complete => Ok(object),
            None => {
                let span = self.tree.name_span(name);
                let message = format!("no table or view `{}` is known", self.air.name(object.name));
                Err(self.refuse(codes::UNKNOWN_TABLE, span, message))
            }
        }
    }

    // COMMENT.

    pub(crate) fn comment_on(
        &mut self,
        object: tree::ObjectKind,
        name: tree::Name,
        text: tree::ExprId,
        span: Span,
    ) -> Bound<Statement> {
        let text = match self.tree.expr(text) {
            tree::Expr::Literal(literal) if literal.kind == tree::LiteralKind::Null => None,
            _ => Some(self.constant_text(Some(text), span)?),
        };
        match object {
            tree::ObjectKind::Table => {
                let table = self.commented_table(name)?;
                Ok(Statement::Comment { table, column: None, text })
            }
            tree::ObjectKind::Column => {
                let parts = self.tree.list(name);
                let [qualifier @ .., column] = parts else {
                    return Err(self.refuse(codes::NAME_PARTS, span, "a column is expected here"));
                };
                let mut idents = Vec::new();
                idents.extend_from_slice(qualifier);
                let (schema, table) = match idents[..] {
                    [table] => (None, table),
                    [.., schema, table] => (Some(schema), table),
                    [] => {
                        return Err(self.refuse(
                            codes::NAME_PARTS,
                            span,
                            "a table is expected before the column",
                        ));
                    }
                };
                let schema =
                    schema.filter(|s| !self.ident_text(*s).eq_ignore_ascii_case(self.shape.default_schema));
                let table = ObjectName {
                    catalog: None,
                    schema: schema.map(|schema| self.ident_name(schema)),
                    name: self.ident_name(table),
                };
                let column = Some(self.ident_name(*column));
                Ok(Statement::Comment { table, column, text })
            }
            _ => Ok(self.nothing("a comment on an object of this kind has no effect on data")),
        }
    }

    fn commented_table(&mut self, name: tree::Name) -> Bound<ObjectName> {
        let span = self.tree.name_span(name);
        let source = self.stored_source(name, None, span)?;
        match self.air.source(source).kind {
            SourceKind::Table { name } => Ok(name),
            _ => Err(self.refuse(codes::UNKNOWN_TABLE, span, "a table is expected here")),
        }
    }
}
