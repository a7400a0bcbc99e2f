//! The questions the binder asks of a dialect.

use super::Functions;
use air::Builtin;
use air::expr::ManyRows;
use air::profile::Settings;
use air::types::{CastFailure, Collation, Rounding, Type};

/// What a source dialect means where dialects disagree.
pub(crate) struct Meaning {
    /// Its name, for messages.
    pub name: &'static str,
    /// Its functions.
    pub functions: &'static Functions,
    /// Functions that are called by their bare name, lower case.
    pub bare_calls: &'static [&'static str],
    /// Numbers.
    pub numbers: Numbers,
    /// Texts.
    pub texts: Texts,
    /// Conversions.
    pub conversions: Conversions,
    /// Dates and times.
    pub times: Times,
    /// A function in FROM, by its lower-case name and its number of arguments.
    pub table_function: fn(&str, usize) -> Option<Builtin>,
    /// A field of EXTRACT by its lower-case name: what it gives and of which type.
    pub extract_field: fn(&str) -> Option<(Builtin, Type)>,
    /// `@name` outside of a batch that declares it is given at execution (T-SQL).
    pub variables_are_parameters: bool,
    /// `name.NEXTVAL` and `name.CURRVAL` are values of a sequence (Oracle).
    pub sequence_members: bool,
    /// Names without quotes are in upper case where they become values (Oracle).
    pub names_fold_upper: bool,
    /// Numbers the server makes up go on after the greatest there is, also a given one.
    pub numbers_follow: bool,
    /// What a scalar subquery does with a second row.
    pub scalar_rows: ManyRows,
    /// The type an unqualified type name stands for; `None`: there is no such type.
    pub type_name: fn(&TypeWords<'_>) -> Option<Type>,
    /// A collation by name; `None`: there is no such collation, or we do not model it.
    pub collation: fn(&str) -> Option<Collation>,
}

/// Arithmetic and number types.
pub(crate) struct Numbers {
    /// Type of an integer literal; `None`: it is a decimal, or a float where `decimal_literals` is false.
    pub int_literal: fn(i128) -> Option<Type>,
    /// `1.5` is a decimal.
    pub decimal_literals: bool,
    /// `1e3` is a decimal too.
    pub exponents_are_exact: bool,
    /// Numbers have no kinds: every exact number is `NUMBER` (Oracle).
    pub single_kind: bool,
    /// An integer literal beside a decimal counts as a decimal of just its digits (T-SQL).
    pub literals_fit: bool,
    /// Unary `+` leaves its operand as it is, also a text.
    pub plus_keeps: bool,
    /// Type of `+`, `-`, `*`, `%` over two numeric types.
    pub arith: fn(Arith, Type, Type) -> Type,
    /// Meaning and type of `/` over two numeric types.
    pub quotient: fn(Type, Type, &Settings) -> (Builtin, Type),
    /// Meaning of `%`.
    pub modulo: Builtin,
    /// `%` cuts its operands to integers first (SQLite).
    pub modulo_cuts: bool,
    /// A number of single precision becomes an exact one by its first six digits, not by its value (PostgreSQL).
    pub single_by_digits: bool,
    /// Results of some functions are shown with a number of digits of their own.
    pub floats_have_scale: bool,
    /// Type of SUM over a numeric type.
    pub sum: fn(Type) -> Type,
    /// Meaning and type of AVG over a numeric type.
    pub avg: fn(Type, &Settings) -> (Builtin, Type),
    /// Type of COUNT.
    pub count: Type,
    /// Where bit operations take place.
    pub bits: Bits,
    /// The count of a shift counts modulo the width of what is shifted.
    pub shifts_modulo: bool,
    /// `^`.
    pub caret: Caret,
    /// The common type of two unlike numeric types.
    pub common: fn(Type, Type) -> Type,
}

/// Operators whose result type is a rule of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // the operators
pub(crate) enum Arith {
    Add,
    Sub,
    Mul,
    Mod,
}

/// Where bit operations take place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bits {
    /// Unsigned 64 bits (MySQL).
    Unsigned64,
    /// Signed 64 bits; a negative count shifts the other way (SQLite).
    Signed64,
    /// The wider of the operands' integer types (PostgreSQL, T-SQL).
    Operands,
}

/// What `^` is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Caret {
    /// Exclusive or of bits.
    Xor,
    /// Power.
    Power,
    /// No operator.
    None,
}

/// Texts.
pub(crate) struct Texts {
    /// `||` between texts; `None`: `||` is OR unless a setting says otherwise, then it is `Concat`.
    pub pipes: Option<Builtin>,
    /// `+` joins two texts (T-SQL).
    pub plus_joins: bool,
    /// The empty text is NULL (Oracle).
    pub empty_is_null: bool,
    /// Escape character of a LIKE without ESCAPE.
    pub like_escape: Option<char>,
    /// `[a-z]` is a class in LIKE patterns (T-SQL).
    pub like_classes: bool,
    /// How LIKE compares; `None`: by the collation of its operands.
    pub like_collation: Option<Collation>,
    /// Searching compares by collation, not exactly.
    pub search_collated: bool,
    /// Replacing compares by collation, not exactly.
    pub replace_collated: bool,
    /// Literals compare as if blank-padded (Oracle).
    pub padded_literals: bool,
    /// `->` and `->>`.
    pub json_arrows: JsonArrows,
    /// Two columns of unlike collations are compared.
    pub collation_conflict: CollationConflict,
    /// `X'…'` is a string of bits (PostgreSQL), not bytes.
    pub hex_strings_are_bits: bool,
    /// `0x…` is bytes (MySQL, T-SQL), not a number.
    pub hex_numbers_are_bytes: bool,
    /// CHAR(n) loses its padding wherever it is used as text (PostgreSQL).
    pub fixed_trims: bool,
    /// CHAR(n) has its padding wherever it is used as text (Oracle, T-SQL).
    pub fixed_pads: bool,
    /// The padding of CHAR(n) does not count in LIKE (T-SQL).
    pub like_trims: bool,
    /// CHAR(n) is read without trailing blanks, given ones included (MySQL).
    pub fixed_reads_trimmed: bool,
    /// TRIM removes repetitions of the whole text given, not characters of a set (MySQL).
    pub trim_whole_text: bool,
    /// Between the texts of a text aggregate that names no separator.
    pub list_separator: &'static str,
    /// What functions and operators give compares as their arguments do (SQLite: only columns have a collation).
    pub results_collated: bool,
    /// Texts joined with DISTINCT and without an order of their own come in the order of the values.
    pub lists_sort: bool,
    /// Texts joined with DISTINCT come sorted, as the server tells them apart by sorting (PostgreSQL).
    pub distinct_sorts: bool,
    /// A truth value taken out of a document as text is 1 or 0 (MariaDB).
    pub json_truth_is_number: bool,
    /// Regular expressions of REGEXP and RLIKE compare by the collation.
    pub regexp_operator: bool,
}

/// What stands right of `->` and `->>`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum JsonArrows {
    /// A key or an index.
    Keys,
    /// A path (MySQL).
    Paths,
    /// A key, an index, or a path that begins with `$`; `->>` gives a value of its own type (SQLite).
    Either,
    /// No such operators.
    None,
}

/// What happens when two columns of unlike collations are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CollationConflict {
    /// The left one counts (SQLite).
    LeftWins,
    /// A binary one counts, else the statement fails (MySQL).
    ExactWins,
    /// The statement fails.
    Refused,
}

/// Conversions the dialect makes.
pub(crate) struct Conversions {
    /// How willingly types are converted.
    pub implicit: Implicit,
    /// What happens when text and number are compared.
    pub text_meets_number: TextMeetsNumber,
    /// Numbers are conditions (non-zero is true), and conditions are numbers.
    pub numbers_are_conditions: bool,
    /// Text that is no number, used as one.
    pub text_to_number: CastFailure,
    /// In strict mode a change of rows fails where a query would give NULL or a prefix (MySQL).
    pub changes_fail: bool,
    /// Text that is no date, used as one.
    pub text_to_time: CastFailure,
    /// A number beyond the target type, in an explicit cast.
    pub overflow: CastFailure,
    /// Text longer than the target type, in an explicit cast.
    pub overlong: CastFailure,
    /// Exact decimal to integer.
    pub decimal_to_int: Rounding,
    /// Float to integer.
    pub float_to_int: Rounding,
    /// Fraction cut to a scale.
    pub to_scale: Rounding,
    /// A fraction stored in an integer column is kept (SQLite affinity).
    pub store_keeps: bool,
    /// How numbers with a fraction are shown as text.
    pub number_text: NumberText,
    /// Dates and times are shown in ISO form, not in a format of the session.
    pub iso_times: bool,
    /// Beside another type, a text takes that type (T-SQL).
    pub text_yields: bool,
    /// Branches of unlike types keep their own (SQLite).
    pub branches_keep: bool,
    /// TRUE and FALSE are the type of conditions, unlike numbers (PostgreSQL).
    pub true_booleans: bool,
    /// Money and strings of bits are shown in forms of their own, not as numbers (PostgreSQL).
    pub own_forms: bool,
    /// An empty text is the number 0, and TRUE and FALSE are words for a bit (T-SQL).
    pub empty_is_zero: bool,
}

/// How numbers with a fraction are shown as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NumberText {
    /// With the digits of the type.
    Digits,
    /// Up to 15 digits, `.0` behind whole numbers (SQLite).
    Real,
    /// Without zeros at either end (Oracle).
    Trimmed,
    /// Decimals with the digits of the type, floats cut to six (T-SQL).
    DecimalsOnly,
}

/// How willingly types are converted without being asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Implicit {
    /// Everything, and what does not fit becomes something else (MySQL, SQLite).
    Loose,
    /// Literals only; other texts never meet numbers (PostgreSQL).
    Literals,
    /// Everything, and what does not fit fails (Oracle, T-SQL).
    Failing,
}

/// What happens when text and number are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TextMeetsNumber {
    /// Both are read as floats (MySQL).
    AsFloat,
    /// Column affinity decides; without one, numbers stand below texts (SQLite).
    ByAffinity,
    /// A literal takes the other's type, else the statement is wrong (PostgreSQL).
    Refused,
    /// The text is read as a number (Oracle, T-SQL).
    AsNumber,
}

/// Dates and times.
pub(crate) struct Times {
    /// `date + number`.
    pub plus_number: PlusNumber,
    /// `date - date`.
    pub minus: Minus,
    /// Temporals are texts and numbers (SQLite).
    pub as_text: bool,
    /// `7/4/1996` is the fourth of July (T-SQL with DATEFORMAT mdy, that of a fresh server).
    pub month_first: bool,
    /// What happens to digits of the fraction that do not fit.
    pub fraction: Rounding,
    /// What INTERVAL is.
    pub intervals: Intervals,
    /// `TIMESTAMP '…'` has no zone, whatever columns of that type have (MySQL).
    pub timestamp_literals_plain: bool,
    /// Timestamps of three digits count three-hundredths of a second (T-SQL datetime).
    pub ticks: bool,
    /// Timestamps and times are shown without zeros at the end of the fraction (PostgreSQL).
    pub short_fractions: bool,
    /// Digits of the fraction of the current timestamp without a precision.
    pub now_precision: u8,
    /// A text that says `now` is the current time when it becomes a date or time (PostgreSQL).
    pub now_texts: bool,
    /// Adding months to a month's end.
    pub month_end: MonthEnd,
    /// TIME is a span of time, which does not start again at midnight (MySQL).
    pub times_are_spans: bool,
    /// The last second that a number of seconds since 1970 becomes a date of.
    pub unix_last: i64,
}

/// What INTERVAL is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Intervals {
    /// An amount with a unit, beside `+` and `-` only (MySQL).
    UnitAmounts,
    /// A value of a type of its own.
    Values,
    /// There is none.
    None,
}

/// `date + number`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlusNumber {
    /// So many days later; timestamps too (Oracle, T-SQL datetime).
    Days,
    /// So many days later, dates only (PostgreSQL).
    DateDays,
    /// The date is read as a number; refused.
    AsNumber,
}

/// `date - date`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Minus {
    /// Days as an integer between dates, an interval between timestamps (PostgreSQL).
    DaysOrInterval,
    /// Days with fraction (Oracle).
    Days,
    /// Difference of the numbers yyyymmdd (MySQL).
    Numbers,
    /// No meaning we translate.
    Refused,
}

/// Adding months to a month's end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MonthEnd {
    /// Clamps to the last day.
    Clamp,
    /// Fails (Oracle `+ INTERVAL '1' MONTH`).
    Fails,
}

/// A type as written, for [`Meaning::type_name`].
pub(crate) struct TypeWords<'a> {
    /// Its words in lower case with single blanks.
    pub words: &'a str,
    /// The name stands in quotes.
    pub quoted: bool,
    /// Numbers in parentheses; `MAX` is -1.
    pub args: &'a [i64],
    /// UNSIGNED.
    pub unsigned: bool,
    /// WITH TIME ZONE.
    pub zone: bool,
    /// WITH LOCAL TIME ZONE.
    pub local_zone: bool,
    /// YEAR TO MONTH.
    pub year_month: bool,
    /// The collation of text without a COLLATE clause.
    pub collation: Collation,
    /// Target of a CAST rather than type of a column.
    pub cast: bool,
}

impl TypeWords<'_> {
    /// The `i`-th number in parentheses.
    pub fn arg(&self, i: usize) -> Option<i64> {
        self.args.get(i).copied()
    }
}
