//! Calls and windows.

use super::super::{CallExtraId, ExprId, FrameId, List, Name, OrderItem, OverId, TypeId, WindowSpecId};
use air_base::Span;
use airc_lex::Ident;

/// A function call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Call {
    /// Name of one to four parts.
    pub name: Name,
    /// The arguments; [`Expr::Star`] for `COUNT(*)`, [`Expr::NamedArg`] for named ones.
    pub args: List<ExprId>,
    /// How it was written.
    pub form: CallForm,
    /// `DISTINCT` or `ALL` before the arguments.
    pub quantifier: Quantifier,
    /// `OVER`, `FILTER`, `ORDER BY`… if there are any.
    pub extra: Option<CallExtraId>,
}

/// How a call was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum CallForm {
    /// With parentheses.
    Parens,
    /// A keyword alone: `CURRENT_TIMESTAMP`.
    Bare,
}

/// `ALL`, `DISTINCT`, or neither.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum Quantifier {
    /// Not written.
    #[default]
    None,
    /// `ALL`.
    All,
    /// `DISTINCT`, `UNIQUE`, `DISTINCTROW`.
    Distinct,
}

/// Everything that may follow a call or stand behind its arguments.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct CallExtra {
    /// `ORDER BY` inside of the parentheses.
    pub order_by: List<OrderItem>,
    /// `WITHIN GROUP (ORDER BY …)`.
    pub within_group: List<OrderItem>,
    /// `SEPARATOR x` of `GROUP_CONCAT`.
    pub separator: Option<ExprId>,
    /// `LIMIT n` inside of MariaDB's `GROUP_CONCAT`.
    pub limit: Option<ExprId>,
    /// `FILTER (WHERE …)`.
    pub filter: Option<ExprId>,
    /// `OVER …`.
    pub over: Option<OverId>,
    /// `IGNORE NULLS`, `RESPECT NULLS`, inside or behind the parentheses.
    pub nulls: Option<NullTreatment>,
    /// `FROM FIRST` / `FROM LAST` of `NTH_VALUE`: true for last.
    pub from_last: Option<bool>,
    /// `KEEP (DENSE_RANK FIRST|LAST ORDER BY …)`.
    pub keep: Option<Keep>,
    /// `NULL ON NULL` / `ABSENT ON NULL` of a JSON constructor: true for absent.
    pub absent_on_null: Option<bool>,
    /// `WITH UNIQUE KEYS` of a JSON constructor.
    pub unique_keys: bool,
    /// `RETURNING type` of a JSON function.
    pub returning: Option<TypeId>,
    /// `… ON EMPTY`.
    pub on_empty: Option<OnFailure>,
    /// `… ON ERROR`; also `DEFAULT x ON CONVERSION ERROR` and `ON OVERFLOW …` of `LISTAGG`.
    pub on_error: Option<OnFailure>,
    /// Clauses that are recognised but not modelled; the binder refuses the call.
    pub opaque: Option<Span>,
}

/// What a JSON function or `LISTAGG` does instead of failing.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum OnFailure {
    /// `ERROR ON …`.
    Error,
    /// `NULL ON …`.
    Null,
    /// `DEFAULT x ON …`.
    Default(ExprId),
    /// `EMPTY [ARRAY|OBJECT] ON …`.
    Empty,
    /// `ON OVERFLOW TRUNCATE`.
    Truncate,
}

/// `IGNORE NULLS` or `RESPECT NULLS`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum NullTreatment {
    Ignore,
    Respect,
}

/// Oracle's `KEEP (DENSE_RANK …)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Keep {
    /// `LAST` rather than `FIRST`.
    pub last: bool,
    /// Its order.
    pub order_by: List<OrderItem>,
}

/// What follows `OVER`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Over {
    /// `OVER w`.
    Named(Ident),
    /// `OVER (…)`.
    Spec(WindowSpecId),
}

/// A window.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WindowSpec {
    /// The named window it starts from.
    pub base: Option<Ident>,
    /// `PARTITION BY`.
    pub partition_by: List<ExprId>,
    /// `ORDER BY`.
    pub order_by: List<OrderItem>,
    /// Frame.
    pub frame: Option<FrameId>,
    /// Its place, parentheses included.
    pub span: Span,
}

/// A window frame.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Frame {
    /// `ROWS`, `RANGE` or `GROUPS`.
    pub units: FrameUnits,
    /// Where it starts.
    pub start: Bound,
    /// Where it ends; absent means at the current row.
    pub end: Option<Bound>,
    /// `EXCLUDE …`.
    pub exclude: Option<Exclude>,
    /// Its place.
    pub span: Span,
}

/// What a frame counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum FrameUnits {
    Rows,
    Range,
    Groups,
}

/// One end of a frame.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Bound {
    UnboundedPreceding,
    Preceding(ExprId),
    CurrentRow,
    Following(ExprId),
    UnboundedFollowing,
}

/// What a frame leaves out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Exclude {
    NoOthers,
    CurrentRow,
    Group,
    Ties,
}
