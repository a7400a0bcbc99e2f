//! JSON.

use crate::binder::{Binder, Bound};
use crate::dialects::Want;
use crate::expr::CallSite;
use air::expr::{CompareOp, Expr, Literal};
use air::types::{Affinity, CastRule, Collation, Type};
use air::{Builtin, ExprId};
use air_base::Span;
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

fn set_at_paths<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, op: Builtin) -> Bound<ExprId> {
    let mut args = binder.bound_args(site)?;
    if args.len() % 2 == 0 {
        return binder.no_meaning("a JSON path without value", site.span);
    }
    args[0] = binder.argument(args[0], Want::Json)?;
    Ok(binder.call(op, &args, site.span))
}

/// JSON_SET(document, path, value, …).
pub(crate) fn set<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    set_at_paths(binder, site, Builtin::JsonSet)
}

/// JSON_INSERT(document, path, value, …).
pub(crate) fn insert<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    set_at_paths(binder, site, Builtin::JsonInsert)
}

/// JSON_REPLACE(document, path, value, …).
pub(crate) fn replace<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    set_at_paths(binder, site, Builtin::JsonReplace)
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

/// The kind of a document by the names of a dialect: numbers with and without a fraction, the words for truth, and
/// how the other kinds are called.
fn named_kind<'a>(
    binder: &mut Binder<'a>,
    document: ExprId,
    names: &[(&str, &str)],
    numbers: [&str; 2],
    truths: Option<[&str; 2]>,
    span: Span,
) -> Bound<ExprId> {
    let text = binder.text_type();
    let kind = |binder: &mut Binder<'a>| -> Bound<ExprId> {
        let copy = binder.twice(document)?;
        Ok(binder.call_as(Builtin::JsonType, &[copy], text, span))
    };
    let shown = |binder: &mut Binder<'a>| -> Bound<ExprId> {
        let copy = binder.twice(document)?;
        Ok(binder.cast(copy, text, CastRule::IMPLICIT))
    };
    let is = |binder: &mut Binder<'a>, value: ExprId, word: &str| {
        let word = binder.text(word, span);
        binder.compare(CompareOp::Eq, value, word, Collation::BINARY, span)
    };
    let mut branches = Vec::new();
    let found = kind(binder)?;
    let number = is(binder, found, "number");
    // Digits alone are an integer.
    let point = |binder: &mut Binder<'a>, part: &str| -> Bound<ExprId> {
        let (value, part) = (shown(binder)?, binder.text(part, span));
        let place = binder.call(Builtin::Position, &[value, part], span);
        let zero = binder.int(0, span);
        Ok(binder.compare(CompareOp::Gt, place, zero, Collation::BINARY, span))
    };
    let tests = [point(binder, ".")?, point(binder, "e")?, point(binder, "E")?];
    let fraction = binder.disjunction(&tests, span);
    let (whole, float) = (binder.text(numbers[0], span), binder.text(numbers[1], span));
    let number_name = binder.case(&[(fraction, float)], Some(whole), text, span);
    branches.push((number, number_name));
    if let Some([yes, no]) = truths {
        let found = kind(binder)?;
        let truth = is(binder, found, "boolean");
        let value = shown(binder)?;
        let holds = is(binder, value, "true");
        let (yes, no) = (binder.text(yes, span), binder.text(no, span));
        let word = binder.case(&[(holds, yes)], Some(no), text, span);
        branches.push((truth, word));
    }
    for (neutral, name) in names {
        let found = kind(binder)?;
        let test = is(binder, found, neutral);
        let name = binder.text(name, span);
        branches.push((test, name));
    }
    Ok(binder.case(&branches, None, text, span))
}

/// JSON_TYPE(document) of MySQL.
pub(crate) fn type_mysql<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Json])?;
    let names = [
        ("string", "STRING"),
        ("boolean", "BOOLEAN"),
        ("object", "OBJECT"),
        ("array", "ARRAY"),
        ("null", "NULL"),
    ];
    named_kind(binder, args[0], &names, ["INTEGER", "DOUBLE"], None, site.span)
}

/// JSON_TYPE(document[, path]) of SQLite.
pub(crate) fn type_sqlite<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let args = binder.wanted_args(site, &[Want::Json, Want::Text])?;
    let document = match args[..] {
        [document, path] => {
            let ty = Type::Json { binary: false };
            let member = binder.call_as(Builtin::JsonPath, &[document, path], ty, site.span);
            binder.air.info_mut(member).nullable = true;
            member
        }
        _ => args[0],
    };
    let names = [("string", "text"), ("object", "object"), ("array", "array"), ("null", "null")];
    named_kind(binder, document, &names, ["integer", "real"], Some(["true", "false"]), site.span)
}
