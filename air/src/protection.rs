//! What a policy has done to tables before a statement sees them: columns masked, rows left out.
//!
//! Names are patterns rather than ids, so one protection holds for every statement and schema. A pattern without regard
//! to letter case protects more than one that counts it, never less.

use crate::expr::CompareOp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is masked and left out. Empty: nothing.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize)]
pub struct Protection {
    /// Masks. Where several meet on a column, the strongest holds.
    pub masks: Vec<ColumnMask>,
    /// Filters. Where several meet on a table, rows must pass all of them.
    pub filters: Vec<RowFilter>,
    /// Views, in lower case, that show no more than anybody may see; others over protected tables are refused.
    pub trusted_views: Vec<String>,
    /// Functions of the database, in lower case, that read no protected table; calls of others are refused.
    pub trusted_functions: Vec<String>,
    /// Tables, in lower case, whose triggers tell nobody anything; changes of other tables with triggers are refused.
    pub trusted_triggers: Vec<String>,
}

/// What a database does behind the back of a statement, as far as its catalog says. All names are in lower case.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Indirect {
    /// For each view what it reads; `None`: that is not known.
    pub reads: BTreeMap<String, Option<BTreeSet<String>>>,
    /// For each table that shares rows with others, as a partition or its whole: these.
    pub shares: BTreeMap<String, BTreeSet<String>>,
    /// Columns that the constraints of a table read besides its keys.
    pub checks: BTreeMap<String, BTreeSet<String>>,
    /// Tables with triggers or rules, or whose defaults, checks and indexes call functions of the database.
    pub triggers: BTreeSet<String>,
    /// Columns with a default that is not among the definitions.
    pub defaults: BTreeMap<String, BTreeSet<String>>,
    /// Tables with constraints that compare rows otherwise than keys do.
    pub exclusions: BTreeSet<String>,
    /// Tables that tables of which no more is known refer to.
    pub referred_from_elsewhere: BTreeSet<String>,
}

impl Indirect {
    /// Notes a view by the text of its definition: it reads no table whose name does not stand there.
    pub fn view_by_text<'a>(&mut self, view: &str, text: &str, tables: impl Iterator<Item = &'a str>) {
        let text = text.to_lowercase();
        let mut reads = BTreeSet::new();
        for table in tables.map(str::to_lowercase) {
            // A name with a quote in it stands doubled in the text.
            if text.contains(&table) || table.contains(['"', '`', ']']) {
                reads.insert(table);
            }
        }
        reads.remove(&view.to_lowercase());
        self.reads.insert(view.to_lowercase(), (!text.is_empty()).then_some(reads));
    }

    /// All that `name` reads, itself included; `None` if that is not known.
    pub fn all_reads(&self, name: &str) -> Option<BTreeSet<String>> {
        let mut all = BTreeSet::new();
        let mut open = vec![name.to_lowercase()];
        while let Some(name) = open.pop() {
            if let Some(reads) = self.reads.get(&name) {
                open.extend(reads.as_ref()?.iter().filter(|read| !all.contains(*read)).cloned());
            }
            all.insert(name);
        }
        Some(all)
    }
}

/// Columns, and what is shown instead of their values.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct ColumnMask {
    /// Of which tables.
    pub table: Pattern,
    /// Which columns of them.
    pub column: Pattern,
    /// Shown instead.
    pub mask: Mask,
}

/// Rows of which tables are seen.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
pub struct RowFilter {
    /// Which tables.
    pub table: Pattern,
    /// Rows for which this is true; not those for which it is unknown.
    pub test: RowTest,
}

/// What is shown instead of a value. NULL stays NULL under each of them. Later ones show less.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// Numbers down, toward zero, to a multiple; a positive number.
    Bucket(i64),
    /// Dates and times: the first moment of their month or year.
    Period(Period),
    /// Texts: so many characters at the start and at the end, `***` between; of texts that have no more, nothing.
    Partial(u32, u32),
    /// Texts: digits become 0, all else but blanks and punctuation becomes x. Shows length and form.
    Shape,
    /// Texts: SHA-256 with a key, in hexadecimal digits. Equal values stay equal.
    Hash(Key),
    /// The same value for all.
    Constant(Plain),
    /// NULL.
    Null,
}

impl Mask {
    /// The word of the policy language.
    pub const fn word(&self) -> &'static str {
        match self {
            Mask::Bucket(_) => "bucket",
            Mask::Period(Period::Month) => "month",
            Mask::Period(Period::Year) => "year",
            Mask::Partial(..) => "partial",
            Mask::Shape => "shape",
            Mask::Hash(_) => "hash",
            Mask::Constant(_) => "constant",
            Mask::Null => "null",
        }
    }

    /// Of two masks for one column the one that shows less. Two that are not the same but alike show nothing at all.
    #[must_use]
    pub fn stronger(self, other: Mask) -> Mask {
        if self == other {
            return self;
        }
        if std::mem::discriminant(&self) == std::mem::discriminant(&other) {
            return Mask::Null;
        }
        self.max(other)
    }
}

impl std::fmt::Display for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Mask::Bucket(size) => write!(f, "bucket({size})"),
            Mask::Partial(start, end) => write!(f, "partial({start}, {end})"),
            Mask::Constant(Plain::Bool(value)) => write!(f, "constant({value})"),
            Mask::Constant(Plain::Int(value)) => write!(f, "constant({value})"),
            Mask::Constant(Plain::Text(value)) => write!(f, "constant(\"{}\")", value.replace('"', "\"\"")),
            Mask::Period(Period::Month) => f.write_str("month"),
            Mask::Period(Period::Year) => f.write_str("year"),
            Mask::Shape | Mask::Hash(_) | Mask::Null => f.write_str(self.word()),
        }
    }
}

/// Calendar periods.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Month.
    Month,
    /// Year.
    Year,
}

/// A key for hashing, which is shown to nobody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key(pub String);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}

/// A constant that a policy compares or shows.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plain {
    /// TRUE, FALSE.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text; where the column is a date or time, one in ISO form.
    Text(String),
}

/// A condition on the columns of a row. It never fails, whatever the row holds.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowTest {
    /// All are true; none: true.
    All(Vec<RowTest>),
    /// At least one is true; none: false.
    Any(Vec<RowTest>),
    /// It is false; unknown stays unknown.
    Not(Box<RowTest>),
    /// A column compared with a constant; texts byte by byte.
    Compare {
        /// Column.
        column: String,
        /// How.
        #[serde(serialize_with = "word")]
        op: CompareOp,
        /// Constant.
        value: Plain,
    },
    /// A column is one of some constants.
    In {
        /// Column.
        column: String,
        /// Constants.
        values: Vec<Plain>,
    },
    /// A column is NULL.
    IsNull {
        /// Column.
        column: String,
    },
}

fn word<S: serde::Serializer>(op: &CompareOp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(op.word())
}

impl RowTest {
    /// Names of the columns it reads; may repeat.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            RowTest::All(tests) | RowTest::Any(tests) => tests.iter().flat_map(RowTest::columns).collect(),
            RowTest::Not(test) => test.columns(),
            RowTest::Compare { column, .. } | RowTest::In { column, .. } | RowTest::IsNull { column } => {
                vec![column]
            }
        }
    }

    /// Columns that have one value in all rows for which it is true, with that value.
    pub fn pinned(&self) -> Vec<(&str, &Plain)> {
        match self {
            RowTest::All(tests) => tests.iter().flat_map(RowTest::pinned).collect(),
            RowTest::Compare { column, op: CompareOp::Eq, value } => vec![(column, value)],
            _ => Vec::new(),
        }
    }

    /// True if it is nothing but such columns.
    pub fn only_pins(&self) -> bool {
        match self {
            RowTest::All(tests) => tests.iter().all(RowTest::only_pins),
            RowTest::Compare { op: CompareOp::Eq, .. } => true,
            _ => false,
        }
    }
}

/// A name with `*` for any run of characters. Letter case does not count.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern.
    pub fn new(text: &str) -> Pattern {
        Pattern(text.to_lowercase())
    }

    /// As written, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if all of `name` is matched.
    pub fn matches(&self, name: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else {
            return self.0 == name || self.0 == name.to_lowercase();
        };
        let name = name.to_lowercase();
        let Some(mut name) = name.strip_prefix(first) else { return false };
        let mut pieces: Vec<&str> = rest.split('*').collect();
        // What stands behind the last star ends the name; pieces between are taken as early as they come.
        let last = pieces.pop().unwrap_or_default();
        for piece in pieces {
            match name.find(piece) {
                Some(at) => name = &name[at + piece.len()..],
                None => return false,
            }
        }
        name.ends_with(last)
    }
}

/// What holds for one table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TableProtection {
    /// For each column, in order, what is shown instead.
    pub masks: Vec<Option<Mask>>,
    /// Rows that are seen; `None`: all.
    pub filter: Option<RowTest>,
}

impl TableProtection {
    /// True if nothing is masked or left out.
    pub fn is_empty(&self) -> bool {
        self.filter.is_none() && self.masks.iter().all(Option::is_none)
    }
}

impl Protection {
    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.masks.is_empty() && self.filters.is_empty()
    }

    /// True if a table of that name is protected, whatever its columns are.
    pub fn speaks_of(&self, table: &str) -> bool {
        self.masks.iter().any(|mask| mask.table.matches(table))
            || self.filters.iter().any(|filter| filter.table.matches(table))
    }

    /// True if somebody is trusted under that name, which is in lower case.
    pub fn trusts(&self, name: &str) -> bool {
        let lists = [&self.trusted_views, &self.trusted_functions, &self.trusted_triggers];
        lists.iter().any(|list| list.iter().any(|trusted| trusted == name))
    }

    /// What holds for a table with these columns.
    pub fn of<'a>(&self, table: &str, columns: impl Iterator<Item = &'a str>) -> TableProtection {
        let masks: Vec<&ColumnMask> = self.masks.iter().filter(|mask| mask.table.matches(table)).collect();
        let mask_of = |column: &str| {
            let met = masks.iter().filter(|mask| mask.column.matches(column));
            met.map(|mask| mask.mask.clone()).reduce(Mask::stronger)
        };
        let mut tests: Vec<RowTest> = Vec::new();
        for filter in self.filters.iter().filter(|filter| filter.table.matches(table)) {
            if !tests.contains(&filter.test) {
                tests.push(filter.test.clone());
            }
        }
        let filter = match tests.len() {
            0 => None,
            1 => tests.pop(),
            _ => Some(RowTest::All(tests)),
        };
        TableProtection { masks: columns.map(mask_of).collect(), filter }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_run() {
        let matches = |pattern: &str, name: &str| Pattern::new(pattern).matches(name);
        for (pattern, name) in
            [("email", "EMAIL"), ("*", ""), ("*mail*", "e_mail_2"), ("a*b*c", "axxbyybc"), ("É*", "été")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("email", "emails"), ("a*", "ba"), ("a*a", "a"), ("*x", "xy"), ("a*b*c", "acb")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn the_stronger_of_two_masks_holds() {
        let mask =
            |column: &str, mask| ColumnMask { table: Pattern::new("*"), column: Pattern::new(column), mask };
        let protection = Protection {
            masks: vec![
                mask("*mail", Mask::Partial(1, 4)),
                mask("email", Mask::Null),
                mask("e*", Mask::Shape),
                mask("name", Mask::Partial(1, 0)),
                mask("name", Mask::Partial(0, 1)),
            ],
            ..Protection::default()
        };
        let of = protection.of("people", ["email", "gmail", "eve", "name", "id"].into_iter());
        let expected =
            [Some(Mask::Null), Some(Mask::Partial(1, 4)), Some(Mask::Shape), Some(Mask::Null), None];
        assert_eq!(of.masks, expected);
        assert!(!of.is_empty());
        assert!(protection.of("people", ["id"].into_iter()).is_empty());
    }

    #[test]
    fn views_of_views_read_what_those_read() {
        let mut indirect = Indirect::default();
        let tables = ["People", "orders", "v", "w"];
        indirect.view_by_text("v", "CREATE VIEW v AS SELECT * FROM PEOPLE", tables.into_iter());
        indirect.view_by_text("w", "CREATE VIEW w AS SELECT * FROM v", tables.into_iter());
        indirect.view_by_text("x", "", tables.into_iter());
        assert!(indirect.all_reads("W").unwrap().contains("people"));
        assert!(!indirect.all_reads("w").unwrap().contains("orders"));
        assert_eq!(indirect.all_reads("x"), None);
        assert_eq!(indirect.all_reads("orders").unwrap().len(), 1);
    }

    #[test]
    fn keys_are_not_shown() {
        let mask = Mask::Hash(Key("secret".to_owned()));
        assert!(!format!("{mask:?}").contains("secret"));
        assert!(!serde_json::to_string(&mask).unwrap().contains("secret"));
    }
}
