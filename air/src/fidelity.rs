//! The fidelity contract in data: what a translation assumes, which rules fired, why it was refused.

use air_base::Span;
use serde::Serialize;

/// How a statement ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fidelity {
    /// Same rows for every database.
    Exact,
    /// Same rows for every database for which the listed assumptions hold.
    ExactUnderAssumptions,
    /// Differs in a stated way; emitted only by `--allow approximate`.
    Approximate,
}

macro_rules! assumptions {
    ($($(#[$doc:meta])* $Name:ident = $word:literal, $text:literal;)*) => {
        /// A fact about data or servers that a translation relies on. Closed: every kind can be declared
        /// in a profile and is listed by `airc profile`.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Assume { $($(#[$doc])* $Name,)* }

        impl Assume {
            /// All kinds.
            pub const ALL: &'static [Assume] = &[$(Assume::$Name,)*];

            /// The word that declares it in a profile.
            pub const fn word(self) -> &'static str {
                match self { $(Assume::$Name => $word,)* }
            }

            /// What is assumed; `{}` is the subject.
            pub const fn template(self) -> &'static str {
                match self { $(Assume::$Name => $text,)* }
            }
        }
    };
}

assumptions! {
    /// Letters outside of A–Z do not occur where case is folded.
    AsciiText = "ascii-text", "text compared without regard to case or accents has no letters outside A-Z: {}";
    /// The server's ordering of unequal texts is the one the source has.
    TextOrder = "text-order", "texts sort on the target as on the source: {}";
    /// Collation of a column without a schema.
    CollationOfUnknown = "collation", "text comparison has the default collation of the source: {}";
    /// No two values that are told apart by one server only.
    NoCaseVariants = "no-case-variants", "no two values differ in letter case, accents or trailing blanks alone: {}";
    /// No trailing blanks.
    NoTrailingBlanks = "no-trailing-blanks", "values have no trailing blanks that would count: {}";
    /// A dynamically typed column holds values of its declared type.
    DeclaredTypes = "declared-types", "values have the declared type, which SQLite does not enforce: {}";
    /// Numbers stay within what the target computes exactly.
    NumberRange = "number-range", "values and results stay within 15 significant digits: {}";
    /// Integer results stay within 64 bits.
    IntegerRange = "integer-range", "integer results stay within 64 bits: {}";
    /// No division by zero.
    NonZeroDivisor = "nonzero-divisor", "divisor is not zero: {}";
    /// The text is a number throughout.
    NumericText = "numeric-text", "text used as a number is one throughout: {}";
    /// Patterns whose text is not known have no brackets, which are classes in T-SQL.
    PlainPatterns = "plain-patterns", "the pattern has no character classes in brackets: {}";
    /// The type of an operand without a schema.
    TypeOfUnknown = "unknown-type", "no schema gives the type of {}; it is taken to need no conversion";
    /// A table without schema has the columns mentioned and unlike names.
    ColumnsOfUnknown = "unknown-columns", "no schema gives the columns of {}";
    /// A date is in the range both engines have.
    DateRange = "date-range", "dates lie between 0001-01-01 and 9999-12-31: {}";
    /// The source fails where the day does not exist.
    DayOfMonth = "day-of-month", "months are added only where the day exists in the month reached: {}";
    /// Spans of time fit a time of day.
    TimeOfDay = "time-of-day", "times lie within one day: {}";
    /// Dates as text are ISO.
    IsoDates = "iso-dates", "dates kept as text have the form YYYY-MM-DD[ HH:MM:SS]: {}";
    /// The session's time zone.
    TimeZone = "time-zone", "source and target sessions have the same time zone: {}";
    /// Which row represents a group is left open by the source.
    AnyRow = "any-row", "the source leaves open which row is taken: {}";
    /// The proposed row violates at most the named key.
    OneKey = "one-key", "rows collide on this key only: {}";
    /// No two proposed rows collide.
    DistinctProposals = "distinct-proposals", "no two proposed rows have the same key: {}";
    /// Values fit the columns they are stored in.
    FittingValues = "fitting-values", "values fit their columns and constraints, uniqueness aside: {}";
    /// A subquery has at most one row.
    OneRow = "one-row", "the subquery has at most one row: {}";
    /// The column is really unique.
    RowIdentity = "row-identity", "rows are told apart by {}";
    /// A source setting stands at its default.
    Setting = "setting", "the source server has the setting {}";
    /// A setting of the target server.
    TargetSetting = "target-setting", "the target server has the setting {}";
    /// The result of a floating-point computation is the same on both servers to its last printed digit.
    FloatRounding = "float-rounding", "floating-point results may differ in the last digit: {}";
    /// The server's numbers were never overtaken by given ones.
    MadeUpNumbers = "made-up-numbers", "no row was given a number by hand that the server has yet to make up: {}";
    /// Who may do what.
    Rights = "rights", "rights on the target are given and taken by its administrator: {}";
    /// A type that is kept as the text it is shown as.
    ShownForm = "shown-form", "values are written as the source shows them: {}";
    /// Nobody else is in the way.
    OwnSession = "own-session", "no other session uses or changes it meanwhile: {}";
    /// Foreign keys do not change rows that have triggers.
    NoCascades = "no-cascades", "no foreign key changes or removes rows that have triggers: {}";
    /// A constraint the target cannot state.
    ConstraintDropped = "constraint", "the application keeps this constraint, which the target cannot state: {}";
}

/// One assumption of one statement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Assumption {
    /// Kind.
    pub kind: Assume,
    /// What it is about, in words of the source text.
    pub subject: String,
    /// Where it is needed.
    pub span: Span,
}

impl std::fmt::Display for Assumption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let template = self.kind.template();
        let (before, after) = template.split_once("{}").unwrap_or((template, ""));
        write!(f, "{before}{}{after}", self.subject)
    }
}

/// A rule that fired.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fired {
    /// Name of the rule, as in its source, tests and `--disable-rule`.
    pub rule: &'static str,
    /// Why the result means the same.
    pub law: &'static str,
    /// Where.
    pub span: Span,
}

/// What passes write down while they work: the raw material of a certificate.
#[derive(Clone, Default, Debug, PartialEq)]
pub struct Ledger {
    /// Rules, in the order in which they fired.
    pub fired: Vec<Fired>,
    /// Assumptions without repetition.
    pub assumptions: Vec<Assumption>,
    /// Stated differences, for `--allow approximate`.
    pub approximations: Vec<String>,
    /// On the source, too, a change of rows fails where it divides by zero or reads a bad number.
    pub changes_fail: bool,
}

impl Ledger {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.fired.clear();
        self.assumptions.clear();
        self.approximations.clear();
        self.changes_fail = false;
    }

    /// Notes that a rule fired.
    pub fn fired(&mut self, rule: &'static str, law: &'static str, span: Span) {
        self.fired.push(Fired { rule, law, span });
    }

    /// Notes an assumption, once per kind and subject.
    pub fn assume(&mut self, kind: Assume, subject: &str, span: Span) {
        if !self.assumptions.iter().any(|a| a.kind == kind && a.subject == subject) {
            self.assumptions.push(Assumption { kind, subject: subject.to_owned(), span });
        }
    }

    /// How the statement ends, judged by what is written here.
    pub fn fidelity(&self) -> Fidelity {
        if !self.approximations.is_empty() {
            Fidelity::Approximate
        } else if !self.assumptions.is_empty() {
            Fidelity::ExactUnderAssumptions
        } else {
            Fidelity::Exact
        }
    }
}
