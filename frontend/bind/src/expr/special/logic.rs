//! Choosing and NULL: IF, NVL2, DECODE, NULLIF; sequences by name; casts spelled as functions.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Want;
use crate::expr::CallSite;
use air::expr::{CompareOp, Expr, Literal, SequenceStep};
use air::statement::Statement;
use air::types::{CastReason, Type};
use air::{Builtin, ExprId, ObjectName};
use airc_grammar::tree;

/// IF(condition, then, else).
pub(crate) fn if_else<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let condition = binder.predicate(site.args[0])?;
    let then = binder.expr(site.args[1])?;
    let otherwise = match site.args.get(2) {
        Some(otherwise) => binder.expr(*otherwise)?,
        None => binder.null(Type::Null, site.span),
    };
    let mut branches = [then, otherwise];
    let ty = binder.unify(&mut branches)?;
    Ok(binder.case(&[(condition, branches[0])], Some(branches[1]), ty, site.span))
}

/// NVL2(x, when not null, when null).
pub(crate) fn nvl2<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let mut branches = [args[1], args[2]];
    let ty = binder.unify(&mut branches)?;
    let condition = binder.is_null(args[0], true, site.span);
    Ok(binder.case(&[(condition, branches[0])], Some(branches[1]), ty, site.span))
}

/// NULLIF(a, b).
pub(crate) fn null_if<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let (left, right) = (args[0], args[1]);
    let pair = binder.pair(left, right, site.span)?;
    if let Some(_unlike) = pair.unlike {
        return Ok(left);
    }
    let ty = binder.air.ty(left);
    if pair.left == left {
        let modifier = if ty.is_text() {
            air::expr::Modifier::Collation(pair.collation)
        } else {
            air::expr::Modifier::None
        };
        return Ok(binder.call_with(Builtin::NullIf, modifier, &[left, pair.right], ty, site.span));
    }
    // The comparison converts the first argument, the result does not.
    let equal = binder.compare(CompareOp::Eq, pair.left, pair.right, pair.collation, site.span);
    let null = binder.null(ty, site.span);
    let value = binder.twice(left)?;
    Ok(binder.case(&[(equal, null)], Some(value), ty, site.span))
}

/// ISNULL(x) of MySQL.
pub(crate) fn is_null<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let operand = binder.expr(site.args[0])?;
    Ok(binder.is_null(operand, false, site.span))
}

/// ISNULL(x, y) of T-SQL: type and length of the first argument.
pub(crate) fn is_null_tsql<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let ty = binder.air.ty(args[0]);
    let mut second = args[1];
    if ty.is_unknown() {
        let mut both = [args[0], second];
        let ty = binder.unify(&mut both)?;
        return Ok(binder.call_as(Builtin::Coalesce, &both, ty, site.span));
    }
    let from = binder.air.ty(second);
    let literal_fits = match (ty, binder.text_literal(second)) {
        (Type::Text(text), Some(value)) => text.length == 0 || value.chars().count() <= text.length as usize,
        _ => false,
    };
    if from != ty && !literal_fits {
        second = match (from, ty) {
            // A longer text is cut.
            (Type::Text(_), Type::Text(text)) if text.length > 0 => {
                let mut rule = binder.cast_rule(from, ty, CastReason::Explicit);
                rule.reason = CastReason::Implicit;
                binder.cast(second, ty, rule)
            }
            _ => binder.coerce(second, ty, CastReason::Assignment)?,
        };
    }
    Ok(binder.call_as(Builtin::Coalesce, &[args[0], second], ty, site.span))
}

/// DECODE(x, search, result, …, default): NULL matches NULL.
pub(crate) fn decode<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let (operand, rest) = (args[0], &args[1..]);
    let pairs = rest.len() / 2;
    let mut results: Vec<ExprId> = (0..pairs).map(|i| rest[2 * i + 1]).collect();
    let has_default = rest.len() % 2 == 1;
    if has_default {
        results.push(rest[rest.len() - 1]);
    }
    // The first result decides the type.
    let ty = binder.unify(&mut results)?;
    let mut branches = Vec::with_capacity(pairs);
    for (i, result) in results.iter().take(pairs).enumerate() {
        let search = rest[2 * i];
        let operand = if i == 0 { operand } else { binder.twice(operand)? };
        let condition = if binder.is_null_literal(search) {
            binder.is_null(operand, false, site.span)
        } else {
            let nullable = binder.air.info(search).nullable;
            let op = if nullable { CompareOp::Same } else { CompareOp::Eq };
            binder.comparison(op, operand, search, site.span)?
        };
        branches.push((condition, *result));
    }
    let otherwise = has_default.then(|| results[pairs]);
    Ok(binder.case(&branches, otherwise, ty, site.span))
}

/// LNNVL(condition): true where the condition is false or unknown.
pub(crate) fn lnnvl<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let operand = binder.predicate(site.args[0])?;
    let node = Expr::IsTruth { operand, value: air::expr::Truth::True, negated: true };
    Ok(binder.air.push(node, Type::Bool, false, site.span))
}

/// CHOOSE(n, a, b, …).
pub(crate) fn choose<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.bound_args(site)?;
    let index = binder.argument(args[0], Want::Int)?;
    let ty = binder.unify(&mut args[1..])?;
    let mut branches = Vec::with_capacity(args.len() - 1);
    for (i, value) in args[1..].iter().enumerate() {
        let number = binder.int(i as i64 + 1, site.span);
        let index = if i == 0 { index } else { binder.twice(index)? };
        let condition = binder.comparison(CompareOp::Eq, index, number, site.span)?;
        branches.push((condition, *value));
    }
    Ok(binder.case(&branches, None, ty, site.span))
}

/// VALUES(column) of an upsert.
pub(crate) fn proposed<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    if let tree::Expr::Name(name) = binder.tree.expr(site.args[0])
        && let Some(column) = binder.tree.last(name)
    {
        return binder.proposed_column(column, site.span);
    }
    let message = "VALUES takes the name of a column";
    Err(binder.refuse(codes::EXPRESSION, site.span, message))
}

/// A hint to the planner: its first argument.
pub(crate) fn same<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    binder.expr(site.args[0])
}

/// boolne(a, b).
pub(crate) fn not_equal<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    binder.comparison(CompareOp::Ne, args[0], args[1], site.span)
}

/// booleq(a, b).
pub(crate) fn equal<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    binder.comparison(CompareOp::Eq, args[0], args[1], site.span)
}

fn named_sequence<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, step: SequenceStep) -> Bound<ExprId> {
    // PostgreSQL names it in a text, MariaDB by name.
    if let tree::Expr::Name(name) = binder.tree.expr(site.args[0]) {
        return Ok(binder.sequence(name, step, site.span));
    }
    let name = sequence_in_text(binder, site)?;
    Ok(binder.air.push(Expr::Sequence { name, step }, Type::I64, false, site.span))
}

/// setval('name', number, whether it was given already): a statement of its own, whose row is the number.
pub(crate) fn set_value<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    if binder.scopes.sole_value != Some(site.span) {
        return binder.no_meaning("SETVAL in the middle of a query", site.span);
    }
    let name = sequence_in_text(binder, site)?;
    let number = binder.constant_int(Some(site.args[1]), site.span)?;
    let given = match site.args.get(2) {
        None => true,
        Some(given) => {
            let given = binder.expr(*given)?;
            match binder.air.literal(given) {
                Some(Literal::Bool { value }) => value,
                _ => return binder.no_meaning("SETVAL with something else than true or false", site.span),
            }
        }
    };
    let step = binder.catalog.sequence(binder.air.name(name.name)).map_or(1, |known| known.step);
    let next = if given { number.saturating_add(step) } else { number };
    binder.scopes.preceding.push(Statement::RestartSequence { name, next });
    Ok(binder.int(number, site.span))
}

/// The sequence that the first argument names in a text.
fn sequence_in_text<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ObjectName> {
    // 's'::regclass is a name as well.
    let named = match binder.tree.expr(site.args[0]) {
        tree::Expr::Cast { expr, ty, .. } if binder.tree.type_words(ty, binder.source) == "regclass" => expr,
        _ => site.args[0],
    };
    let bound = binder.expr(named)?;
    let bound = match binder.air.expr(bound) {
        Expr::Cast { operand, .. } => operand,
        _ => bound,
    };
    let Some(text) = binder.text_literal(bound).map(str::to_owned) else {
        return binder.no_meaning("a sequence that is not named by a constant", site.span);
    };
    let mut parts = text.rsplit('.').map(|part| part.trim_matches('"').to_owned());
    let name = binder.plain_name(&parts.next().unwrap_or_default());
    let schema = parts.next().filter(|schema| !schema.eq_ignore_ascii_case(binder.shape.default_schema));
    let schema = schema.map(|schema| binder.plain_name(&schema));
    Ok(ObjectName { catalog: None, schema, name })
}

/// nextval('name').
pub(crate) fn next_value_named<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    named_sequence(binder, site, SequenceStep::Next)
}

/// currval('name').
pub(crate) fn current_value_named<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    named_sequence(binder, site, SequenceStep::Current)
}

fn cast_call<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, to: Type) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    binder.explicit_cast(value, to, false)
}

/// int4(x).
pub(crate) fn to_int4<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    cast_call(binder, site, Type::I32)
}

/// int8(x).
pub(crate) fn to_int8<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    cast_call(binder, site, Type::I64)
}

/// float8(x).
pub(crate) fn to_float8<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    cast_call(binder, site, Type::Float64)
}

/// numeric(x).
pub(crate) fn to_numeric<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    cast_call(binder, site, Type::Number)
}
