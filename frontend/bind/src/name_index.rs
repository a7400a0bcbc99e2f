//! Digests of the column names in the arena: most names are told apart by them, without looking at letters.

use air::layout::digest;
use air::query::SourceColumn;
use air::{Air, List};

/// A digest per column in the arena's pool, made when somebody first asks.
///
/// Names of columns are never changed in place; lists of columns are replaced.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameIndex {
    digests: Vec<u32>,
}

impl NameIndex {
    pub(crate) fn clear(&mut self) {
        self.digests.clear();
    }

    /// Digests that are known beforehand.
    pub(crate) fn add(&mut self, air: &Air, list: List<SourceColumn>, digests: &[u32]) {
        self.catch_up(air, list.range().start);
        if self.digests.len() == list.range().start {
            self.digests.extend_from_slice(digests);
        }
    }

    /// The digests of a list.
    #[inline]
    pub(crate) fn of(&mut self, air: &Air, list: List<SourceColumn>) -> &[u32] {
        let range = list.range();
        self.catch_up(air, range.end);
        &self.digests[range]
    }

    #[inline]
    fn catch_up(&mut self, air: &Air, end: usize) {
        if self.digests.len() < end {
            let columns = &air.pool::<SourceColumn>()[self.digests.len()..end];
            self.digests.extend(columns.iter().map(|column| digest(air.name(column.name))));
        }
    }
}
