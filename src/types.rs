//! Types in the words of a dialect.

use air::Type;
use air::catalog::Catalog;
use air::profile::Profile;

/// The type as a column of the dialect would be declared; in our own words where the dialect has none.
pub fn type_name(profile: &Profile, catalog: &Catalog, ty: Type) -> String {
    let mut text = String::new();
    let say = airc_backends::backend(profile.dialect).spelling.column_type;
    if matches!(ty, Type::Unknown | Type::Null) || say(ty, profile, catalog, &mut text).is_err() {
        return ty.to_string();
    }
    text
}
