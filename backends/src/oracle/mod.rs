//! Oracle Database.

mod builtins;
mod reserved;
mod types;

use air::profile::Version;
use air::target::*;

use crate::{Backend, Spelling};

/// Oracle Database.
pub static BACKEND: Backend =
    Backend { can: &CAPABILITIES, builtins: builtins::BUILTINS, spelling: &SPELLING };

static SPELLING: Spelling = Spelling {
    column_type: types::column_type,
    cast_type: types::cast_type,
    literal: crate::render::literal::oracle,
};

/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/>; no engine at hand.
static CAPABILITIES: Capabilities = Capabilities {
    quote: ('"', '"'),
    reserved: reserved::RESERVED,
    unquoted: Folding::Upper,
    identifier_bytes_max: 128,
    backslash_escapes: false,
    null_rank: NullRank::Highest,
    nulls_first_last: Can::Yes,
    paging: Paging::FetchFirst,
    with_ties: Can::Yes,
    booleans: Booleans::None,
    true_false: Can::Since(Version(23, 0)),
    full_join: Can::Yes,
    right_join: Can::Yes,
    lateral: Lateral::Word(Can::Since(Version(12, 1))),
    dual: Some("DUAL"),
    recursive_word: false,
    distinct_on: Can::No,
    qualify: Can::No,
    aggregate_filter: Can::No,
    aggregate_order: Can::No,
    grouping_sets: GroupingSets::All,
    intersect_except: Can::Yes,
    intersect_except_all: Can::Since(Version(21, 0)),
    intersect_first: false,
    set_operand_parentheses: true,
    except: "MINUS",
    values: ValuesForm::No,
    derived_columns: false,
    derived_needs_alias: false,
    table_alias_as: false,
    row_values: Can::No,
    row_in_list: Can::Yes,
    quantified: Can::Yes,
    null_safe: NullSafe::No,
    is_truth: Can::No,
    named_windows: Can::Since(Version(21, 0)),
    frame_groups: Can::Since(Version(21, 0)),
    ignore_nulls: Can::Yes,
    collate: CollateForm::Named { binary: "BINARY", ascii_ci: None, pad: None, ci_ai_pad: None },
    like_escape: None,
    like_case: LikeCase::Sensitive,
    upsert: Upsert::Merge,
    // RETURNING … INTO gives variables, no rows.
    returning: Returning::No,
    update_from: UpdateFrom::No,
    delete_from: DeleteFrom::No,
    change_limit: Can::No,
    simultaneous_set: true,
    merge: Can::Yes,
    default_in_values: Can::Yes,
    changing_ctes: false,
    change_ctes: Can::No,
    locking: Can::Yes,
    truncate: Can::Yes,
    if_exists: Can::Since(Version(23, 0)),
    index_if_not_exists: Can::Since(Version(23, 0)),
    partial_index: Can::No,
    expression_index: Can::Yes,
    transactional_ddl: false,
    params: ParamStyle::Colon,
    strength,
};

/// <https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/About-SQL-Operators.html>: `||` stands
/// with `+`.
fn strength(strength: Strength) -> u8 {
    match strength {
        Strength::Other | Strength::Concat => Strength::Add as u8,
        other => other as u8,
    }
}
