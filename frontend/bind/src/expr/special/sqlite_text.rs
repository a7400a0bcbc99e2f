//! Texts and bytes of SQLite.

use crate::binder::{Binder, Bound};
use crate::expr::CallSite;
use air::ExprId;
use air::expr::Literal;
use air::types::Type;

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
