//! Predicates whose shape the target lacks: quantified comparison, rows, NULL-safe equality, truth tests.

use air::expr::{CompareOp, ManyRows, Quantifier, Truth};
use air::query::{Body, Item, Limit, ValuesRow};
use air::target::{Booleans, NullSafe, ValuesForm};
use air::types::Collation;
use air::{Expr, ExprId, List, Literal, QueryId, Type};
use air_base::Span;

use crate::build::{self, Build};
use crate::codes;
use crate::fork::Fork;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Refused, Rule};

/// Rules of this topic.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "in_nothing",
        law: "nothing is in an empty list, and NULL is not either",
        apply: Apply::Kinds(&[Kind::InList], in_nothing),
    },
    Rule {
        name: "row_in_list",
        law: "a row is in a list when it is among the rows of VALUES, or equal to one of them",
        apply: Apply::Kinds(&[Kind::InList], row_in_list),
    },
    Rule {
        name: "row_comparison",
        law: "rows are equal when all their parts are, and ordered by the first parts that differ",
        apply: Apply::When(
            |to| !to.has(to.can.row_values),
            &Apply::Kinds(&[Kind::Compare, Kind::InQuery], row_comparison),
        ),
    },
    Rule {
        name: "row_of_subqueries",
        law: "a row is in a query if one row is equal to it, unknown if one may be, and else it is not",
        apply: Apply::When(
            |to| !to.can.subqueries_in_rows,
            &Apply::Kinds(&[Kind::InQuery], row_of_subqueries),
        ),
    },
    Rule {
        name: "rows_of_nulls_or_texts",
        law: "rows are equal when all their parts are, and ordered by the first parts that differ",
        apply: Apply::When(
            |to| to.has(to.can.row_values) && !to.can.rows_as_their_parts,
            &Apply::Kinds(&[Kind::Compare], rows_of_nulls_or_texts),
        ),
    },
    Rule {
        name: "quantified_as_in",
        law: "= ANY is IN and <> ALL is NOT IN",
        apply: Apply::Kinds(&[Kind::Quantified], quantified_as_in),
    },
    Rule {
        name: "quantified_as_exists",
        law: "ALL is false if a row fails, else NULL if a row is NULL, else true; ANY the other way round",
        apply: Apply::Kinds(&[Kind::Quantified], quantified_as_exists),
    },
    Rule {
        name: "between_symmetric",
        law: "a value is between two ends in either order if it is in one of them",
        apply: Apply::Kinds(&[Kind::Between], between_symmetric),
    },
    Rule {
        name: "null_safe_equality",
        law: "NULL-safe equality is equality, or both sides NULL, and nothing else",
        apply: Apply::Kinds(&[Kind::Compare], null_safe),
    },
    Rule {
        name: "truth_test",
        law: "CASE takes a branch when its condition is true, not when it is NULL",
        apply: Apply::Kinds(&[Kind::IsTruth], truth_test),
    },
    Rule {
        name: "first_of_many",
        law: "a limit of one row keeps the first",
        apply: Apply::Kinds(&[Kind::Scalar], first_of_many),
    },
];

/// Puts a CASE of truth values in the place of a predicate; where truth is no value, a comparison with it.
fn set_verdict(cx: &mut Context<'_>, id: ExprId, case: ExprId) {
    let expr = match cx.target.can.booleans {
        Booleans::None => {
            let span = cx.air.span(id);
            let one = cx.air.int(1, span);
            Expr::Compare { op: CompareOp::Eq, collation: Collation::BINARY, left: case, right: one }
        }
        Booleans::Native | Booleans::Integers => cx.air.expr(case),
    };
    cx.air.set(id, expr);
}

fn in_nothing(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::InList { items, negated, .. } = cx.air.expr(id) else { return Ok(false) };
    if !items.is_empty() {
        return Ok(false);
    }
    cx.air.info_mut(id).nullable = false;
    if cx.target.can.booleans == Booleans::None {
        let span = cx.air.span(id);
        let (left, right) = (cx.air.int(1, span), cx.air.int(i64::from(negated), span));
        cx.air.set(id, Expr::Compare { op: CompareOp::Eq, collation: Collation::BINARY, left, right });
    } else {
        cx.air.set(id, Expr::Literal { value: Literal::Bool { value: negated } });
    }
    Ok(true)
}

fn row_in_list(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::InList { operand, items, negated, collation } = cx.air.expr(id) else { return Ok(false) };
    let Expr::Row { .. } = cx.air.expr(operand) else { return Ok(false) };
    if cx.has(cx.target.can.row_in_list) {
        return Ok(false);
    }
    let values_form = matches!(cx.target.can.values, ValuesForm::Plain | ValuesForm::Row);
    if cx.has(cx.target.can.row_values) && values_form {
        let mut rows = Vec::with_capacity(items.len());
        for i in 0..items.len() {
            let Expr::Row { items } = cx.air.expr(cx.air.at(items, i)) else { return Ok(false) };
            rows.push(ValuesRow { items });
        }
        let rows = cx.air.push_list(&rows);
        let span = cx.air.span(id);
        let query = cx.air.push_query(build::plain(Body::Values { rows }), span);
        cx.air.set(id, Expr::InQuery { operand, query, negated, collation });
        return Ok(true);
    }
    let mut terms = Vec::with_capacity(items.len());
    for i in 0..items.len() {
        let item = cx.air.at(items, i);
        let equal = Expr::Compare { op: CompareOp::Eq, collation, left: operand, right: item };
        let span = cx.air.span(id);
        terms.push(cx.air.push(equal, Type::Bool, true, span));
    }
    let any = match *terms.as_slice() {
        [one] => cx.air.expr(one),
        _ => Expr::Or { terms: cx.air.push_list(&terms) },
    };
    replace_predicate(cx, id, any, negated);
    Ok(true)
}

/// Puts a predicate, or its negation, in the place of another one.
fn replace_predicate(cx: &mut Context<'_>, id: ExprId, expr: Expr, negated: bool) {
    if negated {
        let info = cx.air.info(id);
        let operand = cx.air.push(expr, Type::Bool, info.nullable, info.span);
        cx.air.set(id, Expr::Not { operand });
    } else {
        cx.air.set(id, expr);
    }
}

fn row_comparison(cx: &mut Context<'_>, id: ExprId) -> Fired {
    match cx.air.expr(id) {
        Expr::Compare { op, left, right, collation } => {
            let (Expr::Row { items: l }, Expr::Row { items: r }) = (cx.air.expr(left), cx.air.expr(right))
            else {
                return Ok(false);
            };
            if l.len() != r.len() || l.is_empty() {
                return Ok(false);
            }
            let expr = compare_rows(cx, id, op, l, r, collation);
            cx.air.set(id, expr);
            Ok(true)
        }
        Expr::InQuery { operand, query, negated, collation } => {
            // Oracle takes (a, b) IN (SELECT …); where rows are no values at all, EXISTS says it, NULLs of
            // NOT IN aside.
            if cx.has(cx.target.can.row_in_list) {
                return Ok(false);
            }
            let Expr::Row { items } = cx.air.expr(operand) else { return Ok(false) };
            let span = cx.air.span(id);
            if negated {
                return cx.refuse(codes::QUERY, span, "NOT IN over rows has no form", "");
            }
            let (source, columns) = derive(cx, query, span)?;
            let mut terms = Vec::with_capacity(columns as usize);
            for i in 0..items.len() {
                let left = qualified_copy(cx, cx.air.at(items, i));
                let right = cx.air.column_of(source, i as u32, span);
                let equal = Expr::Compare { op: CompareOp::Eq, collation, left, right };
                terms.push(Some(cx.air.push(equal, Type::Bool, true, span)));
            }
            let filter = cx.air.and(&terms);
            let query = exists_query(cx, source, filter, span);
            cx.air.set(id, Expr::Exists { query, negated: false });
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Rows with parts that may be NULL, or that are texts, where such rows compare by rules of their own.
fn rows_of_nulls_or_texts(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Compare { op, left, right, collation } = cx.air.expr(id) else { return Ok(false) };
    let (Expr::Row { items: l }, Expr::Row { items: r }) = (cx.air.expr(left), cx.air.expr(right)) else {
        return Ok(false);
    };
    let own = |cx: &Context<'_>, list: List<ExprId>| {
        cx.air.list(list).iter().any(|&part| cx.air.info(part).nullable || cx.air.ty(part).is_text())
    };
    if l.len() != r.len() || l.is_empty() || !own(cx, l) && !own(cx, r) {
        return Ok(false);
    }
    let expr = compare_rows(cx, id, op, l, r, collation);
    cx.air.set(id, expr);
    Ok(true)
}

/// A row with a subquery among its parts, where such rows are in no query.
fn row_of_subqueries(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::InQuery { operand, query, negated, collation } = cx.air.expr(id) else { return Ok(false) };
    let Expr::Row { items } = cx.air.expr(operand) else { return Ok(false) };
    let asks = |id: &ExprId| {
        matches!(cx.air.expr(*id), Expr::Scalar { .. } | Expr::Exists { .. } | Expr::InQuery { .. })
    };
    let parts = build::below(cx.air, &[air::node::Child::Expr(operand)]);
    if !parts.iter().any(asks) {
        return Ok(false);
    }
    let span = cx.air.span(id);
    for part in cx.air.list(items).to_vec() {
        qualified_copy(cx, part);
    }
    let mut fork = Fork::default();
    let again = fork.query(cx.air, query);
    let mut parts = cx.air.list(items).to_vec();
    for part in &mut parts {
        *part = fork.expr(cx.air, *part);
    }
    let items_again = cx.air.push_list(&parts);
    let equal = |cx: &mut Context<'_>, items: List<ExprId>, source: air::SourceId| {
        let mut terms = Vec::with_capacity(items.len());
        for i in 0..items.len() {
            let right = cx.air.column_of(source, i as u32, span);
            let equal = Expr::Compare { op: CompareOp::Eq, collation, left: cx.air.at(items, i), right };
            terms.push(Some(cx.air.push(equal, Type::Bool, true, span)));
        }
        cx.air.and(&terms)
    };
    let (source, _) = derive(cx, query, span)?;
    let found = equal(cx, items, source);
    let found = exists_query(cx, source, found, span);
    let found = cx.air.push(Expr::Exists { query: found, negated: false }, Type::Bool, false, span);
    let (source, _) = derive(cx, again, span)?;
    let Some(open) = equal(cx, items_again, source) else { return Ok(false) };
    let open = cx.air.is_null(open, false);
    let open = exists_query(cx, source, Some(open), span);
    let open = cx.air.push(Expr::Exists { query: open, negated: false }, Type::Bool, false, span);
    let (yes, no) = (cx.air.truth(!negated, span), cx.air.truth(negated, span));
    let null = cx.air.null(Type::Bool, span);
    let case = cx.air.case(&[(found, yes), (open, null)], Some(no));
    set_verdict(cx, id, case);
    Ok(true)
}

fn compare_rows(
    cx: &mut Context<'_>,
    id: ExprId,
    op: CompareOp,
    left: List<ExprId>,
    right: List<ExprId>,
    collation: Collation,
) -> Expr {
    let span = cx.air.span(id);
    let part = |cx: &mut Context<'_>, op: CompareOp, i: usize| {
        let (left, right) = (cx.air.at(left, i), cx.air.at(right, i));
        cx.air.push(Expr::Compare { op, collation, left, right }, Type::Bool, true, span)
    };
    match op {
        CompareOp::Eq | CompareOp::Same => {
            let terms: Vec<ExprId> = (0..left.len()).map(|i| part(cx, op, i)).collect();
            Expr::And { terms: cx.air.push_list(&terms) }
        }
        CompareOp::Ne | CompareOp::NotSame => {
            let terms: Vec<ExprId> = (0..left.len()).map(|i| part(cx, op, i)).collect();
            Expr::Or { terms: cx.air.push_list(&terms) }
        }
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
            let strict = match op {
                CompareOp::Le => CompareOp::Lt,
                CompareOp::Ge => CompareOp::Gt,
                op => op,
            };
            // (a, b) < (c, d): a < c OR a = c AND b < d.
            let last = left.len() - 1;
            let mut result = part(cx, op, last);
            for i in (0..last).rev() {
                let equal = part(cx, CompareOp::Eq, i);
                let less = part(cx, strict, i);
                if let Some(tail) = cx.air.and(&[Some(equal), Some(result)]) {
                    result = cx.air.or(less, tail);
                }
            }
            cx.air.expr(result)
        }
    }
}

fn quantified_as_in(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.has(cx.target.can.quantified) {
        return Ok(false);
    }
    let Expr::Quantified { op, quantifier, collation, left, query } = cx.air.expr(id) else {
        return Ok(false);
    };
    let negated = match (op, quantifier) {
        (CompareOp::Eq, Quantifier::Any) => false,
        (CompareOp::Ne, Quantifier::All) => true,
        _ => return Ok(false),
    };
    cx.air.set(id, Expr::InQuery { operand: left, query, negated, collation });
    Ok(true)
}

fn quantified_as_exists(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.has(cx.target.can.quantified) {
        return Ok(false);
    }
    let Expr::Quantified { op, quantifier, collation, left, query } = cx.air.expr(id) else {
        return Ok(false);
    };
    let span = cx.air.span(id);
    let left = qualified_copy(cx, left);
    let mut fork = Fork::default();
    let again = fork.query(cx.air, query);
    let left_again = fork.expr(cx.air, left);
    let (source, _) = derive(cx, query, span)?;
    let (source_again, _) = derive(cx, again, span)?;
    let test = |cx: &mut Context<'_>, left: ExprId, source: air::SourceId| {
        let right = cx.air.column_of(source, 0, span);
        cx.air.push(Expr::Compare { op, collation, left, right }, Type::Bool, true, span)
    };
    // The row that decides: one that fails ALL, one that satisfies ANY.
    let decisive = test(cx, left, source);
    let all = quantifier == Quantifier::All;
    let decisive = if all { cx.air.not(decisive) } else { decisive };
    let unknown = test(cx, left_again, source_again);
    let unknown = cx.air.is_null(unknown, false);
    let decided = exists_query(cx, source, Some(decisive), span);
    let open = exists_query(cx, source_again, Some(unknown), span);
    let decided = cx.air.push(Expr::Exists { query: decided, negated: false }, Type::Bool, false, span);
    let open = cx.air.push(Expr::Exists { query: open, negated: false }, Type::Bool, false, span);
    let verdict = cx.air.truth(!all, span);
    let null = cx.air.null(Type::Bool, span);
    let otherwise = cx.air.truth(all, span);
    let case = cx.air.case(&[(decided, verdict), (open, null)], Some(otherwise));
    set_verdict(cx, id, case);
    Ok(true)
}

/// A derived table over a query, with named columns.
fn derive(cx: &mut Context<'_>, query: QueryId, span: Span) -> Result<(air::SourceId, u32), Refused> {
    let columns = super::sources::name_columns(cx.air, query);
    if columns.is_empty() {
        return cx.refuse(
            codes::SCHEMA_NEEDED,
            span,
            "the columns of this subquery have to be known",
            "give a schema",
        );
    }
    let alias = cx.air.fresh("q");
    let source = cx.air.derived(query, alias, &columns);
    Ok((source, columns.len() as u32))
}

/// `SELECT 1 FROM source WHERE filter`.
fn exists_query(cx: &mut Context<'_>, source: air::SourceId, filter: Option<ExprId>, span: Span) -> QueryId {
    let one = cx.air.int(1, span);
    let from = cx.air.source_rel(source);
    cx.air.select_query(&[Item::Expr { expr: one, alias: None }], Some(from), filter)
}

/// The expression for use in a deeper scope: its columns say whose they are.
pub(crate) fn qualified_copy(cx: &mut Context<'_>, id: ExprId) -> ExprId {
    for found in build::below(cx.air, &[air::node::Child::Expr(id)]) {
        if let Expr::Column { source, index, qualified: false } = cx.air.expr(found)
            && !cx.air.source(source).alias.is_empty()
        {
            cx.air.set(found, Expr::Column { source, index, qualified: true });
        }
    }
    id
}

fn between_symmetric(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Between { operand, low, high, negated, symmetric: true, collation } = cx.air.expr(id) else {
        return Ok(false);
    };
    let info = cx.air.info(id);
    let range = |cx: &mut Context<'_>, low, high| {
        let expr = Expr::Between { operand, low, high, negated: false, symmetric: false, collation };
        cx.air.push(expr, Type::Bool, info.nullable, info.span)
    };
    let forward = range(cx, low, high);
    let backward = range(cx, high, low);
    let either = cx.air.or(forward, backward);
    let expr = cx.air.expr(either);
    replace_predicate(cx, id, expr, negated);
    Ok(true)
}

fn null_safe(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Compare { op, left, right, collation } = cx.air.expr(id) else { return Ok(false) };
    if !matches!(op, CompareOp::Same | CompareOp::NotSame) {
        return Ok(false);
    }
    let span = cx.air.span(id);
    match cx.target.can.null_safe {
        NullSafe::DistinctFrom(can) if cx.has(can) => Ok(false),
        NullSafe::Is => Ok(false),
        NullSafe::Spaceship if op == CompareOp::Same => Ok(false),
        NullSafe::Spaceship => {
            let same = Expr::Compare { op: CompareOp::Same, left, right, collation };
            replace_predicate(cx, id, same, true);
            Ok(true)
        }
        NullSafe::DistinctFrom(_) | NullSafe::No => {
            let equal = Expr::Compare { op: CompareOp::Eq, left, right, collation };
            let equal = cx.air.push(equal, Type::Bool, true, span);
            let (l, r) = (cx.air.is_null(left, false), cx.air.is_null(right, false));
            let both = cx.air.and(&[Some(l), Some(r)]);
            let either = both.map_or(equal, |both| cx.air.or(equal, both));
            let same = op == CompareOp::Same;
            let yes = cx.air.truth(same, span);
            let no = cx.air.truth(!same, span);
            let case = cx.air.case(&[(either, yes)], Some(no));
            set_verdict(cx, id, case);
            Ok(true)
        }
    }
}

fn truth_test(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::IsTruth { operand, value, negated } = cx.air.expr(id) else { return Ok(false) };
    let span = cx.air.span(id);
    let native = cx.has(cx.target.can.is_truth);
    if native {
        return Ok(false);
    }
    let (yes, no) = (cx.air.truth(!negated, span), cx.air.truth(negated, span));
    let case = match value {
        Truth::True => cx.air.case(&[(operand, yes)], Some(no)),
        Truth::False => {
            let not = cx.air.not(operand);
            cx.air.case(&[(not, yes)], Some(no))
        }
        Truth::Unknown => {
            let not = cx.air.not(operand);
            let known = cx.air.or(operand, not);
            cx.air.case(&[(known, no)], Some(yes))
        }
    };
    set_verdict(cx, id, case);
    Ok(true)
}

fn first_of_many(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Scalar { query, many: ManyRows::First } = cx.air.expr(id) else { return Ok(false) };
    if cx.target.can.scalar_first {
        return Ok(false);
    }
    if !one_row(cx, query) {
        if cx.air.query(query).limit.is_some() {
            super::setops::derive_whole(cx.air, query);
        }
        let span = cx.air.query_span(query);
        let count = cx.air.int(1, span);
        let limit = Limit { count: Some(count), offset: None, percent: false, with_ties: false };
        cx.air.query_mut(query).limit = Some(limit);
    }
    cx.air.set(id, Expr::Scalar { query, many: ManyRows::Fails });
    Ok(true)
}

/// True if a query has at most one row by its shape: an aggregate without groups, no FROM, a limit of one.
pub(crate) fn one_row(cx: &Context<'_>, query: QueryId) -> bool {
    let known = cx.air.query(query);
    if let Some(limit) = known.limit
        && !limit.with_ties
        && !limit.percent
        && limit.count.is_some_and(|count| matches!(cx.air.int_literal(count), Some(0 | 1)))
    {
        return true;
    }
    match known.body {
        Body::Select { select } => {
            let block = cx.air.select(select);
            let ungrouped = block.group.is_none_or(|group| group.elements.is_empty());
            let aggregate =
                cx.air.list(block.items).iter().any(
                    |item| matches!(item, Item::Expr { expr, .. } if build::has_aggregate(cx.air, *expr)),
                );
            block.from.is_none() || (ungrouped && aggregate)
        }
        Body::Values { rows } => rows.len() == 1,
        Body::SetOp { .. } => false,
    }
}
