//! PostgreSQL.

mod builtins;
mod reserved;
mod types;

use air::profile::Version;
use air::target::*;

use crate::{Backend, Spelling};

/// PostgreSQL.
pub static BACKEND: Backend =
    Backend { can: &CAPABILITIES, builtins: builtins::BUILTINS, spelling: &SPELLING };

static SPELLING: Spelling = Spelling {
    column_type: types::column_type,
    cast_type: types::cast_type,
    literal: crate::render::literal::postgres,
};

/// <https://www.postgresql.org/docs/15/sql-commands.html>; run on 15.
static CAPABILITIES: Capabilities = Capabilities {
    quote: ('"', '"'),
    reserved: reserved::RESERVED,
    unquoted: Folding::Lower,
    identifier_bytes_max: 63,
    backslash_escapes: false,
    null_rank: NullRank::Highest,
    nulls_first_last: Can::Yes,
    paging: Paging::LimitOffset { all_rows: None },
    with_ties: Can::Since(Version(13, 0)),
    booleans: Booleans::Native,
    true_false: Can::Yes,
    full_join: Can::Yes,
    right_join: Can::Yes,
    lateral: Lateral::Word(Can::Yes),
    dual: None,
    recursive_word: true,
    distinct_on: Can::Yes,
    qualify: Can::No,
    aggregate_filter: Can::Yes,
    aggregate_order: Can::Yes,
    grouping_sets: GroupingSets::All,
    intersect_except: Can::Yes,
    intersect_except_all: Can::Yes,
    intersect_first: true,
    set_operand_parentheses: true,
    except: "EXCEPT",
    values: ValuesForm::Plain,
    derived_columns: true,
    derived_needs_alias: true,
    table_alias_as: true,
    row_values: Can::Yes,
    row_in_list: Can::Yes,
    quantified: Can::Yes,
    null_safe: NullSafe::DistinctFrom(Can::Yes),
    is_truth: Can::Yes,
    named_windows: Can::Yes,
    frame_groups: Can::Since(Version(11, 0)),
    ignore_nulls: Can::No,
    collate: CollateForm::Named { binary: "\"C\"", ascii_ci: None, pad: None, ci_ai_pad: None },
    like_escape: Some('\\'),
    like_case: LikeCase::SensitiveAndIlike,
    upsert: Upsert::OnConflict,
    returning: Returning::All(Can::Yes),
    update_from: UpdateFrom::From(Can::Yes),
    delete_from: DeleteFrom::Using,
    change_limit: Can::No,
    simultaneous_set: true,
    merge: Can::Since(Version(15, 0)),
    default_in_values: Can::Yes,
    changing_ctes: true,
    change_ctes: Can::Yes,
    locking: Can::Yes,
    truncate: Can::Yes,
    if_exists: Can::Yes,
    index_if_not_exists: Can::Yes,
    partial_index: Can::Yes,
    expression_index: Can::Yes,
    transactional_ddl: true,
    params: ParamStyle::Dollar,
    strength,
};

/// <https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-PRECEDENCE>: all operators without a level
/// of their own, bit operators and `||` among them, share one below `+`.
fn strength(strength: Strength) -> u8 {
    match strength {
        Strength::BitOr | Strength::BitAnd | Strength::Shift | Strength::Concat => Strength::Other as u8,
        other => other as u8,
    }
}
