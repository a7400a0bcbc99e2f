//! Aggregates over windows that a rule has replaced by an expression over aggregates.

use air::builtins::Builtin::{
    Add, CountAll, CumeDist, DenseRank, DivFloatOrNull, ExtractEpoch, Greatest, Lag, Lead, Median, Mode,
    Ntile, PercentRank, PercentileCont, PercentileDisc, Rank, RowNumber, StringAgg, Sub, ToDays,
};
use air::builtins::Class;
use air::expr::{Frame, FrameBound, FrameExclude, FrameUnit, WindowSpec};
use air::target::How;
use air::types::Type;
use air::{Expr, ExprId, List, Literal, SelectId, WindowId};

use crate::build::Build;
use crate::codes;
use crate::kind::Kind;
use crate::pass::{Apply, Context, Fired, Rule};

/// The rules of this topic.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "window_of_expression",
        law: "an expression over aggregates of one window is that expression over the windowed aggregates",
        apply: Apply::Kinds(&[Kind::Window], window_of_expression),
    },
    Rule {
        name: "percentile_over_window",
        law: "a percentile over a window is one of the window's rows",
        apply: Apply::Kinds(&[Kind::Window], percentile_over_window),
    },
    Rule {
        name: "rank_without_frame",
        law: "the number of a row among its partners depends on the partition and its order, not on a frame",
        apply: Apply::Kinds(&[Kind::Window], rank_without_frame),
    },
    Rule {
        name: "rank_digits",
        law: "the share of rows up to a row is their number over the number of all",
        apply: Apply::Kinds(&[Kind::Window], rank_digits),
    },
    Rule {
        name: "offset_default",
        law: "a constant is NULL at that offset exactly where there is no row",
        apply: Apply::Kinds(&[Kind::Window], offset_default),
    },
    Rule {
        name: "list_over_window",
        law: "the texts of a whole partition in an order are those of a frame of all its rows in that order",
        apply: Apply::Kinds(&[Kind::Window], list_over_window),
    },
    Rule {
        name: "window_of_all_rows",
        law: "an aggregate over all rows is one over a frame of all rows, whatever their order",
        apply: Apply::Select(window_of_all_rows),
    },
    Rule {
        name: "frame_of_days",
        law: "dates lie as far apart as their numbers of days, and moments as their seconds",
        apply: Apply::When(|to| !to.can.interval_values, &Apply::Kinds(&[Kind::Window], frame_of_days)),
    },
    Rule {
        name: "frame_of_constants",
        law: "an offset of constants is the constant they make",
        apply: Apply::Kinds(&[Kind::Window], frame_of_constants),
    },
];

fn window_of_expression(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Window { call, window, ignore_nulls } = cx.air.expr(id) else { return Ok(false) };
    let native = match cx.air.expr(call) {
        Expr::Aggregate { .. } => true,
        Expr::Call { op, .. } => op.signature().class == Class::Window,
        _ => false,
    };
    if native {
        if let Expr::Aggregate { op, .. } = cx.air.expr(call)
            && matches!(cx.how(op), Some(How::Template(text)) if text.starts_with('('))
        {
            let span = cx.air.span(id);
            return cx.refuse(
                codes::WINDOW,
                span,
                "this aggregate over a window has no form",
                "group the rows",
            );
        }
        return Ok(false);
    }
    spread(cx, call, window, ignore_nulls);
    cx.become_copy(id, call);
    Ok(true)
}

/// MariaDB takes no frame where none counts.
fn rank_without_frame(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.target.can.short_ranks {
        return Ok(false);
    }
    let Expr::Window { call, window, ignore_nulls } = cx.air.expr(id) else { return Ok(false) };
    let Expr::Call { op: RowNumber | Rank | DenseRank | CumeDist | PercentRank | Ntile | Lag | Lead, .. } =
        cx.air.expr(call)
    else {
        return Ok(false);
    };
    let spec = *cx.air.window(window);
    if spec.frame.is_none() {
        return Ok(false);
    }
    let (name, base) = match (spec.name, spec.base) {
        (None, base) => (None, base),
        (Some(_), None) => (None, None),
        (Some(_), Some(_)) => return Ok(false),
    };
    let keys: Vec<ExprId> = cx.air.list(spec.partition).to_vec();
    let keys: Vec<ExprId> = keys.into_iter().map(|key| cx.air.copy(key)).collect();
    let mut order = cx.air.list(spec.order).to_vec();
    for key in &mut order {
        key.expr = cx.air.copy(key.expr);
    }
    let (partition, order) = (cx.air.push_list(&keys), cx.air.push_list(&order));
    let window = cx.air.push_window(WindowSpec { name, base, partition, order, frame: None });
    cx.air.set(id, Expr::Window { call, window, ignore_nulls });
    Ok(true)
}

/// Ranks between 0 and 1 as quotients of counts.
fn rank_digits(cx: &mut Context<'_>, id: ExprId) -> Fired {
    if !cx.target.can.short_ranks {
        return Ok(false);
    }
    let Expr::Window { call, window, ignore_nulls } = cx.air.expr(id) else { return Ok(false) };
    let Expr::Call { op: op @ (CumeDist | PercentRank), .. } = cx.air.expr(call) else { return Ok(false) };
    let spec = *cx.air.window(window);
    if spec.base.is_some() || spec.frame.is_some() {
        let span = cx.air.span(id);
        return cx.refuse(codes::WINDOW, span, "this window of a rank between 0 and 1 has no form", "");
    }
    let partition: Vec<ExprId> = cx.air.list(spec.partition).to_vec();
    let partition: Vec<ExprId> = partition.into_iter().map(|key| cx.air.copy(key)).collect();
    let partition = cx.air.push_list(&partition);
    let mut whole = WindowSpec { name: None, base: None, partition, order: List::EMPTY, frame: None };
    if partition.is_empty() && !cx.target.can.mixed_windows {
        let mut keys = cx.air.list(spec.order).to_vec();
        for key in &mut keys {
            key.expr = cx.air.copy(key.expr);
        }
        (whole.order, whole.frame) = (cx.air.push_list(&keys), Some(ALL_ROWS));
    }
    let whole = cx.air.push_window(whole);
    let over = |cx: &mut Context<'_>, call: ExprId, window: WindowId| {
        let ty = cx.air.ty(call);
        cx.make(Expr::Window { call, window, ignore_nulls }, ty, false, id)
    };
    let count = cx.air.aggregate(CountAll, &[], Type::I64, air_base::Span::NONE);
    let all = over(cx, count, whole);
    let zero = float(cx, "0e0", id);
    let (place, all) = if op == CumeDist {
        let count = cx.air.aggregate(CountAll, &[], Type::I64, air_base::Span::NONE);
        (over(cx, count, window), all)
    } else {
        let rank = cx.call(Rank, &[], Type::I64, id);
        let rank = over(cx, rank, window);
        let one = cx.int(1, id);
        // A row alone has the rank 0, whatever it is divided by.
        let least = cx.int(2, id);
        let all = cx.call(Greatest, &[all, least], Type::I64, id);
        let other = cx.int(1, id);
        (cx.call(Sub, &[rank, one], Type::I64, id), cx.call(Sub, &[all, other], Type::I64, id))
    };
    let place = cx.call(Add, &[place, zero], Type::Float64, id);
    cx.become_call(id, DivFloatOrNull, &[place, all]);
    Ok(true)
}

fn float(cx: &mut Context<'_>, digits: &str, at: ExprId) -> ExprId {
    let digits = cx.air.push_text(digits);
    cx.make(Expr::Literal { value: air::Literal::Float { digits } }, Type::Float64, false, at)
}

fn percentile_over_window(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Window { call, .. } = cx.air.expr(id) else { return Ok(false) };
    let Expr::Aggregate { op: PercentileCont | PercentileDisc | Median | Mode, .. } = cx.air.expr(call)
    else {
        return Ok(false);
    };
    if cx.target.can.percentile_windows {
        return Ok(false);
    }
    let span = cx.air.span(id);
    cx.refuse(codes::WINDOW, span, "a percentile over a window has no form", "group the rows instead")
}

/// Puts the window over each aggregate of the expression.
fn spread(cx: &mut Context<'_>, id: ExprId, window: WindowId, ignore_nulls: bool) {
    let windowed = match cx.air.expr(id) {
        // An aggregate that the expression uses twice has its window already.
        Expr::Window { .. } => return,
        Expr::Aggregate { .. } => true,
        Expr::Call { op, .. } => op.signature().class == Class::Window,
        _ => false,
    };
    if windowed {
        let call = cx.air.copy(id);
        cx.air.set(id, Expr::Window { call, window, ignore_nulls });
        return;
    }
    let mut below = Vec::new();
    cx.air.children(air::node::Child::Expr(id), &mut |child| {
        if let air::node::Child::Expr(child) = child {
            below.push(child);
        }
    });
    for child in below {
        spread(cx, child, window, ignore_nulls);
    }
}

/// LAG and LEAD without a third argument.
fn offset_default(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Window { call, window, ignore_nulls: false } = cx.air.expr(id) else { return Ok(false) };
    let Some((op @ (Lag | Lead), args)) = cx.as_call(call) else { return Ok(false) };
    let &[x, offset, otherwise] = cx.air.list(args) else { return Ok(false) };
    if matches!(cx.how(op), Some(How::Template(text)) if text.contains("{*}")) {
        return Ok(false);
    }
    let ty = cx.air.ty(id);
    let one = cx.int(1, id);
    let probe = cx.call(op, &[one, offset], Type::I32, id);
    // NULL alone would make a text of the whole.
    let other = cx.air.ty(otherwise);
    let x = if cx.is_null_literal(x) && other.is_numeric() {
        let nothing = cx.null(Type::Null, x);
        cx.cast(nothing, other)
    } else {
        x
    };
    let value = cx.call(op, &[x, offset], ty, id);
    let over = |cx: &mut Context<'_>, call: ExprId, ty: Type| {
        cx.make(Expr::Window { call, window, ignore_nulls: false }, ty, true, id)
    };
    let probe = over(cx, probe, Type::I32);
    let value = over(cx, value, ty);
    let absent = cx.is_null(probe, false);
    let expr = cx.case_expr(&[(absent, otherwise)], Some(value));
    cx.air.set(id, expr);
    Ok(true)
}

/// Offsets in time are numbers of days or seconds where a frame takes numbers only.
fn frame_of_days(cx: &mut Context<'_>, id: ExprId) -> Fired {
    const MICROS: i64 = 1_000_000;
    const SECONDS_OF_DAY: i64 = 86_400;
    let Expr::Window { call, window, ignore_nulls } = cx.air.expr(id) else { return Ok(false) };
    let spec = *cx.air.window(window);
    let Some(frame) = spec.frame.filter(|frame| frame.unit == FrameUnit::Range) else { return Ok(false) };
    let literal = |cx: &Context<'_>, bound: FrameBound| match bound {
        FrameBound::Preceding { offset } | FrameBound::Following { offset } => cx.air.literal(offset),
        _ => None,
    };
    let spans = [literal(cx, frame.start), literal(cx, frame.end)];
    let is_span = |span: &Option<Literal>| matches!(span, Some(Literal::Interval { .. }));
    if !spans.iter().any(is_span) {
        return Ok(false);
    }
    let &[key] = cx.air.list(spec.order) else { return Ok(false) };
    let days = cx.air.ty(key.expr) == Type::Date;
    let units = |span: Option<Literal>| match span {
        Some(Literal::Interval { months: 0, days: count, micros: 0 }) if days => Some(i64::from(count)),
        Some(Literal::Interval { months: 0, days: count, micros })
            if matches!(cx.air.ty(key.expr), Type::Timestamp { .. }) && micros % MICROS == 0 =>
        {
            Some(i64::from(count) * SECONDS_OF_DAY + micros / MICROS)
        }
        _ => None,
    };
    let units = spans.map(units);
    let said = spans.iter().zip(&units).all(|(span, units)| !is_span(span) || units.is_some_and(|n| n >= 0));
    if !said || spec.base.is_some() {
        let span = cx.air.span(id);
        let message = "a frame that reaches so far in time has no form";
        return cx.refuse(codes::WINDOW, span, message, "");
    }
    let mut bounds = [frame.start, frame.end];
    for (bound, units) in bounds.iter_mut().zip(units) {
        if let (FrameBound::Preceding { offset } | FrameBound::Following { offset }, Some(units)) =
            (bound, units)
        {
            *offset = cx.int(units, id);
        }
    }
    let value = cx.air.copy(key.expr);
    let (op, ty) = if days { (ToDays, Type::I64) } else { (ExtractEpoch, Type::Number) };
    let number = cx.call(op, &[value], ty, id);
    cx.air.info_mut(number).nullable = cx.air.info(key.expr).nullable;
    let order = cx.air.push_list(&[air::expr::OrderKey { expr: number, ..key }]);
    let [start, end] = bounds;
    let frame = Some(Frame { start, end, ..frame });
    let window = cx.air.push_window(WindowSpec { name: None, order, frame, ..spec });
    cx.air.set(id, Expr::Window { call, window, ignore_nulls });
    Ok(true)
}

/// Offsets of a frame are plain constants where the target takes nothing else.
fn frame_of_constants(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Window { window, .. } = cx.air.expr(id) else { return Ok(false) };
    let Some(frame) = cx.air.window(window).frame else { return Ok(false) };
    if cx.target.can.frame_expressions {
        return Ok(false);
    }
    let mut fired = false;
    for bound in [frame.start, frame.end] {
        let (FrameBound::Preceding { offset } | FrameBound::Following { offset }) = bound else { continue };
        if cx.air.literal(offset).is_some() {
            continue;
        }
        match constant_offset(cx, offset) {
            Some(value) if value >= 0 => {
                let value = cx.int(value, offset);
                cx.become_copy(offset, value);
                fired = true;
            }
            _ => {
                let span = cx.air.span(offset);
                let message = "an offset of a window frame that is no constant has no form";
                return cx.refuse(codes::WINDOW, span, message, "make the offset a literal");
            }
        }
    }
    Ok(fired)
}

/// The whole number that literals and sums of them make.
fn constant_offset(cx: &Context<'_>, id: ExprId) -> Option<i64> {
    if let Some(value) = cx.int_value(id) {
        return Some(value);
    }
    match cx.air.expr(id) {
        Expr::Cast { operand, to, .. } if to.is_int() => constant_offset(cx, operand),
        Expr::Call { op: op @ (Add | Sub), args, .. } => {
            let &[a, b] = cx.air.list(args) else { return None };
            let (a, b) = (constant_offset(cx, a)?, constant_offset(cx, b)?);
            if op == Add { a.checked_add(b) } else { a.checked_sub(b) }
        }
        // An interval is an offset of its own, judged where it is written.
        _ => None,
    }
}

/// All rows of the partition.
const ALL_ROWS: Frame = Frame {
    unit: FrameUnit::Rows,
    start: FrameBound::UnboundedPreceding {},
    end: FrameBound::UnboundedFollowing {},
    exclude: FrameExclude::NoOthers,
};

/// An aggregate over a window has no ORDER BY of its own: the window has it.
fn list_over_window(cx: &mut Context<'_>, id: ExprId) -> Fired {
    let Expr::Window { call, window, ignore_nulls } = cx.air.expr(id) else { return Ok(false) };
    let Expr::Aggregate { op: op @ StringAgg, distinct, args, order, filter, collation } = cx.air.expr(call)
    else {
        return Ok(false);
    };
    let spec = *cx.air.window(window);
    let plain = spec.name.is_none() && spec.base.is_none() && spec.order.is_empty() && spec.frame.is_none();
    if cx.speaks(op) && order.is_empty() && cx.target.can.lists_over_windows {
        return Ok(false);
    }
    if !cx.target.can.lists_over_windows || distinct || !plain {
        let span = cx.air.span(id);
        let message = "joined texts over a window have no form";
        return cx.refuse(codes::WINDOW, span, message, "group the rows in a derived table and join it");
    }
    let call = cx.make(
        Expr::Aggregate { op, distinct, args, order: List::EMPTY, filter, collation },
        cx.air.ty(call),
        true,
        call,
    );
    let window = cx.air.push_window(WindowSpec { order, frame: Some(ALL_ROWS), ..spec });
    cx.air.set(id, Expr::Window { call, window, ignore_nulls });
    Ok(true)
}

fn window_of_all_rows(cx: &mut Context<'_>, select: SelectId) -> Fired {
    if cx.target.can.mixed_windows {
        return Ok(false);
    }
    let items: Vec<air::node::Child> = cx
        .air
        .list(cx.air.select(select).items)
        .iter()
        .filter_map(|item| match item {
            air::query::Item::Expr { expr, .. } => Some(air::node::Child::Expr(*expr)),
            air::query::Item::Star { .. } => None,
        })
        .collect();
    let mut whole = Vec::new();
    let mut partitioned = false;
    let mut ordered = None;
    for id in crate::build::below(cx.air, &items) {
        let Expr::Window { call, window, .. } = cx.air.expr(id) else { continue };
        let spec = *cx.air.window(window);
        if spec.name.is_some() || spec.base.is_some() {
            continue;
        }
        match (spec.partition.is_empty(), spec.order.is_empty()) {
            (true, true) if matches!(cx.air.expr(call), Expr::Aggregate { .. }) => whole.push(id),
            (true, true) => {}
            (true, false) => ordered = Some(spec.order),
            (false, _) => partitioned = true,
        }
    }
    let Some(order) = ordered.filter(|_| partitioned) else { return Ok(false) };
    for id in &whole {
        let Expr::Window { call, ignore_nulls, .. } = cx.air.expr(*id) else { continue };
        let mut keys = cx.air.list(order).to_vec();
        for key in &mut keys {
            key.expr = cx.air.copy(key.expr);
        }
        let order = cx.air.push_list(&keys);
        let spec =
            WindowSpec { name: None, base: None, partition: List::EMPTY, order, frame: Some(ALL_ROWS) };
        let window = cx.air.push_window(spec);
        cx.air.set(*id, Expr::Window { call, window, ignore_nulls });
    }
    Ok(!whole.is_empty())
}
