//! Rows of arrays and documents: one row for each element, in the form the target has for them.

use air::builtins::Builtin::*;
use air::expr::{CompareOp, OrderKey};
use air::node::Child;
use air::query::{Body, Item, SetOp, Source, SourceColumn, SourceKind};
use air::types::{CastRule, Collation, Element, Type};
use air::{Expr, ExprId, List, SelectId, SourceId};
use air_base::Span;

use crate::build::{self, Build};
use crate::codes;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[Rule {
    name: "rows_of_elements",
    law: "the elements of an array are the rows of its list, of a document the rows of its members",
    apply: Apply::Select(rows_of_elements),
}];

/// The rows of a JSON array as the target gives them.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    /// The row source.
    pub(crate) source: SourceId,
    /// The document.
    document: ExprId,
    /// Positions count from 0 and values have types of their own (SQLite's json_each).
    each: bool,
}

/// Columns of the row sources: position, value, and the name of its type.
const POSITION: u32 = 0;
const VALUE: u32 = 1;
const KIND: u32 = 2;

impl Rows {
    /// The rows of an array kept as a document; `None` where the target has no form for them.
    pub(crate) fn of_array(cx: &mut Context<'_>, document: ExprId) -> Option<Rows> {
        let each = cx.speaks(JsonEach) && !cx.target.can.temporal_types;
        if !each && !cx.speaks(JsonTable) {
            return None;
        }
        let alias = cx.air.fresh("e");
        let span = cx.air.span(document);
        let kind = SourceKind::Function { op: JsonEach, args: List::EMPTY, ordinality: false };
        let source = Source {
            alias,
            aliased: true,
            kind,
            columns: List::EMPTY,
            closed: true,
            renamed: false,
            lateral: false,
        };
        let source = cx.air.push_source(source, span);
        let rows = Rows { source, document, each };
        rows.fill(cx);
        Some(rows)
    }

    /// Gives the source its function and columns.
    fn fill(&self, cx: &mut Context<'_>) {
        let names: &[(&str, Type)] = match self.each {
            true => &[("key", Type::I64), ("value", Type::TEXT), ("type", Type::TEXT)],
            false => &[("n", Type::I64), ("value", Type::TEXT)],
        };
        let columns: Vec<SourceColumn> = names
            .iter()
            .map(|(name, ty)| SourceColumn { name: cx.air.push_name(name), ty: *ty, nullable: true })
            .collect();
        let columns = cx.air.push_list(&columns);
        let args = cx.air.push_list(&[self.document]);
        let op = if self.each { JsonEach } else { JsonTable };
        let source = cx.air.source_mut(self.source);
        source.columns = columns;
        source.kind = SourceKind::Function { op, args, ordinality: false };
        source.renamed = false;
        source.lateral = false;
    }

    fn column(&self, cx: &mut Context<'_>, index: u32) -> ExprId {
        let span = cx.air.source_span(self.source);
        cx.air.column_of(self.source, index, span)
    }

    /// The element of the row, of that type.
    pub(crate) fn value(&self, cx: &mut Context<'_>, element: Element) -> Result<ExprId, Refused> {
        let value = self.column(cx, VALUE);
        let to = match element {
            Element::Text | Element::Uuid | Element::Date | Element::Timestamp => return Ok(value),
            Element::Int16 | Element::Int32 | Element::Int64 => Type::I64,
            Element::Number | Element::Float64 => Type::Number,
            _ => {
                let span = cx.air.source_span(self.source);
                return cx.refuse(codes::TYPE, span, "elements of this type have no form", "");
            }
        };
        if self.each {
            cx.air.info_mut(value).ty = to;
            return Ok(value);
        }
        Ok(cx.make(Expr::Cast { operand: value, to, rule: CastRule::IMPLICIT }, to, true, value))
    }

    /// The position of the row, as a key.
    pub(crate) fn key(&self, cx: &mut Context<'_>) -> OrderKey {
        let expr = self.column(cx, POSITION);
        crate::build::key(cx.target, expr, false, Collation::BINARY)
    }

    /// The position from 1.
    fn ordinal(&self, cx: &mut Context<'_>) -> ExprId {
        let at = self.column(cx, POSITION);
        if !self.each {
            return at;
        }
        let one = cx.int(1, at);
        cx.call(Add, &[at, one], Type::I64, at)
    }

    /// The member of a document: as a document, or as text.
    fn member(&self, cx: &mut Context<'_>, as_text: bool) -> ExprId {
        let document = cx.air.copy(self.document);
        let at = self.column(cx, POSITION);
        let json = Type::Json { binary: false };
        if !self.each {
            let one = cx.int(1, at);
            let at = cx.call(Sub, &[at, one], Type::I64, at);
            let at = cx.cast(at, Type::TEXT);
            let (open, close) = (cx.text("$[", at), cx.text("]", at));
            let path = cx.call(Concat, &[open, at, close], Type::TEXT, at);
            let member = cx.call(JsonPath, &[document, path], json, at);
            return if as_text { cx.call(JsonTextOrNull, &[member], Type::TEXT, at) } else { member };
        }
        if !as_text {
            return cx.call(JsonGet, &[document, at], json, at);
        }
        let value = self.column(cx, VALUE);
        let shown = Expr::Cast { operand: value, to: Type::TEXT, rule: CastRule::IMPLICIT };
        cx.air.info_mut(value).ty = Type::Unknown;
        let shown = cx.make(shown, Type::TEXT, true, value);
        let mut branches = Vec::new();
        for word in ["true", "false"] {
            let (kind, name) = (self.column(cx, KIND), cx.text(word, value));
            let test = cx.compare(CompareOp::Eq, kind, name);
            branches.push((test, cx.text(word, value)));
        }
        cx.case(&branches, Some(shown), Type::TEXT, value)
    }
}

/// The JSON array of the parts of a text; `None` where the separator could be part of a JSON escape. `empty` says that
/// an empty text has no parts.
pub(crate) fn parts(
    cx: &mut Context<'_>,
    text: ExprId,
    separator: ExprId,
    empty: bool,
    at: ExprId,
) -> Option<ExprId> {
    let written = cx.text_literal(separator)?;
    let safe =
        |letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '"' | '\\') && letter >= ' ';
    if written.is_empty() || !written.chars().all(safe) || !cx.speaks(JsonSplit) {
        return None;
    }
    let json = Type::Json { binary: false };
    let split = cx.call(JsonSplit, &[text, separator], json, at);
    if !empty {
        return Some(split);
    }
    let (again, nothing) = (cx.air.copy(text), cx.text("", at));
    let none = cx.compare(CompareOp::Eq, again, nothing);
    let list = cx.call(JsonArray, &[], json, at);
    Some(cx.case(&[(none, list)], Some(split), json, at))
}

/// A table function among the row sources of a block that the target does not have.
fn rows_of_elements(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let Some(from) = cx.air.select(select).from else { return Ok(false) };
    for source in build::sources(cx.air, from) {
        let SourceKind::Function { op, args, .. } = cx.air.source(source).kind else { continue };
        if !matches!(op, Unnest | StringSplit | JsonArrayElements | JsonArrayElementsText) || cx.speaks(op) {
            continue;
        }
        let args = cx.air.list(args).to_vec();
        if !build::expand_stars(cx.air, select) {
            continue;
        }
        let fired = match (op, &args[..]) {
            (Unnest, arrays) if arrays.iter().all(|&array| listed(cx, array).is_some()) => {
                rows_of_lists(cx, source, arrays)
            }
            (Unnest, &[array]) => rows_of_array(cx, source, array)?,
            (StringSplit, &[text, separator]) => match parts(cx, text, separator, false, text) {
                Some(document) => {
                    // NULL has no parts.
                    let document = if cx.air.info(text).nullable {
                        let json = Type::Json { binary: false };
                        let none = cx.call(JsonArray, &[], json, text);
                        let copy = cx.air.copy(text);
                        let known = cx.is_null(copy, true);
                        cx.case(&[(known, document)], Some(none), json, text)
                    } else {
                        document
                    };
                    rows_of_texts(cx, source, document)?
                }
                None => false,
            },
            (JsonArrayElements, &[document]) => rows_of_members(cx, source, document, false),
            (JsonArrayElementsText, &[document]) => rows_of_members(cx, source, document, true),
            _ => false,
        };
        if fired {
            headings(cx, select);
            return Ok(true);
        }
    }
    Ok(false)
}

/// Items that are no columns any more keep the heading they had.
fn headings(cx: &mut Context<'_>, select: SelectId) {
    let outputs = cx.air.list(cx.air.select(select).outputs).to_vec();
    let mut items = cx.air.list(cx.air.select(select).items).to_vec();
    for (item, output) in items.iter_mut().zip(&outputs) {
        if let Item::Expr { expr, alias: alias @ None } = item
            && !output.name.is_empty()
        {
            let natural = match cx.air.expr(*expr) {
                Expr::Column { source, index, .. } => cx.air.name(cx.air.column(source, index).name),
                _ => "",
            };
            if natural != cx.air.name(output.name) {
                *alias = Some(output.name);
            }
        }
    }
    let items = cx.air.push_list(&items);
    cx.air.select_mut(select).items = items;
}

/// The elements, where an array is a list of them.
fn listed(cx: &Context<'_>, array: ExprId) -> Option<Vec<ExprId>> {
    match cx.air.expr(array) {
        Expr::Array { items } => Some(cx.air.list(items).to_vec()),
        Expr::Cast { operand, to: Type::Array(_), .. } => listed(cx, operand),
        _ => None,
    }
}

/// Columns of the source, with the expressions that use them.
fn uses(cx: &Context<'_>, source: SourceId) -> Vec<(ExprId, u32)> {
    cx.air
        .expr_ids()
        .filter_map(|id| match cx.air.expr(id) {
            Expr::Column { source: of, index, .. } if of == source => Some((id, index)),
            _ => None,
        })
        .collect()
}

/// `(SELECT 'a' AS x, 1 AS ordinality UNION ALL …)`; the list is as long as its longest array.
fn rows_of_lists(cx: &mut Context<'_>, source: SourceId, arrays: &[ExprId]) -> bool {
    let known = *cx.air.source(source);
    let lists: Vec<Vec<ExprId>> = arrays.iter().filter_map(|array| listed(cx, *array)).collect();
    let columns = cx.air.list(known.columns).to_vec();
    let rows = lists.iter().map(Vec::len).max().unwrap_or(0);
    let span = cx.air.source_span(source);
    let outward = arrays.iter().any(|&array| {
        let below = build::below(cx.air, &[Child::Expr(array)]);
        below.iter().any(|id| matches!(cx.air.expr(*id), Expr::Column { .. }))
    });
    // Elements of other tables are chosen by the number of the row.
    if outward && rows > 0 {
        let counter = SourceColumn { name: cx.air.push_name("n"), ty: Type::I64, nullable: false };
        for (id, index) in uses(cx, source) {
            let number = cx.air.column_of(source, 0, span);
            let Some(list) = lists.get(index as usize) else {
                let expr = cx.air.expr(number);
                cx.air.set(id, expr);
                continue;
            };
            let ty = cx.air.ty(id);
            let mut branches = Vec::with_capacity(list.len());
            for (i, item) in list.iter().enumerate() {
                let when = cx.int(i as i64 + 1, id);
                let then = cx.air.copy(*item);
                branches.push(air::expr::Branch { when, then });
            }
            let branches = cx.air.push_list(&branches);
            let collation = Collation::BINARY;
            cx.air.set(id, Expr::Case { operand: Some(number), branches, otherwise: None, collation });
            cx.air.info_mut(id).ty = ty;
        }
        let columns = cx.air.push_list(&[counter]);
        let mut query = None;
        for row in 0..rows {
            let number = cx.air.int(row as i64 + 1, span);
            let one =
                cx.air.select_query(&[Item::Expr { expr: number, alias: Some(counter.name) }], None, None);
            query = Some(all_of(cx, query, one));
        }
        let Some(query) = query else { return false };
        let node = cx.air.source_mut(source);
        (node.kind, node.columns) = (SourceKind::Derived { query }, columns);
        (node.aliased, node.renamed, node.lateral) = (true, false, false);
        return true;
    }
    let mut query = None;
    for row in 0..rows.max(1) {
        let mut items = Vec::with_capacity(columns.len());
        for (i, column) in columns.iter().enumerate() {
            let expr = match lists.get(i) {
                None => cx.air.int(row as i64 + 1, span),
                Some(list) => match list.get(row) {
                    Some(item) => *item,
                    None => cx.air.null(column.ty, span),
                },
            };
            items.push(Item::Expr { expr, alias: Some(column.name) });
        }
        let filter = (rows == 0).then(|| cx.air.truth(false, span));
        let one = cx.air.select_query(&items, None, filter);
        query = Some(all_of(cx, query, one));
    }
    let Some(query) = query else { return false };
    let node = cx.air.source_mut(source);
    node.kind = SourceKind::Derived { query };
    (node.aliased, node.renamed, node.lateral) = (true, false, false);
    true
}

fn all_of(cx: &mut Context<'_>, left: Option<air::QueryId>, right: air::QueryId) -> air::QueryId {
    let Some(left) = left else { return right };
    let body = Body::SetOp { op: SetOp::Union, all: true, left, right, collation: Collation::BINARY };
    cx.air.push_query(build::plain(body), Span::NONE)
}

/// Replaces what uses the source by what the rows of a document show.
fn replace_uses(
    cx: &mut Context<'_>,
    source: SourceId,
    document: ExprId,
    value: impl Fn(&mut Context<'_>, &Rows) -> Result<ExprId, Refused>,
) -> Result<bool, Refused> {
    let each = cx.speaks(JsonEach) && !cx.target.can.temporal_types;
    if !each && !cx.speaks(JsonTable) {
        return Ok(false);
    }
    let uses = uses(cx, source);
    let rows = Rows { source, document, each };
    rows.fill(cx);
    cx.air.source_mut(source).aliased = true;
    // Names of columns beside it may be names of its own.
    for id in cx.air.expr_ids() {
        if let Expr::Column { source: of, index, qualified: false } = cx.air.expr(id)
            && !cx.air.source(of).alias.is_empty()
        {
            cx.air.set(id, Expr::Column { source: of, index, qualified: true });
        }
    }
    for (id, index) in uses {
        let expr = match index {
            0 => value(cx, &rows)?,
            _ => rows.ordinal(cx),
        };
        let expr = cx.air.expr(expr);
        cx.air.set(id, expr);
    }
    Ok(true)
}

fn rows_of_array(cx: &mut Context<'_>, source: SourceId, array: ExprId) -> Fired {
    let Type::Array(element) = cx.air.ty(array) else { return Ok(false) };
    replace_uses(cx, source, array, |cx, rows| rows.value(cx, element))
}

fn rows_of_texts(cx: &mut Context<'_>, source: SourceId, document: ExprId) -> Fired {
    replace_uses(cx, source, document, |cx, rows| rows.value(cx, Element::Text))
}

fn rows_of_members(cx: &mut Context<'_>, source: SourceId, document: ExprId, as_text: bool) -> bool {
    replace_uses(cx, source, document, |cx, rows| Ok(rows.member(cx, as_text))).unwrap_or(false)
}
