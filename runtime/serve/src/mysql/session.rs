//! Statements that are for the door: variables, what clients ask of their session, USE and KILL.

use super::settings::{About, FUNCTIONS, REFUSED, Takes, VARIABLES, Variable};
use super::wire::Refusal;
use crate::words::{self, Word};
use std::collections::BTreeMap;
use std::time::Duration;

/// The session of a client, as far as it is the door's.
#[derive(Default)]
pub(crate) struct Settings {
    /// What was set, by name.
    set: BTreeMap<&'static str, String>,
}

/// What the door answers to a statement of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Done.
    Done,
    /// Rows of texts.
    Rows { columns: Vec<String>, rows: Vec<Vec<Option<String>>> },
    /// The database is another one.
    Use(String),
    /// A statement of another connection is to be stopped.
    Kill(u32),
}

impl Settings {
    /// True if every statement is a transaction of its own.
    pub(crate) fn autocommit(&self) -> bool {
        self.set.get("autocommit").is_none_or(|value| value == "1")
    }

    /// How long a statement may take.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let millis = self.set.get("max_execution_time")?.parse().ok()?;
        (millis > 0).then(|| Duration::from_millis(millis))
    }

    pub(crate) fn reset(&mut self) {
        self.set.clear();
    }

    fn get(&self, Variable(name, initial, _): &Variable) -> String {
        self.set.get(name).cloned().unwrap_or_else(|| (*initial).to_owned())
    }

    fn assign(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let Variable(name, initial, takes) = known(name)?;
        let set = match takes {
            _ if value.eq_ignore_ascii_case("default") => Some(String::new()),
            Takes::Anything => Some(value.to_owned()),
            Takes::OneOf(values) => {
                values.iter().any(|known| known.eq_ignore_ascii_case(value)).then(String::new)
            }
            Takes::Autocommit => match value.to_ascii_lowercase().as_str() {
                "1" | "on" | "true" => Some("1".to_owned()),
                "0" | "off" | "false" => Some("0".to_owned()),
                _ => None,
            },
            Takes::Deadline => value.parse::<u64>().is_ok().then(|| value.to_owned()),
            Takes::Nothing => None,
        };
        match set {
            None => {
                let message =
                    format!("the variable `{name}` cannot be set to '{value}' here: it is '{initial}'");
                return Err(Refusal::new(1231, message));
            }
            // What is one of a few is shown as it always is.
            Some(empty) if empty.is_empty() => drop(self.set.remove(name)),
            Some(value) => drop(self.set.insert(name, value)),
        }
        Ok(())
    }

    /// Answers a statement, if it is one for the door.
    pub(crate) fn answer(&mut self, sql: &str, about: &About<'_>) -> Option<Result<Reply, Refusal>> {
        let [first, second, third] = words::first(sql, true);
        if let Some((_, why)) = REFUSED.iter().find(|(word, _)| *word == first) {
            return Some(Err(Refusal::new(1235, *why)));
        }
        match (first.as_str(), second.as_str(), third.as_str()) {
            // That is for the kernel.
            ("SET", "TRANSACTION", _) | ("SET", "SESSION" | "GLOBAL", "TRANSACTION") => None,
            ("SET" | "SHOW" | "USE" | "KILL", ..) => {
                let words = words::all(sql, true).ok_or_else(|| unclear(sql));
                Some(words.and_then(|words| self.command(&words, sql)))
            }
            ("SELECT", ..) => self.asked(sql, about),
            _ => None,
        }
    }

    fn command(&mut self, words: &[Word], sql: &str) -> Result<Reply, Refusal> {
        let rest = words.get(1..).unwrap_or_default();
        match (&words[0], rest) {
            (verb, [name]) if verb.is("USE") => as_written(name).map(Reply::Use).ok_or_else(|| unclear(sql)),
            (verb, [.., Word::Number(id)]) if verb.is("KILL") => {
                if rest.len() > 1 && rest[0].is("CONNECTION") {
                    return Err(Refusal::new(
                        1235,
                        "connections are not closed from outside: use KILL QUERY",
                    ));
                }
                id.parse().map(Reply::Kill).map_err(|_| unclear(sql))
            }
            (verb, [what]) if verb.is("SHOW") && (what.is("WARNINGS") || what.is("ERRORS")) => {
                let columns = ["Level", "Code", "Message"].map(str::to_owned).to_vec();
                Ok(Reply::Rows { columns, rows: Vec::new() })
            }
            (verb, [scope @ .., what, like, Word::Quoted(pattern)])
                if verb.is("SHOW") && scope.len() <= 1 && what.is("VARIABLES") && like.is("LIKE") =>
            {
                let found = VARIABLES.iter().filter(|variable| matches(variable.0, pattern));
                let rows = found.map(|variable| vec![Some(variable.0.to_owned()), Some(self.get(variable))]);
                let columns = ["Variable_name", "Value"].map(str::to_owned).to_vec();
                Ok(Reply::Rows { columns, rows: rows.collect() })
            }
            (verb, rest) if verb.is("SET") => {
                for part in rest.split(|word| *word == Word::Sign(',')) {
                    self.set_one(part, sql)?;
                }
                Ok(Reply::Done)
            }
            _ => Err(unclear(sql)),
        }
    }

    /// `[SESSION | @@[session.]]name = value`, `NAMES value [COLLATE value]`, `CHARACTER SET value`.
    fn set_one(&mut self, words: &[Word], sql: &str) -> Result<(), Refusal> {
        let value = |word: &Word| word.value().ok_or_else(|| unclear(sql));
        match words {
            [names, set] if names.is("NAMES") => self.assign("character_set_client", &value(set)?),
            // Which collation texts of the client have does not show: those of columns go before.
            [names, set, collate, collation] if names.is("NAMES") && collate.is("COLLATE") => {
                match value(collation)?.starts_with("utf8") {
                    true => self.assign("character_set_client", &value(set)?),
                    false => Err(unclear(sql)),
                }
            }
            [one, two, set] if one.is("CHARACTER") && two.is("SET") => {
                self.assign("character_set_client", &value(set)?)
            }
            [scope, rest @ ..] if rest.len() > 2 && (scope.is("SESSION") || scope.is("LOCAL")) => {
                self.set_one(rest, sql)
            }
            [Word::Sign('@'), Word::Sign('@'), scope, Word::Sign('.'), rest @ ..]
                if scope.is("SESSION") || scope.is("LOCAL") =>
            {
                self.set_one(rest, sql)
            }
            [Word::Sign('@'), Word::Sign('@'), rest @ ..] => self.set_one(rest, sql),
            [Word::Sign('@'), ..] => Err(Refusal::new(1235, "variables of users are not served")),
            [name, Word::Sign('='), set] | [name, Word::Sign(':'), Word::Sign('='), set] => {
                self.assign(&value(name)?, &value(set)?)
            }
            _ => Err(unclear(sql)),
        }
    }

    /// `SELECT item, … [LIMIT n]` where all items are variables of the session or functions of it.
    fn asked(&self, sql: &str, about: &About<'_>) -> Option<Result<Reply, Refusal>> {
        let mut words = words::all(sql, true)?;
        if let [.., limit, Word::Number(_)] = words.as_slice()
            && limit.is("LIMIT")
        {
            words.truncate(words.len() - 2);
        }
        let (mut columns, mut row) = (Vec::new(), Vec::new());
        for item in words.get(1..)?.split(|word| *word == Word::Sign(',')) {
            let (item, alias) = match item {
                [item @ .., r#as, name] if r#as.is("AS") => (item, as_written(name)),
                item => (item, None),
            };
            let (heading, value) = match item {
                [Word::Sign('@'), Word::Sign('@'), rest @ ..] => {
                    let name = match rest {
                        [name] => name,
                        [scope, Word::Sign('.'), name] if scope.is("SESSION") || scope.is("GLOBAL") => name,
                        _ => return None,
                    };
                    let name = name.value()?;
                    let variable = match known(&name) {
                        Ok(variable) => variable,
                        Err(refusal) => return Some(Err(refusal)),
                    };
                    (format!("@@{name}"), Some(self.get(variable)))
                }
                [Word::Name(name), Word::Sign('('), Word::Sign(')')] => {
                    let (_, answer) = FUNCTIONS.iter().find(|(known, _)| known == name)?;
                    (format!("{name}()"), answer(about))
                }
                _ => return None,
            };
            columns.push(alias.unwrap_or(heading));
            row.push(value);
        }
        Some(Ok(Reply::Rows { columns, rows: vec![row] }))
    }
}

fn known(name: &str) -> Result<&'static Variable, Refusal> {
    let found = VARIABLES.iter().find(|variable| variable.0.eq_ignore_ascii_case(name));
    found.ok_or_else(|| Refusal::new(1193, format!("the variable `{name}` is not known here")))
}

/// A name; of one without quotes the letter case is gone, and names are taken in lower case.
fn as_written(word: &Word) -> Option<String> {
    word.value()
}

fn unclear(sql: &str) -> Refusal {
    let words: [String; 2] = words::first(sql, true);
    Refusal::new(1235, format!("this form of {} is not served", words.join(" ").trim()))
}

/// LIKE, in any letter case.
fn matches(name: &str, pattern: &str) -> bool {
    fn go(name: &[u8], pattern: &[u8]) -> bool {
        match pattern {
            [] => name.is_empty(),
            [b'%', rest @ ..] => (0..=name.len()).any(|at| go(&name[at..], rest)),
            [b'_', rest @ ..] => !name.is_empty() && go(&name[1..], rest),
            [letter, rest @ ..] => {
                name.first().is_some_and(|l| l.eq_ignore_ascii_case(letter)) && go(&name[1..], rest)
            }
        }
    }
    // More wildcards than that are no name, and would take their time.
    pattern.matches('%').count() <= 4 && go(name.as_bytes(), pattern.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_would_change_meanings_are_refused() {
        let about = About { user: "ann", database: "shop", id: 7 };
        let mut settings = Settings::default();
        let mut ask = |sql: &str| settings.answer(sql, &about).map(|answer| answer.map_err(|r| r.number));
        let rows = |columns: &[&str], row: &[Option<&str>]| {
            let texts = row.iter().map(|text| text.map(str::to_owned)).collect();
            Some(Ok(Reply::Rows {
                columns: columns.iter().map(|c| (*c).to_owned()).collect(),
                rows: vec![texts],
            }))
        };
        assert_eq!(
            ask("select @@version_comment limit 1"),
            rows(&["@@version_comment"], &[Some("SQLx OS kernel")])
        );
        assert_eq!(
            ask("SELECT DATABASE(), @@session.autocommit AS a"),
            rows(&["DATABASE()", "a"], &[Some("shop"), Some("1")])
        );
        assert_eq!(ask("SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci"), Some(Ok(Reply::Done)));
        assert_eq!(ask("SET NAMES latin1"), Some(Err(1231)));
        assert_eq!(ask("SET @@SESSION.sql_mode = 'ANSI_QUOTES'"), Some(Err(1231)));
        assert_eq!(ask("SET @x = 1"), Some(Err(1235)));
        assert_eq!(ask("SELECT @@nosuch"), Some(Err(1193)));
        assert_eq!(ask("SELECT DATABASE() FROM t"), None);
        assert_eq!(ask("SET SESSION TRANSACTION READ ONLY"), None, "that is for the kernel");
        assert_eq!(ask("KILL QUERY 9"), Some(Ok(Reply::Kill(9))));
        assert_eq!(ask("USE `Other`"), Some(Ok(Reply::Use("Other".into()))));
        assert_eq!(ask("SHOW TABLES"), Some(Err(1235)));
        assert_eq!(ask("SET autocommit=0, max_execution_time=50"), Some(Ok(Reply::Done)));
        assert!(!settings.autocommit());
        assert_eq!(settings.deadline(), Some(Duration::from_millis(50)));
    }
}
