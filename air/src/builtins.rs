//! The closed catalogue of builtins: every operator and function of any dialect, by meaning.
//!
//! One row per meaning. Where dialects disagree about a function there is a row for each meaning, and the
//! dialect tables say who means which. Generated text forms, arity and kinds come from this one table.

use crate::types::Type;

/// Where a builtin may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Value of one row.
    Scalar,
    /// Value of a group or frame.
    Aggregate,
    /// Value of a row among the rows of its window.
    Window,
    /// Rows.
    Table,
}

/// Type of the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Returns {
    /// Whoever makes the node says; it depends on the arguments' types and the dialect's rules.
    Given,
    /// That of the first argument.
    Same,
    /// The common type of all arguments, as the dialect unifies them.
    Unify,
    /// Text that compares as the first text argument does.
    Text,
    /// Just this type.
    Type(Type),
}

/// What NULL arguments do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nulls {
    /// A NULL argument gives NULL, other arguments never do.
    Strict,
    /// The result is never NULL.
    Never,
    /// As the builtin documents.
    Own,
}

/// Whether the same arguments give the same result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Volatility {
    /// Always.
    Immutable,
    /// Within one statement.
    Stable,
    /// Not even there.
    Volatile,
}

/// A row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Name in the text form.
    pub name: &'static str,
    /// Fewest arguments.
    pub args_min: u8,
    /// Most arguments; 255: any number.
    pub args_max: u8,
    /// Where it may stand.
    pub class: Class,
    /// Type of the result.
    pub returns: Returns,
    /// What NULL arguments do.
    pub nulls: Nulls,
    /// Whether the same arguments give the same result.
    pub volatility: Volatility,
    /// Meaning, in a sentence.
    pub meaning: &'static str,
}

macro_rules! builtins {
    ($($Name:ident $name:literal $min:literal..$max:literal $class:ident $returns:expr, $nulls:ident $volatility:ident $doc:literal;)*) => {
        /// A builtin by meaning. Read the meaning in [`Builtin::signature`].
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u16)]
        pub enum Builtin { $(#[doc = $doc] $Name,)* }

        impl Builtin {
            /// All builtins, in the order of the catalogue.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$Name,)*];
        }

        const SIGNATURES: &[Signature] = &[$(Signature {
            name: $name, args_min: $min, args_max: $max, class: Class::$class, returns: $returns,
            nulls: Nulls::$nulls, volatility: Volatility::$volatility, meaning: $doc,
        },)*];
    };
}

impl Builtin {
    /// Its row of the catalogue.
    #[inline]
    pub fn signature(self) -> &'static Signature {
        &SIGNATURES[self as usize]
    }

    /// Its name in the text form.
    pub fn name(self) -> &'static str {
        self.signature().name
    }

    /// The builtin with that name in the text form.
    pub fn from_name(name: &str) -> Option<Builtin> {
        Builtin::ALL.iter().copied().find(|builtin| builtin.name() == name)
    }
}

use Returns::{Given, Same, Text, Unify};
const BOOL: Returns = Returns::Type(Type::Bool);
const I32: Returns = Returns::Type(Type::I32);
const I64: Returns = Returns::Type(Type::I64);
const U64: Returns = Returns::Type(Type::U64);
const F64: Returns = Returns::Type(Type::Float64);
const NUMBER: Returns = Returns::Type(Type::Number);
const BYTES: Returns = Returns::Type(Type::BYTES);
const JSON: Returns = Returns::Type(Type::Json { binary: false });
const DATE: Returns = Returns::Type(Type::Date);
const UUID: Returns = Returns::Type(Type::Uuid);

#[rustfmt::skip]
builtins! {

    // Arithmetic.
    Neg                    "neg" 1..1 Scalar Same, Strict Immutable "Negation.";
    Add                    "add" 2..2 Scalar Given, Strict Immutable "Sum of two numbers; integer overflow fails.";
    Sub                    "sub" 2..2 Scalar Given, Strict Immutable "Difference of two numbers; integer overflow fails.";
    Mul                    "mul" 2..2 Scalar Given, Strict Immutable "Product of two numbers; integer overflow fails.";
    DivInt                 "div_int" 2..2 Scalar Given, Strict Immutable "Integer quotient toward zero; zero divisor fails.";
    DivIntOrNull           "div_int_or_null" 2..2 Scalar Given, Own Immutable "Integer quotient toward zero; zero divisor gives NULL. Decimal operands are divided first, then cut (MySQL DIV).";
    DivNumber              "div_number" 2..2 Scalar NUMBER, Strict Immutable "Decimal quotient with at least 16 significant digits, scale as PostgreSQL numeric selects it; zero divisor fails.";
    DivDecimal             "div_decimal" 2..2 Scalar Given, Strict Immutable "Decimal quotient cut to the scale of the result type; zero divisor fails (T-SQL).";
    DivDecimalOrNull       "div_decimal_or_null" 2..2 Scalar Given, Own Immutable "Decimal quotient; zero divisor gives NULL (MySQL). Arithmetic goes on with whole words of nine digits after the point, cut; as a value it is rounded half away to the scale of its type.";
    DivOracle              "div_oracle" 2..2 Scalar NUMBER, Strict Immutable "Decimal quotient with 40 significant digits (Oracle NUMBER); zero divisor fails.";
    DivFloat               "div_float" 2..2 Scalar F64, Strict Immutable "Floating-point quotient; zero divisor fails.";
    DivFloatOrNull         "div_float_or_null" 2..2 Scalar F64, Own Immutable "Floating-point quotient; zero divisor gives NULL.";
    Mod                    "mod" 2..2 Scalar Given, Strict Immutable "Remainder with the sign of the dividend; zero divisor fails.";
    ModOrNull              "mod_or_null" 2..2 Scalar Given, Own Immutable "Remainder with the sign of the dividend; zero divisor gives NULL.";
    ModOracle              "mod_oracle" 2..2 Scalar Given, Strict Immutable "Remainder with the sign of the dividend; zero divisor gives the dividend.";
    RemainderNearest       "remainder_nearest" 2..2 Scalar Given, Strict Immutable "`a - b*n`, n the integer nearest to `a/b` (Oracle REMAINDER).";
    Abs                    "abs" 1..1 Scalar Same, Strict Immutable "Absolute value.";
    Sign                   "sign" 1..1 Scalar Given, Strict Immutable "-1, 0 or 1.";
    Ceil                   "ceil" 1..1 Scalar Given, Strict Immutable "Smallest integer not below.";
    Floor                  "floor" 1..1 Scalar Given, Strict Immutable "Largest integer not above.";
    Round                  "round" 1..2 Scalar Given, Strict Immutable "Rounds half away from zero to so many decimals (default 0; negative: tens).";
    RoundHalfEven          "round_half_even" 1..2 Scalar Given, Strict Immutable "Rounds half to even to so many decimals.";
    Trunc                  "trunc" 1..2 Scalar Given, Strict Immutable "Cuts to so many decimals (default 0; negative: tens).";
    Power                  "power" 2..2 Scalar Given, Strict Immutable "Power.";
    Sqrt                   "sqrt" 1..1 Scalar Given, Strict Immutable "Square root; negative fails.";
    SqrtOrNull             "sqrt_or_null" 1..1 Scalar F64, Own Immutable "Square root; negative gives NULL.";
    Cbrt                   "cbrt" 1..1 Scalar F64, Strict Immutable "Cube root.";
    Exp                    "exp" 1..1 Scalar Given, Strict Immutable "e to the power.";
    Ln                     "ln" 1..1 Scalar Given, Strict Immutable "Natural logarithm; zero or below fails.";
    LnOrNull               "ln_or_null" 1..1 Scalar F64, Own Immutable "Natural logarithm; zero or below gives NULL.";
    Log10                  "log10" 1..1 Scalar Given, Strict Immutable "Logarithm to base 10; zero or below fails.";
    Log10OrNull            "log10_or_null" 1..1 Scalar F64, Own Immutable "Logarithm to base 10; zero or below gives NULL.";
    Log2OrNull             "log2_or_null" 1..1 Scalar F64, Own Immutable "Logarithm to base 2; zero or below gives NULL.";
    LogBase                "log_base" 2..2 Scalar Given, Strict Immutable "Logarithm of the second argument to the base of the first; bad arguments fail.";
    LogBaseOrNull          "log_base_or_null" 2..2 Scalar F64, Own Immutable "Logarithm of the second argument to the base of the first; bad arguments give NULL.";
    Sin                    "sin" 1..1 Scalar F64, Strict Immutable "Sine.";
    Cos                    "cos" 1..1 Scalar F64, Strict Immutable "Cosine.";
    Tan                    "tan" 1..1 Scalar F64, Strict Immutable "Tangent.";
    Cot                    "cot" 1..1 Scalar F64, Strict Immutable "Cotangent.";
    Asin                   "asin" 1..1 Scalar F64, Strict Immutable "Arc sine.";
    Acos                   "acos" 1..1 Scalar F64, Strict Immutable "Arc cosine.";
    Atan                   "atan" 1..1 Scalar F64, Strict Immutable "Arc tangent.";
    Sinh                   "sinh" 1..1 Scalar F64, Strict Immutable "Hyperbolic sine.";
    Cosh                   "cosh" 1..1 Scalar F64, Strict Immutable "Hyperbolic cosine.";
    Tanh                   "tanh" 1..1 Scalar F64, Strict Immutable "Hyperbolic tangent.";
    Asinh                  "asinh" 1..1 Scalar F64, Strict Immutable "Inverse hyperbolic sine.";
    Acosh                  "acosh" 1..1 Scalar F64, Strict Immutable "Inverse hyperbolic cosine.";
    Atanh                  "atanh" 1..1 Scalar F64, Strict Immutable "Inverse hyperbolic tangent.";
    Degrees                "degrees" 1..1 Scalar F64, Strict Immutable "Radians to degrees.";
    Radians                "radians" 1..1 Scalar F64, Strict Immutable "Degrees to radians.";
    Atan2                  "atan2" 2..2 Scalar F64, Strict Immutable "Angle of the point (second argument, first argument).";
    Pi                     "pi" 0..0 Scalar F64, Never Immutable "π.";
    Random                 "random" 0..0 Scalar F64, Never Volatile "Uniform in [0, 1).";
    RandomInt64            "random_int64" 0..0 Scalar I64, Never Volatile "Uniform over 64-bit integers (SQLite random()).";
    Gcd                    "gcd" 2..2 Scalar Given, Strict Immutable "Greatest common divisor.";
    Lcm                    "lcm" 2..2 Scalar Given, Strict Immutable "Least common multiple.";
    Factorial              "factorial" 1..1 Scalar NUMBER, Strict Immutable "Factorial.";
    WidthBucket            "width_bucket" 4..4 Scalar I32, Strict Immutable "Number of the bucket of (value, low, high, count).";
    MinScale               "min_scale" 1..1 Scalar I32, Strict Immutable "Fewest decimals that keep the value.";
    TrimScale              "trim_scale" 1..1 Scalar NUMBER, Strict Immutable "Drops trailing zero decimals.";
    Scale                  "scale" 1..1 Scalar I32, Strict Immutable "Decimals of a numeric.";
    Greatest               "greatest" 1..255 Scalar Unify, Strict Immutable "Greatest argument; NULL if any is NULL.";
    Least                  "least" 1..255 Scalar Unify, Strict Immutable "Least argument; NULL if any is NULL.";
    GreatestSkipNulls      "greatest_skip_nulls" 1..255 Scalar Unify, Own Immutable "Greatest argument that is not NULL.";
    LeastSkipNulls         "least_skip_nulls" 1..255 Scalar Unify, Own Immutable "Least argument that is not NULL.";

    // Bits: two's complement of 64 bits, or the width and sign of the result type.
    BitAnd                 "bit_and" 2..2 Scalar Given, Strict Immutable "Bitwise and.";
    BitOr                  "bit_or" 2..2 Scalar Given, Strict Immutable "Bitwise or.";
    BitXor                 "bit_xor" 2..2 Scalar Given, Strict Immutable "Bitwise exclusive or.";
    BitNot                 "bit_not" 1..1 Scalar Given, Strict Immutable "Bitwise complement.";
    ShiftLeft              "shift_left" 2..2 Scalar Given, Strict Immutable "Bits shifted left, zeros in; 64 and more give 0.";
    ShiftRight             "shift_right" 2..2 Scalar Given, Strict Immutable "Bits shifted right; the sign comes in for signed types.";
    BitCount               "bit_count" 1..1 Scalar I64, Strict Immutable "Number of one bits.";

    // Logic and NULL.
    Coalesce               "coalesce" 1..255 Scalar Unify, Own Immutable "First argument that is not NULL.";
    NullIf                 "null_if" 2..2 Scalar Same, Own Immutable "NULL if the arguments are equal (modifier: collation), else the first.";
    NullIfEmpty            "null_if_empty" 1..1 Scalar Same, Own Immutable "NULL if the text is empty, else the text: what Oracle makes of every text result.";
    Xor                    "xor" 2..2 Scalar BOOL, Strict Immutable "Exclusive or of booleans.";
    CountNulls             "count_nulls" 1..255 Scalar I32, Never Immutable "How many arguments are NULL.";
    CountNotNulls          "count_not_nulls" 1..255 Scalar I32, Never Immutable "How many arguments are not NULL.";

    // Text. Positions and lengths count characters from 1 unless said otherwise.
    Concat                 "concat" 1..255 Scalar Text, Strict Immutable "Joins texts; NULL if any is NULL.";
    ConcatSkipNulls        "concat_skip_nulls" 1..255 Scalar Text, Never Immutable "Joins texts; NULL counts as empty.";
    ConcatWs               "concat_ws" 2..255 Scalar Text, Own Immutable "Joins texts that are not NULL with the first argument between; NULL if that is NULL.";
    ConcatOracle           "concat_oracle" 1..255 Scalar Text, Own Immutable "Joins texts, NULL counts as empty, an empty result is NULL.";
    CharLength             "char_length" 1..1 Scalar I64, Strict Immutable "Characters.";
    ByteLength             "byte_length" 1..1 Scalar I64, Strict Immutable "Bytes of the UTF-8 text or of the bytes.";
    BitLength              "bit_length" 1..1 Scalar I64, Strict Immutable "Eight times the bytes.";
    LengthTrimmed          "length_trimmed" 1..1 Scalar I64, Strict Immutable "Characters without trailing blanks (T-SQL LEN).";
    Lower                  "lower" 1..1 Scalar Same, Strict Immutable "Lower case, all letters.";
    Upper                  "upper" 1..1 Scalar Same, Strict Immutable "Upper case, all letters.";
    LowerAscii             "lower_ascii" 1..1 Scalar Same, Strict Immutable "Lower case of A-Z only.";
    UpperAscii             "upper_ascii" 1..1 Scalar Same, Strict Immutable "Upper case of a-z only.";
    StripMarks             "strip_marks" 1..1 Scalar Same, Strict Immutable "Letters without their accents and other marks.";
    Initcap                "initcap" 1..1 Scalar Same, Strict Immutable "First letter of each word upper case, the others lower case.";
    Trim                   "trim" 1..2 Scalar Same, Strict Immutable "Removes characters of the set in the second argument (default: blank) from both ends.";
    TrimText               "trim_text" 2..2 Scalar Same, Strict Immutable "Removes repetitions of the whole second text from both ends (MySQL).";
    TrimStart              "trim_start" 1..2 Scalar Same, Strict Immutable "Removes characters of the set in the second argument (default: blank) from the start.";
    TrimStartText          "trim_start_text" 2..2 Scalar Same, Strict Immutable "Removes repetitions of the whole second text from the start (MySQL).";
    TrimEnd                "trim_end" 1..2 Scalar Same, Strict Immutable "Removes characters of the set in the second argument (default: blank) from the end.";
    TrimEndText            "trim_end_text" 2..2 Scalar Same, Strict Immutable "Removes repetitions of the whole second text from the end (MySQL).";
    Substring              "substring" 2..3 Scalar Same, Strict Immutable "From position, so many characters; positions before 1 exist and are empty, so they use up length (standard). Negative length fails.";
    SubstringFromEnd       "substring_from_end" 2..3 Scalar Same, Strict Immutable "From position; negative counts from the end; 0 and beyond the start give empty; length below 1 gives empty (MySQL).";
    SubstringSqlite        "substring_sqlite" 2..3 Scalar Same, Strict Immutable "From position; negative counts from the end, clipped at the start; negative length goes left (SQLite).";
    SubstringInside        "substring_inside" 2..3 Scalar Same, Strict Immutable "From a position known to be 1 or more, a length known to be 0 or more: where all dialects agree. Made by legalization.";
    SubstringOracle        "substring_oracle" 2..3 Scalar Same, Own Immutable "From position; 0 means 1; negative counts from the end; out of range or length below 1 gives NULL (Oracle).";
    Left                   "left" 2..2 Scalar Same, Strict Immutable "First n characters; negative n: all but the last -n (PostgreSQL).";
    Right                  "right" 2..2 Scalar Same, Strict Immutable "Last n characters; negative n: all but the first -n (PostgreSQL).";
    LeftClamped            "left_clamped" 2..2 Scalar Same, Strict Immutable "First n characters; negative n: none (MySQL).";
    RightClamped           "right_clamped" 2..2 Scalar Same, Strict Immutable "Last n characters; negative n: none (MySQL).";
    Position               "position" 2..2 Scalar I64, Strict Immutable "Position of the second text in the first, 0 if absent, 1 if empty (modifier: collation).";
    PositionFrom           "position_from" 3..3 Scalar I64, Strict Immutable "Position of the second text in the first at or after the third argument, 0 if absent (modifier: collation).";
    InstrOracle            "instr_oracle" 3..4 Scalar I64, Strict Immutable "Position of the n-th occurrence (fourth argument) of the second text in the first; a negative start searches backwards.";
    Replace                "replace" 3..3 Scalar Same, Strict Immutable "All occurrences of the second text replaced by the third; an empty second changes nothing (modifier: collation).";
    ReplaceOracle          "replace_oracle" 2..3 Scalar Same, Own Immutable "As replace; NULL replacement counts as empty, an empty result is NULL.";
    Translate              "translate" 3..3 Scalar Same, Strict Immutable "Characters of the second text replaced by those of the third at the same place, or dropped.";
    Reverse                "reverse" 1..1 Scalar Same, Strict Immutable "Characters in reverse.";
    Repeat                 "repeat" 2..2 Scalar Same, Strict Immutable "So many copies; below 1: empty.";
    RepeatOrNull           "repeat_or_null" 2..2 Scalar Same, Own Immutable "So many copies; negative: NULL (T-SQL REPLICATE).";
    Space                  "space" 1..1 Scalar Text, Strict Immutable "So many blanks; below 1: empty.";
    PadLeft                "pad_left" 2..3 Scalar Same, Strict Immutable "Padded on the left with the third argument (default blank) to so many characters, or cut to them from the right end.";
    PadRight               "pad_right" 2..3 Scalar Same, Strict Immutable "Padded on the right with the third argument (default blank) to so many characters, or cut to them.";
    Overlay                "overlay" 3..4 Scalar Same, Strict Immutable "(text, new, from, count): count characters from position replaced by new.";
    InsertMysql            "insert_mysql" 4..4 Scalar Same, Strict Immutable "(text, from, count, new): as overlay; a position outside of the text changes nothing (MySQL INSERT).";
    Stuff                  "stuff" 4..4 Scalar Same, Own Immutable "(text, from, count, new): as overlay; a position outside of the text gives NULL (T-SQL).";
    SplitPart              "split_part" 3..3 Scalar Same, Strict Immutable "n-th part of the first text split at the second; empty if there is none; negative n counts from the end.";
    SubstringIndex         "substring_index" 3..3 Scalar Same, Strict Immutable "Text before the n-th occurrence of the second text; negative n: after the n-th from the end (MySQL).";
    FindInSet              "find_in_set" 2..2 Scalar I64, Strict Immutable "Position of the first text among the comma-separated parts of the second, 0 if absent.";
    Field                  "field" 2..255 Scalar I64, Never Immutable "Position of the first argument among the others, 0 if absent or NULL (modifier: collation).";
    Elt                    "elt" 2..255 Scalar Text, Own Immutable "The argument at the position the first gives, else NULL.";
    StrCmp                 "strcmp" 2..2 Scalar I32, Strict Immutable "-1, 0 or 1 by comparison (modifier: collation).";
    FirstByte              "first_byte" 1..1 Scalar I64, Strict Immutable "First byte of the text, 0 if empty (MySQL ASCII).";
    CodePoint              "code_point" 1..1 Scalar I64, Strict Immutable "Code point of the first character, 0 if empty.";
    CodePointOrNull        "code_point_or_null" 1..1 Scalar I64, Own Immutable "Code point of the first character, NULL if empty (SQLite unicode).";
    CharOf                 "char_of" 1..1 Scalar Text, Strict Immutable "The character with that code point.";
    CharsOf                "chars_of" 1..255 Scalar Text, Own Immutable "The characters with those code points, NULLs passed over (SQLite char).";
    HexOfBytes             "hex_of_bytes" 1..1 Scalar Text, Strict Immutable "Upper-case hexadecimal of the bytes of a text or bytes.";
    HexOfInt               "hex_of_int" 1..1 Scalar Text, Strict Immutable "Upper-case hexadecimal of an integer, two's complement of 64 bits if negative.";
    HexLowerOfInt          "hex_lower_of_int" 1..1 Scalar Text, Strict Immutable "Lower-case hexadecimal of an integer.";
    Unhex                  "unhex" 1..1 Scalar BYTES, Own Immutable "Bytes of hexadecimal digits; NULL if they are none.";
    ToBase                 "to_base" 3..3 Scalar Text, Own Immutable "Digits of the first argument in base two converted to base three (MySQL CONV).";
    BinOfInt               "bin_of_int" 1..1 Scalar Text, Strict Immutable "Binary digits of an integer.";
    OctOfInt               "oct_of_int" 1..1 Scalar Text, Strict Immutable "Octal digits of an integer.";
    Md5                    "md5" 1..1 Scalar Text, Strict Immutable "MD5, 32 lower-case hexadecimal digits.";
    Sha1                   "sha1" 1..1 Scalar Text, Strict Immutable "SHA-1, 40 lower-case hexadecimal digits.";
    Sha2                   "sha2" 2..2 Scalar Text, Own Immutable "SHA-2 of so many bits, lower-case hexadecimal digits.";
    Crc32                  "crc32" 1..1 Scalar I64, Strict Immutable "CRC-32.";
    ToBase64               "to_base64" 1..1 Scalar Text, Strict Immutable "Base64.";
    FromBase64             "from_base64" 1..1 Scalar BYTES, Own Immutable "Bytes of base64.";
    Soundex                "soundex" 1..1 Scalar Text, Strict Immutable "Soundex code; its length differs by dialect, so it is refused across dialects.";
    QuoteLiteral           "quote_literal" 1..1 Scalar Text, Strict Immutable "The text as a SQL literal of PostgreSQL.";
    QuoteMysql             "quote_mysql" 1..1 Scalar Text, Never Immutable "The text as a SQL literal of MySQL; NULL gives the word NULL.";
    QuoteSqlite            "quote_sqlite" 1..1 Scalar Text, Never Immutable "The value as a SQL literal of SQLite.";
    QuoteIdent             "quote_ident" 1..1 Scalar Text, Strict Immutable "The text as an identifier of PostgreSQL.";
    FormatNumber           "format_number" 2..2 Scalar Text, Strict Immutable "Rounded to so many decimals, thousands separated by commas (MySQL FORMAT).";
    Printf                 "printf" 1..255 Scalar Text, Own Immutable "C-like format (SQLite printf).";
    FormatPostgres         "format_postgres" 1..255 Scalar Text, Own Immutable "%s, %I, %L format (PostgreSQL).";
    TextOfReal             "text_of_real" 1..1 Scalar Text, Strict Immutable "A number as SQLite shows it: integers as digits, floats with up to 15 significant digits and `.0` behind whole ones.";
    TextOfTimestamp        "text_of_timestamp" 1..1 Scalar Text, Strict Immutable "A timestamp in ISO form, the fraction of its second without zeros at the end (PostgreSQL).";
    TextOfTime             "text_of_time" 1..1 Scalar Text, Strict Immutable "A time of day in ISO form, the fraction of its second without zeros at the end (PostgreSQL).";
    TextOfNumber           "text_of_number" 1..1 Scalar Text, Strict Immutable "A number as Oracle shows it: no zeros at the end, no zero before the point.";
    StartsWith             "starts_with" 2..2 Scalar BOOL, Strict Immutable "The first text starts with the second.";
    Glob                   "glob" 2..2 Scalar BOOL, Strict Immutable "The first text matches the glob pattern in the second: `*`, `?`, `[...]` (SQLite).";
    RegexMatch             "regex_match" 2..2 Scalar BOOL, Strict Immutable "The first text has a match of the regular expression in the second (modifier: collation). POSIX/PCRE common part.";
    RegexReplaceAll        "regex_replace_all" 3..3 Scalar Text, Strict Immutable "All matches replaced.";
    RegexReplaceFirst      "regex_replace_first" 3..3 Scalar Text, Strict Immutable "First match replaced.";
    RegexSubstring         "regex_substring" 2..2 Scalar Text, Own Immutable "First match, or NULL.";
    RegexSubstringNth      "regex_substring_nth" 3..4 Scalar Text, Own Immutable "N-th match (fourth argument, default 1) from the position in the third argument on, or NULL.";
    RegexPosition          "regex_position" 2..2 Scalar I64, Strict Immutable "Position of the first match, 0 if none.";
    RegexCount             "regex_count" 2..2 Scalar I64, Strict Immutable "Number of matches.";
    SimilarTo              "similar_to" 2..3 Scalar BOOL, Strict Immutable "SQL regular expression over the whole text; third argument: escape character.";

    // Dates and times. Units are in the modifier.
    CurrentDate            "current_date" 0..0 Scalar DATE, Never Stable "Date at the start of the transaction or statement, session zone.";
    CurrentTime            "current_time" 0..0 Scalar Given, Never Stable "Time of day at the start of the statement, session zone.";
    CurrentTimestamp       "current_timestamp" 0..0 Scalar Given, Never Stable "Now, session zone; the result type says with or without zone.";
    UtcTimestamp           "utc_timestamp" 0..0 Scalar Given, Never Stable "Now in UTC, without zone.";
    UtcDate                "utc_date" 0..0 Scalar DATE, Never Stable "Today in UTC.";
    ClockTimestamp         "clock_timestamp" 0..0 Scalar Given, Never Volatile "Now, changing while the statement runs.";
    DateAdd                "date_add" 2..2 Scalar Given, Strict Immutable "(value, n): n units later; a month end clamps to the last day.";
    DateAddRoll            "date_add_roll" 2..2 Scalar Given, Strict Immutable "(value, n): n units later; days beyond the month end roll over (SQLite).";
    AddMonthsSticky        "add_months_sticky" 2..2 Scalar Given, Strict Immutable "(date, n): n months later; the last day of a month stays a last day (Oracle ADD_MONTHS).";
    AddInterval            "add_interval" 2..2 Scalar Given, Strict Immutable "(value, interval): months first with clamping, then days, then time.";
    SubInterval            "sub_interval" 2..2 Scalar Given, Strict Immutable "(value, interval): as adding the negated interval.";
    AddDays                "add_days" 2..2 Scalar Given, Strict Immutable "(date or timestamp, number): so many days later; fractions count for timestamps.";
    DaysBetween            "days_between" 2..2 Scalar I64, Strict Immutable "Calendar days from the second to the first; times of day are cut.";
    ElapsedDays            "elapsed_days" 2..2 Scalar Given, Strict Immutable "Days with fraction from the second to the first.";
    BoundariesBetween      "boundaries_between" 2..2 Scalar I64, Strict Immutable "Unit boundaries crossed from the first to the second (T-SQL DATEDIFF); weeks begin on Sunday.";
    CompleteUnits          "complete_units" 2..2 Scalar I64, Strict Immutable "Complete units from the first to the second, toward zero (MySQL TIMESTAMPDIFF).";
    SubTimestamps          "sub_timestamps" 2..2 Scalar Given, Strict Immutable "Interval of days and time from the second to the first (PostgreSQL).";
    Age                    "age" 2..2 Scalar Given, Strict Immutable "Interval of years, months, days, time from the second to the first (PostgreSQL).";
    MonthsBetween          "months_between" 2..2 Scalar NUMBER, Strict Immutable "Months with fraction on a 31-day base (Oracle).";
    MysqlDateSub           "mysql_date_sub" 2..2 Scalar I64, Strict Immutable "Difference of two dates read as numbers yyyymmdd (MySQL `-`).";
    MakeInterval           "make_interval" 1..1 Scalar Given, Strict Immutable "So many units as an interval.";
    ExtractYear            "extract_year" 1..1 Scalar Given, Strict Immutable "Calendar year.";
    ExtractQuarter         "extract_quarter" 1..1 Scalar Given, Strict Immutable "Quarter 1-4.";
    ExtractMonth           "extract_month" 1..1 Scalar Given, Strict Immutable "Month 1-12.";
    ExtractDay             "extract_day" 1..1 Scalar Given, Strict Immutable "Day of month 1-31.";
    ExtractHour            "extract_hour" 1..1 Scalar Given, Strict Immutable "Hour 0-23 (of a long time: more).";
    ExtractMinute          "extract_minute" 1..1 Scalar Given, Strict Immutable "Minute 0-59.";
    ExtractSecond          "extract_second" 1..1 Scalar Given, Strict Immutable "Whole second 0-59.";
    ExtractMicrosecond     "extract_microsecond" 1..1 Scalar Given, Strict Immutable "Microseconds of the second.";
    ExtractDayOfYear       "extract_day_of_year" 1..1 Scalar Given, Strict Immutable "Day of year 1-366.";
    ExtractWeekdaySunday1  "extract_weekday_sunday1" 1..1 Scalar Given, Strict Immutable "1 = Sunday … 7 = Saturday.";
    ExtractWeekdaySunday0  "extract_weekday_sunday0" 1..1 Scalar Given, Strict Immutable "0 = Sunday … 6 = Saturday.";
    ExtractWeekdayMonday0  "extract_weekday_monday0" 1..1 Scalar Given, Strict Immutable "0 = Monday … 6 = Sunday.";
    ExtractWeekdayMonday1  "extract_weekday_monday1" 1..1 Scalar Given, Strict Immutable "1 = Monday … 7 = Sunday (ISO).";
    ExtractIsoWeek         "extract_iso_week" 1..1 Scalar Given, Strict Immutable "ISO week 1-53.";
    ExtractIsoYear         "extract_iso_year" 1..1 Scalar Given, Strict Immutable "Year of the ISO week.";
    ExtractWeekSunday      "extract_week_sunday" 1..1 Scalar Given, Strict Immutable "Week 0-53, weeks begin on Sunday, days before the first Sunday are in week 0 (MySQL WEEK mode 0).";
    ExtractWeekMonday      "extract_week_monday" 1..1 Scalar Given, Strict Immutable "Week 0-53, weeks begin on Monday, days before the first Monday are in week 0 (strftime %W).";
    ExtractWeekJan1        "extract_week_jan1" 1..1 Scalar Given, Strict Immutable "Week 1-53, the first begins on January 1 (Oracle WW).";
    ExtractWeekJan1Sunday  "extract_week_jan1_sunday" 1..1 Scalar Given, Strict Immutable "Week 1-53, January 1 is in week 1, weeks begin on Sunday (T-SQL).";
    ExtractCentury         "extract_century" 1..1 Scalar Given, Strict Immutable "Century, from 1.";
    ExtractDecade          "extract_decade" 1..1 Scalar Given, Strict Immutable "Year divided by ten.";
    ExtractMillennium      "extract_millennium" 1..1 Scalar Given, Strict Immutable "Millennium, from 1.";
    ExtractSecondFraction  "extract_second_fraction" 1..1 Scalar Given, Strict Immutable "Second with fraction.";
    ExtractMillisecond     "extract_millisecond" 1..1 Scalar Given, Strict Immutable "Seconds with fraction times 1000 (PostgreSQL).";
    ExtractMicrosecondTotal "extract_microsecond_total" 1..1 Scalar Given, Strict Immutable "Seconds with fraction times 1000000 (PostgreSQL).";
    ExtractEpoch           "extract_epoch" 1..1 Scalar Given, Strict Immutable "Seconds since 1970-01-01 00:00 with fraction; of an interval its length.";
    ExtractJulian          "extract_julian" 1..1 Scalar Given, Strict Immutable "Julian day (PostgreSQL).";
    JulianDay              "julian_day" 1..1 Scalar F64, Strict Immutable "Julian day with fraction, days beginning at noon (SQLite).";
    YearWeek               "year_week" 1..1 Scalar I64, Strict Immutable "Year and week yyyyww (MySQL mode 0).";
    DateTrunc              "date_trunc" 1..1 Scalar Given, Strict Immutable "Start of the unit; weeks begin on Monday.";
    DateTruncWeekSunday    "date_trunc_week_sunday" 1..1 Scalar Given, Strict Immutable "Start of the week that begins on Sunday.";
    LastDay                "last_day" 1..1 Scalar Given, Strict Immutable "Last day of the month; the result type says whether time is kept.";
    MakeDate               "make_date" 3..3 Scalar DATE, Strict Immutable "Date of year, month, day; fails if there is none.";
    MakeDateOfYear         "make_date_of_year" 2..2 Scalar DATE, Own Immutable "Date of year and day of year (MySQL MAKEDATE).";
    MakeTime               "make_time" 3..3 Scalar Given, Strict Immutable "Time of hour, minute, second.";
    MakeTimestamp          "make_timestamp" 6..6 Scalar Given, Strict Immutable "Timestamp of its six parts.";
    UnixTime               "unix_time" 1..1 Scalar Given, Strict Immutable "Seconds since 1970-01-01 00:00 UTC of a reading in the session zone.";
    UnixTimeNow            "unix_time_now" 0..0 Scalar I64, Never Stable "Seconds since 1970-01-01 00:00 UTC.";
    FromUnixTime           "from_unix_time" 1..1 Scalar Given, Strict Immutable "Reading in the session zone of seconds since 1970-01-01 00:00 UTC.";
    AtTimeZone             "at_time_zone" 2..2 Scalar Given, Strict Immutable "(value, zone): instant to reading in the zone, or reading in the zone to instant.";
    ConvertTimeZone        "convert_time_zone" 3..3 Scalar Given, Own Immutable "(reading, from, to): reading in another zone (MySQL CONVERT_TZ).";
    DayName                "day_name" 1..1 Scalar Text, Strict Immutable "English name of the weekday.";
    MonthName              "month_name" 1..1 Scalar Text, Strict Immutable "English name of the month.";
    ToDays                 "to_days" 1..1 Scalar I64, Strict Immutable "Days since year 0 (MySQL).";
    FromDays               "from_days" 1..1 Scalar DATE, Strict Immutable "Date of days since year 0 (MySQL).";
    TimeToSeconds          "time_to_seconds" 1..1 Scalar Given, Strict Immutable "Seconds of a time of day.";
    SecondsToTime          "seconds_to_time" 1..1 Scalar Given, Strict Immutable "Time of day of seconds.";
    FormatTime             "format_time" 2..2 Scalar Text, Strict Immutable "Date or time as text by the neutral format in the second argument (a text literal, see `air::timeformat`).";
    ParseTime              "parse_time" 2..2 Scalar Given, Own Immutable "Date or time of a text by the neutral format in the second argument.";
    FormatDecimal          "format_decimal" 2..2 Scalar Text, Strict Immutable "Number as text by a TO_CHAR number picture of PostgreSQL.";
    FormatDecimalOracle    "format_decimal_oracle" 2..2 Scalar Text, Strict Immutable "Number as text by a TO_CHAR number picture of Oracle: `#` where it does not fit, `$` next to the digits.";
    ParseDecimal           "parse_decimal" 2..2 Scalar NUMBER, Strict Immutable "Number of a text by a PostgreSQL/Oracle TO_NUMBER picture.";

    // JSON.
    JsonGet                "json_get" 2..2 Scalar JSON, Own Immutable "Member (text) or element (integer) as JSON; NULL if absent.";
    JsonGetText            "json_get_text" 2..2 Scalar Text, Own Immutable "Member or element as text, strings without quotes; NULL if absent or JSON null.";
    JsonPath               "json_path" 2..255 Scalar JSON, Own Immutable "Value at the SQL/JSON path as JSON; NULL if absent (MySQL JSON_EXTRACT).";
    JsonPathValue          "json_path_value" 2..2 Scalar Given, Own Immutable "Value at the SQL/JSON path as a SQL value of its own type; NULL if absent or JSON null (SQLite json_extract).";
    JsonPathText           "json_path_text" 2..2 Scalar Text, Own Immutable "Scalar at the SQL/JSON path as text; NULL if absent or JSON null (JSON_VALUE).";
    JsonPathKeys           "json_path_keys" 2..2 Scalar JSON, Own Immutable "Value at a path given as an array of keys (PostgreSQL #>).";
    JsonPathKeysText       "json_path_keys_text" 2..2 Scalar Text, Own Immutable "Text at a path given as an array of keys (PostgreSQL #>>).";
    JsonUnquote            "json_unquote" 1..1 Scalar Text, Strict Immutable "A JSON string without quotes and escapes; other JSON as text.";
    JsonQuote              "json_quote" 1..1 Scalar Text, Strict Immutable "The text as a JSON string.";
    JsonType               "json_type" 1..2 Scalar Text, Own Immutable "Name of the JSON type, as the dialect names it; refused across dialects unless compared.";
    JsonValid              "json_valid" 1..1 Scalar BOOL, Strict Immutable "The text is JSON.";
    JsonArrayLength        "json_array_length" 1..2 Scalar I64, Own Immutable "Elements of an array.";
    JsonArrayLengthOrZero  "json_array_length_or_zero" 1..2 Scalar I64, Own Immutable "Elements of an array, 0 for other JSON; NULL if the path leads nowhere (SQLite).";
    JsonLength             "json_length" 1..2 Scalar I64, Own Immutable "Elements of an array, members of an object, 1 for a scalar (MySQL).";
    JsonObject             "json_object" 0..255 Scalar JSON, Never Immutable "Object of alternating keys and values.";
    JsonArray              "json_array" 0..255 Scalar JSON, Never Immutable "Array of the arguments.";
    JsonContains           "json_contains" 2..2 Scalar BOOL, Strict Immutable "The first document contains the second (PostgreSQL @>).";
    JsonHasKey             "json_has_key" 2..2 Scalar BOOL, Strict Immutable "The object has the key (PostgreSQL ?).";
    JsonKeys               "json_keys" 1..1 Scalar JSON, Own Immutable "Keys of an object as an array.";
    JsonSet                "json_set" 3..255 Scalar JSON, Own Immutable "Sets values at paths.";
    JsonInsert             "json_insert" 3..255 Scalar JSON, Own Immutable "Sets values at paths where there are none.";
    JsonReplace            "json_replace" 3..255 Scalar JSON, Own Immutable "Sets values at paths where there are some.";
    JsonPatch              "json_patch" 2..2 Scalar JSON, Own Immutable "The document with the members of the patch, those of null taken out (RFC 7396).";
    JsonRemove             "json_remove" 2..255 Scalar JSON, Own Immutable "Removes paths.";
    ToJson                 "to_json" 1..1 Scalar JSON, Own Immutable "The value as JSON.";

    // Arrays, from 1.
    ArrayGet               "array_get" 2..2 Scalar Given, Own Immutable "Element, NULL outside.";
    ArraySlice             "array_slice" 3..3 Scalar Same, Own Immutable "Elements from to.";
    ArrayLength            "array_length" 2..2 Scalar I32, Own Immutable "Elements of the dimension, NULL if empty.";
    Cardinality            "cardinality" 1..1 Scalar I32, Strict Immutable "Elements.";
    ArrayAppend            "array_append" 2..2 Scalar Same, Own Immutable "With an element more.";
    ArrayConcat            "array_concat" 2..2 Scalar Same, Own Immutable "One after the other.";
    ArrayPosition          "array_position" 2..2 Scalar I32, Own Immutable "First position of an element.";
    ArrayContains          "array_contains" 2..2 Scalar BOOL, Strict Immutable "The first array has all elements of the second.";
    ArrayOverlaps          "array_overlaps" 2..2 Scalar BOOL, Strict Immutable "The arrays share an element.";
    ArrayAny               "array_any" 2..2 Scalar BOOL, Own Immutable "`value = ANY(array)`.";
    ArrayAll               "array_all" 2..2 Scalar BOOL, Own Immutable "`value <> ALL(array)`.";
    ArrayToText            "array_to_text" 2..3 Scalar Text, Own Immutable "Elements joined by a separator; NULLs left out or shown as the third argument.";
    TextToArray            "text_to_array" 2..2 Scalar Given, Own Immutable "Parts between separators.";

    // Session.
    TypeName               "type_name" 1..1 Scalar Text, Never Immutable "Storage class as SQLite names it.";
    Version                "version" 0..0 Scalar Text, Never Stable "Server version text; refused across dialects.";
    CurrentUser            "current_user" 0..0 Scalar Text, Never Stable "User of the session.";
    CurrentSchema          "current_schema" 0..0 Scalar Text, Own Stable "Schema (MySQL: database) of the session.";
    LastInsertId           "last_insert_id" 0..0 Scalar I64, Never Volatile "Last identity value this session made.";
    LastRowId              "last_row_id" 0..0 Scalar I64, Never Volatile "Row number of the last row this session added, given or made up (SQLite last_insert_rowid).";
    RowsChanged            "rows_changed" 0..0 Scalar I64, Never Volatile "Rows the last statement changed.";
    NewUuid                "new_uuid" 0..0 Scalar UUID, Never Volatile "Random UUID.";
    RowId                  "row_id" 0..0 Scalar I64, Never Stable "Hidden row number (SQLite rowid); bound as a column where the table has one.";
    Grouping               "grouping" 1..255 Scalar I32, Never Immutable "Bit mask of arguments that the grouping set leaves out, first argument highest.";
    RowNumberBefore        "rownum" 0..0 Scalar I64, Never Volatile "Number of the row before ORDER BY (Oracle ROWNUM).";

    // Aggregates; NULL arguments are passed over unless said otherwise.
    CountAll               "count_all" 0..0 Aggregate I64, Never Immutable "Rows.";
    Count                  "count" 1..1 Aggregate I64, Never Immutable "Rows whose argument is not NULL.";
    CountRows              "count_rows" 2..255 Aggregate I64, Never Immutable "With DISTINCT: distinct rows of arguments, none of them NULL (MySQL COUNT(DISTINCT a, b)).";
    Sum                    "sum" 1..1 Aggregate Given, Own Immutable "Sum; NULL for no values.";
    Total                  "total" 1..1 Aggregate F64, Never Immutable "Sum as float; 0.0 for no values (SQLite).";
    AvgNumber              "avg_number" 1..1 Aggregate NUMBER, Own Immutable "Mean with the scale PostgreSQL numeric selects.";
    AvgDecimal             "avg_decimal" 1..1 Aggregate Given, Own Immutable "Mean rounded half away to the scale of the result type (MySQL).";
    AvgOracle              "avg_oracle" 1..1 Aggregate NUMBER, Own Immutable "Mean with 40 significant digits (Oracle).";
    AvgFloat               "avg_float" 1..1 Aggregate F64, Own Immutable "Mean as float.";
    AvgCut                 "avg_cut" 1..1 Aggregate Given, Own Immutable "Mean cut to the scale of the result type, integers to integers (T-SQL).";
    Min                    "min" 1..1 Aggregate Same, Own Immutable "Least value.";
    Max                    "max" 1..1 Aggregate Same, Own Immutable "Greatest value.";
    StringAgg              "string_agg" 2..2 Aggregate Text, Own Immutable "Texts joined with the second argument between; NULL for no values.";
    ArrayAgg               "array_agg" 1..1 Aggregate Given, Own Immutable "Array of values, NULLs included; NULL for no rows.";
    JsonAgg                "json_agg" 1..1 Aggregate JSON, Own Immutable "JSON array of values, NULLs included; NULL for no rows.";
    JsonObjectAgg          "json_object_agg" 2..2 Aggregate JSON, Own Immutable "JSON object of keys and values.";
    BoolAnd                "bool_and" 1..1 Aggregate BOOL, Own Immutable "True if all values are.";
    BoolOr                 "bool_or" 1..1 Aggregate BOOL, Own Immutable "True if one value is.";
    BitAndAgg              "bit_and_agg" 1..1 Aggregate Given, Own Immutable "Bitwise and; NULL for no values.";
    BitOrAgg               "bit_or_agg" 1..1 Aggregate Given, Own Immutable "Bitwise or; NULL for no values.";
    BitXorAgg              "bit_xor_agg" 1..1 Aggregate Given, Own Immutable "Bitwise exclusive or; NULL for no values.";
    BitAndAggFull          "bit_and_agg_full" 1..1 Aggregate U64, Never Immutable "Bitwise and of unsigned 64 bits; all ones for no values (MySQL).";
    BitOrAggZero           "bit_or_agg_zero" 1..1 Aggregate U64, Never Immutable "Bitwise or of unsigned 64 bits; 0 for no values (MySQL).";
    BitXorAggZero          "bit_xor_agg_zero" 1..1 Aggregate U64, Never Immutable "Bitwise exclusive or of unsigned 64 bits; 0 for no values (MySQL).";
    StddevPop              "stddev_pop" 1..1 Aggregate Given, Own Immutable "Standard deviation of the population.";
    StddevSamp             "stddev_samp" 1..1 Aggregate Given, Own Immutable "Standard deviation of a sample; NULL for one value.";
    VarPop                 "var_pop" 1..1 Aggregate Given, Own Immutable "Variance of the population.";
    VarSamp                "var_samp" 1..1 Aggregate Given, Own Immutable "Variance of a sample; NULL for one value.";
    StddevOracle           "stddev_oracle" 1..1 Aggregate Given, Own Immutable "Standard deviation of a sample; 0 for one value.";
    VarianceOracle         "variance_oracle" 1..1 Aggregate Given, Own Immutable "Variance of a sample; 0 for one value.";
    Corr                   "corr" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    CovarPop               "covar_pop" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    CovarSamp              "covar_samp" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrSlope              "regr_slope" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrIntercept          "regr_intercept" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrCount              "regr_count" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrR2                 "regr_r2" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrAvgX               "regr_avgx" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrAvgY               "regr_avgy" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrSxx                "regr_sxx" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrSyy                "regr_syy" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    RegrSxy                "regr_sxy" 2..2 Aggregate Given, Own Immutable "SQL standard aggregate of two arguments of that name.";
    Median                 "median" 1..1 Aggregate Given, Own Immutable "Middle value, mean of the two middle ones.";
    PercentileCont         "percentile_cont" 1..1 Aggregate F64, Own Immutable "Value at the fraction (argument) of the ORDER BY key, interpolated.";
    PercentileDisc         "percentile_disc" 1..1 Aggregate Given, Own Immutable "First value at or above the fraction (argument) of the ORDER BY key.";
    Mode                   "mode" 0..0 Aggregate Given, Own Immutable "Most frequent value of the ORDER BY key.";
    AnyValue               "any_value" 1..1 Aggregate Same, Own Immutable "Some value.";
    KeepFirst              "keep_first" 2..2 Aggregate Given, Own Immutable "The aggregate in the first argument over the rows that come first by ORDER BY (Oracle KEEP).";
    KeepLast               "keep_last" 2..2 Aggregate Given, Own Immutable "The aggregate in the first argument over the rows that come last by ORDER BY (Oracle KEEP).";

    // Window builtins.
    RowNumber              "row_number" 0..0 Window I64, Never Immutable "Number of the row, from 1.";
    Rank                   "rank" 0..0 Window I64, Never Immutable "Rank with gaps.";
    DenseRank              "dense_rank" 0..0 Window I64, Never Immutable "Rank without gaps.";
    PercentRank            "percent_rank" 0..0 Window F64, Never Immutable "Relative rank.";
    CumeDist               "cume_dist" 0..0 Window F64, Never Immutable "Cumulative distribution.";
    Ntile                  "ntile" 1..1 Window I64, Own Immutable "Number of the bucket.";
    Lag                    "lag" 1..3 Window Given, Own Immutable "Value so many rows before (default 1), or the third argument.";
    Lead                   "lead" 1..3 Window Given, Own Immutable "Value so many rows after (default 1), or the third argument.";
    FirstValue             "first_value" 1..1 Window Same, Own Immutable "Value in the first row of the frame.";
    LastValue              "last_value" 1..1 Window Same, Own Immutable "Value in the last row of the frame.";
    NthValue               "nth_value" 2..2 Window Same, Own Immutable "Value in the n-th row of the frame.";

    // Engine forms: what one family of targets says in its own pattern language. Made by legalization only,
    // from the neutral builtins above.
    ToCharPicture          "to_char_picture" 2..2 Scalar Text, Strict Immutable "Date or time as text by a PostgreSQL/Oracle TO_CHAR picture.";
    ToTimestampPicture     "to_timestamp_picture" 2..2 Scalar Given, Strict Immutable "Date or time of a text by a PostgreSQL/Oracle picture.";
    DateFormatPercent      "date_format_percent" 2..2 Scalar Text, Strict Immutable "Date or time as text by a MySQL DATE_FORMAT pattern.";
    StrToDatePercent       "str_to_date_percent" 2..2 Scalar Given, Own Immutable "Date or time of a text by a MySQL STR_TO_DATE pattern; NULL if it does not fit.";
    Strftime               "strftime" 2..255 Scalar Text, Own Immutable "(format, value, modifiers…) by SQLite strftime.";
    IsoDate                "iso_date" 1..255 Scalar DATE, Own Immutable "(value, modifiers…): SQLite date().";
    IsoTime                "iso_time" 1..255 Scalar Given, Own Immutable "(value, modifiers…): SQLite time().";
    IsoTimestamp           "iso_timestamp" 1..255 Scalar Given, Own Immutable "(value, modifiers…): SQLite datetime().";
    FormatNet              "format_net" 2..2 Scalar Text, Strict Immutable "Date or time as text by a .NET format (T-SQL FORMAT).";
    JsonTextOrNull         "json_text_or_null" 1..1 Scalar Text, Own Immutable "A JSON string without quotes and escapes, other JSON as text, NULL for JSON null.";
    StringAggDistinct      "string_agg_distinct" 1..1 Aggregate Text, Own Immutable "As string_agg with a comma, for a target that takes no separator with DISTINCT.";
    StringAggOfDistinct    "string_agg_of_distinct" 4..4 Aggregate Text, Own Immutable "Texts joined with the fourth argument, those with one second argument once, ascending by the third.";
    StringAggOfDistinctDown "string_agg_of_distinct_down" 4..4 Aggregate Text, Own Immutable "Texts joined with the fourth argument, those with one second argument once, descending by the third.";
    BytesOfText            "bytes_of_text" 1..1 Scalar BYTES, Strict Immutable "The UTF-8 bytes of a text.";
    TextOfBytes            "text_of_bytes" 1..1 Scalar Text, Strict Immutable "The text whose UTF-8 form the bytes are.";
    RegexMatchFolded       "regex_match_folded" 2..2 Scalar BOOL, Strict Immutable "As regex_match, letter case not counting.";
    RoundFloat             "round_float" 1..1 Scalar Same, Strict Immutable "A float rounded half to even by the target's own rounding of floats.";
    ToSingle               "to_single" 1..1 Scalar Given, Strict Immutable "The number of single precision nearest to the number, half to even.";
    TruncWhole             "trunc_whole" 1..1 Scalar Same, Strict Immutable "Cut to a whole number, where the target cuts to no other number of digits.";
    Collate                "collate" 1..1 Scalar Same, Strict Immutable "The text, comparing by the collation in the modifier.";
    NumericPrefix          "numeric_prefix" 1..1 Scalar F64, Strict Immutable "Longest prefix of the text that is a number, blanks before it passed over; 0 if there is none.";
    IntegerPrefix          "integer_prefix" 1..1 Scalar I64, Strict Immutable "Longest prefix of the text that is an integer, blanks before it passed over; 0 if there is none.";
    JsonSplit              "json_split" 2..2 Scalar JSON, Strict Immutable "JSON array of the parts of a text between a separator.";
    JsonAppend             "json_append" 2..2 Scalar JSON, Own Immutable "JSON array with one more element.";

    // Table builtins.
    GenerateSeries         "generate_series" 2..3 Table Given, Own Immutable "Numbers or timestamps from to by step; column 1.";
    Unnest                 "unnest" 1..255 Table Given, Own Immutable "Elements of arrays side by side.";
    JsonEach               "json_each" 1..2 Table Given, Own Immutable "Members or elements: key, value and more (SQLite).";
    JsonArrayElements      "json_array_elements" 1..1 Table JSON, Own Immutable "Elements of a JSON array.";
    JsonArrayElementsText  "json_array_elements_text" 1..1 Table Text, Own Immutable "Elements of a JSON array as text.";
    StringSplit            "string_split" 2..2 Table Text, Own Immutable "Parts of a text; column value.";
    RegexSplit             "regex_split" 2..2 Table Text, Own Immutable "Parts of a text between matches.";
    JsonTable              "json_table" 1..1 Table JSON, Own Immutable "Elements of a JSON array: position from 1, and text of those that are no arrays or objects.";
}
