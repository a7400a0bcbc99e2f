//! Row sources: names of derived tables and of their columns, VALUES, UNION ALL of rows.

use air::node::Child;
use air::query::{Body, CteBody, Item, SetOp, Source, SourceColumn, SourceKind};
use air::target::ValuesForm;
use air::types::Collation;
use air::{Air, Expr, List, Name, QueryId, RelId, SelectId};
use air_base::Span;

use crate::build::{self, Build, Look};
use crate::codes;
use crate::pass::{Apply, Context, Fired, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "derived_table_named",
        law: "nothing refers to a table without a name, so any name will do",
        apply: Apply::When(|to| to.can.derived_needs_alias, &Apply::Rel(named)),
    },
    Rule {
        name: "derived_sees_outside",
        law: "a subquery in FROM stands for itself where it cannot see what is around the query it is in",
        apply: Apply::Rel(sees_outside),
    },
    Rule {
        name: "derived_columns_inside",
        law: "a column list behind an alias renames columns just as aliases inside do",
        apply: Apply::Rel(columns_inside),
    },
    Rule {
        name: "table_columns_inside",
        law: "a table under other column names is a derived table that renames its columns",
        apply: Apply::When(|to| !to.can.table_columns, &Apply::Rel(table_columns_inside)),
    },
    Rule {
        name: "derived_columns_unlike",
        law: "nothing can refer to a column whose name another one has too, so one of them may be called otherwise",
        apply: Apply::When(|to| !to.can.derived_alike_names, &Apply::Rel(columns_unlike)),
    },
    Rule {
        name: "cte_columns_unlike",
        law: "nothing can refer to a column whose name another one has too, so one of them may be called otherwise",
        apply: Apply::When(|to| !to.can.derived_alike_names, &Apply::Query(cte_columns_unlike)),
    },
    Rule {
        name: "cte_columns_named",
        law: "a column is called as the source dialect called it",
        apply: Apply::Query(cte_columns_named),
    },
    Rule {
        name: "star_by_table",
        law: "all columns are the columns of each table, in order",
        apply: Apply::When(|to| !to.can.star_anywhere, &Apply::Select(star_by_table)),
    },
    Rule {
        name: "values_as_selects",
        law: "VALUES has the rows of its SELECTs joined by UNION ALL",
        apply: Apply::Query(values_as_selects),
    },
];

fn named(cx: &mut Context<'_>, rel: RelId) -> Fired {
    let air::query::Rel::Source { source } = cx.air.rel(rel) else { return Ok(false) };
    let known = cx.air.source(source);
    if !known.alias.is_empty() {
        return Ok(false);
    }
    let alias = cx.air.fresh("d");
    let known = cx.air.source_mut(source);
    known.alias = alias;
    known.aliased = true;
    Ok(true)
}

/// Refuses what no rewrite has moved out of FROM before.
fn sees_outside(cx: &mut Context<'_>, rel: RelId) -> Fired {
    if cx.target.can.derived_sees_outside {
        return Ok(false);
    }
    let air::query::Rel::Source { source } = cx.air.rel(rel) else { return Ok(false) };
    let known = cx.air.source(source);
    let SourceKind::Derived { query } = known.kind else { return Ok(false) };
    // Lateral ones are the business of joins.
    if known.lateral {
        return Ok(false);
    }
    let (mut own, mut used) = (Vec::new(), Vec::new());
    let mut stack = vec![Child::Query(query)];
    while let Some(child) = stack.pop() {
        match child {
            Child::Source(source) => own.push(source),
            Child::Expr(id) => {
                if let Expr::Column { source, .. } = cx.air.expr(id) {
                    used.push((source, id));
                }
            }
            _ => {}
        }
        cx.air.children(child, &mut |child| stack.push(child));
    }
    match used.into_iter().find(|(source, _)| !own.contains(source)) {
        Some((_, id)) => {
            let span = cx.air.span(id);
            let message = "a subquery in FROM that looks at a row around its query has no form";
            cx.refuse(codes::JOIN, span, message, "say it without a subquery in FROM")
        }
        None => Ok(false),
    }
}

fn columns_inside(cx: &mut Context<'_>, rel: RelId) -> Fired {
    let air::query::Rel::Source { source } = cx.air.rel(rel) else { return Ok(false) };
    let known = cx.air.source(source);
    let SourceKind::Derived { query } = known.kind else { return Ok(false) };
    let list = known.renamed;
    if list && cx.target.can.derived_columns {
        return Ok(false);
    }
    let columns = cx.air.list(known.columns).to_vec();
    let names: Vec<Name> = columns.iter().map(|column| column.name).collect();
    let done = rename(cx, query, &names)?;
    if list {
        cx.air.source_mut(source).renamed = false;
    }
    Ok(done || list)
}

/// `t AS a (x, y)` of a stored table or a common table expression.
fn table_columns_inside(cx: &mut Context<'_>, rel: RelId) -> Fired {
    let air::query::Rel::Source { source } = cx.air.rel(rel) else { return Ok(false) };
    let known = *cx.air.source(source);
    if !known.renamed || !known.closed {
        return Ok(false);
    }
    let renamed = cx.air.list(known.columns).to_vec();
    let own: Vec<Name> = match known.kind {
        SourceKind::Table { .. } => {
            let Some(table) = super::change::table_of(cx, source) else { return Ok(false) };
            let names: Vec<(String, bool)> =
                table.columns.iter().map(|column| (column.name.clone(), column.exact)).collect();
            names.iter().map(|(text, exact)| Name { exact: *exact, ..cx.air.push_name(text) }).collect()
        }
        SourceKind::Cte { cte } => {
            cx.air.list(cx.air.cte(cte).columns).iter().map(|column| column.name).collect()
        }
        _ => return Ok(false),
    };
    if own.len() != renamed.len() {
        return Ok(false);
    }
    let span = cx.air.source_span(source);
    let columns: Vec<SourceColumn> =
        renamed.iter().zip(&own).map(|(column, name)| SourceColumn { name: *name, ..*column }).collect();
    let columns = cx.air.push_list(&columns);
    let alias = match known.kind {
        SourceKind::Table { name } => name.name,
        SourceKind::Cte { cte } => cx.air.cte(cte).name,
        _ => known.alias,
    };
    let inner = Source { alias, aliased: false, columns, renamed: false, lateral: false, ..known };
    let inner = cx.air.push_source(inner, span);
    let items: Vec<Item> = renamed
        .iter()
        .enumerate()
        .map(|(i, column)| Item::Expr {
            expr: cx.air.column_of(inner, i as u32, span),
            alias: Some(column.name),
        })
        .collect();
    let from = cx.air.source_rel(inner);
    let query = cx.air.select_query(&items, Some(from), None);
    let known = cx.air.source_mut(source);
    known.kind = SourceKind::Derived { query };
    known.renamed = false;
    known.aliased = true;
    Ok(true)
}

/// Columns of a derived table that are called alike get names of their own where the target demands it.
fn columns_unlike(cx: &mut Context<'_>, rel: RelId) -> Fired {
    let air::query::Rel::Source { source } = cx.air.rel(rel) else { return Ok(false) };
    let SourceKind::Derived { query } = cx.air.source(source).kind else { return Ok(false) };
    let mut columns = cx.air.list(cx.air.source(source).columns).to_vec();
    if !tell_apart(cx, &mut columns) || !build::expand_all_stars(cx.air, query) {
        return Ok(false);
    }
    let names: Vec<Name> = columns.iter().map(|column| column.name).collect();
    rename(cx, query, &names)?;
    let columns = cx.air.push_list(&columns);
    cx.air.source_mut(source).columns = columns;
    Ok(true)
}

/// Gives a column whose name an earlier one has a name of its own; false if there is none.
fn tell_apart(cx: &mut Context<'_>, columns: &mut [SourceColumn]) -> bool {
    let mut fired = false;
    for i in 1..columns.len() {
        let name = columns[i].name;
        let taken = |cx: &Context<'_>, columns: &[SourceColumn], text: &str| {
            columns.iter().any(|column| cx.air.name(column.name).eq_ignore_ascii_case(text))
        };
        if name.is_empty() || !taken(cx, &columns[..i], cx.air.name(name)) {
            continue;
        }
        let stem = cx.air.name(name).to_owned();
        let mut number = 2;
        let mut text = format!("{stem}_{number}");
        while taken(cx, columns, &text) {
            number += 1;
            text = format!("{stem}_{number}");
        }
        columns[i].name = cx.air.push_name(&text);
        fired = true;
    }
    fired
}

fn cte_columns_unlike(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let ctes = cx.air.query(query).ctes;
    let mut fired = false;
    for i in 0..ctes.len() {
        let id = cx.air.at(ctes, i);
        let cte = *cx.air.cte(id);
        let CteBody::Query { query } = cte.body else { continue };
        let mut columns = cx.air.list(cte.columns).to_vec();
        if !tell_apart(cx, &mut columns) || !build::expand_all_stars(cx.air, query) {
            continue;
        }
        let names: Vec<Name> = columns.iter().map(|column| column.name).collect();
        rename(cx, query, &names)?;
        let list = cx.air.push_list(&columns);
        cx.air.cte_mut(id).columns = list;
        // Where it is used the columns are listed again.
        for source in cx.air.source_ids() {
            if !matches!(cx.air.source(source).kind, SourceKind::Cte { cte } if cte == id) {
                continue;
            }
            let mut used = cx.air.list(cx.air.source(source).columns).to_vec();
            if cx.air.source(source).renamed || used.len() != names.len() {
                continue;
            }
            for (column, name) in used.iter_mut().zip(&names) {
                column.name = *name;
            }
            let used = cx.air.push_list(&used);
            cx.air.source_mut(source).columns = used;
        }
        fired = true;
    }
    Ok(fired)
}

fn cte_columns_named(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let ctes = cx.air.query(query).ctes;
    let mut fired = false;
    for i in 0..ctes.len() {
        let cte = cx.air.cte(cx.air.at(ctes, i));
        let CteBody::Query { query } = cte.body else { continue };
        if cte.renamed {
            continue;
        }
        let names: Vec<Name> = cx.air.list(cte.columns).iter().map(|column| column.name).collect();
        fired |= rename(cx, query, &names)?;
    }
    Ok(fired)
}

/// Gives the columns of a query these names by aliases where they would have others. True if one was missing.
pub(crate) fn rename(cx: &mut Context<'_>, query: QueryId, names: &[Name]) -> Fired {
    let mut id = query;
    loop {
        match cx.air.query(id).body {
            Body::SetOp { left, .. } => id = left,
            Body::Select { select } => {
                let items = cx.air.list(cx.air.select(select).items);
                if items.iter().any(|item| matches!(item, Item::Star { .. })) {
                    // Stars name columns as their sources do; only a list behind an alias says otherwise.
                    let outputs = cx.air.list(cx.air.select(select).outputs);
                    let alike = outputs.len() == names.len()
                        && outputs.iter().zip(names).all(|(output, name)| alike(cx.air, output.name, *name));
                    if alike || outputs.is_empty() || !build::expand_stars(cx.air, select) {
                        return Ok(false);
                    }
                }
                let mut items = cx.air.list(cx.air.select(select).items).to_vec();
                let mut fired = false;
                for (item, name) in items.iter_mut().zip(names) {
                    let Item::Expr { expr, alias } = item else { continue };
                    let natural = match (*alias, cx.air.expr(*expr)) {
                        (Some(alias), _) => Some(alias),
                        (None, Expr::Column { source, index, .. }) => Some(cx.air.column_name(source, index)),
                        (None, _) => None,
                    };
                    let fits = natural.is_some_and(|natural| alike(cx.air, natural, *name));
                    if !fits && !name.is_empty() {
                        *alias = Some(*name);
                        fired = true;
                    }
                }
                if fired {
                    let items = cx.air.push_list(&items);
                    cx.air.select_mut(select).items = items;
                }
                return Ok(fired);
            }
            Body::Values { rows } => {
                if names.iter().all(|name| name.is_empty()) {
                    return Ok(false);
                }
                // The first row as a SELECT gives the names; the others stay VALUES.
                let Some(&first) = cx.air.list(rows).first() else { return Ok(false) };
                let head = row_query(cx.air, first.items, names);
                let rest = cx.air.list(rows)[1..].to_vec();
                let body = if rest.is_empty() {
                    cx.air.query(head).body
                } else {
                    let rows = cx.air.push_list(&rest);
                    let right = cx.air.push_query(build::plain(Body::Values { rows }), Span::NONE);
                    Body::SetOp {
                        op: SetOp::Union,
                        all: true,
                        left: head,
                        right,
                        collation: Collation::BINARY,
                    }
                };
                cx.air.query_mut(id).body = body;
                return Ok(true);
            }
        }
    }
}

fn alike(air: &Air, a: Name, b: Name) -> bool {
    // Where case is part of a name, another case is another name.
    if a.exact || b.exact {
        air.name(a) == air.name(b)
    } else {
        air.name(a).eq_ignore_ascii_case(air.name(b))
    }
}

/// `SELECT a AS x, b AS y`.
fn row_query(air: &mut Air, row: List<air::ExprId>, names: &[Name]) -> QueryId {
    let values = air.list(row).to_vec();
    let items: Vec<Item> = values
        .iter()
        .enumerate()
        .map(|(i, expr)| {
            let alias = names.get(i).copied().filter(|name| !name.is_empty());
            Item::Expr { expr: *expr, alias }
        })
        .collect();
    air.select_query(&items, None, None)
}

fn values_as_selects(cx: &mut Context<'_>, query: QueryId) -> Fired {
    let Body::Values { rows } = cx.air.query(query).body else { return Ok(false) };
    let form = cx.target.can.values;
    let native = match form {
        ValuesForm::Plain | ValuesForm::Row => true,
        ValuesForm::FromOnly | ValuesForm::No => false,
    };
    if native || (form == ValuesForm::FromOnly && stands_in_from(cx, query)) {
        return Ok(false);
    }
    let rows = cx.air.list(rows).to_vec();
    if rows.len() > 1_000 {
        let span = cx.air.query_span(query);
        return cx.refuse(codes::QUERY, span, "VALUES of so many rows has no form", "");
    }
    let mut body: Option<Body> = None;
    for row in rows {
        let right = row_query(cx.air, row.items, &[]);
        body = Some(match body {
            None => cx.air.query(right).body,
            Some(left) => {
                let left = cx.air.push_query(build::plain(left), Span::NONE);
                Body::SetOp { op: SetOp::Union, all: true, left, right, collation: Collation::BINARY }
            }
        });
    }
    if let Some(body) = body {
        cx.air.query_mut(query).body = body;
    }
    Ok(true)
}

/// True if the query is a derived table and nothing else; its columns are then listed behind its alias.
fn stands_in_from(cx: &mut Context<'_>, query: QueryId) -> bool {
    let of = |cx: &Context<'_>, source: &air::SourceId| matches!(cx.air.source(*source).kind, SourceKind::Derived { query: of } if of == query);
    let Some(source) = cx.air.source_ids().find(|source| of(cx, source)) else { return false };
    let columns = cx.air.source(source).columns;
    let named = cx.air.list(columns).iter().all(|column| !column.name.is_empty());
    if !named || !build::is_plain(cx.air.query(query)) {
        return false;
    }
    cx.air.source_mut(source).renamed = true;
    true
}

/// Gives each column of a query a name of its own and returns the columns; empty where they are not known.
pub(crate) fn name_columns(air: &mut Air, query: QueryId) -> Vec<SourceColumn> {
    let mut id = query;
    loop {
        match air.query(id).body {
            Body::SetOp { left, .. } => id = left,
            Body::Select { select } => {
                if !build::expand_stars(air, select) {
                    return Vec::new();
                }
                let mut items = air.list(air.select(select).items).to_vec();
                let columns = build::name_items(air, select, &items, &[]);
                for (item, column) in items.iter_mut().zip(&columns) {
                    let Item::Expr { expr, alias } = item else { continue };
                    let natural = match (*alias, air.expr(*expr)) {
                        (Some(alias), _) => Some(alias),
                        (None, Expr::Column { source, index, .. }) => Some(air.column_name(source, index)),
                        (None, _) => None,
                    };
                    if natural.is_none_or(|natural| air.name(natural) != air.name(column.name)) {
                        *alias = Some(column.name);
                    }
                }
                let items = air.push_list(&items);
                air.select_mut(select).items = items;
                return columns;
            }
            Body::Values { rows } => {
                let Some(&first) = air.list(rows).first() else { return Vec::new() };
                let values = air.list(first.items).to_vec();
                let mut columns = Vec::with_capacity(values.len());
                for (i, value) in values.iter().enumerate() {
                    let name = air.push_name(&format!("c{}", i + 1));
                    let info = air.info(*value);
                    columns.push(SourceColumn { name, ty: info.ty, nullable: true });
                }
                let names: Vec<Name> = columns.iter().map(|column| column.name).collect();
                let head = row_query(air, first.items, &names);
                let rest = air.list(rows)[1..].to_vec();
                let body = if rest.is_empty() {
                    air.query(head).body
                } else {
                    let rows = air.push_list(&rest);
                    let right = air.push_query(build::plain(Body::Values { rows }), Span::NONE);
                    Body::SetOp {
                        op: SetOp::Union,
                        all: true,
                        left: head,
                        right,
                        collation: Collation::BINARY,
                    }
                };
                air.query_mut(id).body = body;
                return columns;
            }
        }
    }
}

/// `SELECT a, *`: on some targets a bare star stands alone or first only.
fn star_by_table(cx: &mut Context<'_>, select: SelectId) -> Fired {
    let block = *cx.air.select(select);
    let items = cx.air.list(block.items).to_vec();
    let bare = |item: &Item| matches!(item, Item::Star { source: None });
    let Some(from) = block.from else { return Ok(false) };
    if items.len() < 2 || !items.iter().any(bare) {
        return Ok(false);
    }
    let merged = has_using(cx, from);
    let sources = build::sources(cx.air, from);
    let nameless = sources.iter().any(|source| cx.air.source(*source).alias.is_empty());
    if merged || nameless {
        return match build::expand_stars(cx.air, select) {
            true => Ok(true),
            false => {
                let unlock = "give a schema, so that the columns of `*` are known";
                cx.refuse(
                    codes::SCHEMA_NEEDED,
                    Span::NONE,
                    "`*` beside other items needs known columns",
                    unlock,
                )
            }
        };
    }
    let mut listed = Vec::with_capacity(items.len() + sources.len());
    for item in items {
        match bare(&item) {
            true => listed.extend(sources.iter().map(|source| Item::Star { source: Some(*source) })),
            false => listed.push(item),
        }
    }
    let listed = cx.air.push_list(&listed);
    cx.air.select_mut(select).items = listed;
    Ok(true)
}

fn has_using(cx: &Context<'_>, rel: RelId) -> bool {
    match cx.air.rel(rel) {
        air::query::Rel::Source { .. } => false,
        air::query::Rel::Join { left, right, using, .. } => {
            !using.is_empty() || has_using(cx, left) || has_using(cx, right)
        }
    }
}
