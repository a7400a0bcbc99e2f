//! How the dialect says each type.

use air::Type;
use air::catalog::Catalog;
use air::profile::Profile;

/// The type of a column definition.
pub fn column_type(ty: Type, _: &Profile, _: &Catalog, _: &mut String) -> Result<(), &'static str> {
    match ty {
        _ => Err("the type has no spelling yet"),
    }
}

/// The type in CAST.
pub fn cast_type(ty: Type, profile: &Profile, catalog: &Catalog, out: &mut String) -> Result<(), &'static str> {
    column_type(ty, profile, catalog, out)
}
