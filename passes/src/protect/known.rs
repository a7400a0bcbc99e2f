//! What a statement may take for granted of tables it sees masked.

use air::catalog::{Catalog, Seen};
use air::protection::{Mask, Protection};
use air::types::CollationStrength;
use air::{Collation, Type};

/// The catalog as the protection leaves it: columns have the types of their masks, keys over masked columns are none,
/// and NULLs are where a mask puts them.
///
/// Statements are bound with it, so that nothing is concluded from what is not seen.
pub fn masked_catalog(catalog: &Catalog, protection: &Protection) -> Catalog {
    let mut masked = catalog.clone();
    for table in catalog.tables() {
        let of = protection.of(&table.name, table.columns.iter().map(|column| column.name.as_str()));
        if of.is_empty() {
            continue;
        }
        let any = of.masks.iter().any(Option::is_some);
        masked.change(Some(&table.schema), &table.name, |known| {
            for (column, mask) in known.columns.iter_mut().zip(&of.masks) {
                let mask = match mask {
                    Some(mask) => mask,
                    None if any && column.generated => &Mask::Null,
                    None => continue,
                };
                column.nullable |= *super::masks::fitting(mask, column.ty) == Mask::Null;
                column.ty = shown(column.ty);
                column.seen = Seen::default();
            }
            let is_masked = |column: &u32| of.masks.get(*column as usize).is_some_and(Option::is_some);
            // A key that is kept for changes proves nothing to readers, if it is masked.
            known.keys.retain(|key| !key.columns.iter().any(is_masked));
            known.foreign_keys.retain(|key| !key.columns.iter().any(is_masked));
        });
    }
    masked
}

/// The type of masked values: texts are neither padded nor bounded.
pub(super) fn shown(ty: Type) -> Type {
    let implicit = CollationStrength::Implicit;
    match ty {
        Type::Text(text) if text.strength <= implicit => Type::text(text.collation),
        Type::Enum(_) | Type::Set(_) => Type::text(Collation::BINARY),
        same => same,
    }
}
