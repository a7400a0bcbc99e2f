//! Rows of function tables: a name, how many arguments, what they are, what the call means.

use crate::binder::{Binder, Bound};
use crate::expr::CallSite;
use air::types::Type;
use air::{Builtin, ExprId};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// What an argument has to be. The dialect's rules decide whether another type is converted or refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    /// Anything, taken as it is.
    Any,
    /// A number of any kind.
    Num,
    /// An integer.
    Int,
    /// A floating-point number; exact numbers widen without a cast.
    Float,
    /// Character text.
    Text,
    /// A truth value.
    Bool,
    /// Bytes, or text taken as its bytes.
    Bytes,
    /// Date or timestamp; text is read as a timestamp.
    Moment,
    /// A date; the time of day is cut.
    Date,
    /// A timestamp; a date is midnight.
    Timestamp,
    /// A time of day; a timestamp loses its date.
    Time,
    /// An interval.
    Interval,
    /// JSON, or text holding it.
    Json,
    /// The common type of all arguments marked so.
    Common,
}

/// Type of the result.
#[derive(Clone, Copy)]
pub(crate) enum Ret {
    /// As the signature of the builtin says; a `Given` one takes the type of the first argument.
    Sig,
    /// Just this type.
    Is(Type),
    /// By the types of the arguments.
    By(fn(&[Type]) -> Type),
}

/// Binds a call that follows no row pattern.
pub(crate) type Handler = for<'a> fn(&mut Binder<'a>, CallSite<'a>) -> Bound<ExprId>;

/// What a call means.
#[derive(Clone, Copy)]
pub(crate) enum How {
    /// A scalar builtin. `order` gives, for each argument of the builtin, its position in the source call;
    /// empty where both agree.
    Scalar { op: Builtin, wants: &'static [Want], order: &'static [u8], ret: Ret },
    /// An aggregate.
    Aggregate { op: Builtin, wants: &'static [Want], ret: Ret },
    /// A window builtin, which needs OVER.
    Window { op: Builtin, wants: &'static [Want], ret: Ret },
    /// A call bound by hand.
    Special(Handler),
    /// An aggregate bound by hand.
    SpecialAggregate(Handler),
    /// Known, and without a neutral meaning.
    Refuse(&'static str),
}

/// One way to call a function. A name may have several rows; the first that takes so many arguments counts.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    /// Lower case.
    pub name: &'static str,
    /// Fewest arguments.
    pub min: u8,
    /// Most arguments; 255: any number.
    pub max: u8,
    /// What it means.
    pub how: How,
}

impl Function {
    /// Result type other than the signature's.
    pub const fn ret(mut self, ret: Ret) -> Function {
        match &mut self.how {
            How::Scalar { ret: r, .. } | How::Aggregate { ret: r, .. } | How::Window { ret: r, .. } => {
                *r = ret
            }
            How::Special(_) | How::SpecialAggregate(_) | How::Refuse(_) => {}
        }
        self
    }

    /// Result of just this type.
    pub const fn is(self, ty: Type) -> Function {
        self.ret(Ret::Is(ty))
    }

    /// Result type by a rule over the argument types.
    pub const fn by(self, rule: fn(&[Type]) -> Type) -> Function {
        self.ret(Ret::By(rule))
    }

    /// Fewest arguments below the number of wants.
    pub const fn min(mut self, min: u8) -> Function {
        self.min = min;
        self
    }

    /// Any number of arguments from the minimum; the last want repeats.
    pub const fn many(mut self) -> Function {
        self.max = 255;
        self
    }

    /// Order of arguments: position in the source call for each argument of the builtin.
    pub const fn order(mut self, order: &'static [u8]) -> Function {
        if let How::Scalar { order: o, .. } = &mut self.how {
            *o = order;
        }
        self
    }

    /// Takes that many arguments.
    pub fn takes(&self, count: usize) -> bool {
        count >= usize::from(self.min) && (self.max == 255 || count <= usize::from(self.max))
    }
}

/// `name(wants…)` is `op`.
pub(crate) const fn call(name: &'static str, op: Builtin, wants: &'static [Want]) -> Function {
    let n = wants.len() as u8;
    Function { name, min: n, max: n, how: How::Scalar { op, wants, order: &[], ret: Ret::Sig } }
}

/// `name(wants…)` is the aggregate `op`.
pub(crate) const fn agg(name: &'static str, op: Builtin, wants: &'static [Want]) -> Function {
    let n = wants.len() as u8;
    Function { name, min: n, max: n, how: How::Aggregate { op, wants, ret: Ret::Sig } }
}

/// `name(wants…)` is the window builtin `op`.
pub(crate) const fn win(name: &'static str, op: Builtin, wants: &'static [Want]) -> Function {
    let n = wants.len() as u8;
    Function { name, min: n, max: n, how: How::Window { op, wants, ret: Ret::Sig } }
}

/// `name(…)` with `min` to `max` arguments is bound by `handler`.
pub(crate) const fn special(name: &'static str, min: u8, max: u8, handler: Handler) -> Function {
    Function { name, min, max, how: How::Special(handler) }
}

/// `name(…)` with `min` to `max` arguments is an aggregate bound by `handler`.
pub(crate) const fn special_agg(name: &'static str, min: u8, max: u8, handler: Handler) -> Function {
    Function { name, min, max, how: How::SpecialAggregate(handler) }
}

/// `name(…)` is known and refused, with the reason.
pub(crate) const fn refuse(name: &'static str, reason: &'static str) -> Function {
    Function { name, min: 0, max: 255, how: How::Refuse(reason) }
}

/// The functions of a dialect: several tables, searched as one.
pub(crate) struct Functions {
    tables: &'static [&'static [Function]],
    index: OnceLock<Index>,
}

/// Rows sorted by name, and where each name's rows are.
struct Index {
    rows: Vec<Function>,
    by_name: FxHashMap<&'static str, (u32, u32)>,
}

/// Longest name a lookup folds without allocating. No function of any table is longer.
pub(crate) const NAME_MAX: usize = 48;

impl Functions {
    /// Tables in order of precedence.
    pub const fn new(tables: &'static [&'static [Function]]) -> Functions {
        Functions { tables, index: OnceLock::new() }
    }

    /// The ways to call `name`, in any letter case; empty if there are none.
    pub fn rows(&self, name: &str) -> &[Function] {
        let mut buffer = [0u8; NAME_MAX];
        let Some(lower) = buffer.get_mut(..name.len()) else { return &[] };
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        let Ok(lower) = std::str::from_utf8(lower) else { return &[] };
        let index = self.index.get_or_init(|| self.build());
        match index.by_name.get(lower) {
            Some(&(start, end)) => &index.rows[start as usize..end as usize],
            None => &[],
        }
    }

    /// All names, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.index.get_or_init(|| self.build()).by_name.keys().copied()
    }

    fn build(&self) -> Index {
        let mut rows: Vec<Function> = self.tables.iter().flat_map(|table| table.iter().copied()).collect();
        // Stable: rows of one name keep their precedence.
        rows.sort_by_key(|row| row.name);
        let mut by_name = FxHashMap::default();
        let mut start = 0;
        while start < rows.len() {
            let name = rows[start].name;
            let end = start + rows[start..].iter().take_while(|row| row.name == name).count();
            by_name.insert(name, (start as u32, end as u32));
            start = end;
        }
        Index { rows, by_name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use air_base::Dialect;

    #[test]
    fn rows_fit_their_builtins() {
        for dialect in Dialect::ALL {
            for table in super::super::meaning(dialect).functions.tables {
                for row in *table {
                    assert!(row.name.len() <= NAME_MAX && row.name == row.name.to_ascii_lowercase());
                    let (op, wants, order) = match row.how {
                        How::Scalar { op, wants, order, .. } => (op, wants, order),
                        How::Aggregate { op, wants, .. } | How::Window { op, wants, .. } => {
                            (op, wants, &[][..])
                        }
                        _ => continue,
                    };
                    let signature = op.signature();
                    let (min, max) = if order.is_empty() {
                        (row.min, row.max)
                    } else {
                        (order.len() as u8, order.len() as u8)
                    };
                    assert!(min >= signature.args_min, "{dialect} {}: too few arguments", row.name);
                    assert!(max <= signature.args_max, "{dialect} {}: too many arguments", row.name);
                    assert!(row.max == 0 || !wants.is_empty(), "{dialect} {}: no wants", row.name);
                }
            }
        }
    }
}
