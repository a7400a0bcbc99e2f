//! FROM: tables, derived tables, table functions, joins.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::names::{Reference, names_equal, nearest, same_letters};
use crate::query::Usage;
use crate::scope::{Merged, MergedSide};
use air::expr::{CompareOp, Expr};
use air::ids::List;
use air::query::{
    Body, Distinct, Item, JoinKind, Output, Query, Rel, Select, Source, SourceColumn, SourceKind, UsingColumn,
};
use air::{Builtin, ExprId, Literal, Name, ObjectName, QueryId, RelId, SourceId, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, FromId, FromKind, Ident, JoinConstraint, TableHintKind};

impl<'a> Binder<'a> {
    /// The comma list of FROM; its sources become visible in the innermost scope.
    pub(crate) fn from_list(&mut self, list: tree::List<FromId>) -> Bound<Option<RelId>> {
        if let [only] = *self.tree.list(list)
            && self.is_dual(only)
        {
            return Ok(None);
        }
        let mut rel = None;
        for from in self.tree.list(list) {
            rel = Some(self.from_item(*from, rel)?);
        }
        Ok(rel)
    }

    /// A source, joined by comma with what stands to the left of it.
    pub(crate) fn from_item(&mut self, id: FromId, left: Option<RelId>) -> Bound<RelId> {
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
            self.from_extra(extra, node.span)?;
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
                self.from_item(inner, None)
            }
            FromKind::Join(join) => self.join(join, None),
            FromKind::RowsFrom { .. } => {
                Err(self.refuse(codes::TABLE_FUNCTION, node.span, "ROWS FROM is not translated"))
            }
            FromKind::Pivot(pivot) => {
                let pivot = self.tree[pivot];
                let what = if pivot.unpivot { "UNPIVOT" } else { "PIVOT" };
                let diagnostic =
                    Diagnostic::error(codes::QUERY_CLAUSE, pivot.span, format!("{what} is not translated"))
                        .help("write it with CASE in aggregates, or with UNION ALL");
                Err(self.refuse_with(diagnostic))
            }
            FromKind::Opaque(span) => {
                Err(self.refuse(codes::TABLE_FUNCTION, span, "this table function is not translated"))
            }
        }
    }

    fn from_extra(&mut self, id: tree::FromExtraId, span: Span) -> Bound<()> {
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
    fn check_alias(&mut self, alias: Name, span: Span) -> Bound<()> {
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

    fn cte_source(
        &mut self,
        name: tree::Name,
        alias: Option<Ident>,
        span: Span,
    ) -> Bound<Option<SourceId>> {
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
            .table(schema, &text)
            .filter(|table| reference.means(&table.name, table.exact, self.shape.folding));
        let mut columns = Vec::new();
        let closed = match found {
            Some(table) => {
                columns.reserve(table.columns.len());
                for column in &table.columns {
                    let name = Name { text: self.air.push_text(&column.name), exact: column.exact };
                    columns.push(SourceColumn { name, ty: column.ty, nullable: column.nullable });
                }
                object.name = Name { text: self.air.push_text(&table.name), exact: table.exact };
                true
            }
            None => {
                self.refuse_system_table(object, &text, span)?;
                if self.catalog.complete {
                    return Err(self.unknown_table(&text, span));
                }
                false
            }
        };
        let columns = self.air.push_list(&columns);
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

    /// Refuses the server's own tables: they are unlike on every server.
    fn refuse_system_table(&mut self, object: ObjectName, text: &str, span: Span) -> Bound<()> {
        let schema = object.schema.map(|schema| self.air.name(schema));
        let in_schema = schema
            .is_some_and(|schema| self.shape.system_schemas.iter().any(|known| schema.eq_ignore_ascii_case(known)));
        let prefixed = self
            .shape
            .system_prefixes
            .iter()
            .any(|prefix| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)));
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
            !text.is_empty() && !same_letters(&text, default)
        });
        let name = self.ident_name(last);
        let schema = schema.map(|schema| self.ident_name(schema));
        let catalog = catalog.map(|catalog| self.ident_name(catalog));
        Ok(ObjectName { catalog, schema, name })
    }

    // Table functions.

    fn function_source(
        &mut self,
        call: tree::ExprId,
        ordinality: bool,
        node: &tree::From,
    ) -> Bound<RelId> {
        let tree::Expr::Call(id) = self.tree.expr(call) else {
            return Err(self.refuse(codes::TABLE_FUNCTION, node.span, "a table function is expected here"));
        };
        let (op, args) = self.table_call(id, node.span)?;
        let written = self.tree.last(self.tree[id].name);
        let alias = match node.alias.or(written) {
            Some(alias) => self.ident_name(alias),
            None => Name::default(),
        };
        self.check_alias(alias, node.span)?;
        let Some(shape) = self.function_columns(op, args) else {
            let message = format!("`{}` in FROM is not translated", op.name());
            return Err(self.refuse(codes::TABLE_FUNCTION, node.span, message));
        };
        let mut columns: Vec<SourceColumn> = Vec::with_capacity(shape.len() + 1);
        for (name, ty) in &shape {
            // A function with one nameless column lends it its own name, or its alias.
            let name = match *name {
                "" => alias,
                text => self.plain_name(text),
            };
            columns.push(SourceColumn { name, ty: *ty, nullable: true });
        }
        if ordinality {
            let name = self.plain_name("ordinality");
            columns.push(SourceColumn { name, ty: Type::I64, nullable: false });
        }
        if node.columns.len() > columns.len() {
            let message = format!("{} names for {} columns", node.columns.len(), columns.len());
            return Err(self.refuse(codes::COLUMN_LIST_LENGTH, node.span, message));
        }
        for (column, alias) in columns.iter_mut().zip(self.tree.list(node.columns)) {
            column.name = self.ident_name(alias.name);
        }
        let columns = self.air.push_list(&columns);
        let source = Source {
            alias,
            aliased: node.alias.is_some(),
            kind: SourceKind::Function { op, args, ordinality },
            columns,
            closed: true,
            renamed: !node.columns.is_empty(),
            lateral: true,
        };
        let source = self.air.push_source(source, node.span);
        self.scopes.show(source);
        Ok(self.air.push_rel(Rel::Source { source }))
    }

    /// Names and types of the columns of a table builtin; an empty name stands for that of the function.
    fn function_columns(&self, op: Builtin, args: List<ExprId>) -> Option<Vec<(&'static str, Type)>> {
        let arg = |i: usize| self.air.list(args).get(i).map_or(Type::Unknown, |arg| self.air.ty(*arg));
        let value = self.shape.table_function_column;
        Some(match op {
            Builtin::GenerateSeries => vec![(value, arg(0))],
            Builtin::Unnest => {
                let names = ["", "unnest", "unnest", "unnest"];
                let count = args.len().min(names.len());
                (0..count).map(|i| (names[i], element(arg(i)))).collect()
            }
            Builtin::JsonArrayElements => vec![("value", Type::Json { binary: false })],
            Builtin::JsonArrayElementsText => vec![("value", Type::TEXT)],
            Builtin::StringSplit => vec![(value, Type::TEXT)],
            Builtin::RegexSplit => vec![("", Type::TEXT)],
            Builtin::JsonEach => match self.shape.rowid {
                true => vec![
                    ("key", Type::Any(air::types::Affinity::Blob)),
                    ("value", Type::Any(air::types::Affinity::Blob)),
                    ("type", Type::TEXT),
                    ("atom", Type::Any(air::types::Affinity::Blob)),
                    ("id", Type::I64),
                    ("parent", Type::I64),
                    ("fullkey", Type::TEXT),
                    ("path", Type::TEXT),
                ],
                false => vec![("key", Type::TEXT), ("value", Type::Json { binary: false })],
            },
            _ => return None,
        })
    }

    // Joins.

    fn join(&mut self, id: tree::JoinId, left: Option<RelId>) -> Bound<RelId> {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.join_here(id, left))
    }

    fn join_here(&mut self, id: tree::JoinId, outer_left: Option<RelId>) -> Bound<RelId> {
        let node = self.tree[id];
        let mut start = self.scopes.visible.len();
        // Where a comma is a join like others, what stands before it is part of this join's left side.
        let (before, after) =
            if self.shape.comma_is_join { (outer_left, None) } else { (None, outer_left) };
        if before.is_some() {
            start = self.scopes.top().first_visible;
        }
        let left = self.from_item(node.left, before)?;
        let middle = self.scopes.visible.len();
        let apply = matches!(node.kind, tree::JoinKind::CrossApply | tree::JoinKind::OuterApply);
        let applies = std::mem::replace(&mut self.scopes.applies, apply);
        let right = self.from_item(node.right, None)?;
        self.scopes.applies = applies;
        let end = self.scopes.visible.len();

        let mut kind = match node.kind {
            tree::JoinKind::Inner | tree::JoinKind::Straight => JoinKind::Inner,
            tree::JoinKind::Left | tree::JoinKind::OuterApply => JoinKind::Left,
            tree::JoinKind::Right => JoinKind::Right,
            tree::JoinKind::Full => JoinKind::Full,
            tree::JoinKind::Cross | tree::JoinKind::CrossApply => JoinKind::Cross,
        };
        let seen_from = std::mem::replace(&mut self.scopes.top().seen_from, start);
        let mut on = None;
        let mut using = List::EMPTY;
        match node.constraint {
            JoinConstraint::On(condition) => {
                on = Some(self.predicate(condition)?);
                if kind == JoinKind::Cross {
                    kind = JoinKind::Inner;
                }
            }
            JoinConstraint::Using(names) => {
                let names: Vec<Ident> = self.tree.list(names).to_vec();
                using = self.using(&names, kind, start, middle, end)?;
            }
            JoinConstraint::None if node.natural => {
                let names = self.natural_names(start, middle, end, node.span)?;
                using = self.using_columns(names, kind, start, node.span)?;
            }
            JoinConstraint::None => {}
        }
        if on.is_none() && using.is_empty() {
            let written = matches!(
                node.kind,
                tree::JoinKind::Cross | tree::JoinKind::CrossApply | tree::JoinKind::OuterApply
            );
            if !written && !node.natural && !self.shape.join_without_on {
                let message = "this join needs a condition";
                return Err(self.refuse(codes::JOIN_CONDITION, node.span, message));
            }
            match kind {
                JoinKind::Inner => kind = JoinKind::Cross,
                JoinKind::Left | JoinKind::Right | JoinKind::Full => {
                    let value = Literal::Bool { value: true };
                    on = Some(self.air.push(Expr::Literal { value }, Type::Bool, false, node.span));
                }
                JoinKind::Cross | JoinKind::Comma => {}
            }
        }
        self.scopes.top().seen_from = seen_from;
        let (fills_left, fills_right) = match kind {
            JoinKind::Left => (false, true),
            JoinKind::Right => (true, false),
            JoinKind::Full => (true, true),
            JoinKind::Inner | JoinKind::Cross | JoinKind::Comma => (false, false),
        };
        if fills_left {
            self.scopes.visible[start..middle].iter_mut().for_each(|v| v.outer = true);
        }
        if fills_right {
            self.scopes.visible[middle..end].iter_mut().for_each(|v| v.outer = true);
        }
        let rel = self.air.push_rel(Rel::Join { kind, left, right, on, using });
        Ok(match after {
            Some(left) => {
                let kind = JoinKind::Comma;
                self.air.push_rel(Rel::Join { kind, left, right: rel, on: None, using: List::EMPTY })
            }
            None => rel,
        })
    }

    fn using(
        &mut self,
        names: &[Ident],
        kind: JoinKind,
        start: usize,
        middle: usize,
        end: usize,
    ) -> Bound<List<UsingColumn>> {
        let mut pairs = Vec::with_capacity(names.len());
        for ident in names {
            let left = self.side_column(*ident, start, middle)?;
            let right = self.side_column(*ident, middle, end)?;
            let name = match self.air.expr(left) {
                Expr::Column { source, index, .. } => self.air.column(source, index).name,
                _ => self.ident_name(*ident),
            };
            pairs.push((name, left, right));
        }
        let span = names.first().map_or(Span::NONE, |ident| ident.span);
        self.using_columns(pairs, kind, start, span)
    }

    /// The column of that name on one side of a join.
    fn side_column(&mut self, ident: Ident, first: usize, end: usize) -> Bound<ExprId> {
        let text = self.ident_text(ident);
        let reference = Reference::new(ident, &text);
        let merged = self.scopes.merged_here().iter().rev().copied().find(|merged| {
            merged.first_visible >= first
                && merged.first_visible < end
                && reference.means(self.air.name(merged.name), merged.name.exact, self.shape.folding)
        });
        if let Some(merged) = merged {
            return Ok(self.merged_value(merged, ident.span));
        }
        let mut found = None;
        for at in first..end {
            let visible = self.scopes.visible[at];
            if let Some(index) = self.find_column(visible.source, reference, ident.span)? {
                if found.is_some() {
                    let message = format!("column `{text}` is ambiguous on one side of the join");
                    return Err(self.refuse(codes::AMBIGUOUS_COLUMN, ident.span, message));
                }
                found = Some((visible, index));
            }
        }
        if let Some((visible, index)) = found {
            return Ok(self.column(visible.source, index, visible.outer, true, ident.span));
        }
        let open = (first..end).find(|at| !self.air.source(self.scopes.visible[*at].source).closed);
        match open {
            Some(at) => {
                let visible = self.scopes.visible[at];
                let index = self.add_mentioned(visible.source, ident);
                Ok(self.column(visible.source, index, visible.outer, true, ident.span))
            }
            None => {
                let message = format!("no column `{text}` on one side of the join");
                Err(self.refuse(codes::UNKNOWN_COLUMN, ident.span, message))
            }
        }
    }

    /// Columns both sides have, for NATURAL.
    fn natural_names(
        &mut self,
        start: usize,
        middle: usize,
        end: usize,
        span: Span,
    ) -> Bound<Vec<(Name, ExprId, ExprId)>> {
        let open = (start..end).any(|at| !self.air.source(self.scopes.visible[at].source).closed);
        if open {
            let message = "NATURAL JOIN needs the columns of every table, and not all are known";
            let diagnostic = Diagnostic::error(codes::STAR_OF_UNKNOWN, span, message)
                .help("give the schema, or name the columns with USING");
            return Err(self.refuse_with(diagnostic));
        }
        let left = self.side_names(start, middle);
        let right = self.side_names(middle, end);
        let mut pairs: Vec<(Name, ExprId, ExprId)> = Vec::new();
        for (name, at, index) in left {
            let matches: Vec<_> = right.iter().filter(|(r, ..)| names_equal(self.air, *r, name)).collect();
            let [(_, there, column)] = matches[..] else {
                if matches.is_empty() {
                    continue;
                }
                let message = format!("column `{}` is ambiguous in NATURAL JOIN", self.air.name(name));
                return Err(self.refuse(codes::AMBIGUOUS_COLUMN, span, message));
            };
            if pairs.iter().any(|(known, ..)| names_equal(self.air, *known, name)) {
                continue;
            }
            let merged = self.scopes.merged_here().iter().rev().copied().find(|merged| {
                merged.first_visible >= start
                    && merged.first_visible < middle
                    && names_equal(self.air, merged.name, name)
            });
            let ours = match merged {
                Some(merged) => self.merged_value(merged, span),
                None => {
                    let visible = self.scopes.visible[at];
                    self.column(visible.source, index, visible.outer, true, span)
                }
            };
            let visible = self.scopes.visible[*there];
            let theirs = self.column(visible.source, *column, visible.outer, true, span);
            pairs.push((name, ours, theirs));
        }
        Ok(pairs)
    }

    fn side_names(&self, first: usize, end: usize) -> Vec<(Name, usize, u32)> {
        let mut names = Vec::new();
        for at in first..end {
            let columns = self.air.source(self.scopes.visible[at].source).columns;
            for (index, column) in self.air.list(columns).iter().enumerate() {
                names.push((column.name, at, index as u32));
            }
        }
        names
    }

    fn using_columns(
        &mut self,
        pairs: Vec<(Name, ExprId, ExprId)>,
        kind: JoinKind,
        start: usize,
        span: Span,
    ) -> Bound<List<UsingColumn>> {
        let side = match kind {
            JoinKind::Right => MergedSide::Right,
            JoinKind::Full => MergedSide::Both,
            JoinKind::Inner | JoinKind::Left | JoinKind::Cross | JoinKind::Comma => MergedSide::Left,
        };
        let mut columns = Vec::with_capacity(pairs.len());
        for (name, left, right) in pairs {
            let at = self.air.span(left);
            let equal = self.comparison(CompareOp::Eq, left, right, if at.is_none() { span } else { at })?;
            let (left, right, collation) = match self.air.expr(equal) {
                Expr::Compare { left, right, collation, .. } => (left, right, collation),
                _ => (left, right, Default::default()),
            };
            columns.push(UsingColumn { name, left, right, collation });
            self.scopes.merged.push(Merged { name, left, right, side, first_visible: start });
        }
        Ok(self.air.push_list(&columns))
    }

    /// `(query) AS alias` made by the binder, visible in the innermost scope.
    pub(crate) fn derived_rel(&mut self, query: QueryId, alias: &str, span: Span) -> Bound<RelId> {
        let alias = self.plain_name(alias);
        let source = self.derived_source(query, alias, tree::List::EMPTY, false, span)?;
        Ok(self.air.push_rel(Rel::Source { source }))
    }
}

/// Type of the elements of an array.
fn element(ty: Type) -> Type {
    use air::types::Element;
    match ty {
        Type::Array(element) => match element {
            Element::Bool => Type::Bool,
            Element::Int16 => Type::Int { bits: 16, unsigned: false },
            Element::Int32 => Type::I32,
            Element::Int64 => Type::I64,
            Element::Number => Type::Number,
            Element::Float32 => Type::Float32,
            Element::Float64 => Type::Float64,
            Element::Text => Type::TEXT,
            Element::Date => Type::Date,
            Element::Timestamp => Type::TIMESTAMP,
            Element::Uuid => Type::Uuid,
            Element::Json => Type::Json { binary: false },
            Element::Bytes => Type::BYTES,
            Element::Unknown => Type::Unknown,
        },
        _ => Type::Unknown,
    }
}
