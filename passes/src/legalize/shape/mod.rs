//! Shapes: clauses, joins, groups, limits, changes and definitions that the target says otherwise or not at all.

mod adjusted;
pub(crate) mod change;
pub(crate) mod define;
pub(crate) mod elements;
pub(crate) mod grouping;
pub(crate) mod having;
pub(crate) mod joins;
pub(crate) mod keys;
pub(crate) mod marked;
pub(crate) mod numbering;
pub(crate) mod order;
pub(crate) mod paging;
pub(crate) mod percentiles;
pub(crate) mod predicates;
pub(crate) mod recursion;
pub(crate) mod references;
pub(crate) mod series;
pub(crate) mod setops;
pub(crate) mod sources;
pub(crate) mod stored;
pub(crate) mod trigger;
pub(crate) mod truth;
pub(crate) mod upsert;
pub(crate) mod with;
