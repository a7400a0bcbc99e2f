//! Aggregates: the common frame (DISTINCT, FILTER, ORDER BY, OVER) and those whose arguments need care.

use super::call::CallSite;
use super::types::element_of;
use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::Want;
use crate::scope::Within;
use air::builtins::Nulls;
use air::expr::{Expr, OrderKey};
use air::types::Type;
use air::{Builtin, ExprId};
use airc_grammar::tree;

impl<'a> Binder<'a> {
    /// Binds an aggregate: `arguments` gives the builtin, its arguments and the type; clauses are bound here.
    pub(crate) fn aggregate(
        &mut self,
        site: CallSite<'a>,
        arguments: impl FnOnce(&mut Binder<'a>, CallSite<'a>) -> Bound<(Builtin, Vec<ExprId>, Type)>,
    ) -> Bound<ExprId> {
        let extra = site.extra();
        if let Some(keep) = extra.keep {
            return self.kept(site, keep, arguments);
        }
        if extra.limit.is_some() || extra.nulls == Some(tree::NullTreatment::Ignore) {
            return self.no_meaning("this clause of an aggregate", site.span);
        }
        let failure = |f: Option<tree::OnFailure>| !matches!(f, None | Some(tree::OnFailure::Error));
        if failure(extra.on_error) || extra.returning.is_some() {
            return self.no_meaning("this clause of an aggregate", site.span);
        }
        let within = if extra.over.is_some() { Within::Window } else { Within::Aggregate };
        let mark = self.begin_call(within, site.span)?;
        let (op, args, ty) = arguments(self, site)?;
        let order_items = if extra.order_by.is_empty() { extra.within_group } else { extra.order_by };
        let mut order = match op {
            Builtin::StringAgg if self.meaning.texts.lists_sort => self.list_keys(order_items, site.args)?,
            _ => self.sort_keys(order_items)?,
        };
        if op == Builtin::StringAgg
            && site.distinct
            && order_items.is_empty()
            && (self.meaning.texts.lists_sort || self.meaning.texts.distinct_sorts)
        {
            // The separator is among the arguments there.
            let values = if self.meaning.texts.lists_sort { site.args } else { &site.args[..1] };
            order = self.keys_of_values(values)?;
        }
        let filter = match extra.filter {
            Some(filter) => Some(self.predicate(filter)?),
            None => None,
        };
        let window = match extra.over {
            Some(over) => Some(self.window(over)?),
            None => None,
        };
        self.end_call(mark);
        // The order of rows matters to few aggregates; to the others it is noise of the source.
        let ordered = matches!(
            op,
            Builtin::StringAgg
                | Builtin::ArrayAgg
                | Builtin::JsonAgg
                | Builtin::JsonObjectAgg
                | Builtin::PercentileCont
                | Builtin::PercentileDisc
                | Builtin::Mode
        );
        let order = if ordered { order } else { air::List::EMPTY };
        let collation = self.strongest_collation(&args).unwrap_or_default();
        let nullable = op.signature().nulls != Nulls::Never;
        let args = self.air.push_list(&args);
        let node = Expr::Aggregate { op, distinct: site.distinct, args, order, filter, collation };
        let call = self.air.push(node, ty, nullable, site.span);
        Ok(match window {
            Some(window) => {
                self.air.push(Expr::Window { call, window, ignore_nulls: false }, ty, nullable, site.span)
            }
            None => call,
        })
    }

    fn number_argument(&mut self, site: CallSite<'a>) -> Bound<ExprId> {
        let arg = self.expr(site.args[0])?;
        let arg = self.number_operand(arg)?;
        if self.air.ty(arg) == Type::Unknown {
            self.argument(arg, Want::Num)?;
        }
        Ok(arg)
    }

    /// `MAX(x) KEEP (DENSE_RANK FIRST ORDER BY k)`: of the rows that come first, the greatest value is the first value
    /// in the order of the keys and of the values downwards, NULLs last.
    fn kept(
        &mut self,
        site: CallSite<'a>,
        keep: tree::Keep,
        arguments: impl FnOnce(&mut Binder<'a>, CallSite<'a>) -> Bound<(Builtin, Vec<ExprId>, Type)>,
    ) -> Bound<ExprId> {
        let extra = site.extra();
        if extra.over.is_some() || extra.filter.is_some() {
            return self.no_meaning("KEEP (DENSE_RANK …) over a window", site.span);
        }
        let mark = self.begin_call(Within::Aggregate, site.span)?;
        let (op, args, ty) = arguments(self, site)?;
        let keys = self.sort_keys(keep.order_by)?;
        self.end_call(mark);
        let (Builtin::Min | Builtin::Max, &[value]) = (op, args.as_slice()) else {
            return self.no_meaning("KEEP (DENSE_RANK …) of an aggregate other than MIN and MAX", site.span);
        };
        let mut order = self.air.list(keys).to_vec();
        if keep.last {
            for key in &mut order {
                (key.descending, key.nulls_first) = (!key.descending, !key.nulls_first);
            }
        }
        let expr = self.air.copy(value);
        let collation = self.sort_collation(expr);
        order.push(OrderKey { expr, descending: op == Builtin::Max, nulls_first: false, collation });
        let order = self.air.push_list(&order);
        let args = self.air.push_list(&[value]);
        let array = Type::Array(element_of(ty));
        let node =
            Expr::Aggregate { op: Builtin::ArrayAgg, distinct: false, args, order, filter: None, collation };
        let values = self.air.push(node, array, true, site.span);
        let first = self.int(1, site.span);
        let span = site.span;
        let kept = self.call_as(Builtin::ArrayGet, &[values, first], ty, span);
        self.air.info_mut(kept).nullable = true;
        Ok(kept)
    }
}

/// COUNT.
pub(crate) fn count<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let small = site.name.eq_ignore_ascii_case("count");
    let ty = if small { binder.meaning.numbers.count } else { Type::I64 };
    binder.aggregate(site, |binder, site| {
        let star = match site.args {
            [] => true,
            [only] => matches!(binder.tree.expr(*only), tree::Expr::Star(_)),
            _ => false,
        };
        if star {
            if site.distinct {
                return binder.no_meaning("COUNT(DISTINCT *)", site.span);
            }
            return Ok((Builtin::CountAll, Vec::new(), ty));
        }
        let args = binder.bound_args(site)?;
        if args.len() > 1 {
            if !site.distinct {
                let message = "COUNT of several values needs DISTINCT";
                return Err(binder.refuse(codes::ARGUMENT_COUNT, site.span, message));
            }
            return Ok((Builtin::CountRows, args, ty));
        }
        if matches!(binder.air.expr(args[0]), Expr::Row { .. }) {
            return binder.no_meaning("COUNT of rows", site.span);
        }
        Ok((Builtin::Count, args, ty))
    })
}

/// SUM.
pub(crate) fn sum<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    binder.aggregate(site, |binder, site| {
        let arg = binder.number_argument(site)?;
        let ty = match binder.air.ty(arg) {
            ty @ Type::Interval(_) => ty,
            ty => (binder.meaning.numbers.sum)(ty),
        };
        Ok((Builtin::Sum, vec![arg], ty))
    })
}

/// AVG.
pub(crate) fn avg<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    binder.aggregate(site, |binder, site| {
        let arg = binder.number_argument(site)?;
        let (op, ty) = (binder.meaning.numbers.avg)(binder.air.ty(arg), &binder.profile.settings);
        Ok((op, vec![arg], ty))
    })
}

/// MySQL's GROUP_CONCAT: several arguments are joined row by row.
pub(crate) fn group_concat<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let separator = site.extra().separator;
    binder.aggregate(site, |binder, site| {
        let mut parts = Vec::with_capacity(site.args.len());
        for arg in site.args {
            let bound = binder.expr(*arg)?;
            parts.push(binder.as_text(bound)?);
        }
        let value = match parts[..] {
            [one] => one,
            _ => binder.call(Builtin::Concat, &parts, site.span),
        };
        let separator = match separator {
            Some(separator) => binder.expr(separator)?,
            None => binder.text(",", site.span),
        };
        let ty = binder.text_result(&[value]);
        Ok((Builtin::StringAgg, vec![value, separator], ty))
    })
}

/// STRING_AGG, LISTAGG, SQLite's GROUP_CONCAT.
pub(crate) fn string_agg<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    binder.aggregate(site, |binder, site| {
        let value = binder.expr(site.args[0])?;
        let value = binder.argument(value, Want::Text)?;
        let value = binder.unpadded(value);
        let default = binder.meaning.texts.list_separator;
        let separator = match site.args.get(1) {
            Some(separator) => {
                let bound = binder.expr(*separator)?;
                // Oracle's NULL separator is none at all.
                if binder.meaning.texts.empty_is_null && binder.is_null_literal(bound) {
                    binder.text("", site.span)
                } else {
                    binder.argument(bound, Want::Text)?
                }
            }
            None => binder.text(default, site.span),
        };
        let ty = binder.text_result(&[value]);
        Ok((Builtin::StringAgg, vec![value, separator], ty))
    })
}

/// RATIO_TO_REPORT(x) OVER (…): x over the sum of all.
pub(crate) fn ratio_to_report<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    if site.extra().over.is_none() {
        let message = "RATIO_TO_REPORT needs OVER";
        return Err(binder.refuse(codes::EXPRESSION, site.span, message));
    }
    let sum = sum(binder, site)?;
    let part = binder.expr(site.args[0])?;
    let part = binder.number_operand(part)?;
    let zero = binder.int(0, site.span);
    let ty = binder.air.ty(sum);
    // No share of nothing.
    let whole = binder.call_as(Builtin::NullIf, &[sum, zero], ty, site.span);
    binder.divide(part, whole, site.span)
}

/// ARRAY_AGG.
pub(crate) fn array_agg<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    binder.aggregate(site, |binder, site| {
        let value = binder.expr(site.args[0])?;
        if matches!(binder.air.ty(value), Type::Array(_)) {
            return binder.no_meaning("an array of arrays", site.span);
        }
        let ty = Type::Array(element_of(binder.air.ty(value)));
        Ok((Builtin::ArrayAgg, vec![value], ty))
    })
}

/// A JSON array of values.
pub(crate) fn json_array<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    binder.aggregate(site, |binder, site| {
        let args = binder.bound_args(site)?;
        Ok((
            Builtin::JsonAgg,
            args,
            Type::Json { binary: site.name.starts_with(['j', 'J']) && site.name.get(4..5) == Some("b") },
        ))
    })
}

/// A JSON object of keys and values.
pub(crate) fn json_object<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    binder.aggregate(site, |binder, site| {
        let args = binder.bound_args(site)?;
        let key = binder.as_text(args[0])?;
        Ok((Builtin::JsonObjectAgg, vec![key, args[1]], Type::Json { binary: false }))
    })
}

/// PERCENTILE_CONT and PERCENTILE_DISC WITHIN GROUP (ORDER BY key).
pub(crate) fn percentile<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let [key] = binder.tree.list(site.extra().within_group) else {
        let message = format!("{} takes WITHIN GROUP (ORDER BY one key)", site.name.to_ascii_uppercase());
        return Err(binder.refuse(codes::EXPRESSION, site.span, message));
    };
    let (key, continuous) = (key.expr, site.name.to_ascii_lowercase().ends_with("cont"));
    binder.aggregate(site, |binder, site| {
        let fraction = binder.expr(site.args[0])?;
        if matches!(binder.air.ty(fraction), Type::Array(_)) {
            return binder.no_meaning("several percentiles at once", site.span);
        }
        let fraction = binder.argument(fraction, Want::Float)?;
        if continuous {
            return Ok((Builtin::PercentileCont, vec![fraction], Type::Float64));
        }
        let value = binder.expr(key)?;
        Ok((Builtin::PercentileDisc, vec![fraction], binder.air.ty(value)))
    })
}

/// MODE() WITHIN GROUP (ORDER BY key), STATS_MODE(value).
pub(crate) fn mode<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let key = match (binder.tree.list(site.extra().within_group), site.args) {
        ([key], []) => key.expr,
        ([], [value]) => *value,
        _ => {
            let message = "MODE takes WITHIN GROUP (ORDER BY one key)";
            return Err(binder.refuse(codes::EXPRESSION, site.span, message));
        }
    };
    let stated = !site.args.is_empty();
    let node = binder.aggregate(site, |binder, _| {
        let value = binder.expr(key)?;
        let ty = binder.air.ty(value);
        Ok((Builtin::Mode, Vec::new(), ty))
    })?;
    if stated && let Expr::Aggregate { op, distinct, args, filter, collation, .. } = binder.air.expr(node) {
        let expr = binder.expr(key)?;
        let sort = binder.sort_collation(expr);
        let key = OrderKey { expr, descending: false, nulls_first: false, collation: sort };
        let order = binder.air.push_list(&[key]);
        binder.air.set(node, Expr::Aggregate { op, distinct, args, order, filter, collation });
    }
    Ok(node)
}

/// GROUPING and GROUPING_ID.
pub(crate) fn grouping<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.bound_args(site)?;
    let ty = if binder.meaning.numbers.single_kind { Type::Number } else { Type::I32 };
    Ok(binder.call_as(Builtin::Grouping, &args, ty, site.span))
}
