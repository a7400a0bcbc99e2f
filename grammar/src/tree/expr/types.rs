//! Types as written.

use super::super::{ExprId, List, Name};
use super::Unit;
use air_base::Span;
use airc_lex::Ident;

/// A type as written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TypeName {
    /// Schema and package parts before the type's own words; usually empty.
    pub qualifier: Name,
    /// The words: `[int]`, `[double, precision]`, `[national, character, varying]`. `TIMESTAMP WITH TIME ZONE`
    /// has the one word and says the rest in `zone`; `UNSIGNED` and `ZEROFILL` are flags.
    pub words: Name,
    /// What stands in parentheses: length, precision, the values of an enum, `MAX` as a name.
    pub args: List<ExprId>,
    /// `[]` behind it, or `ARRAY`: number of dimensions.
    pub dimensions: u8,
    /// `WITH TIME ZONE`, `WITH LOCAL TIME ZONE`, `WITHOUT TIME ZONE`.
    pub zone: Option<ZoneClause>,
    /// `UNSIGNED`.
    pub unsigned: bool,
    /// `ZEROFILL`.
    pub zerofill: bool,
    /// `SIGNED` behind a MySQL type.
    pub signed: bool,
    /// `BINARY` behind a MySQL character type.
    pub binary: bool,
    /// `CHAR` or `BYTE` behind the length in Oracle.
    pub length_unit: Option<LengthUnit>,
    /// `SETOF`.
    pub setof: bool,
    /// Oracle's `%TYPE`, `%ROWTYPE`.
    pub anchored: bool,
    /// `CHARACTER SET x`.
    pub charset: Option<Ident>,
    /// `YEAR TO MONTH`, `DAY(3) TO SECOND(6)` of an interval type.
    pub interval: Option<(Unit, Unit)>,
    /// Digits of its first unit, and of the fraction of its seconds behind `TO`.
    pub interval_digits: (Option<u8>, Option<u8>),
    /// Its place.
    pub span: Span,
}

/// What a temporal type says about zones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ZoneClause {
    With,
    WithLocal,
    Without,
}

/// Unit of a length.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum LengthUnit {
    Byte,
    Char,
}
