//! The legal form: nothing is left for the renderer to decide.

use air::node::Child;
use air::query::SourceKind;
use air::target::{How, Target};
use air::{Air, Builtin, Expr};

/// Tells which builtins in use have no spelling on the target.
pub(super) fn check(air: &Air, target: &Target, found: &mut Vec<String>) {
    let mut need = |op: Builtin| match target.row(op).map(|row| row.how) {
        None => found.push(format!("`{}` has no row", op.name())),
        Some(How::Rewritten) => found.push(format!("`{}` was to be rewritten", op.name())),
        Some(How::Refuse(reason)) => found.push(format!("`{}`: {reason}", op.name())),
        Some(_) => {}
    };
    air.walk(&mut |child| match child {
        Child::Expr(id) => {
            if let Expr::Call { op, .. } | Expr::Aggregate { op, .. } = air.expr(id) {
                need(op);
            }
        }
        Child::Source(id) => {
            if let SourceKind::Function { op, .. } = air.source(id).kind {
                need(op);
            }
        }
        Child::Query(_) | Child::Select(_) | Child::Rel(_) | Child::Window(_) => {}
    });
}
