//! The columns of a stored table as an arena takes them: one copy of text and of numbers, not one per name.

use crate::ids::{Name, Str};
use crate::query::SourceColumn;
use crate::{Air, catalog::Table};

/// Columns of a table, ready to be copied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnLayout {
    /// All names, one behind the other, the table's own last.
    text: String,
    /// With names that count from the start of `text`.
    columns: Vec<SourceColumn>,
    table: Name,
    digests: Vec<u32>,
}

impl ColumnLayout {
    /// The layout of a table.
    pub(crate) fn of(table: &Table) -> ColumnLayout {
        let mut layout = ColumnLayout::default();
        for column in &table.columns {
            let name = layout.name(&column.name, column.exact);
            layout.columns.push(SourceColumn { name, ty: column.ty, nullable: column.nullable });
            layout.digests.push(digest(&column.name));
        }
        layout.table = layout.name(&table.name, table.exact);
        layout
    }

    fn name(&mut self, name: &str, exact: bool) -> Name {
        let start = self.text.len() as u32;
        self.text.push_str(name);
        Name { text: Str { start, len: name.len() as u32 }, exact }
    }

    /// Adds the names to the arena and the columns to `columns`; gives the name of the table.
    pub fn copy_to(&self, air: &mut Air, columns: &mut Vec<SourceColumn>) -> Name {
        let all = air.push_text(&self.text);
        let moved =
            |name: Name| Name { text: Str { start: all.start + name.text.start, ..name.text }, ..name };
        columns
            .extend(self.columns.iter().map(|column| SourceColumn { name: moved(column.name), ..*column }));
        moved(self.table)
    }

    /// The [`digest`] of each column's name.
    pub fn digests(&self) -> &[u32] {
        &self.digests
    }
}

/// The same for two spellings of ASCII letters that differ in letter case alone: most names are told apart by it.
#[inline]
pub fn digest(name: &str) -> u32 {
    /// Lower case, for letters; other characters may fall together, which costs a comparison.
    const LOWER: u64 = 0x2020_2020_2020_2020;
    /// Odd and without pattern, so that every byte reaches the upper half of the product.
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = name.as_bytes();
    let (head, tail) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => (bytes.iter().fold(0, |all, &byte| all << 8 | u64::from(byte)), 0),
    };
    let mixed = ((head | LOWER).wrapping_mul(MIX) ^ (tail | LOWER)).wrapping_mul(MIX);
    (mixed >> 32) as u32 ^ bytes.len() as u32
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn letter_case_does_not_count() {
        for (a, b) in [("id", "ID"), ("ss_item_sk", "Ss_Item_SK"), ("", ""), ("customer_id", "CUSTOMER_ID")] {
            assert_eq!(digest(a), digest(b), "{a} {b}");
        }
        for (a, b) in [("id", "ie"), ("ss_item_sk", "ss_item_sl"), ("a_long_name_1", "a_long_name_12")] {
            assert_ne!(digest(a), digest(b), "{a} {b}");
        }
    }
}
