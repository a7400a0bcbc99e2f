//! What a pack says, read and checked.

use crate::codes;
use crate::facts::Kind;
use air::protection::{Mask, Pattern, Plain};
use air_base::{Diagnostic, Span};
use rustc_hash::FxHashSet;

/// A pack of rules.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pack {
    /// Its name.
    pub name: String,
    /// Which columns carry which tag.
    pub tags: Vec<TagColumn>,
    /// Views that show no more than anybody may see.
    pub trusted_views: Vec<String>,
    /// Functions that read nothing protected.
    pub trusted_functions: Vec<String>,
    /// Tables whose triggers tell nobody anything.
    pub trusted_triggers: Vec<String>,
    /// In order of writing.
    pub rules: Vec<Rule>,
}

/// Columns that carry a tag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TagColumn {
    /// The tag.
    pub tag: String,
    /// Tables.
    pub table: Pattern,
    /// Columns of them.
    pub column: Pattern,
    /// Where it says so.
    pub span: Span,
}

/// A rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it is for, in a sentence.
    pub text: String,
    /// What it does.
    pub effect: Effect,
    /// When.
    pub condition: Condition,
    /// What then has to be done.
    pub obligations: Vec<Obligation>,
    /// Where its name stands.
    pub span: Span,
}

/// What a rule does where its condition holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Effect {
    /// Allows, unless another denies.
    Allow,
    /// Denies, whatever others say.
    Deny,
    /// Neither; its obligations hold if the statement is allowed.
    Oblige,
}

impl Effect {
    /// The word of the language.
    pub const fn word(self) -> &'static str {
        match self {
            Effect::Allow => "allow",
            Effect::Deny => "deny",
            Effect::Oblige => "oblige",
        }
    }
}

/// A condition.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Condition {
    /// All hold; none: true.
    All(Vec<Condition>),
    /// At least one holds; none: false.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A test.
    Test(Test),
}

/// What is asked about the caller, the statement or the moment.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Test {
    /// An attribute is one of these.
    Is(Attribute, Vec<String>),
    /// An attribute matches a pattern.
    Like(Attribute, Pattern),
    /// An ordered attribute is at least this; `risk` counts low 0, med 1, high 2.
    AtLeast(Attribute, i64),
    /// An ordered attribute is at most this.
    AtMost(Attribute, i64),
    /// The statement is of one of these kinds.
    Statement(Vec<Kind>),
    /// The statement touches something.
    Touches(Verb, What),
    /// It calls functions of the database.
    Calls,
    /// It locks rows.
    Locks,
    /// An approval for just this statement was given.
    Approved,
}

/// Attributes of a caller and of the moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Attribute {
    /// Who asks.
    Actor,
    /// What he is; any of several.
    Role,
    /// Whose data it is.
    Tenant,
    /// Where the request comes from.
    Origin,
    /// What for.
    Purpose,
    /// Where data may be.
    Residency,
    /// How much is at stake.
    Risk,
    /// Hour of the day, UTC.
    Hour,
    /// Day of the week, UTC.
    Weekday,
}

impl Attribute {
    /// All, in order of declaration.
    pub const ALL: [Attribute; 9] = [
        Attribute::Actor,
        Attribute::Role,
        Attribute::Tenant,
        Attribute::Origin,
        Attribute::Purpose,
        Attribute::Residency,
        Attribute::Risk,
        Attribute::Hour,
        Attribute::Weekday,
    ];

    /// The word of the language.
    pub const fn word(self) -> &'static str {
        match self {
            Attribute::Actor => "actor",
            Attribute::Role => "role",
            Attribute::Tenant => "tenant",
            Attribute::Origin => "origin",
            Attribute::Purpose => "purpose",
            Attribute::Residency => "residency",
            Attribute::Risk => "risk",
            Attribute::Hour => "hour",
            Attribute::Weekday => "weekday",
        }
    }

    /// The words it can be; empty: any text. In order, where it has one.
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Attribute::Purpose => &["oltp", "etl", "bi", "ddl"],
            Attribute::Residency => &["eu", "us", "uk"],
            Attribute::Risk => &["low", "med", "high"],
            Attribute::Weekday => &["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            _ => &[],
        }
    }

    /// True if its values have an order.
    pub const fn is_ordered(self) -> bool {
        matches!(self, Attribute::Risk | Attribute::Hour)
    }
}

/// How a statement touches something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verb {
    /// Uses it in any way.
    Reads,
    /// Adds, changes or removes rows.
    Writes,
    /// Gives its values to the caller.
    Shows,
    /// Creates, changes or removes the definition.
    Defines,
}

impl Verb {
    /// All, in order of declaration.
    pub const ALL: [Verb; 4] = [Verb::Reads, Verb::Writes, Verb::Shows, Verb::Defines];

    /// The word of the language.
    pub const fn word(self) -> &'static str {
        match self {
            Verb::Reads => "reads",
            Verb::Writes => "writes",
            Verb::Shows => "shows",
            Verb::Defines => "defines",
        }
    }
}

/// What a statement touches.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// Columns with a tag.
    Tag(String),
    /// Tables.
    Table(Pattern),
}

/// What the kernel is obliged to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Obligation {
    /// Columns with the tag show a mask.
    Mask {
        /// Tag.
        tag: String,
        /// Mask.
        mask: Mask,
    },
    /// Only these rows are seen.
    Rows {
        /// Tables.
        table: Pattern,
        /// Rows for which this is true.
        condition: RowCondition,
    },
    /// More rows than that are not given.
    RowCap(u64),
    /// So many statements in a period of so many seconds.
    Rate {
        /// Statements.
        statements: u32,
        /// Seconds.
        seconds: u32,
    },
    /// The statement goes to a replica that is at most so many seconds behind.
    Replica {
        /// Seconds; `None`: any.
        lag: Option<u32>,
    },
}

/// A condition on a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowCondition {
    /// All are true.
    All(Vec<RowCondition>),
    /// At least one is true.
    Any(Vec<RowCondition>),
    /// It is false.
    Not(Box<RowCondition>),
    /// A comparison.
    Compare {
        /// Column.
        column: String,
        /// How.
        op: air::expr::CompareOp,
        /// With what.
        value: RowValue,
    },
    /// One of some values.
    In {
        /// Column.
        column: String,
        /// Values.
        values: Vec<RowValue>,
    },
    /// NULL.
    IsNull(String),
}

/// What a column is compared with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowValue {
    /// A constant.
    Plain(Plain),
    /// An attribute of the caller; a row is not seen by one who does not have it.
    Attribute(Attribute),
}

impl std::fmt::Display for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |values: &[String]| values.join(", ");
        match self {
            Test::Is(Attribute::Role, values) if values.len() == 1 => write!(f, "role has {}", values[0]),
            Test::Is(attribute, values) if values.len() == 1 => {
                write!(f, "{} == {}", attribute.word(), values[0])
            }
            Test::Is(attribute, values) => write!(f, "{} in [{}]", attribute.word(), list(values)),
            Test::Like(attribute, pattern) => {
                write!(f, "{} like \"{}\"", attribute.word(), pattern.as_str())
            }
            Test::AtLeast(attribute, value) | Test::AtMost(attribute, value) => {
                let sign = if matches!(self, Test::AtLeast(..)) { ">=" } else { "<=" };
                let word = usize::try_from(*value).ok().and_then(|at| attribute.words().get(at));
                match word {
                    Some(word) => write!(f, "{} {sign} {word}", attribute.word()),
                    None => write!(f, "{} {sign} {value}", attribute.word()),
                }
            }
            Test::Statement(kinds) if kinds.len() == 1 => write!(f, "statement == {}", kinds[0].word()),
            Test::Statement(kinds) => {
                let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
                write!(f, "statement in [{}]", words.join(", "))
            }
            Test::Touches(verb, What::Tag(tag)) => write!(f, "{} tag {tag}", verb.word()),
            Test::Touches(verb, What::Table(table)) => write!(f, "{} table {}", verb.word(), table.as_str()),
            Test::Calls => f.write_str("calls functions"),
            Test::Locks => f.write_str("locks rows"),
            Test::Approved => f.write_str("approved"),
        }
    }
}

impl Condition {
    /// All tests in it; may repeat.
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Condition::All(all) | Condition::Any(all) => all.iter().flat_map(Condition::tests).collect(),
            Condition::Not(condition) => condition.tests(),
            Condition::Test(test) => vec![test],
        }
    }
}

impl Pack {
    /// What is wrong beyond single words: tags that nobody declares, names that stand twice, rules that do nothing.
    pub(super) fn check(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let declared: FxHashSet<&str> = self.tags.iter().map(|tag| tag.tag.as_str()).collect();
        let mut names: FxHashSet<&str> = FxHashSet::default();
        for rule in &self.rules {
            if !names.insert(&rule.name) {
                let message = format!("there are two rules called `{}`", rule.name);
                found.push(Diagnostic::error(codes::RULE, rule.span, message));
            }
            let tested = rule.condition.tests().into_iter().filter_map(|test| match test {
                Test::Touches(_, What::Tag(tag)) => Some(tag.as_str()),
                _ => None,
            });
            let masked = rule.obligations.iter().filter_map(|obligation| match obligation {
                Obligation::Mask { tag, .. } => Some(tag.as_str()),
                _ => None,
            });
            for tag in tested.chain(masked).filter(|tag| !declared.contains(tag)) {
                let message = format!("rule `{}` speaks of a tag `{tag}` that no line declares", rule.name);
                let mut diagnostic = Diagnostic::error(codes::TAG, rule.span, message);
                if let Some(near) = air_base::nearest(tag, declared.iter().copied()) {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                }
                found.push(diagnostic);
            }
            match (rule.effect, rule.obligations.is_empty()) {
                (Effect::Deny, false) => {
                    let message = format!("rule `{}` denies, so its obligations never hold", rule.name);
                    found.push(Diagnostic::error(codes::IDLE, rule.span, message));
                }
                (Effect::Oblige, true) => {
                    let message = format!("rule `{}` obliges to nothing", rule.name);
                    found.push(Diagnostic::error(codes::IDLE, rule.span, message).help("add `with …`"));
                }
                _ => {}
            }
        }
        found
    }

    /// What is not wrong and may surprise.
    pub(super) fn remarks(&self) -> Option<Diagnostic> {
        let restricts = !self.rules.is_empty() && self.rules.iter().all(|rule| rule.effect != Effect::Allow);
        let message = "no rule of this pack allows anything: beside other packs it only restricts";
        restricts.then(|| Diagnostic::note(codes::IDLE, Span::NONE, message))
    }
}
