//! NULL and text literals where a literal has no type until it meets one.
//!
//! Before: expressions that can only be NULL, and text literals, at any place. After, on targets whose literals have no
//! type: at places where the target would find no type, or take NULL for a text, the type is written.

use air::builtins::Builtin::{self, *};
use air::builtins::Nulls;
use air::query::{Body, Rel, SourceKind};
use air::types::Type;
use air::{Expr, ExprId, QueryId, RelId, SelectId};

use crate::build;
use crate::kind::{Kind, StatementKind};
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "strict_call_of_null",
        law: "a strict function of NULL is NULL",
        apply: Apply::When(|to| to.can.untyped_literals, &Apply::Builtins(Builtin::ALL, strict_call_of_null)),
    },
    Rule {
        name: "typed_argument",
        law: "NULL is a value of every type, and a text literal is a text",
        apply: Apply::Kinds(&[Kind::Call, Kind::Aggregate], typed_argument),
    },
    Rule {
        name: "typed_operand",
        law: "NULL is a value of the type it is compared with",
        apply: Apply::Kinds(
            &[
                Kind::Compare,
                Kind::Between,
                Kind::InList,
                Kind::InQuery,
                Kind::Quantified,
                Kind::Case,
                Kind::And,
                Kind::Or,
                Kind::Not,
                Kind::IsTruth,
            ],
            typed_operand,
        ),
    },
    Rule {
        name: "typed_condition",
        law: "NULL is a truth value that is not known",
        apply: Apply::Select(typed_condition),
    },
    Rule {
        name: "typed_condition_of_change",
        law: "NULL is a truth value that is not known",
        apply: Apply::Statements(&[StatementKind::Update, StatementKind::Delete], typed_condition_of_change),
    },
    Rule {
        name: "typed_join_condition",
        law: "NULL is a truth value that is not known",
        apply: Apply::Rel(typed_join_condition),
    },
    Rule {
        name: "row_of_nothing",
        law: "the value of another row is NULL if every row has NULL",
        apply: Apply::Kinds(&[Kind::Window], row_of_nothing),
    },
    Rule {
        name: "typed_arms",
        law: "NULL is a value of the type that the other rows have",
        apply: Apply::Query(typed_arms),
    },
];

/// Nested choices that are looked through; what nests deeper has a type in practice.
const DEPTH_MAX: u32 = 16;

/// True if the expression can only be NULL and nothing in it says a type. Columns of derived
/// tables count, which the target has taken for texts.
fn untyped(cx: &Context<'_>, id: ExprId, depth: u32) -> bool {
    if depth == 0 {
        return false;
    }
    let all = |ids: &[ExprId]| ids.iter().all(|&id| untyped(cx, id, depth - 1));
    match cx.air.expr(id) {
        Expr::Literal { .. } => cx.is_null_literal(id),
        Expr::Column { source, index, .. } => {
            let given = !matches!(cx.air.source(source).kind, SourceKind::Table { .. });
            given && cx.air.column(source, index).ty == Type::Null
        }
        Expr::Case { branches, otherwise, .. } => {
            cx.air.list(branches).iter().all(|branch| untyped(cx, branch.then, depth - 1))
                && otherwise.is_none_or(|otherwise| untyped(cx, otherwise, depth - 1))
        }
        Expr::Call {
            op: Coalesce | NullIf | Greatest | Least | GreatestSkipNulls | LeastSkipNulls,
            args,
            ..
        }
        | Expr::Aggregate { op: Min | Max, args, .. } => all(cx.air.list(args)),
        Expr::Scalar { query, .. } => {
            output(cx, query, 0).is_some_and(|output| untyped(cx, output, depth - 1))
        }
        _ => false,
    }
}

/// The item of a block.
fn output(cx: &Context<'_>, query: QueryId, at: u32) -> Option<ExprId> {
    match cx.air.query(query).body {
        Body::Select { select } => build::output_expr(cx.air, select, at),
        _ => None,
    }
}

/// Writes the type of an expression without one, at a literal where there is one.
fn give(cx: &mut Context<'_>, id: ExprId, ty: Type) {
    let expr = cx.air.expr(id);
    match expr {
        Expr::Case { branches, .. } if !branches.is_empty() => {
            let Expr::Case { otherwise, .. } = expr else { return };
            let results = cx.air.list(branches).iter().map(|branch| branch.then).chain(otherwise);
            give_all(cx, &results.collect::<Vec<ExprId>>(), ty);
            cx.air.info_mut(id).ty = ty;
        }
        Expr::Call {
            op: Coalesce | NullIf | Greatest | Least | GreatestSkipNulls | LeastSkipNulls,
            args,
            ..
        }
        | Expr::Aggregate { op: Min | Max, args, .. } => {
            let args = cx.air.list(args).to_vec();
            give_all(cx, &args, ty);
            cx.air.info_mut(id).ty = ty;
        }
        _ => {
            let operand = cx.make(expr, Type::Null, true, id);
            let rule = air::types::CastRule::IMPLICIT;
            cx.air.set(id, Expr::Cast { operand, to: ty, rule });
            cx.air.info_mut(id).ty = ty;
        }
    }
}

/// Beside the first one, literals take its type.
fn give_all(cx: &mut Context<'_>, ids: &[ExprId], ty: Type) {
    for (at, &id) in ids.iter().enumerate() {
        if at == 0 || !cx.is_null_literal(id) {
            give(cx, id, ty);
        }
    }
}

/// A type that has to be written, since a text or nothing would be taken.
fn says(ty: Type) -> bool {
    !matches!(ty, Type::Null | Type::Unknown | Type::Any(_) | Type::Row) && !ty.is_text()
}

/// Builtins that compute numbers of numbers.
fn counts(op: Builtin) -> bool {
    (Neg..=Scale).contains(&op)
        || (BitAnd..=BitCount).contains(&op)
        || matches!(op, Sum | Total | AvgNumber | AvgDecimal | AvgOracle | AvgFloat | AvgCut | Median)
        || (BitAndAgg..=BitXorAgg).contains(&op)
        || (StddevPop..=VarianceOracle).contains(&op)
}

/// Builtins whose result has the type of an argument, whichever it is, or that look at it.
fn takes_any(op: Builtin) -> bool {
    matches!(op, FirstValue | LastValue | NthValue | Lag | Lead | ArrayAgg | JsonAgg | ToJson)
}

/// A function is found by the types of its arguments, and NULL may have one that no function takes.
fn strict_call_of_null(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, args)) = cx.as_call(id) else { return Ok(false) };
    let ty = cx.air.ty(id);
    let strict = op.signature().nulls == Nulls::Strict;
    if !strict || !says(ty) && !ty.is_text() {
        return Ok(false);
    }
    let args = cx.air.list(args);
    let null = |&arg: &ExprId| match cx.air.expr(arg) {
        Expr::Scalar { .. } | Expr::Case { .. } => untyped(cx, arg, DEPTH_MAX),
        // What this rule made of another call.
        Expr::Cast { operand, rule, .. } if rule == air::types::CastRule::IMPLICIT => {
            cx.is_null_literal(operand)
        }
        _ => cx.is_null_literal(arg),
    };
    if !args.iter().any(null) {
        return Ok(false);
    }
    let operand = cx.null(Type::Null, id);
    if op == SecondsToTime {
        // A time or an interval, by what stands beside it.
        cx.become_copy(id, operand);
    } else {
        cx.air.set(id, Expr::Cast { operand, to: ty, rule: air::types::CastRule::IMPLICIT });
    }
    cx.air.info_mut(id).nullable = true;
    Ok(true)
}

fn typed_argument(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.target.can.untyped_literals {
        return Ok(false);
    }
    let (op, args) = match cx.air.expr(id) {
        Expr::Call { op, args, .. } | Expr::Aggregate { op, args, .. } => (op, args),
        _ => return Ok(false),
    };
    if matches!(op, Coalesce | NullIf | Greatest | Least | GreatestSkipNulls | LeastSkipNulls | Min | Max) {
        let args = cx.air.list(args).to_vec();
        return Ok(args.len() > 1 && give_common(cx, &args));
    }
    let mut fired = false;
    for at in 0..args.len() {
        let arg = cx.air.at(args, at);
        if takes_any(op) && (at == 0 || matches!(op, Lag | Lead) && at == 2) {
            let ty = match cx.air.ty(arg) {
                ty if says(ty) => ty,
                _ => Type::TEXT,
            };
            if cx.text_literal(arg).is_some() || untyped(cx, arg, DEPTH_MAX) {
                give(cx, arg, ty);
                fired = true;
            }
            continue;
        }
        if !untyped(cx, arg, DEPTH_MAX) {
            continue;
        }
        let infix =
            args.len() == 2 && (Neg..=RemainderNearest).contains(&op) || (BitAnd..=BitXor).contains(&op);
        // Beside an operand of a type a literal takes that type.
        if infix && cx.is_null_literal(arg) && !untyped(cx, cx.air.at(args, 1 - at), DEPTH_MAX) {
            continue;
        }
        let ty = match (cx.air.ty(arg), cx.air.ty(id)) {
            (ty, _) if says(ty) => ty,
            (_, ty) if counts(op) && ty.is_numeric() => ty,
            _ if counts(op) => Type::I32,
            _ => continue,
        };
        give(cx, arg, ty);
        fired = true;
    }
    Ok(fired)
}

/// Gives what has no type in a place beside other values the type of one of those.
fn give_common(cx: &mut Context<'_>, ids: &[ExprId]) -> bool {
    let known = ids.iter().copied().filter(|&id| !untyped(cx, id, DEPTH_MAX));
    let Some(ty) = known.map(|id| cx.air.ty(id)).find(|&ty| says(ty)) else { return false };
    let mut fired = false;
    for &id in ids {
        if !cx.is_null_literal(id) && untyped(cx, id, DEPTH_MAX) {
            give(cx, id, ty);
            fired = true;
        }
    }
    fired
}

fn typed_operand(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.target.can.untyped_literals {
        return Ok(false);
    }
    Ok(match cx.air.expr(id) {
        Expr::Compare { left, right, .. } => give_common(cx, &[left, right]),
        Expr::Between { operand, low, high, .. } => give_common(cx, &[operand, low, high]),
        Expr::InList { operand, items, .. } => {
            let mut ids = vec![operand];
            ids.extend_from_slice(cx.air.list(items));
            give_common(cx, &ids)
        }
        Expr::Quantified { left: operand, query, .. } | Expr::InQuery { operand, query, .. } => {
            match output(cx, query, 0) {
                // A column of NULLs is one of texts there, so that here even a literal needs its type.
                Some(output) if says(cx.air.ty(operand)) && untyped(cx, output, DEPTH_MAX) => {
                    let ty = cx.air.ty(operand);
                    give(cx, output, ty);
                    true
                }
                Some(output) => give_common(cx, &[operand, output]),
                None => false,
            }
        }
        Expr::Case { operand: Some(operand), branches, .. } if untyped(cx, operand, DEPTH_MAX) => {
            let whens: Vec<ExprId> = cx.air.list(branches).iter().map(|branch| branch.when).collect();
            let ty = whens.iter().map(|&when| cx.air.ty(when)).find(|&ty| says(ty));
            if let Some(ty) = ty {
                give(cx, operand, ty);
            }
            ty.is_some()
        }
        Expr::Case { operand, branches, otherwise, .. } => {
            let branches = cx.air.list(branches).to_vec();
            let whens: Vec<ExprId> = branches.iter().map(|branch| branch.when).collect();
            let results: Vec<ExprId> = branches.iter().map(|branch| branch.then).chain(otherwise).collect();
            let compared = match operand {
                Some(operand) => {
                    let all: Vec<ExprId> = whens.iter().copied().chain([operand]).collect();
                    give_common(cx, &all)
                }
                None => give_truth(cx, &whens),
            };
            give_common(cx, &results) || compared
        }
        Expr::And { terms } | Expr::Or { terms } => {
            let terms = cx.air.list(terms).to_vec();
            give_truth(cx, &terms)
        }
        Expr::Not { operand } | Expr::IsTruth { operand, .. } => give_truth(cx, &[operand]),
        _ => false,
    })
}

fn give_truth(cx: &mut Context<'_>, ids: &[ExprId]) -> bool {
    let mut fired = false;
    for &id in ids {
        if !cx.is_null_literal(id) && untyped(cx, id, DEPTH_MAX) {
            give(cx, id, Type::Bool);
            fired = true;
        }
    }
    fired
}

fn typed_condition(cx: &mut Context<'_>, select: SelectId) -> Fired {
    if !cx.target.can.untyped_literals {
        return Ok(false);
    }
    let block = *cx.air.select(select);
    let conditions: Vec<ExprId> = block.filter.into_iter().chain(block.having).collect();
    Ok(give_truth(cx, &conditions))
}

fn typed_condition_of_change(cx: &mut Context<'_>, at: usize) -> Fired {
    use air::statement::Statement;
    let filter = match &cx.air.statements[at] {
        Statement::Update { update } => update.filter,
        Statement::Delete { delete } => delete.filter,
        _ => None,
    };
    Ok(cx.target.can.untyped_literals && filter.is_some_and(|filter| give_truth(cx, &[filter])))
}

fn typed_join_condition(cx: &mut Context<'_>, rel: RelId) -> Fired {
    let Rel::Join { on: Some(on), .. } = cx.air.rel(rel) else { return Ok(false) };
    Ok(cx.target.can.untyped_literals && give_truth(cx, &[on]))
}

fn row_of_nothing(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Window { call, .. } = cx.air.expr(id) else { return Ok(false) };
    let Some((FirstValue | LastValue | NthValue | Lag | Lead, args)) = cx.as_call(call) else {
        return Ok(false);
    };
    let args = cx.air.list(args);
    let alone = args.get(2).is_none_or(|&otherwise| cx.is_null_literal(otherwise));
    let nothing = match cx.air.expr(args[0]) {
        Expr::Cast { operand, rule: air::types::CastRule::IMPLICIT, .. } => cx.is_null_literal(operand),
        _ => cx.is_null_literal(args[0]),
    };
    if !cx.target.can.untyped_literals || !alone || !nothing {
        return Ok(false);
    }
    cx.air.set(id, Expr::Literal { value: air::Literal::Null {} });
    Ok(true)
}

/// True if a column of all blocks of a query has no type.
fn untyped_column(cx: &Context<'_>, query: QueryId, at: u32, depth: u32) -> bool {
    match cx.air.query(query).body {
        _ if depth == 0 => false,
        Body::SetOp { left, right, .. } => {
            untyped_column(cx, left, at, depth - 1) && untyped_column(cx, right, at, depth - 1)
        }
        _ => output(cx, query, at).is_some_and(|output| untyped(cx, output, DEPTH_MAX)),
    }
}

/// Arms are brought to one type pair by pair, so that NULLs in the first two make a column of texts.
fn typed_arms(cx: &mut Context<'_>, query: QueryId) -> Fired {
    if !cx.target.can.untyped_literals {
        return Ok(false);
    }
    let Body::SetOp { left, right, all, .. } = cx.air.query(query).body else { return Ok(false) };
    let (lefts, rights) = (build::outputs(cx.air, left), build::outputs(cx.air, right));
    let mut fired = false;
    for at in 0..lefts.len().min(rights.len()) as u32 {
        for (arm, ty) in [(left, rights[at as usize].ty), (right, lefts[at as usize].ty)] {
            if !says(ty) || !untyped_column(cx, arm, at, DEPTH_MAX) {
                continue;
            }
            let mut first = arm;
            let mut nested = false;
            while let Body::SetOp { left, .. } = cx.air.query(first).body {
                first = left;
                nested = true;
            }
            let Some(item) = output(cx, first, at) else { continue };
            // Rows that are told apart may be compared column by column.
            if nested || !all || !cx.is_null_literal(item) {
                give(cx, item, ty);
                fired = true;
            }
        }
    }
    Ok(fired)
}
