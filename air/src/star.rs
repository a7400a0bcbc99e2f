//! What `*` stands for.

use crate::Air;
use crate::expr::Expr;
use crate::ids::{ExprId, RelId, SourceId};
use crate::query::Rel;

/// A column that `*` gives: the columns it is the first value that is not NULL of, in order. One, but for
/// columns named in USING.
pub type StarColumn = Vec<(SourceId, u32)>;

impl Air {
    /// The columns of `*` over `from`: left to right, except that USING columns come once and first.
    /// Only the columns that are known, where a source is open.
    pub fn star_columns(&self, from: RelId) -> Vec<StarColumn> {
        crate::form::on_enough_stack(|| match self.rel(from) {
            Rel::Source { source } => self.source_star(source),
            Rel::Join { left, right, using, .. } => {
                let mut left = self.star_columns(left);
                let mut right = self.star_columns(right);
                let mut columns = Vec::with_capacity(left.len() + right.len());
                for column in self.list(using) {
                    let mut merged = self.take_star(&mut left, column.left);
                    merged.extend(self.take_star(&mut right, column.right));
                    columns.push(merged);
                }
                columns.append(&mut left);
                columns.append(&mut right);
                columns
            }
        })
    }

    /// The columns of `t.*`.
    pub fn source_star(&self, source: SourceId) -> Vec<StarColumn> {
        (0..self.source(source).columns.len() as u32).map(|index| vec![(source, index)]).collect()
    }

    /// Takes out the star column that has the column which `expr` is (or, for a column merged before,
    /// begins with).
    fn take_star(&self, columns: &mut Vec<StarColumn>, expr: ExprId) -> StarColumn {
        let mut first = expr;
        let (source, index) = loop {
            match self.expr(first) {
                Expr::Column { source, index, .. } => break (source, index),
                Expr::Call { args, .. } if !args.is_empty() => first = self.at(args, 0),
                Expr::Cast { operand, .. } => first = operand,
                _ => return Vec::new(),
            }
        };
        match columns.iter().position(|column| column.contains(&(source, index))) {
            Some(at) => columns.remove(at),
            None => vec![(source, index)],
        }
    }
}
