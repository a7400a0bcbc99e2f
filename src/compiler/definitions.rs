//! What a script defines, step by step, and the part of it that one statement can see.
//!
//! Kept as versions of tables rather than as one catalog per statement: a script of ten thousand definitions would
//! otherwise keep ten thousand catalogs.

use air::catalog::{Catalog, Seen, Table};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The catalog of a script after each of its definitions.
#[derive(PartialEq, Debug)]
pub(super) struct Definitions {
    /// By name in lower case: the tables of that name (one per schema) from a step on.
    tables: FxHashMap<String, Vec<Version<Vec<Arc<Table>>>>>,
    /// Names that cannot be recognised as words of a text, such as `order details`: every statement sees those.
    odd_names: Vec<String>,
    /// Everything but tables, from a step on.
    rest: Vec<Version<Arc<Catalog>>>,
    /// A target refused some of them.
    pub(super) refused: bool,
}

/// Something that holds from a step on. Step 0 is before the script, step `n` after its `n`-th definition.
#[derive(PartialEq, Debug)]
struct Version<T> {
    step: u32,
    value: T,
}

/// The words of a statement, in lower case: every table it can be about is among them.
pub(super) struct Mentions {
    words: FxHashSet<String>,
}

impl Mentions {
    /// The words of a text, quoted or not.
    pub(super) fn of(text: &str) -> Mentions {
        let words = text.split(|letter: char| !in_word(letter)).filter(|word| !word.is_empty());
        Mentions { words: words.map(str::to_ascii_lowercase).collect() }
    }

    /// True if a change of rows with that text may be noted in the catalog: a table with a counter may be meant, or
    /// a column of which not all is known that the values show.
    pub(super) fn counted(&self, text: &str, catalog: &Catalog) -> bool {
        let tables = || {
            let named = self.words.iter().flat_map(|word| catalog.named(word));
            named.chain(catalog.tables().filter(|table| odd(&table.name)))
        };
        // Values may be those of other columns.
        let columns = || tables().flat_map(|table| &table.columns);
        let shown = columns().fold(Seen::shown_by(text), |seen, column| seen.and(column.seen));
        columns().any(|column| column.identity || column.seen != column.seen.and(shown.relevant(column.ty)))
    }

    /// True if a relation of that name may be meant.
    pub(super) fn has(&self, name: &str) -> bool {
        odd(name) || self.sweeping() || self.words.contains(&name.to_ascii_lowercase())
    }

    /// DROP SCHEMA and the like change tables they do not name.
    fn sweeping(&self) -> bool {
        self.words.contains("schema") || self.words.contains("database") || self.words.contains("cascade")
    }
}

/// A superset of the letters of unquoted names of all dialects.
fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$' | '#' | '@') || !letter.is_ascii()
}

/// What a statement may do to the catalog, by a cheap look at its text: taking too much costs a little time and
/// nothing else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub(super) enum Role {
    /// Nothing.
    Reads,
    /// Moves the counter of a table that has one, shows values of columns, and nothing else.
    Counts,
    /// Anything.
    Defines,
}

/// What the statement may do to the catalog.
pub(super) fn role(text: &str) -> Role {
    let mut rest = text.trim_start();
    // A comment in front hides the word that matters.
    if rest.starts_with("--") || rest.starts_with('#') || rest.starts_with("/*") {
        return Role::Defines;
    }
    let end = rest.find(|letter: char| !in_word(letter)).unwrap_or(rest.len());
    let first = rest[..end].to_ascii_lowercase();
    rest = &rest[end..];
    match first.as_str() {
        // The last two change no catalog either, but nothing is said earlier than they stand.
        "insert" | "replace" | "update" | "truncate" | "rollback" => Role::Counts,
        // A block.
        "begin" if rest.split_ascii_whitespace().nth(1).is_some() => Role::Counts,
        "values" | "begin" | "start" | "commit" | "savepoint" | "release" | "grant" | "revoke"
        | "explain" => Role::Reads,
        // SELECT … INTO creates a table; WITH may begin a change of rows.
        "select" | "with" => {
            let changes = ["into", "update", "delete", "merge"];
            let mut words = rest.split(|letter: char| !in_word(letter));
            match words.any(|word| changes.iter().any(|change| word.eq_ignore_ascii_case(change))) {
                true => Role::Defines,
                false => Role::Reads,
            }
        }
        _ => Role::Defines,
    }
}

impl Definitions {
    /// Before the script.
    pub(super) fn start(schema: &Catalog) -> Definitions {
        let rest = vec![Version { step: 0, value: Arc::new(schema.without_tables()) }];
        let mut definitions =
            Definitions { tables: FxHashMap::default(), odd_names: Vec::new(), rest, refused: false };
        let names: FxHashSet<String> = schema.tables().map(|table| table.name.to_ascii_lowercase()).collect();
        for name in names {
            definitions.record_name(0, &name, schema);
        }
        // Two equal sets of definitions must be equal as values.
        definitions.odd_names.sort();
        definitions
    }

    /// Notes what the statement with those words changed.
    pub(super) fn record(&mut self, step: u32, mentions: &Mentions, catalog: &Catalog) {
        let rest = catalog.without_tables();
        if self.rest.last().is_none_or(|last| *last.value != rest) {
            self.rest.push(Version { step, value: Arc::new(rest) });
        }
        let mut names: Vec<String> = mentions.words.iter().cloned().collect();
        if mentions.sweeping() {
            names.extend(self.tables.keys().cloned());
        }
        // A statement that defines a table with an odd name mentions only parts of it.
        names.extend(
            catalog
                .tables()
                .rev()
                .take_while(|table| odd(&table.name))
                .map(|table| table.name.to_ascii_lowercase()),
        );
        names.extend(self.odd_names.iter().cloned());
        for name in names {
            self.record_name(step, &name, catalog);
        }
    }

    fn record_name(&mut self, step: u32, name: &str, catalog: &Catalog) {
        let now = catalog.named(name);
        let versions = match self.tables.get_mut(name) {
            Some(versions) => versions,
            None if now.clone().next().is_none() => return,
            None => {
                if odd(name) {
                    self.odd_names.push(name.to_owned());
                }
                self.tables.entry(name.to_owned()).or_default()
            }
        };
        let same =
            versions.last().is_some_and(|last| last.value.iter().map(|table| &**table).eq(now.clone()));
        if !same {
            versions.push(Version { step, value: now.cloned().map(Arc::new).collect() });
        }
    }

    /// The catalog at a step, as far as the words go.
    pub(super) fn known(&self, step: u32, mentions: &Mentions) -> Catalog {
        if mentions.sweeping() {
            return self.everything(step);
        }
        let words = mentions.words.iter().filter(|word| self.tables.contains_key(*word));
        let mut names: Vec<&String> = words.chain(&self.odd_names).collect();
        // The order of a set of words is no order.
        names.sort();
        names.dedup();
        let mut catalog = self.collect(step, names.into_iter());
        catalog.refused.retain(|name| mentions.has(name));
        catalog
    }

    /// The catalog at a step.
    pub(super) fn everything(&self, step: u32) -> Catalog {
        let mut names: Vec<&String> = self.tables.keys().collect();
        names.sort();
        self.collect(step, names.into_iter())
    }

    fn collect<'a>(&self, step: u32, names: impl Iterator<Item = &'a String>) -> Catalog {
        let mut catalog = at(&self.rest, step).map_or_else(Catalog::default, |rest| Catalog::clone(rest));
        for name in names {
            let tables = self.tables.get(name).and_then(|versions| at(versions, step));
            for table in tables.into_iter().flatten() {
                catalog.put(Table::clone(table));
            }
        }
        catalog
    }
}

/// The version that holds at a step.
fn at<T>(versions: &[Version<T>], step: u32) -> Option<&T> {
    let after = versions.partition_point(|version| version.step <= step);
    Some(&versions.get(after.checked_sub(1)?)?.value)
}

fn odd(name: &str) -> bool {
    !name.chars().all(in_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use air::catalog::Column;
    use air::types::Type;

    fn table(name: &str, columns: &[&str]) -> Table {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            exact: false,
            ty: Type::Unknown,
            nullable: true,
            has_default: false,
            default: None,
            identity: false,
            numbering: air::catalog::Numbering::default(),
            generated: false,
            seen: Default::default(),
        };
        Table { name: name.to_owned(), columns: columns.iter().map(column).collect(), ..Table::default() }
    }

    #[test]
    fn a_statement_sees_the_tables_it_mentions_as_of_its_place() {
        let mut catalog = Catalog::default();
        let mut definitions = Definitions::start(&catalog);
        catalog.put(table("T", &["a"]));
        definitions.record(1, &Mentions::of("create table T (a int)"), &catalog);
        catalog.put(table("order details", &["x"]));
        definitions.record(2, &Mentions::of("create table \"order details\" (x int)"), &catalog);
        catalog.put(table("T", &["a", "b"]));
        definitions.record(3, &Mentions::of("alter table t add b int"), &catalog);

        let columns = |step, text: &str| {
            let known = definitions.known(step, &Mentions::of(text));
            known.table(None, "t").map(|table| table.columns.len())
        };
        assert_eq!(columns(0, "select * from t"), None);
        assert_eq!(columns(2, "select * from t"), Some(1));
        assert_eq!(columns(3, "select * from t"), Some(2));
        assert_eq!(columns(3, "select * from u"), None);
        assert!(definitions.known(3, &Mentions::of("select 1")).table(None, "order details").is_some());
        assert!(definitions.known(1, &Mentions::of("select 1")).table(None, "order details").is_none());
    }

    #[test]
    fn queries_define_nothing_and_changes_of_rows_count() {
        assert_eq!(role(" select 1"), Role::Reads);
        assert_eq!(role("INSERT INTO t VALUES (1)"), Role::Counts);
        assert_eq!(role("DELETE FROM t"), Role::Defines);
        assert_eq!(role("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x"), Role::Defines);
        assert_eq!(role("SELECT a INTO b FROM c"), Role::Defines);
        assert_eq!(role("create table t (a int)"), Role::Defines);
        assert_eq!(role("/* why */ alter table t add b int"), Role::Defines);
    }
}
