//! JSON.

use crate::binder::{Binder, Bound};
use crate::dialects::Want;
use crate::expr::CallSite;
use air::expr::{Expr, Literal};
use air::types::{Affinity, Type};
use air::{Builtin, ExprId};
use airc_grammar::tree;

/// JSON_EXTRACT of MySQL: JSON out.
pub(crate) fn extract<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    if site.args.len() != 2 {
        return binder.no_meaning("JSON_EXTRACT of several paths", site.span);
    }
    let args = binder.wanted_args(site, &[Want::Json, Want::Text])?;
    Ok(binder.call(Builtin::JsonPath, &args, site.span))
}

/// JSON_LENGTH(document, path): of what is at the path, if one is given.
pub(crate) fn length<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Json, Want::Text][..site.args.len()])?;
    let value = match args[..] {
        [_, _] => binder.call(Builtin::JsonPath, &args, site.span),
        _ => args[0],
    };
    Ok(binder.call(Builtin::JsonLength, &[value], site.span))
}

/// json_extract of SQLite: a SQL value out.
pub(crate) fn extract_value<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    if site.args.len() != 2 {
        return binder.no_meaning("json_extract of several paths", site.span);
    }
    let args = binder.wanted_args(site, &[Want::Json, Want::Text])?;
    let ty = Type::Any(Affinity::Blob);
    Ok(binder.call_as(Builtin::JsonPathValue, &args, ty, site.span))
}

/// JSON_OBJECT(key, value, …), also with KEY … VALUE.
pub(crate) fn object<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = Vec::with_capacity(site.args.len() * 2);
    for arg in site.args {
        if let tree::Expr::KeyValue { key, value } = binder.tree.expr(*arg) {
            args.push(binder.expr(key)?);
            args.push(binder.expr(value)?);
        } else {
            args.push(binder.expr(*arg)?);
        }
    }
    if args.len() % 2 == 1 {
        return binder.no_meaning("a JSON object with a key without value", site.span);
    }
    for key in args.iter_mut().step_by(2) {
        *key = binder.as_text(*key)?;
    }
    Ok(binder.call(Builtin::JsonObject, &args, site.span))
}

/// JSON_SET(document, path, value, …).
pub(crate) fn set<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.bound_args(site)?;
    if args.len() % 2 == 0 {
        return binder.no_meaning("JSON_SET with a path without value", site.span);
    }
    args[0] = binder.argument(args[0], Want::Json)?;
    Ok(binder.call(Builtin::JsonSet, &args, site.span))
}

/// json(text): the text as JSON, minified.
pub(crate) fn parse<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    binder.explicit_cast(value, Type::Json { binary: false }, false)
}

fn steps<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, last: Builtin) -> Bound<ExprId> {
    let mut value = binder.expr(site.args[0])?;
    value = binder.argument(value, Want::Json)?;
    let count = site.args.len() - 1;
    for (i, step) in site.args[1..].iter().enumerate() {
        let step = binder.expr(*step)?;
        // Indexes are written as texts of digits.
        let written = match binder.air.expr(step) {
            Expr::Cast { operand, to, .. } if to.is_text() => operand,
            _ => step,
        };
        let step = match (binder.text_literal(written).map(str::parse::<i64>), binder.air.literal(written)) {
            (Some(Ok(index)), _) => binder.int(index, site.span),
            (_, Some(Literal::Int { .. })) => written,
            (Some(Err(_)), _) => written,
            // Whether it is a key or an index, its text decides.
            (None, _) => return binder.no_meaning("a computed step of a JSON path", site.span),
        };
        let op = if i + 1 == count { last } else { Builtin::JsonGet };
        value = binder.call(op, &[value, step], site.span);
    }
    Ok(value)
}

/// json_extract_path(document, steps…).
pub(crate) fn extract_path<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    steps(binder, site, Builtin::JsonGet)
}

/// json_extract_path_text(document, steps…).
pub(crate) fn extract_path_text<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    steps(binder, site, Builtin::JsonGetText)
}
