//! Texts of Oracle, whose empty results are NULL.

use crate::binder::{Binder, Bound};
use crate::dialects::Want;
use crate::expr::CallSite;
use air::{Builtin, ExprId};

fn wrapped<'a>(binder: &mut Binder<'a>, site: CallSite<'a>, op: Builtin, wants: &[Want]) -> Bound<ExprId> {
    let args = binder.wanted_args(site, wants)?;
    let text = binder.call(op, &args, site.span);
    Ok(binder.null_if_empty(text))
}

/// EMPTY_CLOB(): a text without letters, which is not NULL.
pub(crate) fn empty_clob<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    Ok(binder.text("", site.span))
}

/// LPAD.
pub(crate) fn pad_left<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    wrapped(binder, site, Builtin::PadLeft, &[Want::Text, Want::Int, Want::Text])
}

/// RPAD.
pub(crate) fn pad_right<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    wrapped(binder, site, Builtin::PadRight, &[Want::Text, Want::Int, Want::Text])
}

/// LTRIM.
pub(crate) fn trim_start<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    wrapped(binder, site, Builtin::TrimStart, &[Want::Text])
}

/// RTRIM.
pub(crate) fn trim_end<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    wrapped(binder, site, Builtin::TrimEnd, &[Want::Text])
}

/// TRIM.
pub(crate) fn trim<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    wrapped(binder, site, Builtin::Trim, &[Want::Text])
}

/// TRANSLATE.
pub(crate) fn translate<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    wrapped(binder, site, Builtin::Translate, &[Want::Text])
}

/// REGEXP_REPLACE: all matches; without a third argument they go.
pub(crate) fn regexp_replace<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let mut args = binder.wanted_args(site, &[Want::Text])?;
    let empty = match args.get(2) {
        None => true,
        Some(replacement) => binder.is_null_literal(*replacement),
    };
    if empty {
        args.truncate(2);
        args.push(binder.text("", site.span));
    }
    let text = binder.call(Builtin::RegexReplaceAll, &args, site.span);
    Ok(binder.null_if_empty(text))
}
