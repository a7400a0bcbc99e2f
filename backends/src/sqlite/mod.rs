//! SQLite.

mod builtins;
mod reserved;
mod types;

use air::profile::Version;
use air::target::*;

use crate::{Backend, Spelling};

/// SQLite.
pub static BACKEND: Backend =
    Backend { can: &CAPABILITIES, builtins: builtins::BUILTINS, spelling: &SPELLING };

static SPELLING: Spelling = Spelling {
    column_type: types::column_type,
    cast_type: types::cast_type,
    literal: crate::render::literal::sqlite,
};

/// <https://www.sqlite.org/lang.html>; run on 3.40 and 3.45.
static CAPABILITIES: Capabilities = Capabilities {
    quote: ('"', '"'),
    reserved: reserved::RESERVED,
    unquoted: Folding::Insensitive,
    identifier_bytes_max: usize::MAX,
    backslash_escapes: false,
    null_rank: NullRank::Lowest,
    nulls_first_last: Can::Since(Version(3, 30)),
    // A negative limit is none.
    paging: Paging::LimitOffset { all_rows: Some("-1") },
    with_ties: Can::No,
    booleans: Booleans::Integers,
    true_false: Can::Since(Version(3, 23)),
    full_join: Can::Since(Version(3, 39)),
    right_join: Can::Since(Version(3, 39)),
    lateral: Lateral::No,
    dual: None,
    recursive_word: true,
    distinct_on: Can::No,
    qualify: Can::No,
    aggregate_filter: Can::Since(Version(3, 30)),
    aggregate_order: Can::Since(Version(3, 44)),
    grouping_sets: GroupingSets::No,
    intersect_except: Can::Yes,
    intersect_except_all: Can::No,
    intersect_first: false,
    set_operand_parentheses: false,
    except: "EXCEPT",
    values: ValuesForm::Plain,
    derived_columns: false,
    derived_needs_alias: false,
    table_alias_as: true,
    row_values: Can::Yes,
    // `(a, b) IN ((1, 2))` is an error; `IN (VALUES (1, 2))` is not.
    row_in_list: Can::No,
    quantified: Can::No,
    null_safe: NullSafe::Is,
    is_truth: Can::Since(Version(3, 23)),
    named_windows: Can::Since(Version(3, 28)),
    frame_groups: Can::Since(Version(3, 28)),
    ignore_nulls: Can::No,
    collate: CollateForm::Named {
        binary: "BINARY",
        ascii_ci: Some("NOCASE"),
        pad: Some("RTRIM"),
        ci_ai_pad: None,
    },
    like_escape: None,
    like_case: LikeCase::AsciiAlways,
    upsert: Upsert::OnConflict,
    returning: Returning::All(Can::Since(Version(3, 35))),
    update_from: UpdateFrom::From(Can::Since(Version(3, 33))),
    delete_from: DeleteFrom::No,
    // UPDATE … LIMIT is a compile-time option that distributions leave out.
    change_limit: Can::No,
    simultaneous_set: true,
    merge: Can::No,
    default_in_values: Can::No,
    changing_ctes: false,
    change_ctes: Can::Yes,
    locking: Can::No,
    truncate: Can::No,
    if_exists: Can::Yes,
    index_if_not_exists: Can::Yes,
    partial_index: Can::Yes,
    expression_index: Can::Yes,
    transactional_ddl: true,
    params: ParamStyle::NumberedQuestion,
    strength,
};

/// <https://www.sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes>: `&`, `|`, `<<`, `>>` are one
/// level.
fn strength(strength: Strength) -> u8 {
    match strength {
        Strength::BitOr | Strength::BitAnd => Strength::Shift as u8,
        other => other as u8,
    }
}
