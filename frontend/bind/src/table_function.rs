//! Table functions in FROM and the columns they have.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::scope::{Clause, Within};
use air::ids::List;
use air::query::{JoinKind, Rel, Source, SourceColumn, SourceKind};

use air::{Builtin, ExprId, Name, RelId, Type};
use air_base::Span;
use airc_grammar::tree;

impl<'a> Binder<'a> {
    pub(crate) fn function_source(
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

    /// A table function in the select list: a column of a source that is joined to FROM.
    ///
    /// Law: the rows it makes for a row of the block are those of a lateral join, as long as nothing else is
    /// computed from all rows of the block before.
    pub(crate) fn rows_in_items(
        &mut self,
        op: Builtin,
        args: List<ExprId>,
        name: &str,
        span: Span,
    ) -> Bound<ExprId> {
        let shape = self.function_columns(op, args);
        let scope = self.scopes.top();
        let free = scope.clause == Clause::Items
            && scope.within == Within::Nothing
            && scope.aggregates == 0
            && scope.rows_source.is_none();
        let single = shape.as_ref().is_some_and(|columns| columns.len() == 1);
        let (true, true, Some(columns)) = (free, single, shape) else {
            let message = format!("`{name}` makes rows here, which is translated once per plain select list");
            return Err(self.refuse(codes::TABLE_FUNCTION, span, message));
        };
        let alias = self.plain_name(name);
        let ty = columns[0].1;
        let columns = self.air.push_list(&[SourceColumn { name: alias, ty, nullable: true }]);
        let source = Source {
            alias,
            aliased: true,
            kind: SourceKind::Function { op, args, ordinality: false },
            columns,
            closed: true,
            renamed: true,
            lateral: true,
        };
        let source = self.air.push_source(source, span);
        self.scopes.top().rows_source = Some(source);
        Ok(self.column(source, 0, false, true, span))
    }

    /// FROM with the table function of the select list, if there is one.
    pub(crate) fn with_rows_source(
        &mut self,
        from: Option<RelId>,
        grouped: bool,
        span: Span,
    ) -> Bound<Option<RelId>> {
        let Some(source) = self.scopes.top().rows_source else { return Ok(from) };
        if grouped {
            let message = "a table function in the select list of a grouped query is not translated";
            return Err(self.refuse(codes::TABLE_FUNCTION, span, message));
        }
        self.ledger.fired("rows-in-items", "rows made in a select list are those of a lateral join", span);
        let right = self.air.push_rel(Rel::Source { source });
        let Some(left) = from else { return Ok(Some(right)) };
        let kind = JoinKind::Cross;
        Ok(Some(self.air.push_rel(Rel::Join { kind, left, right, on: None, using: List::EMPTY })))
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
