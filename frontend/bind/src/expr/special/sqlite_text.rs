//! Texts and bytes of SQLite.

use crate::binder::{Binder, Bound};
use crate::expr::CallSite;
use air::expr::Literal;
use air::types::Type;
use air::{Builtin, ExprId};

/// Most bytes that are written out.
const BYTES_MAX: i64 = 4096;

/// ZEROBLOB(n): so many zero bytes.
pub(crate) fn zeroblob<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let count = binder.expr(site.args[0])?;
    let Some(count) = binder.air.int_literal(count).filter(|count| *count <= BYTES_MAX) else {
        return binder.no_meaning("ZEROBLOB of a size that is no small constant", site.span);
    };
    let hex = binder.air.push_text(&"00".repeat(count.max(0) as usize));
    Ok(binder.literal_expr(Literal::Bytes { hex }, Type::BYTES, site.span))
}

/// TYPEOF(x), which of what a text makes depends on the text.
pub(crate) fn type_name<'a>(binder: &mut Binder<'a>, site: CallSite<'a>) -> Bound<ExprId> {
    let value = binder.expr(site.args[0])?;
    if binder.kind_by_text(value) {
        return binder.no_meaning("the type of a number that depends on the text it comes from", site.span);
    }
    Ok(binder.call(Builtin::TypeName, &[value], site.span))
}
