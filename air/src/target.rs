//! What an engine can say: the shape of the tables that each backend fills in.
//!
//! Legalization asks a [`Target`], never who it is. If a question cannot be asked, a field is missing here.

use crate::builtins::Builtin;
use crate::ddl::{ReferentialAction, UniqueNulls};
use crate::expr::Unit;
use crate::fidelity::Assume;
use crate::profile::{Profile, Version};
use crate::types::{CastFailure, Rounding};

/// A profile together with the tables of its dialect.
#[derive(Clone, Debug)]
pub struct Target {
    /// Engine, version, settings.
    pub profile: Profile,
    /// What the dialect can say.
    pub can: &'static Capabilities,
    /// How it says each builtin.
    pub builtins: &'static [Row],
}

/// Something a dialect can do, or since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Can {
    /// In every version we serve.
    Yes,
    /// From this version on.
    Since(Version),
    /// Never.
    No,
}

/// A row of a dialect's table of builtins.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The meaning.
    pub op: Builtin,
    /// How to say it.
    pub how: How,
    /// From this version on; earlier versions fall through to the next row of the same builtin.
    pub since: Option<Version>,
    /// What has to hold for the spelling to mean the same.
    pub assume: Option<Assume>,
}

impl Row {
    /// A row for every version.
    pub const fn new(op: Builtin, how: How) -> Row {
        Row { op, how, since: None, assume: None }
    }

    /// A function-like text; see [`How::Template`].
    pub const fn template(op: Builtin, text: &'static str) -> Row {
        Row::new(op, How::Template(text))
    }

    /// A text that binds like an operator; see [`How::Loose`].
    pub const fn loose(op: Builtin, strength: Strength, text: &'static str) -> Row {
        Row::new(op, How::Loose(strength, text))
    }

    /// A left-associative infix operator.
    pub const fn infix(op: Builtin, strength: Strength, operator: &'static str) -> Row {
        Row::new(op, How::Infix(strength, operator))
    }

    /// A prefix operator.
    pub const fn prefix(op: Builtin, strength: Strength, operator: &'static str) -> Row {
        Row::new(op, How::Prefix(strength, operator))
    }

    /// A text per date unit; see [`How::Units`].
    pub const fn units(op: Builtin, texts: &'static [(Unit, &'static str)]) -> Row {
        Row::new(op, How::Units(texts))
    }

    /// Replaced by a rule before rendering.
    pub const fn rewritten(op: Builtin) -> Row {
        Row::new(op, How::Rewritten)
    }

    /// Cannot be said, for this reason.
    pub const fn refuse(op: Builtin, reason: &'static str) -> Row {
        Row::new(op, How::Refuse(reason))
    }

    /// The same row, from this version on.
    pub const fn since(self, major: u16, minor: u16) -> Row {
        Row { since: Some(Version(major, minor)), ..self }
    }

    /// The same row, where this holds.
    pub const fn under(self, assume: Assume) -> Row {
        Row { assume: Some(assume), ..self }
    }
}

/// How a dialect says a builtin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// A function-like text: `{0}` is an argument, `{0!}` an argument in parentheses unless it is an atom,
    /// `{1|x}` an argument or the text `x` where it is absent, `{*}` all arguments separated by commas,
    /// `{u}` the unit in upper case, `{f}` the place of FILTER in an aggregate, `{c}` the target's name of the collation in the modifier; a brace is doubled.
    /// Arguments stand where any expression may stand.
    Template(&'static str),
    /// As [`How::Template`], but the whole binds like an operator of that strength, and an argument marked
    /// `{0!}` must bind stronger.
    Loose(Strength, &'static str),
    /// An infix operator, left-associative, of that strength, between any number of arguments.
    Infix(Strength, &'static str),
    /// A prefix operator of that strength.
    Prefix(Strength, &'static str),
    /// As [`How::Template`], by the date unit in the modifier; a unit without a text is refused.
    Units(&'static [(Unit, &'static str)]),
    /// A legalization rule replaces it before rendering; meeting it there is our bug.
    Rewritten,
    /// Cannot be said, for this reason (a clause without a full stop).
    Refuse(&'static str),
}

/// How a dialect says that foreign keys are not enforced, and that they are again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Enforcement {
    /// Behind `ALTER TABLE t`: off, on.
    OfTable(&'static str, &'static str),
    /// A setting of the session for all tables: off, on.
    OfSession(&'static str, &'static str),
    /// Not at all.
    No,
}

/// How strongly an operator binds; weaker first. Every dialect maps its operators to these levels; a
/// dialect in which two levels are one level, or stand in another order, says so in
/// [`Capabilities::strength`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Strength {
    /// OR.
    Or,
    /// MySQL XOR.
    Xor,
    /// AND.
    And,
    /// NOT.
    Not,
    /// IS, comparison, BETWEEN, IN, LIKE.
    Compare,
    /// Other operators (PostgreSQL `||`, `->`, `~`).
    Other,
    /// `|`
    BitOr,
    /// `&`
    BitAnd,
    /// `<<`, `>>`
    Shift,
    /// `+`, `-`
    Add,
    /// `*`, `/`, `%`
    Mul,
    /// `^` where it is an operator of its own level.
    Power,
    /// SQLite `||`, `->`.
    Concat,
    /// Unary minus, `~`.
    Unary,
    /// COLLATE.
    Collate,
    /// `::`, subscripts.
    Postfix,
    /// Names, literals, calls, parentheses.
    Atom,
}

/// What a dialect can say. Each field is a question legalization or rendering asks.
#[derive(Debug)]
pub struct Capabilities {
    /// Opening and closing quote of identifiers; a closing quote inside is doubled.
    pub quote: (char, char),
    /// Words that must be quoted as identifiers, lower case, sorted.
    pub reserved: &'static [&'static str],
    /// What an unquoted identifier becomes.
    pub unquoted: Folding,
    /// Longest identifier, in bytes.
    pub identifier_bytes_max: usize,
    /// How text literals treat a backslash.
    pub backslash_escapes: bool,
    /// Where NULLs stand in ascending order.
    pub null_rank: NullRank,
    /// NULLS FIRST / NULLS LAST.
    pub nulls_first_last: Can,
    /// Row limits.
    pub paging: Paging,
    /// WITH TIES.
    pub with_ties: Can,
    /// There is a boolean type: predicates are values and the other way round.
    pub booleans: Booleans,
    /// TRUE and FALSE.
    pub true_false: Can,
    /// FULL JOIN.
    pub full_join: Can,
    /// RIGHT JOIN.
    pub right_join: Can,
    /// LATERAL or APPLY.
    pub lateral: Lateral,
    /// A subquery in FROM sees the tables of the query around the one it is in.
    pub derived_sees_outside: bool,
    /// SELECT without FROM; else the table to name.
    pub dual: Option<&'static str>,
    /// WITH RECURSIVE: `true`: the word is written.
    pub recursive_word: bool,
    /// JOIN … USING.
    pub using: bool,
    /// ORDER BY in a derived table, common table expression or view that has no row limit.
    pub derived_order: bool,
    /// DISTINCT ON.
    pub distinct_on: Can,
    /// QUALIFY.
    pub qualify: Can,
    /// FILTER (WHERE …).
    pub aggregate_filter: Can,
    /// DISTINCT in the aggregate that joins texts.
    pub distinct_texts: bool,
    /// ORDER BY inside of aggregates other than string_agg.
    pub aggregate_order: Can,
    /// ROLLUP, CUBE, GROUPING SETS.
    pub grouping_sets: GroupingSets,
    /// INTERSECT and EXCEPT.
    pub intersect_except: Can,
    /// INTERSECT ALL and EXCEPT ALL.
    pub intersect_except_all: Can,
    /// INTERSECT binds stronger than UNION (else all are equal, left-associative).
    pub intersect_first: bool,
    /// Parentheses around an operand of a set operation.
    pub set_operand_parentheses: bool,
    /// How EXCEPT is spelled.
    pub except: &'static str,
    /// VALUES as a query or table.
    pub values: ValuesForm,
    /// ORDER BY and a row limit may follow VALUES.
    pub values_order: bool,
    /// WITH in a subquery.
    pub nested_with: bool,
    /// Column list after the alias of a table.
    pub table_columns: bool,
    /// Column list after the alias of a derived table.
    pub derived_columns: bool,
    /// A derived table must have an alias.
    pub derived_needs_alias: bool,
    /// AS before a table alias.
    pub table_alias_as: bool,
    /// (a, b) = (c, d) and (a, b) IN (SELECT …).
    pub row_values: Can,
    /// A row with a subquery among its parts may be tested for being in a query.
    pub subqueries_in_rows: bool,
    /// (a, b) IN ((1, 2), …).
    pub row_in_list: Can,
    /// `x op ANY/ALL (SELECT …)`.
    pub quantified: Can,
    /// IS DISTINCT FROM in some spelling.
    pub null_safe: NullSafe,
    /// IS TRUE, IS FALSE, IS UNKNOWN.
    pub is_truth: Can,
    /// WINDOW clause.
    pub named_windows: Can,
    /// RANGE frames with offsets.
    pub frame_distances: bool,
    /// GROUPS frames and EXCLUDE.
    pub frame_groups: Can,
    /// IGNORE NULLS.
    pub ignore_nulls: Can,
    /// Collation a comparison gets that says nothing: that of the profile's settings. How another one is
    /// asked for.
    pub collate: CollateForm,
    /// The escape character LIKE has by default.
    pub like_escape: Option<char>,
    /// Which texts LIKE takes for alike: its case rule where the comparison says nothing.
    pub like_case: LikeCase,
    /// Upsert.
    pub upsert: Upsert,
    /// RETURNING or OUTPUT.
    pub returning: Returning,
    /// UPDATE … FROM and relatives.
    pub update_from: UpdateFrom,
    /// DELETE … USING and relatives.
    pub delete_from: DeleteFrom,
    /// ORDER BY and LIMIT in UPDATE and DELETE.
    pub change_limit: Can,
    /// Assignments of one UPDATE see the old row (false: MySQL's left to right).
    pub simultaneous_set: bool,
    /// What before an UPDATE makes its assignments see the old row, where they otherwise do not.
    pub simultaneous_prefix: Option<&'static str>,
    /// MERGE.
    pub merge: Can,
    /// DEFAULT as a value in VALUES.
    pub default_in_values: Can,
    /// Changes inside of WITH.
    pub changing_ctes: bool,
    /// WITH before INSERT/UPDATE/DELETE.
    pub change_ctes: Can,
    /// FOR UPDATE / FOR SHARE.
    pub locking: Can,
    /// TRUNCATE.
    pub truncate: Can,
    /// IF EXISTS.
    pub if_exists: Can,
    /// IF NOT EXISTS of what is created.
    pub if_not_exists: GuardForm,
    /// CREATE INDEX IF NOT EXISTS.
    pub index_if_not_exists: Can,
    /// Partial indexes.
    pub partial_index: Can,
    /// Indexes over expressions.
    pub expression_index: Can,
    /// DDL can be rolled back.
    pub transactional_ddl: bool,
    /// Parameters.
    pub params: ParamStyle,
    /// Exact decimals.
    pub decimals: Decimals,
    /// Unsigned 64-bit integers.
    pub unsigned: bool,
    /// NULL and text literals have no type until they meet a value of one.
    pub untyped_literals: bool,
    /// Integers are computed in 64 bits or more, whatever the types of the operands.
    pub wide_integers: bool,
    /// A time may be less than nothing and more than a day.
    pub time_spans: bool,
    /// A text padded to a length below zero is NULL.
    pub negative_padding_is_null: bool,
    /// A text that would have to be padded with nothing is NULL.
    pub empty_padding_is_null: bool,
    /// A replacement that is NULL makes the result NULL only where there is something to replace.
    pub lazy_replacement: bool,
    /// A change of rows fails where it divides by zero or reads a text as a number that is none; queries do not.
    pub strict_changes: bool,
    /// Two texts of unlike collations for bytes are joined to none.
    pub collations_conflict: bool,
    /// Rows compare as their parts do, NULL and collations of texts included.
    pub rows_as_their_parts: bool,
    /// Dates and times are types of their own (else they are ISO texts).
    pub temporal_types: bool,
    /// JSON documents, UUIDs and declared words are types of their own (else they are texts).
    pub document_types: bool,
    /// Texts of fixed length hold blanks up to it, which some functions see.
    pub fixed_texts_pad: bool,
    /// Months added to an ISO text clamp to the last day when asked to.
    pub month_floor: Can,
    /// What a cast to an integer does with the fraction of a decimal, and of a float.
    pub to_integer: (Rounding, Rounding),
    /// What a cast of a text does that is no number.
    pub bad_number: CastFailure,
    /// What a cast of a moment to fewer digits of the second does with the others.
    pub moment_fraction: Rounding,
    /// `last` in JSON paths counts elements from the end.
    pub json_last: Can,
    /// What a cast to a decimal does with a number beyond its digits.
    pub beyond_digits: CastFailure,
    /// Intervals are values (else they exist only next to `+` and `-`).
    pub interval_values: bool,
    /// MATERIALIZED and NOT MATERIALIZED at a common table expression.
    pub materialized: Can,
    /// Table to name where a block has WHERE or HAVING and no FROM; `None`: none is needed.
    pub filter_table: Option<&'static str>,
    /// FOR SHARE.
    pub lock_share: &'static str,
    /// FOR UPDATE OF names tables.
    pub lock_of: bool,
    /// WITH of an INSERT stands before its query.
    pub insert_with_inside: bool,
    /// INSERT that passes over rows that fail in any way.
    pub insert_ignore: Option<&'static str>,
    /// INSERT that removes rows in its way.
    pub replace: Option<&'static str>,
    /// OVERRIDING SYSTEM VALUE.
    pub overriding: bool,
    /// One row of defaults.
    pub insert_defaults: &'static str,
    /// UPDATE that passes over rows that fail.
    pub update_ignore: Option<&'static str>,
    /// DELETE FROM t AS a.
    pub delete_alias: bool,
    /// WHEN NOT MATCHED BY SOURCE.
    pub merge_by_source: Can,
    /// Conditions of MERGE stand behind the action, and UPDATE may have DELETE WHERE (Oracle).
    pub merge_where: bool,
    /// DO NOTHING in MERGE.
    pub merge_do_nothing: bool,
    /// MERGE ends with a semicolon in any case.
    pub merge_semicolon: bool,
    /// Arrays.
    pub arrays: Can,
    /// Sequences.
    pub sequences: SequenceForm,
    /// The number a session took from a sequence last.
    pub previous_value: bool,
    /// Text literals with letters beyond ASCII begin with N.
    pub national_text: bool,
    /// BETWEEN SYMMETRIC.
    pub symmetric: Can,
    /// A hidden column that tells rows of one table apart.
    pub row_locator: Option<&'static str>,
    /// A subquery without aggregate may have more rows than one where a value is wanted: the first counts.
    pub scalar_first: bool,
    /// Columns that are neither grouped nor aggregated.
    pub loose_columns: LooseForm,
    /// Builtins of boolean type are spelled as predicates.
    pub predicate_calls: bool,
    /// An upsert may change whichever row it collides with, on any key.
    pub upsert_any_key: bool,
    /// A row may be assigned to several columns.
    pub row_assignments: bool,
    /// `*` may stand beside other items.
    pub star_anywhere: bool,
    /// One upsert may change the same row twice.
    pub upsert_twice: bool,
    /// Row limits may be percentages.
    pub limit_percent: bool,
    /// Row limits may be expressions.
    pub limit_expressions: bool,
    /// Offsets of a window frame may be expressions.
    pub frame_expressions: bool,
    /// HAVING may compute with a key that is an expression.
    pub having_keys: bool,
    /// HAVING without GROUP BY makes one group.
    pub having_groups: HavingGroups,
    /// Columns of a derived table may be called alike.
    pub derived_alike_names: bool,
    /// Arithmetic in single precision.
    pub single: SingleForm,
    /// Digits in which a number of single precision is shown; 9 show every one.
    pub single_digits: u8,
    /// Ranks between 0 and 1 are shown with ten digits unless they meet another float.
    pub short_ranks: bool,
    /// A window over all rows may stand beside one with a partition and one with an order (MariaDB then sorts by
    /// one of the two and computes the other over its runs).
    pub mixed_windows: bool,
    /// A subquery in SET sees rows that the same statement has changed before.
    pub set_sees_changes: bool,
    /// Texts joined over a window come in the order of the window.
    pub lists_over_windows: bool,
    /// Columns of a recursive common table expression have the types of its first rows, lengths included.
    pub recursion_widths: bool,
    /// First and last second since 1970 that a number of seconds can mean.
    pub unix_time: (i64, i64),
    /// Most steps of a recursive common table expression under default settings; `None`: any number.
    pub recursion_steps: Option<u32>,
    /// A view over one table can be changed.
    pub changing_views: bool,
    /// The recursive part of a common table expression may refer to it inside of a subquery.
    pub nested_recursion: bool,
    /// Several arms of a recursive common table expression may refer to it.
    pub recursive_arms: bool,
    /// Columns of instants hold those up to 2038 only.
    pub short_instants: bool,
    /// A recursive common table expression may stop at a number of rows.
    pub recursion_limit: bool,
    /// Texts in the arms of a recursive common table expression have to be declared alike.
    pub recursive_texts_alike: bool,
    /// A comma between row sources is read as a join, from left to right with the others.
    pub comma_is_join: bool,
    /// Distinct values of an aggregate may come in the order of something else.
    pub distinct_other_order: bool,
    /// Percentiles may stand over windows.
    pub percentile_windows: bool,
    /// A limit in a subquery of IN, ANY or ALL.
    pub limit_in_subquery: bool,
    /// A change may read the table it changes in a subquery.
    pub change_reads_itself: bool,
    /// Transaction control.
    pub transactions: TransactionForm,
    /// Definitions.
    pub define: Definitions,
    /// Triggers.
    pub triggers: Triggers,
    /// Changes to the order of operator strengths: the level an operator of the given level really has.
    pub strength: fn(Strength) -> u8,
}

/// How something is created unless it is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GuardForm {
    /// IF NOT EXISTS.
    Words(Can),
    /// A statement around it that looks for the object first (T-SQL).
    ObjectId,
}

/// How a computed column is declared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ComputedForm {
    /// `type GENERATED ALWAYS AS (…) STORED` or `VIRTUAL`.
    Generated,
    /// `AS (…) PERSISTED`, without a type (T-SQL).
    Bare,
}

/// How tables and columns get new names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RenameForm {
    /// ALTER TABLE … RENAME.
    Words,
    /// A procedure (T-SQL).
    Procedure,
}

/// When HAVING without GROUP BY makes one group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HavingGroups {
    /// Always.
    Always,
    /// If the block has an aggregate anywhere (MySQL).
    WithAggregate,
    /// If the select list has an aggregate (SQLite).
    WithAggregateItem,
}

/// When + - * / give numbers of single precision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SingleForm {
    /// One operand is one, the other any number but one of double precision.
    Any,
    /// Both operands are.
    Pairs,
    /// Never; there is a conversion that rounds to them.
    Rounded,
    /// Never, and nothing is rounded to them.
    None,
}

/// Types of numbers between which foreign keys may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum References {
    /// All.
    Any,
    /// Integers refer to any number, exact decimals to exact decimals.
    Kind,
    /// Only the same type.
    Same,
}

/// What becomes of exact decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decimals {
    /// Exact, without bounds that matter (PostgreSQL `numeric`, 131072 digits).
    Unbounded,
    /// Exact up to so many digits, of which so many stand after the point.
    Bounded {
        /// Digits in all.
        precision: u16,
        /// Digits after the point.
        scale: u16,
    },
    /// Binary floating point (SQLite).
    Float,
}

/// What an unquoted identifier becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Folding {
    /// Lower case (PostgreSQL).
    Lower,
    /// Upper case (Oracle).
    Upper,
    /// Stays, and compares without regard to case.
    Insensitive,
}

/// Where NULLs stand in ascending order by default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NullRank {
    /// Before all values.
    Lowest,
    /// After all values.
    Highest,
}

/// Row limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paging {
    /// `LIMIT n OFFSET m`; an OFFSET alone needs a LIMIT with this text, if any.
    LimitOffset {
        /// "All rows", where OFFSET cannot stand alone.
        all_rows: Option<&'static str>,
    },
    /// `OFFSET m ROWS FETCH NEXT n ROWS ONLY`.
    FetchFirst,
    /// `TOP (n)`, and `OFFSET … FETCH` after ORDER BY.
    Top,
}

/// Booleans.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Booleans {
    /// A type of their own.
    Native,
    /// Predicates are the integers 0 and 1.
    Integers,
    /// Predicates are no values: CASE makes them one.
    None,
}

/// LATERAL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lateral {
    /// LATERAL before the derived table.
    Word(Can),
    /// CROSS APPLY, OUTER APPLY.
    Apply,
    /// Not at all.
    No,
}

/// Grouping sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupingSets {
    /// ROLLUP(), CUBE(), GROUPING SETS ().
    All,
    /// WITH ROLLUP over all keys.
    WithRollup,
    /// Not at all.
    No,
}

/// VALUES as a query or table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValuesForm {
    /// `VALUES (1, 2), (3, 4)`.
    Plain,
    /// `VALUES ROW(1, 2), ROW(3, 4)`.
    Row,
    /// Only with a column list in FROM.
    FromOnly,
    /// SELECT … UNION ALL SELECT ….
    No,
}

/// NULL-safe equality.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NullSafe {
    /// `IS [NOT] DISTINCT FROM`.
    DistinctFrom(Can),
    /// `<=>`.
    Spaceship,
    /// `IS` and `IS NOT`.
    Is,
    /// By CASE or DECODE.
    No,
}

/// How a comparison gets another collation than the default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CollateForm {
    /// Names of the collations that mean: binary; case-insensitive for A–Z; as the source's named classes.
    Named {
        /// Bytes count.
        binary: &'static str,
        /// Only A–Z fold, if there is one.
        ascii_ci: Option<&'static str>,
        /// Trailing blanks do not count, else binary; if there is one.
        pad: Option<&'static str>,
        /// Letter case and accents do not count, trailing blanks neither; if there is one.
        ci_ai_pad: Option<&'static str>,
    },
}

/// Case rule of LIKE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LikeCase {
    /// Case counts; ILIKE does not.
    SensitiveAndIlike,
    /// Case counts.
    Sensitive,
    /// A–Z fold whatever the collation says (SQLite).
    AsciiAlways,
    /// The collation of the operands decides.
    Collation,
}

/// Upsert.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Upsert {
    /// ON CONFLICT.
    OnConflict,
    /// ON DUPLICATE KEY UPDATE, INSERT IGNORE, REPLACE.
    OnDuplicateKey,
    /// MERGE.
    Merge,
}

/// Rows returned by changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Returning {
    /// RETURNING on INSERT, UPDATE, DELETE.
    All(Can),
    /// RETURNING on INSERT and DELETE (MariaDB).
    InsertDelete,
    /// OUTPUT.
    Output,
    /// Not at all.
    No,
}

/// UPDATE with further tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UpdateFrom {
    /// UPDATE t SET … FROM d; the target is not repeated.
    From(Can),
    /// UPDATE t JOIN d SET ….
    Join,
    /// UPDATE t SET … FROM t JOIN d; the target is in the join.
    FromJoin,
    /// Only by subqueries or MERGE.
    No,
}

/// DELETE with further tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeleteFrom {
    /// DELETE FROM t USING d.
    Using,
    /// DELETE t FROM t JOIN d.
    Join,
    /// Only by subqueries.
    No,
}

/// Columns that are neither grouped nor aggregated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LooseForm {
    /// Any row of the group gives them, or, where there is one MIN or MAX, its row.
    FreeWithExtreme,
    /// Any row of the group gives them.
    Free,
    /// Only where the primary key of their table is grouped by.
    PrimaryKey,
    /// Not at all.
    No,
}

/// Sequences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SequenceForm {
    /// `nextval('s')`.
    Function,
    /// `NEXT VALUE FOR s`.
    NextValueFor,
    /// `s.NEXTVAL`.
    Pseudocolumn,
    /// Not at all.
    No,
}

/// Transaction control; `None`: there is no form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransactionForm {
    /// Begins one.
    pub begin: Option<&'static str>,
    /// BEGIN takes ISOLATION LEVEL.
    pub begin_isolation: bool,
    /// Before the name of a savepoint.
    pub savepoint: Option<&'static str>,
    /// Before the name of a savepoint to go back to.
    pub rollback_to: Option<&'static str>,
    /// Before the name of a savepoint to forget.
    pub release: Option<&'static str>,
    /// SET TRANSACTION.
    pub set: Option<&'static str>,
    /// READ ONLY.
    pub read_only: bool,
    /// Isolation level SNAPSHOT.
    pub snapshot: bool,
}

/// How long a key may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyLimit {
    /// In bytes.
    pub bytes: u32,
    /// Bytes counted for a character of a text.
    pub char_bytes: u32,
    /// Unique keys that nothing refers to have no such limit (MariaDB keeps hashes).
    pub unique_unbounded: bool,
}

/// How triggers are said, and when they run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Triggers {
    /// Where the body stands.
    pub form: TriggerForm,
    /// What stands before the columns of the row before the change, and after it.
    pub rows: (&'static str, &'static str),
    /// Those that run after a change wait until all rows of the statement are changed.
    pub after_all: bool,
    /// They run for rows that a foreign key changes or removes as well.
    pub by_keys: bool,
    /// A body may change the row that is about to be stored.
    pub sets_row: bool,
    /// A body has branches.
    pub branches: bool,
    /// WHEN at the head.
    pub condition: bool,
    /// UPDATE OF.
    pub columns: bool,
}

impl Triggers {
    /// None that this compiler knows to write.
    pub const NONE: Triggers = Triggers {
        form: TriggerForm::No,
        rows: ("OLD.", "NEW."),
        after_all: false,
        by_keys: true,
        sets_row: false,
        branches: false,
        condition: false,
        columns: false,
    };
}

/// Where the body of a trigger stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TriggerForm {
    /// No form is known.
    No,
    /// In the trigger; errors by SIGNAL.
    Signal,
    /// In the trigger; errors by a query of RAISE.
    RaiseQuery,
    /// In a function that the trigger runs.
    Function,
}

/// What definitions can say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Definitions {
    /// Columns whose values the server makes up.
    pub identity: IdentityForm,
    /// Temporary tables.
    pub temporary: TemporaryForm,
    /// CREATE OR REPLACE TABLE.
    pub table_or_replace: Can,
    /// Tables from queries.
    pub create_as: CreateAs,
    /// WITH NO DATA.
    pub with_no_data: bool,
    /// Comments of tables and columns.
    pub comments: CommentForm,
    /// A key takes over the index of its name.
    pub key_takes_index: bool,
    /// Indexes inside of CREATE TABLE.
    pub inline_indexes: bool,
    /// Names of indexes are unique in a schema, not in a table.
    pub index_names_global: bool,
    /// A foreign key may refer to a table that is created later.
    pub forward_references: bool,
    /// Foreign keys that are not enforced for a while.
    pub enforcement: Enforcement,
    /// A session enforces foreign keys only if it asks for that.
    pub enforcement_by_request: bool,
    /// A CHECK may ask for the time or the session.
    pub check_of_session: bool,
    /// A schema may stand at the name of an index.
    pub index_schema: bool,
    /// DROP INDEX names the table.
    pub drop_index_on: bool,
    /// Indexes over the first characters of a text.
    pub index_prefix: bool,
    /// How long a key may be, where that is less than texts are.
    pub key_limit: Option<KeyLimit>,
    /// INCLUDE.
    pub index_include: bool,
    /// How many NULLs a unique key admits by default.
    pub unique_nulls: UniqueNulls,
    /// NULLS NOT DISTINCT.
    pub nulls_not_distinct: Can,
    /// DEFERRABLE.
    pub deferrable: bool,
    /// Actions of foreign keys.
    pub referential_actions: &'static [ReferentialAction],
    /// Where the counter of each table is a row: the table's name, and the last number it made up.
    pub counter_table: Option<&'static str>,
    /// A CHECK may be over columns that a foreign key changes.
    pub check_of_acted: bool,
    /// There are procedures and functions.
    pub routines: bool,
    /// A foreign key may set columns to NULL that may not be: its action then fails.
    pub null_where_not: bool,
    /// ON UPDATE of foreign keys.
    pub on_update_actions: bool,
    /// ON UPDATE CURRENT_TIMESTAMP.
    pub on_update_now: bool,
    /// Computed columns.
    pub computed: ComputedForm,
    /// Computed columns that are stored.
    pub stored_columns: bool,
    /// Computed columns that are not stored.
    pub virtual_columns: bool,
    /// Computed columns that `*` leaves out.
    pub hidden_columns: Can,
    /// A DEFAULT that is no literal stands in parentheses.
    pub default_parentheses: bool,
    /// A column whose values the server makes up has an integer type.
    pub identity_is_integer: bool,
    /// How alike the numbers of a column are to those it refers to.
    pub references: References,
    /// A timestamp column without NULL is NOT NULL (MySQL).
    pub null_by_request: bool,
    /// COLLATE at a column.
    pub collated_columns: bool,
    /// STRICT after a table.
    pub strict_word: bool,
    /// CREATE OR REPLACE VIEW, and its words.
    pub view_or_replace: Can,
    /// What stands between CREATE and VIEW there.
    pub replace_view: &'static str,
    /// CREATE VIEW IF NOT EXISTS.
    pub view_if_not_exists: Can,
    /// Temporary views.
    pub temporary_views: bool,
    /// Materialized views.
    pub materialized_views: bool,
    /// WITH CHECK OPTION.
    pub check_option: bool,
    /// CREATE SCHEMA.
    pub schemas: bool,
    /// Changes of columns.
    pub alter_column: AlterColumn,
    /// Changes of names.
    pub rename: RenameForm,
    /// ALTER TABLE IF EXISTS.
    pub alter_if_exists: bool,
    /// IF [NOT] EXISTS of a column.
    pub column_if_exists: bool,
    /// Several objects in one DROP.
    pub drop_list: bool,
    /// DROP … CASCADE.
    pub drop_cascade: bool,
    /// TRUNCATE of several tables, RESTART IDENTITY, CASCADE.
    pub truncate_options: bool,
    /// TRUNCATE alone starts identity counters again.
    pub truncate_restarts: bool,
}

/// Columns whose values the server makes up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdentityForm {
    /// AUTO_INCREMENT.
    AutoIncrement,
    /// GENERATED … AS IDENTITY.
    Standard,
    /// IDENTITY(1, 1).
    Property,
    /// INTEGER PRIMARY KEY.
    RowNumber,
}

/// Temporary tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TemporaryForm {
    /// CREATE TEMPORARY TABLE.
    Word,
    /// `#name`.
    Hash,
    /// CREATE GLOBAL TEMPORARY TABLE: the definition stays.
    Global,
}

/// Tables from queries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CreateAs {
    /// CREATE TABLE … AS.
    As,
    /// SELECT … INTO.
    SelectInto,
}

/// Comments of tables and columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommentForm {
    /// COMMENT 'text' at the definition.
    Inline,
    /// COMMENT ON.
    Statement,
    /// Not at all.
    No,
}

/// Changes of columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AlterColumn {
    /// ALTER COLUMN … TYPE, SET NOT NULL, SET DEFAULT.
    AlterType,
    /// MODIFY and CHANGE with a whole definition.
    Modify,
    /// ALTER COLUMN with type and NOT NULL.
    Alter,
    /// Only ADD, DROP and RENAME.
    No,
}

impl NullRank {
    /// NULLs come first without a word in this direction.
    pub fn first(self, descending: bool) -> bool {
        (self == NullRank::Lowest) != descending
    }
}

/// How parameters are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamStyle {
    /// `?`
    Question,
    /// `$1`
    Dollar,
    /// `?1`
    NumberedQuestion,
    /// `:1`, `:name`
    Colon,
    /// `@p1`, `@name`
    At,
}

impl Target {
    /// True if the profile's version has it.
    pub fn has(&self, can: Can) -> bool {
        match can {
            Can::Yes => true,
            Can::Since(version) => self.profile.version >= version,
            Can::No => false,
        }
    }

    /// True if the target has a spelling of its own for the builtin.
    pub fn speaks(&self, op: Builtin) -> bool {
        !matches!(self.row(op).map(|row| row.how), None | Some(How::Rewritten | How::Refuse(_)))
    }

    /// The first row of the builtin that the profile's version has.
    pub fn row(&self, op: Builtin) -> Option<&'static Row> {
        let start = self.builtins.partition_point(|row| row.op < op);
        self.builtins[start..]
            .iter()
            .take_while(|row| row.op == op)
            .find(|row| row.since.is_none_or(|since| self.profile.version >= since))
    }
}
