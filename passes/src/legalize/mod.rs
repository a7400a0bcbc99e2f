//! Legalization: rules that make AIR expressible under a target.
//!
//! Before: bound AIR. After: every node has a spelling in the target's tables; same rows on the target as the
//! source dialect promised, under the assumptions noted. Never: a shape or a call the target reads otherwise.

mod aggregates;
mod arrays;
mod bits;
mod build;
mod casts;
mod collation;
mod dates;
mod division;
mod formats;
mod json;
mod like;
mod loose_texts;
mod mixed;
mod numbers;
mod oracle_pictures;
mod pictures;
mod regexes;
mod rounding;
mod shape;
mod single;
mod text;
mod timeformat;
mod untyped;
mod windowed;

use crate::pass::Rule;

/// The rules, one table per topic, in the order in which they are tried.
pub(crate) const RULES: &[&[Rule]] = &[
    shape::trigger::RULES,
    shape::numbering::RULES,
    shape::stored::RULES,
    shape::marked::RULES,
    shape::change::RULES,
    shape::upsert::RULES,
    shape::references::RULES,
    shape::define::RULES,
    shape::keys::RULES,
    shape::grouping::RULES,
    shape::percentiles::RULES,
    shape::having::RULES,
    shape::paging::RULES,
    shape::recursion::RULES,
    shape::setops::RULES,
    shape::joins::RULES,
    shape::series::RULES,
    shape::elements::RULES,
    shape::sources::RULES,
    shape::with::RULES,
    shape::predicates::RULES,
    untyped::RULES,
    arrays::RULES,
    loose_texts::RULES,
    // Before letter case is taken care of otherwise.
    regexes::RULES,
    collation::RULES,
    division::RULES,
    rounding::RULES,
    single::RULES,
    mixed::RULES,
    numbers::RULES,
    windowed::RULES,
    like::RULES,
    text::RULES,
    dates::RULES,
    timeformat::RULES,
    pictures::RULES,
    formats::RULES,
    casts::RULES,
    bits::RULES,
    aggregates::RULES,
    json::RULES,
    // Last: what the others put into keys and conditions is seen here.
    shape::order::RULES,
    shape::truth::RULES,
];
