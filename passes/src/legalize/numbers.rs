//! Numbers: the width integers are computed in, the kind a result has, greatest and least.

use air::builtins::Builtin::{self, *};
use air::expr::{CompareOp, Literal};
use air::fidelity::Assume;
use air::query::Item;
use air::target::Decimals;
use air::types::{CastRule, Type};
use air::{Expr, ExprId, SelectId};

use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "wide_integer_arithmetic",
        law: "where operands' types bound the result, one operand is made as wide as the result",
        apply: Apply::Builtins(&[Add, Sub, Mul], wide_integer_arithmetic),
    },
    Rule {
        name: "float_function",
        law: "a function of a float is computed in floating point",
        apply: Apply::Builtins(
            &[
                Power,
                Sqrt,
                SqrtOrNull,
                Exp,
                Ln,
                LnOrNull,
                Log10,
                Log10OrNull,
                StddevPop,
                StddevSamp,
                VarPop,
                VarSamp,
            ],
            float_function,
        ),
    },
    Rule {
        name: "integer_result",
        law: "a whole number of another kind is cast to the integer it is",
        apply: Apply::Builtins(
            &[
                Ceil,
                Floor,
                Round,
                Trunc,
                TruncWhole,
                Sign,
                ExtractYear,
                ExtractQuarter,
                ExtractMonth,
                ExtractDay,
                ExtractHour,
                ExtractMinute,
                ExtractSecond,
                ExtractMicrosecond,
                ExtractDayOfYear,
                ExtractWeekdaySunday1,
                ExtractWeekdaySunday0,
                ExtractWeekdayMonday0,
                ExtractWeekdayMonday1,
                ExtractIsoWeek,
                ExtractIsoYear,
                ExtractCentury,
                ExtractDecade,
                ExtractMillennium,
                ExtractEpoch,
                UnixTime,
                TimeToSeconds,
            ],
            integer_result,
        ),
    },
    Rule {
        name: "null_propagating_extreme",
        law: "NULL if an argument is NULL, else the extreme of all",
        apply: Apply::Builtins(&[Greatest, Least], null_propagating_extreme),
    },
    Rule {
        name: "null_skipping_extreme",
        law: "an argument that is NULL is replaced by another one, which changes no extreme",
        apply: Apply::Builtins(&[GreatestSkipNulls, LeastSkipNulls], null_skipping_extreme),
    },
    Rule {
        name: "compared_decimal",
        law: "a decimal computed as a float is the float rounded to the decimal's scale",
        apply: Apply::When(
            |to| to.can.decimals == Decimals::Float,
            &Apply::Kinds(&[Kind::Compare, Kind::Between, Kind::InList], compared_decimal),
        ),
    },
    Rule {
        name: "shown_decimal",
        law: "a decimal computed as a float is the float rounded to the decimal's scale",
        apply: Apply::When(|to| to.can.decimals == Decimals::Float, &Apply::Select(shown_decimal)),
    },
    Rule {
        name: "digits_of_a_float",
        law: "a decimal of at most 15 significant digits is what its float shows",
        apply: Apply::Kinds(&[Kind::Literal], digits_of_a_float),
    },
    Rule {
        name: "digits_of_single_precision",
        law: "numbers of single precision are shown alike while they have no more digits than the target shows",
        apply: Apply::Kinds(&[Kind::Literal, Kind::Cast], digits_of_single_precision),
    },
    Rule {
        name: "single_coalesce",
        law: "coalesce of one argument is the argument",
        apply: Apply::Builtins(&[Coalesce], single_coalesce),
    },
];

fn wide_integer_arithmetic(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if cx.target.can.wide_integers || !cx.air.ty(id).is_int() {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let Some([a, b]) = cx.args(id) else { return Ok(false) };
    let (Some(l), Some(r)) = (range(cx, a), range(cx, b)) else { return Ok(false) };
    if l.wide || r.wide || l.fits(op, r) {
        return Ok(false);
    }
    // The script itself stores numbers near the ends of the type.
    let large = cx.seen_below(a).large || cx.seen_below(b).large;
    let likely = op == Mul || l.literal && r.literal || cx.options.strict || large;
    if !likely && (l.literal || r.literal) {
        // Only the ends of the type overflow, and that fails loudly.
        return Ok(false);
    }
    if !likely {
        let subject = cx.subject(a);
        let span = cx.air.span(id);
        return cx.assume(Assume::IntegerRange, &subject, span).map(|()| false);
    }
    let (left, right) = if l.literal && !r.literal {
        (a, cx.cast(b, Type::I64))
    } else {
        if l.literal && cx.air.literal(a).is_some() {
            // A literal is of the narrowest type that holds it.
            cx.air.info_mut(a).ty = Type::I32;
        }
        (cx.cast(a, Type::I64), b)
    };
    cx.become_call(id, op, &[left, right]);
    Ok(true)
}

/// The values an integer expression may have on the target, and whether the target computes it in 64 bits.
#[derive(Clone, Copy)]
struct Range {
    low: i128,
    high: i128,
    wide: bool,
    literal: bool,
}

impl Range {
    fn of_bits(bits: u8, unsigned: bool) -> Range {
        let (low, high) = if unsigned {
            (0, (1i128 << bits) - 1)
        } else {
            (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
        };
        // What does not fit 32 signed bits is kept in a wider column.
        Range { low, high, wide: high > i128::from(i32::MAX), literal: false }
    }

    fn result(self, op: Builtin, other: Range) -> (i128, i128) {
        match op {
            Add => (self.low + other.low, self.high + other.high),
            Sub => (self.low - other.high, self.high - other.low),
            _ => {
                let all = [
                    self.low * other.low,
                    self.low * other.high,
                    self.high * other.low,
                    self.high * other.high,
                ];
                (all.into_iter().min().unwrap_or(0), all.into_iter().max().unwrap_or(0))
            }
        }
    }

    fn fits(self, op: Builtin, other: Range) -> bool {
        let (low, high) = self.result(op, other);
        low >= i128::from(i32::MIN) && high <= i128::from(i32::MAX)
    }
}

fn range(cx: &Context<'_>, id: ExprId) -> Option<Range> {
    match cx.air.expr(id) {
        Expr::Literal { value: Literal::Int { value } } => {
            let value = i128::from(value);
            let wide = value > i128::from(i32::MAX) || value < i128::from(i32::MIN);
            Some(Range { low: value, high: value, wide, literal: true })
        }
        Expr::Call { op: op @ (Add | Sub | Mul), args, .. } => {
            let &[a, b] = cx.air.list(args) else { return None };
            let (l, r) = (range(cx, a)?, range(cx, b)?);
            let (low, high) = l.result(op, r);
            let limit = i128::from(i64::MAX);
            let (low, high) = (low.max(-limit), high.min(limit));
            Some(Range { low, high, wide: l.wide || r.wide, literal: l.literal && r.literal })
        }
        Expr::Call { op: Neg, args, .. } => {
            let inner = range(cx, cx.air.at(args, 0))?;
            Some(Range { low: -inner.high, high: -inner.low, ..inner })
        }
        Expr::Column { .. } | Expr::Cast { .. } | Expr::Param { .. } => match cx.air.ty(id) {
            Type::Int { bits, unsigned } => Some(Range::of_bits(bits, unsigned)),
            _ => None,
        },
        Expr::Aggregate { op: Min | Max, args, .. } => range(cx, cx.air.at(args, 0)),
        // Other calls and aggregates: their width on the target is not ours to tell; most are 64 bits.
        _ => None,
    }
}

fn float_function(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let aggregate = matches!(cx.air.expr(id), Expr::Aggregate { .. });
    // MySQL shows these aggregates of decimals and integers with so many digits only.
    let short =
        aggregate && matches!(cx.target.can.decimals, Decimals::Bounded { .. }) && cx.target.can.short_ranks;
    if !cx.air.ty(id).is_float() || !short && cx.target.can.decimals != Decimals::Unbounded {
        return Ok(false);
    }
    // Only where the function of a decimal is a decimal.
    let mut args = cx.all_args(id);
    let mut fired = false;
    for arg in &mut args {
        let ty = cx.air.ty(*arg);
        if ty.is_decimal() || aggregate && ty.is_int() {
            *arg = cx.cast(*arg, Type::Float64);
            fired = true;
        }
    }
    if fired {
        match cx.air.expr(id) {
            Expr::Call { op, .. } => cx.become_call(id, op, &args),
            Expr::Aggregate { op, distinct, order, filter, collation, .. } => {
                let args = cx.air.push_list(&args);
                cx.air.set(id, Expr::Aggregate { op, distinct, args, order, filter, collation });
            }
            _ => {}
        }
    }
    Ok(fired)
}

/// PostgreSQL extracts fields as numeric, SQLite rounds to REAL.
fn integer_result(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let ty = cx.air.ty(id);
    if !ty.is_int() {
        return Ok(false);
    }
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let args = cx.all_args(id);
    let rounding = matches!(op, Ceil | Floor | Round | Trunc | TruncWhole | Sign);
    let native = match cx.target.can.decimals {
        // SQLite's own extractions are cast in their rows.
        Decimals::Float => !rounding || op == Sign,
        // MySQL and others give integers, or decimals without fraction that count as such.
        Decimals::Bounded { .. } => true,
        Decimals::Unbounded => rounding && op != Sign && args.first().is_some_and(|&x| cx.air.ty(x).is_int()),
    };
    if matches!(op, UnixTime | ExtractEpoch)
        && matches!(cx.target.can.decimals, Decimals::Bounded { .. })
        && args.first().is_some_and(|&x| matches!(cx.air.ty(x), Type::Timestamp { precision: 1.., .. }))
    {
        // As many digits as the timestamp has.
        let seconds = cx.call(op, &args, Type::Number, id);
        cx.become_call(id, Floor, &[seconds]);
        return Ok(true);
    }
    if native {
        return Ok(false);
    }
    if rounding && args.len() == 1 && cx.air.ty(args[0]).is_int() && op != Sign {
        cx.become_copy(id, args[0]);
        return Ok(true);
    }
    let kind = if cx.target.can.decimals == Decimals::Float { Type::Float64 } else { Type::Number };
    let inner = cx.call(op, &args, kind, id);
    let Expr::Call { modifier, .. } = cx.air.expr(id) else { return Ok(false) };
    let list = cx.air.push_list(&args);
    cx.air.set(inner, Expr::Call { op, modifier, args: list });
    cx.air.set(id, Expr::Cast { operand: inner, to: ty, rule: CastRule::IMPLICIT });
    Ok(true)
}

fn null_propagating_extreme(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let args = cx.all_args(id);
    if let [one] = args[..] {
        cx.become_copy(id, one);
        return Ok(true);
    }
    if cx.speaks(op) {
        return extreme_of_constants(cx, id, op, args);
    }
    let ty = cx.air.ty(id);
    let skipping = if op == Greatest { GreatestSkipNulls } else { LeastSkipNulls };
    if !cx.speaks(skipping) {
        return compared_extreme(cx, id, op == Greatest, &args);
    }
    let extreme = cx.call(skipping, &args, ty, id);
    let nullable: Vec<ExprId> = args.into_iter().filter(|&arg| cx.air.info(arg).nullable).collect();
    if nullable.is_empty() {
        cx.become_copy(id, extreme);
        return Ok(true);
    }
    let known: Vec<ExprId> = nullable.iter().map(|&arg| cx.is_null(arg, false)).collect();
    let any = cx.any_of(&known, id);
    let null = cx.null(ty, id);
    let expr = cx.case_expr(&[(any, null)], Some(extreme));
    cx.air.set(id, expr);
    Ok(true)
}

/// Constants among themselves compare as the target's session does, unless one of them says otherwise.
fn extreme_of_constants(cx: &mut Context<'_>, id: ExprId, op: air::Builtin, args: Vec<ExprId>) -> Fired {
    let mut args = args;
    let default = cx.target.profile.settings.collation;
    let exact = cx.air.ty(id).collation().is_some_and(|collation| collation.is_exact());
    if !exact || default.is_exact() || !args.iter().all(|&arg| is_session_text(cx, arg)) {
        return Ok(false);
    }
    let binary = air::types::Collation::BINARY;
    let wanted = air::expr::Modifier::Collation(binary);
    args[0] = cx.call_with(Collate, wanted, &[args[0]], Type::text(binary), id);
    cx.become_call(id, op, &args);
    Ok(true)
}

/// A text that no column has a part in: it compares as the session does.
pub(super) fn is_session_text(cx: &Context<'_>, id: ExprId) -> bool {
    match cx.air.expr(id) {
        Expr::Literal { value: Literal::Text { .. } } => true,
        Expr::Call { op, args, .. } => {
            op != Collate
                && cx.air.ty(id).is_text()
                && cx.air.list(args).iter().all(|&arg| !cx.air.ty(arg).is_text() || is_session_text(cx, arg))
        }
        Expr::Cast { operand, to, .. } => {
            to.is_text() && (!cx.air.ty(operand).is_text() || is_session_text(cx, operand))
        }
        Expr::Case { branches, otherwise, .. } => {
            let fits = |id: ExprId| cx.is_null_literal(id) || is_session_text(cx, id);
            cx.air.list(branches).iter().all(|branch| fits(branch.then)) && otherwise.is_none_or(fits)
        }
        _ => false,
    }
}

/// Pairwise CASE, for targets without such a function.
fn compared_extreme(cx: &mut Context<'_>, id: ExprId, greatest: bool, args: &[ExprId]) -> Fired {
    let ty = cx.air.ty(id);
    let (&first, rest) = match args.split_first() {
        Some(split) if args.len() <= 4 => split,
        _ => return Ok(false),
    };
    let op = if greatest { CompareOp::Ge } else { CompareOp::Le };
    let mut extreme = first;
    for &arg in rest {
        let first_wins = cx.compare(op, extreme, arg);
        let missing = cx.is_null(extreme, false);
        let first_wins = cx.any_of(&[missing, first_wins], id);
        extreme = cx.case(&[(first_wins, extreme)], Some(arg), ty, id);
    }
    cx.become_copy(id, extreme);
    Ok(true)
}

fn null_skipping_extreme(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some((op, _)) = cx.as_call(id) else { return Ok(false) };
    let args: Vec<ExprId> = cx.all_args(id).into_iter().filter(|&arg| !cx.is_null_literal(arg)).collect();
    if args.len() < 2 {
        let ty = cx.air.ty(id);
        let only = args.first().copied().unwrap_or_else(|| cx.null(ty, id));
        cx.become_copy(id, only);
        return Ok(true);
    }
    if cx.speaks(op) {
        return Ok(false);
    }
    let propagating = if op == GreatestSkipNulls { Greatest } else { Least };
    let ty = cx.air.ty(id);
    let sure = args.iter().copied().find(|&arg| !cx.air.info(arg).nullable);
    let filled: Vec<ExprId> = args
        .iter()
        .map(|&arg| {
            if !cx.air.info(arg).nullable {
                return arg;
            }
            let mut choices = vec![arg];
            match sure {
                Some(sure) => choices.push(sure),
                None => choices.extend(args.iter().copied().filter(|&other| other != arg)),
            }
            cx.call(Coalesce, &choices, ty, arg)
        })
        .collect();
    cx.become_call(id, propagating, &filled);
    Ok(true)
}

/// Most significant digits that every decimal keeps as a binary float.
const FLOAT_DIGITS: usize = 15;

/// Digits between the first and the last that is not zero.
fn significant(digits: &str) -> usize {
    let mantissa = digits.split(['e', 'E']).next().unwrap_or("");
    let plain: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    plain.trim_matches('0').len()
}

/// A decimal constant that a float cannot hold shows that the number range assumed elsewhere is left.
fn digits_of_a_float(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Some(Literal::Decimal { digits }) = cx.air.literal(id) else { return Ok(false) };
    if cx.target.can.decimals != Decimals::Float || significant(cx.air.text(digits)) <= FLOAT_DIGITS {
        return Ok(false);
    }
    let span = cx.air.span(id);
    let message = "a decimal of more than 15 significant digits has no value";
    cx.refuse(codes::NUMBER, span, message, "a number of fewer digits, or CAST to double precision")
}

/// Single precision where the target shows fewer digits than the type has, or computes in double precision.
fn digits_of_single_precision(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let shown = usize::from(cx.target.can.single_digits);
    if shown >= 9 {
        return Ok(false);
    }
    let lost = match cx.air.expr(id) {
        // Converted digit by digit on the source, bit by bit on the target.
        Expr::Cast { operand, to, .. } if cx.air.ty(operand) == Type::Float32 => {
            to.is_decimal() && cx.air.literal(operand).is_none()
                || to.is_text() && super::single::computes(cx.air, operand)
        }
        Expr::Literal { value: Literal::Float { digits } | Literal::Decimal { digits } } => {
            cx.air.ty(id) == Type::Float32 && significant(cx.air.text(digits)) > shown
        }
        _ => false,
    };
    if !lost {
        return Ok(false);
    }
    super::single::refuse_digits(cx, cx.air.span(id))
}

fn single_coalesce(cx: &mut Context<'_>, id: ExprId) -> Fired {
    match cx.all_args(id)[..] {
        [one] => {
            cx.become_copy(id, one);
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// How many decimals an exact number has that the target computes as a float; `None` for what is no
/// computation, or of unknown scale.
fn computed_scale(cx: &Context<'_>, id: ExprId) -> Option<i16> {
    let computed = match cx.air.expr(id) {
        Expr::Call { op, .. } => matches!(op, Add | Sub | Mul | Neg),
        Expr::Aggregate { op, .. } => op == Sum,
        Expr::Window { call, .. } => return computed_scale(cx, call),
        _ => false,
    };
    computed.then(|| exact_scale(cx, id)).flatten().filter(|scale| (1..=12).contains(scale))
}

fn exact_scale(cx: &Context<'_>, id: ExprId) -> Option<i16> {
    match cx.air.expr(id) {
        Expr::Literal { value: Literal::Decimal { digits } } => {
            Some(cx.air.text(digits).split_once('.').map_or(0, |(_, fraction)| fraction.len() as i16))
        }
        Expr::Literal { value: Literal::Int { .. } } => Some(0),
        Expr::Call { op: op @ (Add | Sub | Mul), args, .. } => {
            let &[a, b] = cx.air.list(args) else { return None };
            let (a, b) = (exact_scale(cx, a)?, exact_scale(cx, b)?);
            Some(if op == Mul { a + b } else { a.max(b) })
        }
        Expr::Call { op: Neg | Abs, args, .. } => exact_scale(cx, cx.air.at(args, 0)),
        Expr::Aggregate { op: Sum | Min | Max, args, .. } => exact_scale(cx, cx.air.at(args, 0)),
        Expr::Window { call, .. } => exact_scale(cx, call),
        Expr::Column { .. } | Expr::Call { .. } | Expr::Case { .. } | Expr::Cast { .. } => {
            match cx.air.ty(id) {
                ty if ty.is_float() => None,
                ty => ty.scale(),
            }
        }
        _ => None,
    }
}

/// The number rounded to its decimals.
fn rounded(cx: &mut Context<'_>, id: ExprId, scale: i16) -> ExprId {
    let inner = cx.air.copy(id);
    let ty = Type::Decimal { precision: 38, scale };
    cx.air.info_mut(inner).ty = ty;
    let digits = cx.int(i64::from(scale), id);
    cx.call(Round, &[inner, digits], ty, id)
}

fn compared_decimal(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let mut fired = false;
    let mut fit = |cx: &mut Context<'_>, operand: ExprId| match computed_scale(cx, operand) {
        Some(scale) => {
            fired = true;
            rounded(cx, operand, scale)
        }
        None => operand,
    };
    match cx.air.expr(id) {
        Expr::Compare { op, collation, left, right } => {
            let (left, right) = (fit(cx, left), fit(cx, right));
            cx.air.set(id, Expr::Compare { op, collation, left, right });
        }
        Expr::Between { operand, low, high, negated, symmetric, collation } => {
            let (operand, low, high) = (fit(cx, operand), fit(cx, low), fit(cx, high));
            cx.air.set(id, Expr::Between { operand, low, high, negated, symmetric, collation });
        }
        Expr::InList { operand, items, negated, collation } => {
            let operand = fit(cx, operand);
            cx.air.set(id, Expr::InList { operand, items, negated, collation });
        }
        _ => {}
    }
    Ok(fired)
}

fn shown_decimal(cx: &mut Context<'_>, id: SelectId) -> Fired {
    let mut items: Vec<Item> = cx.air.list(cx.air.select(id).items).to_vec();
    let mut fired = false;
    for item in &mut items {
        if let Item::Expr { expr, .. } = item
            && let Some(scale) = computed_scale(cx, *expr)
        {
            *expr = rounded(cx, *expr, scale);
            fired = true;
        }
    }
    if fired {
        let items = cx.air.push_list(&items);
        cx.air.select_mut(id).items = items;
    }
    Ok(fired)
}
