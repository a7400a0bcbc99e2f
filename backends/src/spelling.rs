//! What a dialect says by a function of its own rather than by a row of a table: types and literals.

use air::Type;
use air::catalog::Catalog;
use air::expr::Literal;
use air::profile::Profile;

/// Says a type, or why it cannot be said (a clause without a full stop).
pub type TypeSpelling =
    fn(ty: Type, profile: &Profile, catalog: &Catalog, out: &mut String) -> Result<(), &'static str>;

/// Functions of a dialect.
#[derive(Debug)]
pub struct Spelling {
    /// The type of a column definition.
    pub column_type: TypeSpelling,
    /// The type in CAST.
    pub cast_type: TypeSpelling,
    /// A literal other than NULL, a number or a text: the kind (bytes, date…), its type, its canonical text.
    pub literal: fn(kind: Literal, ty: Type, text: &str, out: &mut String) -> Result<(), &'static str>,
}
