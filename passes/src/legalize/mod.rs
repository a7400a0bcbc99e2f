//! Legalization: rules that make AIR expressible under a target.
//!
//! Before: bound AIR. After: every node has a spelling in the target's tables; same rows on the target as the
//! source dialect promised, under the assumptions noted. Never: a shape or a call the target reads otherwise.

mod build;
mod collation;
mod dates;
mod division;
mod like;
mod numbers;
mod rounding;
mod text;
mod windowed;

use crate::pass::Rule;

/// The rules, one table per topic, in the order in which they are tried.
pub(crate) const RULES: &[&[Rule]] =
    &[collation::RULES, division::RULES, rounding::RULES, numbers::RULES, windowed::RULES, like::RULES, text::RULES, dates::RULES];
