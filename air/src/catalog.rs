//! What is known of the database: tables, columns, keys, declared words.

use crate::air::Air;
use crate::ddl::ReferentialAction;
use crate::expr::Literal;
use crate::ids::ExprId;
use crate::layout::ColumnLayout;
use crate::routine::{Event, Timing};
use crate::types::{Collation, EnumId, Type};
use rustc_hash::FxHashMap;

/// Tables and views by name. Lookup ignores letter case; the spelling kept is that of the declaration.
#[derive(Clone, Default, Debug, PartialEq)]
pub struct Catalog {
    tables: Vec<Table>,
    /// Of each table.
    layouts: Vec<ColumnLayout>,
    /// Slots by name, in lower case.
    by_name: FxHashMap<Box<[u8]>, Vec<u32>>,
    enums: Vec<(Vec<String>, Option<Collation>)>,
    /// Names of declared enum types and domains.
    pub types: FxHashMap<String, Type>,
    /// Sequences.
    pub sequences: Vec<Sequence>,
    /// Types of their parameters, where they are known.
    pub parameters: FxHashMap<String, Vec<Type>>,
    /// Triggers that a script has made.
    pub triggers: Vec<KnownTrigger>,
    /// PostgreSQL: definitions of functions that triggers run, by their names in lower case.
    pub trigger_functions: FxHashMap<String, String>,
    /// Names of functions the user declared, lower case: calls of them are no unknown names.
    pub functions: FxHashMap<String, Type>,
    /// What a script said about enforcing foreign keys, where the source can turn that off.
    pub foreign_keys: Option<bool>,
    /// How many tables got foreign keys.
    pub keyed_tables: u32,
    /// Foreign keys whose other table is not declared yet.
    pub awaited: Vec<AwaitedKey>,
    /// Names, in lower case, of tables and views whose definition was refused: what needs them is refused too.
    pub refused: Vec<String>,
    /// The schema or database that names without one are in, as a script chose it.
    pub current_schema: Option<String>,
    /// Backslashes escape in plain strings from here on, as the script said.
    pub escaping_strings: bool,
    /// Changes are kept until COMMIT without a word that begins a transaction.
    pub transactions_implied: bool,
    /// The script has begun a transaction and not ended it.
    pub transaction_open: bool,
    /// Numbers the source makes up go on after the greatest there is, also a given one.
    pub numbers_follow: bool,
    /// Constants that a script gave to variables of the session, by their names in lower case.
    pub variables: FxHashMap<String, Constant>,
    /// By the names of columns of text, in lower case: whether one was declared with one byte per character, and
    /// whether one with two (T-SQL). Which column it was does not matter where all of the name agree.
    pub text_widths: FxHashMap<String, (bool, bool)>,
    /// Variables that a script declared with a type (T-SQL), by their names in lower case.
    pub declared: FxHashMap<String, Type>,
    /// All tables there are. False: a table that is not here may exist all the same (no schema was given).
    pub complete: bool,
}

/// A constant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Constant {
    /// NULL.
    Null,
    /// An integer.
    Int(i64),
    /// An exact number, by its digits.
    Decimal(String),
    /// A text.
    Text(String),
    /// A date or time as text, and its type.
    Moment(String, Type),
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Its name, in lower case.
    pub name: String,
    /// Its first number.
    pub start: i64,
    /// From one number to the next.
    pub step: i64,
}

/// A trigger that a script has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTrigger {
    /// Its name in the script.
    pub written: String,
    /// Its name on the target.
    pub name: String,
    /// Its table.
    pub table: String,
    /// What it runs for.
    pub event: Event,
    /// When it runs.
    pub timing: Timing,
    /// Tables that its body changes.
    pub writes: Vec<String>,
    /// Columns of the row it sets, each with the value as it is written.
    pub sets: Vec<(String, String)>,
    /// It ran after the change and sets columns before it instead.
    pub moved: bool,
}

/// A table or view.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Table {
    /// Schema; empty for the default one.
    pub schema: String,
    /// Name as declared.
    pub name: String,
    /// The letter case is part of the name.
    pub exact: bool,
    /// In order of declaration.
    pub columns: Vec<Column>,
    /// Primary key first, if there is one.
    pub keys: Vec<Key>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Foreign keys with a name, in full.
    pub named_keys: Vec<AwaitedKey>,
    /// Columns that are read by a CHECK, and those that a foreign key changes (true).
    pub checked: Vec<(String, bool)>,
    /// Foreign keys change rows of it.
    pub changed_by_keys: bool,
    /// Foreign keys remove rows of it.
    pub removed_by_keys: bool,
    /// Names of constraints that are not enforced for a while.
    pub disabled: Vec<String>,
    /// A view: nothing is stored.
    pub view: bool,
    /// Values are checked against column types (all dialects; SQLite only for STRICT tables).
    pub strict: bool,
    /// SQLite: rows have no rowid.
    pub without_rowid: bool,
    /// Seen by one session alone.
    pub temporary: bool,
    /// What the script's statements have done to the numbers of the counted column.
    pub counter: Counter,
    /// The same, before the last INSERT.
    pub counter_before: Counter,
}

/// What the statements of a script have done to the numbers that a table's counter makes up.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counter {
    /// The number it makes up next; known while the script makes the table and says how many rows it adds.
    pub next: Option<i64>,
    /// The script makes the table, so no other rows are in it.
    pub own: bool,
    /// Rows were given numbers by hand.
    pub given: bool,
    /// Rows were removed, or given other numbers.
    pub removed: bool,
    /// Rows may have been skipped.
    pub skipped: bool,
}

/// How the numbers that a source makes up follow given ones.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Numbering {
    /// They do not: the counter goes on by itself (PostgreSQL, Oracle).
    #[default]
    Apart,
    /// One more than the greatest there ever was (MySQL, SQLite AUTOINCREMENT).
    Ever,
    /// One more than the greatest there is (SQLite INTEGER PRIMARY KEY).
    Greatest,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name as declared.
    pub name: String,
    /// The letter case is part of the name.
    pub exact: bool,
    /// Type.
    pub ty: Type,
    /// May be NULL.
    pub nullable: bool,
    /// Has a DEFAULT.
    pub has_default: bool,
    /// The DEFAULT, where it is a constant.
    pub default: Option<KeptLiteral>,
    /// The server makes values up.
    pub identity: bool,
    /// How, where it does.
    pub numbering: Numbering,
    /// Computed from other columns.
    pub generated: bool,
    /// What the script's statements have stored in it.
    pub seen: Seen,
}

/// A constant that outlives the statement it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptLiteral {
    /// What it holds.
    pub value: KeptValue,
    /// Its type.
    pub ty: Type,
}

/// What a constant holds.
#[derive(Clone, Debug, PartialEq)]
pub enum KeptValue {
    /// NULL.
    Null,
    /// TRUE, FALSE.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An exact number.
    Decimal(String),
    /// A floating-point number.
    Float(String),
    /// A text.
    Text(String),
    /// A date.
    Date(String),
    /// A time of day.
    Time(String),
    /// A date and time.
    Timestamp(String),
}

impl KeptLiteral {
    /// The constant an expression is, if it is one of these.
    pub fn of(air: &Air, id: ExprId) -> Option<KeptLiteral> {
        let text = |id| air.text(id).to_owned();
        let value = match air.literal(id)? {
            Literal::Null {} => KeptValue::Null,
            Literal::Bool { value } => KeptValue::Bool(value),
            Literal::Int { value } => KeptValue::Int(value),
            Literal::Decimal { digits } => KeptValue::Decimal(text(digits)),
            Literal::Float { digits } => KeptValue::Float(text(digits)),
            Literal::Text { text: id } => KeptValue::Text(text(id)),
            Literal::Date { text: id } => KeptValue::Date(text(id)),
            Literal::Time { text: id } => KeptValue::Time(text(id)),
            Literal::Timestamp { text: id } => KeptValue::Timestamp(text(id)),
            Literal::Bytes { .. } | Literal::Bits { .. } | Literal::Interval { .. } => return None,
        };
        Some(KeptLiteral { value, ty: air.ty(id) })
    }

    /// The constant as a literal of another statement.
    pub fn literal(&self, air: &mut Air) -> Literal {
        match &self.value {
            KeptValue::Null => Literal::Null {},
            KeptValue::Bool(value) => Literal::Bool { value: *value },
            KeptValue::Int(value) => Literal::Int { value: *value },
            KeptValue::Decimal(text) => Literal::Decimal { digits: air.push_text(text) },
            KeptValue::Float(text) => Literal::Float { digits: air.push_text(text) },
            KeptValue::Text(text) => Literal::Text { text: air.push_text(text) },
            KeptValue::Date(text) => Literal::Date { text: air.push_text(text) },
            KeptValue::Time(text) => Literal::Time { text: air.push_text(text) },
            KeptValue::Timestamp(text) => Literal::Timestamp { text: air.push_text(text) },
        }
    }
}

/// What a script's statements show of the values of a column. All false: nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Seen {
    /// Letters outside of A-Z.
    pub letters: bool,
    /// Some of them are others in lower case.
    pub capitals: bool,
    /// Some of them are others in upper case.
    pub smalls: bool,
    /// Integers so large that sums of two overflow 32 bits.
    pub large: bool,
    /// Integers below zero.
    pub negative: bool,
    /// Texts that are no `YYYY-MM-DD[ HH:MM:SS]`.
    pub no_dates: bool,
    /// Texts that are no numbers throughout.
    pub no_numbers: bool,
    /// Numbers with a fraction.
    pub fractions: bool,
}

impl Seen {
    /// What values of either kind show.
    #[must_use]
    pub fn and(self, other: Seen) -> Seen {
        Seen {
            letters: self.letters || other.letters,
            capitals: self.capitals || other.capitals,
            smalls: self.smalls || other.smalls,
            large: self.large || other.large,
            negative: self.negative || other.negative,
            no_dates: self.no_dates || other.no_dates,
            no_numbers: self.no_numbers || other.no_numbers,
            fractions: self.fractions || other.fractions,
        }
    }

    /// What may be of interest of values of that type.
    #[must_use]
    pub fn relevant(self, ty: Type) -> Seen {
        let numbers_only = ty.is_numeric();
        Seen {
            letters: self.letters && !numbers_only,
            capitals: self.capitals && !numbers_only,
            smalls: self.smalls && !numbers_only,
            no_dates: self.no_dates && !numbers_only && !ty.is_temporal(),
            no_numbers: self.no_numbers && !numbers_only,
            ..self
        }
    }

    /// What a text shows of letters outside of A-Z.
    #[must_use]
    pub fn letters_of(text: &str) -> Seen {
        if text.is_ascii() {
            return Seen::default();
        }
        let foreign = || text.chars().filter(|c| !c.is_ascii());
        Seen {
            letters: foreign().any(char::is_alphabetic),
            capitals: foreign().any(|c| !c.to_lowercase().eq([c])),
            smalls: foreign().any(|c| !c.to_uppercase().eq([c])),
            ..Seen::default()
        }
    }

    /// More than the constants of a statement's text can show, by a look at its letters.
    pub fn shown_by(text: &str) -> Seen {
        let bytes = text.as_bytes();
        let digits = bytes.split(|byte| !byte.is_ascii_digit());
        Seen {
            letters: !text.is_ascii(),
            capitals: !text.is_ascii(),
            smalls: !text.is_ascii(),
            large: digits.into_iter().any(|run| run.len() >= LARGE_DIGITS) || text.contains("0x"),
            negative: text.contains('-'),
            no_dates: text.contains(['\'', '"', '$']),
            no_numbers: text.contains(['\'', '"', '$']),
            fractions: text.contains('.'),
        }
    }
}

/// Integers from here on may overflow 32 bits when they are added to or doubled.
pub const LARGE: u64 = 1 << 30;
/// Digits of the least of them.
const LARGE_DIGITS: usize = 10;

/// A uniqueness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Constraint or index name, if any.
    pub name: String,
    /// Positions of its columns; empty for a key over expressions.
    pub columns: Vec<u32>,
    /// The primary key.
    pub primary: bool,
    /// Over expressions or part of the rows only: proves nothing about columns.
    pub partial: bool,
}

/// A reference to another table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// Positions of its columns.
    pub columns: Vec<u32>,
    /// Other table.
    pub table: String,
    /// Other table's columns.
    pub references: Vec<String>,
}

/// A foreign key that was declared before the table it refers to. Names come with whether their case counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwaitedKey {
    /// Schema of the table that has it.
    pub schema: String,
    /// The table that has it.
    pub table: (String, bool),
    /// Constraint name.
    pub name: Option<(String, bool)>,
    /// Columns.
    pub columns: Vec<(String, bool)>,
    /// The table it refers to.
    pub other: String,
    /// That table's columns.
    pub references: Vec<(String, bool)>,
    /// When the other row goes.
    pub on_delete: ReferentialAction,
    /// When the other row's key changes.
    pub on_update: ReferentialAction,
    /// Checked at commit, if the transaction says so.
    pub deferrable: bool,
    /// Checked at commit from the start.
    pub initially_deferred: bool,
}

impl AwaitedKey {
    /// True if that is its name.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|(own, _)| own.eq_ignore_ascii_case(name))
    }
}

impl Table {
    /// Position of the column of that name; exact spelling first, then without regard to case.
    pub fn column(&self, name: &str) -> Option<u32> {
        let exact = self.columns.iter().position(|column| column.name == name);
        let found = exact.or_else(|| self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name)));
        found.map(|i| i as u32)
    }

    /// The primary key.
    pub fn primary_key(&self) -> Option<&Key> {
        self.keys.iter().find(|key| key.primary)
    }
}

impl Catalog {
    /// Remembers that the definition of a table or view was refused.
    pub fn refuse(&mut self, schema: Option<&str>, name: &str) {
        if self.table(schema, name).is_some_and(|table| !table.foreign_keys.is_empty()) {
            self.keyed_tables = self.keyed_tables.saturating_sub(1);
        }
        self.remove(schema, name);
        let name = name.to_ascii_lowercase();
        if !self.refused.contains(&name) {
            self.refused.push(name);
        }
    }

    /// True if the definition of that table or view was refused.
    pub fn is_refused(&self, name: &str) -> bool {
        self.refused.iter().any(|refused| refused.eq_ignore_ascii_case(name))
    }

    /// Adds a table, or replaces the one of that name.
    pub fn put(&mut self, table: Table) {
        let key = table.name.to_ascii_lowercase();
        self.refused.retain(|refused| *refused != key);
        self.awaited.retain(|awaited| !awaited.other.eq_ignore_ascii_case(&key));
        let slots = self.by_name.entry(key.into_bytes().into()).or_default();
        for &slot in slots.iter() {
            if self.tables[slot as usize].schema.eq_ignore_ascii_case(&table.schema) {
                self.layouts[slot as usize] = ColumnLayout::of(&table);
                self.tables[slot as usize] = table;
                return;
            }
        }
        slots.push(self.tables.len() as u32);
        self.layouts.push(ColumnLayout::of(&table));
        self.tables.push(table);
    }

    /// The sequence of that name.
    pub fn sequence(&self, name: &str) -> Option<&Sequence> {
        self.sequences.iter().rev().find(|sequence| sequence.name.eq_ignore_ascii_case(name))
    }

    /// Forgets a table. True if there was one.
    pub fn remove(&mut self, schema: Option<&str>, name: &str) -> bool {
        let Some(found) = self.slot(schema, name) else { return false };
        if let Some(slots) = self.by_name.get_mut(name.to_ascii_lowercase().as_bytes()) {
            slots.retain(|&slot| slot != found);
        }
        self.tables[found as usize].name.clear();
        true
    }

    /// The table of that name; without a schema, any schema.
    pub fn table(&self, schema: Option<&str>, name: &str) -> Option<&Table> {
        self.slot(schema, name).map(|slot| &self.tables[slot as usize])
    }

    /// The table of that name and its columns as an arena takes them.
    pub fn table_and_layout(&self, schema: Option<&str>, name: &str) -> Option<(&Table, &ColumnLayout)> {
        self.slot(schema, name).map(|slot| (&self.tables[slot as usize], &self.layouts[slot as usize]))
    }

    /// Changes the table of that name. True if there is one.
    pub fn change(&mut self, schema: Option<&str>, name: &str, change: impl FnOnce(&mut Table)) -> bool {
        let Some(slot) = self.slot(schema, name) else { return false };
        let table = &mut self.tables[slot as usize];
        change(table);
        self.layouts[slot as usize] = ColumnLayout::of(table);
        true
    }

    /// Notes what a statement stored in a column.
    pub fn saw(&mut self, schema: Option<&str>, table: &str, column: &str, seen: Seen) {
        let Some(slot) = self.slot(schema, table) else { return };
        let columns = &mut self.tables[slot as usize].columns;
        if let Some(known) = columns.iter_mut().find(|known| known.name.eq_ignore_ascii_case(column)) {
            known.seen = known.seen.and(seen.relevant(known.ty));
        }
    }

    /// What the script's statements have stored in a column.
    pub fn seen(&self, schema: Option<&str>, table: &str, column: &str) -> Seen {
        let table = self.table(schema, table);
        let column = table
            .and_then(|table| table.columns.iter().find(|known| known.name.eq_ignore_ascii_case(column)));
        column.map_or(Seen::default(), |column| column.seen)
    }

    /// What the script's statements have done to the counter of the table of that name: the table, and its counter as
    /// it stands and as it stood before the last INSERT.
    pub fn counter(
        &mut self,
        schema: Option<&str>,
        name: &str,
    ) -> Option<(&[Column], &mut Counter, &mut Counter)> {
        let slot = self.slot(schema, name)?;
        let Table { columns, counter, counter_before, .. } = &mut self.tables[slot as usize];
        Some((columns, counter, counter_before))
    }

    fn slot(&self, schema: Option<&str>, name: &str) -> Option<u32> {
        let mut buffer = [0u8; 64];
        let slots = match buffer.get_mut(..name.len()) {
            // Lookups on the hot path allocate nothing for names of usual length.
            Some(lower) => {
                lower.copy_from_slice(name.as_bytes());
                lower.make_ascii_lowercase();
                self.by_name.get(&*lower)?
            }
            None => self.by_name.get(name.to_ascii_lowercase().as_bytes())?,
        };
        let fits = |slot: &u32| {
            let table = &self.tables[*slot as usize];
            schema.is_none_or(|schema| table.schema.is_empty() || table.schema.eq_ignore_ascii_case(schema))
        };
        let exact = slots.iter().find(|slot| fits(slot) && self.tables[**slot as usize].name == name);
        exact.or_else(|| slots.iter().find(|slot| fits(slot))).copied()
    }

    /// All tables, in order of declaration.
    pub fn tables(&self) -> impl DoubleEndedIterator<Item = &Table> {
        self.tables.iter().filter(|table| !table.name.is_empty())
    }

    /// The tables of that name, which is in lower case: one per schema, in order of declaration.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Table> + Clone {
        let slots = self.by_name.get(name.as_bytes()).map_or(&[][..], Vec::as_slice);
        slots.iter().map(|&slot| &self.tables[slot as usize])
    }

    /// Everything but the tables: types, sequences, functions.
    pub fn without_tables(&self) -> Catalog {
        Catalog {
            tables: Vec::new(),
            layouts: Vec::new(),
            by_name: FxHashMap::default(),
            enums: self.enums.clone(),
            types: self.types.clone(),
            sequences: self.sequences.clone(),
            functions: self.functions.clone(),
            triggers: self.triggers.clone(),
            parameters: self.parameters.clone(),
            trigger_functions: self.trigger_functions.clone(),
            foreign_keys: self.foreign_keys,
            keyed_tables: self.keyed_tables,
            awaited: self.awaited.clone(),
            escaping_strings: self.escaping_strings,
            transactions_implied: self.transactions_implied,
            transaction_open: self.transaction_open,
            numbers_follow: self.numbers_follow,
            refused: self.refused.clone(),
            current_schema: self.current_schema.clone(),
            variables: self.variables.clone(),
            declared: self.declared.clone(),
            text_widths: self.text_widths.clone(),
            complete: self.complete,
        }
    }

    /// Adds a list of words for an enum or set type.
    pub fn push_enum(&mut self, words: Vec<String>) -> EnumId {
        self.push_collated_enum(words, None)
    }

    /// Adds a list of words that compare under a collation of their own.
    pub fn push_collated_enum(&mut self, words: Vec<String>, collation: Option<Collation>) -> EnumId {
        let entry = (words, collation);
        if let Some(known) = self.enums.iter().position(|list| *list == entry) {
            return EnumId(known as u32);
        }
        self.enums.push(entry);
        EnumId(self.enums.len() as u32 - 1)
    }

    /// How the words of a list compare, where that is not the default.
    pub fn word_collation(&self, id: EnumId) -> Option<Collation> {
        self.enums[id.0 as usize].1
    }

    /// The words of an enum or set type, in order.
    pub fn words(&self, id: EnumId) -> &[String] {
        &self.enums[id.0 as usize].0
    }
}
