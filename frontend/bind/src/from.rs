//! FROM: tables, derived tables, table functions, joins.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::{Reference, names_equal, same_letters};
use crate::query::Usage;
use air::expr::Expr;
use air::ids::List;
use air::query::{
    Body, Distinct, Item, JoinKind, Output, Query, Rel, Select, Source, SourceColumn, SourceKind,
};
use air::{Literal, Name, ObjectName, RelId, SourceId, Type};
use air_base::{Diagnostic, Span, nearest};
use airc_grammar::tree::{self, FromId, FromKind, Ident, TableHintKind};

impl<'a> Binder<'a> {
    /// The comma list of FROM; its sources become visible in the innermost scope.
    pub(crate) fn sources(&mut self, list: tree::List<FromId>) -> Bound<Option<RelId>> {
        if let [only] = *self.tree.list(list)
            && self.is_dual(only)
        {
            return Ok(None);
        }
        let mut rel = None;
        for from in self.tree.list(list) {
            rel = Some(self.joined_source(*from, rel)?);
        }
        Ok(rel)
    }

    /// A source, joined by comma with what stands to the left of it.
    pub(crate) fn joined_source(&mut self, id: FromId, left: Option<RelId>) -> Bound<RelId> {
        let node = self.tree[id];
        if let FromKind::Join(join) = node.kind {
            return self.join(join, left);
        }
        let rel = self.leaf(id)?;
        Ok(match left {
            Some(left) => {
                let kind = JoinKind::Comma;
                self.air.push_rel(Rel::Join { kind, left, right: rel, on: None, using: List::EMPTY })
            }
            None => rel,
        })
    }

    fn leaf(&mut self, id: FromId) -> Bound<RelId> {
        let node = self.tree[id];
        if let Some(extra) = node.extra {
            self.source_extra(extra, node.span)?;
        }
        match node.kind {
            FromKind::Table { .. } if self.is_dual(id) => self.dual_source(node.alias, node.span),
            FromKind::Table { name, .. } => self.table_source(name, node.alias, node.columns, node.span),
            FromKind::Query { query, lateral } => {
                let lateral = lateral || std::mem::take(&mut self.scopes.applies);
                let usage = if node.columns.is_empty() { Usage::Named } else { Usage::Renamed };
                let hidden = std::mem::replace(&mut self.scopes.top().hidden, !lateral);
                let query = self.query_as(query, usage)?;
                self.scopes.top().hidden = hidden;
                let alias = self.alias(node.alias);
                self.check_alias(alias, node.span)?;
                let source = self.derived_source(query, alias, node.columns, lateral, node.span)?;
                Ok(self.air.push_rel(Rel::Source { source }))
            }
            FromKind::Function { call, ordinality, .. } => self.function_source(call, ordinality, &node),
            FromKind::Nested(inner) => {
                if let Some(alias) = node.alias {
                    let message = "an alias for a join in parentheses is not translated";
                    return Err(self.refuse(codes::QUERY_CLAUSE, alias.span, message));
                }
                self.joined_source(inner, None)
            }
            FromKind::Join(join) => self.join(join, None),
            FromKind::RowsFrom { .. } => {
                Err(self.refuse(codes::TABLE_FUNCTION, node.span, "ROWS FROM is not translated"))
            }
            FromKind::Pivot(pivot) => self.pivot(pivot, node.alias, node.columns),
            FromKind::Opaque(span) => {
                Err(self.refuse(codes::TABLE_FUNCTION, span, "this table function is not translated"))
            }
        }
    }

    fn source_extra(&mut self, id: tree::FromExtraId, span: Span) -> Bound<()> {
        let extra = self.tree[id];
        if let Some(sample) = extra.sample {
            return Err(self.refuse(codes::QUERY_CLAUSE, sample.span, "TABLESAMPLE is not translated"));
        }
        if let Some(span) = extra.opaque {
            return Err(self.refuse(codes::QUERY_CLAUSE, span, "this clause of a table is not translated"));
        }
        if !extra.partitions.is_empty() {
            return Err(self.refuse(codes::QUERY_CLAUSE, span, "PARTITION of a table is not translated"));
        }
        for hint in self.tree.list(extra.hints) {
            let diagnostic = match hint.kind {
                TableHintKind::Advice => {
                    Diagnostic::note(codes::TABLE_HINT, hint.span, "advice about indexes is left out")
                }
                TableHintKind::Isolation | TableHintKind::Lock => Diagnostic::warning(
                    codes::TABLE_HINT,
                    hint.span,
                    "this hint changes locks or isolation and is left out; rows of a quiet database stay the same",
                ),
            };
            self.diagnostics.push(diagnostic);
        }
        Ok(())
    }

    // Tables.

    pub(crate) fn alias(&mut self, alias: Option<Ident>) -> Name {
        alias.map_or_else(Name::default, |alias| self.ident_name(alias))
    }

    /// Refuses a second source of the same name.
    pub(crate) fn check_alias(&mut self, alias: Name, span: Span) -> Bound<()> {
        if self.shape.duplicate_sources || alias.is_empty() {
            return Ok(());
        }
        let doubled = self.scopes.here().iter().any(|visible| {
            let known = self.air.source(visible.source);
            let schema_differs = matches!(known.kind, SourceKind::Table { name } if name.schema.is_some());
            names_equal(self.air, known.alias, alias) && !schema_differs
        });
        if doubled {
            let message = format!("two sources are called `{}`", self.air.name(alias));
            let diagnostic = Diagnostic::error(codes::DUPLICATE_SOURCE, span, message)
                .help("give one of them another alias");
            return Err(self.refuse_with(diagnostic));
        }
        Ok(())
    }

    fn is_dual(&self, id: FromId) -> bool {
        match self.tree[id].kind {
            FromKind::Table { name, .. } if self.shape.dual => {
                let last = self.tree.last(name).map(|last| last.text(self.source));
                let known = last.is_some_and(|last| last.eq_ignore_ascii_case("dual"));
                known && self.catalog.table(None, "dual").is_none()
            }
            _ => false,
        }
    }

    /// DUAL beside other sources: one row with the column it has.
    fn dual_source(&mut self, alias: Option<Ident>, span: Span) -> Bound<RelId> {
        let text = self.str("X");
        let value = Literal::Text { text };
        let expr = self.air.push(Expr::Literal { value }, Type::TEXT, false, span);
        let name = self.plain_name("DUMMY");
        let items = self.air.push_list(&[Item::Expr { expr, alias: Some(name) }]);
        let outputs = self.air.push_list(&[Output { name, ty: Type::TEXT, nullable: false }]);
        let select = self.air.push_select(Select {
            from: None,
            distinct: Distinct::All {},
            items,
            outputs,
            filter: None,
            group: None,
            having: None,
            windows: List::EMPTY,
            qualify: None,
        });
        let query = self.air.push_query(
            Query {
                ctes: List::EMPTY,
                recursive: false,
                body: Body::Select { select },
                order: List::EMPTY,
                limit: None,
                locking: None,
            },
            span,
        );
        let alias = match alias {
            Some(alias) => self.ident_name(alias),
            None => self.plain_name("dual"),
        };
        let source = self.derived_source(query, alias, tree::List::EMPTY, false, span)?;
        Ok(self.air.push_rel(Rel::Source { source }))
    }

    /// A table, view or table expression by name.
    pub(crate) fn table_source(
        &mut self,
        name: tree::Name,
        alias: Option<Ident>,
        names: tree::List<tree::ColumnAlias>,
        span: Span,
    ) -> Bound<RelId> {
        let source = match self.cte_source(name, alias, span)? {
            Some(source) => source,
            None => self.stored_source(name, alias, span)?,
        };
        if !names.is_empty() {
            self.rename_columns(source, names, span)?;
        }
        let alias = self.air.source(source).alias;
        self.check_alias(alias, span)?;
        self.scopes.show(source);
        Ok(self.air.push_rel(Rel::Source { source }))
    }

    fn rename_columns(
        &mut self,
        source: SourceId,
        names: tree::List<tree::ColumnAlias>,
        span: Span,
    ) -> Bound<()> {
        let node = self.air.source(source);
        let (closed, mut columns) = (node.closed, self.air.list(node.columns).to_vec());
        if closed && names.len() > columns.len() {
            let message = format!("{} names for {} columns", names.len(), columns.len());
            return Err(self.refuse(codes::COLUMN_LIST_LENGTH, span, message));
        }
        for (i, alias) in self.tree.list(names).iter().enumerate() {
            let name = self.ident_name(alias.name);
            match columns.get_mut(i) {
                Some(column) => column.name = name,
                None => columns.push(SourceColumn { name, ty: Type::Unknown, nullable: true }),
            }
        }
        let columns = self.air.push_list(&columns);
        let node = self.air.source_mut(source);
        node.columns = columns;
        node.renamed = true;
        Ok(())
    }

    fn cte_source(&mut self, name: tree::Name, alias: Option<Ident>, span: Span) -> Bound<Option<SourceId>> {
        let Some(ident) = self.tree.single(name) else { return Ok(None) };
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let found = self.scopes.ctes.iter().rposition(|known| {
            reference.means(self.air.name(known.name), known.name.exact, self.shape.folding)
        });
        let Some(at) = found else { return Ok(None) };
        let entry = self.scopes.ctes[at];
        if !entry.ready {
            // The name in its own first part: a table of that name is meant, or nothing.
            if self.catalog.table(None, &text).is_some() {
                return Ok(None);
            }
            let message = format!("`{text}` refers to itself before it has a first part");
            return Err(self.refuse(codes::RECURSION_WITHOUT_ANCHOR, span, message));
        }
        self.scopes.ctes[at].used = true;
        let columns = self.air.cte(entry.cte).columns;
        let own = match alias {
            Some(alias) => self.ident_name(alias),
            None => entry.name,
        };
        let source = Source {
            alias: own,
            aliased: alias.is_some(),
            kind: SourceKind::Cte { cte: entry.cte },
            columns,
            closed: entry.closed,
            renamed: false,
            lateral: false,
        };
        Ok(Some(self.air.push_source(source, span)))
    }

    /// A stored table as a source that is not visible yet.
    pub(crate) fn stored_source(
        &mut self,
        name: tree::Name,
        alias: Option<Ident>,
        span: Span,
    ) -> Bound<SourceId> {
        let mut object = self.object_name(name)?;
        let Some(ident) = self.tree.last(name) else {
            return Err(self.refuse(codes::NAME_PARTS, span, "a table is expected here"));
        };
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let schema = object.schema.map(|schema| self.air.name(schema));
        let found = self
            .catalog
            .table_and_layout(schema, &text)
            .filter(|(table, _)| reference.means(&table.name, table.exact, self.shape.folding));
        let (columns, closed) = match found {
            Some((_, layout)) => {
                let columns = &mut self.scopes.columns;
                columns.clear();
                object.name = layout.copy_to(self.air, columns);
                let columns = self.air.push_list(columns);
                self.scopes.names.add(self.air, columns, layout.digests());
                (columns, true)
            }
            None => {
                self.refuse_system_table(object, &text, span)?;
                if self.catalog.complete {
                    return Err(self.unknown_table(&text, span));
                }
                (List::EMPTY, false)
            }
        };
        let own = match alias {
            Some(alias) => self.ident_name(alias),
            None => object.name,
        };
        let source = Source {
            alias: own,
            aliased: alias.is_some(),
            kind: SourceKind::Table { name: object },
            columns,
            closed,
            renamed: false,
            lateral: false,
        };
        Ok(self.air.push_source(source, span))
    }

    #[cold]
    fn unknown_table(&mut self, text: &str, span: Span) -> crate::binder::Refused {
        let near = nearest(text, self.catalog.tables().map(|table| table.name.as_str())).map(str::to_owned);
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_TABLE, span, format!("no table or view `{text}` is known"));
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.refuse_with(diagnostic)
    }

    /// Refuses a table or view whose own definition was refused.
    pub(crate) fn refuse_refused(&mut self, text: &str, span: Span) -> Bound<()> {
        if !self.catalog.is_refused(text) {
            return Ok(());
        }
        let message = format!("the definition of `{text}` was refused, so what uses it is refused too");
        Err(self.refuse(codes::REFUSED_OBJECT, span, message))
    }

    /// Refuses the server's own tables: they are unlike on every server.
    fn refuse_system_table(&mut self, object: ObjectName, text: &str, span: Span) -> Bound<()> {
        self.refuse_refused(text, span)?;
        if text.starts_with('@') {
            let message = format!("`{text}` is a variable that holds rows and is not translated");
            return Err(self.refuse(codes::UNKNOWN_TABLE, span, message));
        }
        let schema = object.schema.map(|schema| self.air.name(schema));
        let in_schema = schema.is_some_and(|schema| {
            self.shape.system_schemas.iter().any(|known| schema.eq_ignore_ascii_case(known))
        });
        let prefixed =
            self.shape.system_prefixes.iter().any(|prefix| {
                text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            });
        if in_schema || prefixed {
            let message = format!("`{text}` is a table of the server itself and is not translated");
            return Err(self.refuse(codes::UNKNOWN_TABLE, span, message));
        }
        Ok(())
    }

    /// A name of up to three parts; the dialect's default schema is the same as none.
    pub(crate) fn object_name(&mut self, name: tree::Name) -> Bound<ObjectName> {
        let (catalog, schema, last) = match *self.tree.list(name) {
            [last] => (None, None, last),
            [schema, last] => (None, Some(schema), last),
            [catalog, schema, last] => (Some(catalog), Some(schema), last),
            _ => {
                let span = self.tree.name_span(name);
                return Err(self.refuse(codes::NAME_PARTS, span, "a name of one to three parts is expected"));
            }
        };
        let default = self.shape.default_schema;
        let schema = schema.filter(|schema| {
            let text = self.ident_text(*schema);
            let current = self.catalog.current_schema.as_deref();
            !text.is_empty()
                && !same_letters(&text, default)
                && !current.is_some_and(|current| same_letters(&text, current))
        });
        let name = self.ident_name(last);
        let schema = schema.map(|schema| self.ident_name(schema));
        let catalog = catalog.map(|catalog| self.ident_name(catalog));
        Ok(ObjectName { catalog, schema, name })
    }
}
