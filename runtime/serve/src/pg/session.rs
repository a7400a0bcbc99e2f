//! Statements that are for the door: settings, what clients ask of their session, prepared statements by name.

use super::settings::{ANSWERS, About, REFUSED, SETTINGS, Setting, Takes};
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
    Done(&'static str),
    /// A setting has changed that the client is told of.
    Changed(&'static str, String),
    /// One row with one text.
    Row { column: String, value: String, tag: &'static str },
    /// A prepared statement is given up, or all of them.
    Deallocate(Option<String>),
    /// The session is to be as at first.
    Discard,
}

impl Settings {
    pub(crate) fn get(&self, setting: &Setting) -> String {
        self.set.get(setting.name).cloned().unwrap_or_else(|| setting.initial.to_owned())
    }

    /// Sets one by its name; gives it if it is reported.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<Option<&'static Setting>, Refusal> {
        let setting = known(name)?;
        let fine = match setting.takes {
            Takes::Anything => true,
            Takes::OneOf(values) => values.iter().any(|known| known.eq_ignore_ascii_case(value.trim())),
            Takes::Deadline => milliseconds(value).is_some(),
            Takes::Nothing => false,
        };
        if !fine {
            let message = format!("{} cannot be set to \"{value}\" here", setting.name);
            let hint = match setting.takes {
                Takes::OneOf(values) => format!("It is always {}.", values[0]),
                _ => "It can only be shown.".to_owned(),
            };
            return Err(Refusal { hint: Some(hint), ..Refusal::new("0A000", message) });
        }
        // What is one of a few is shown as it always is.
        if matches!(setting.takes, Takes::Anything | Takes::Deadline) {
            self.set.insert(setting.name, value.to_owned());
        }
        Ok(setting.reported.then_some(setting))
    }

    pub(crate) fn reset(&mut self) {
        self.set.clear();
    }

    /// How long a statement may take.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        let millis = milliseconds(self.set.get("statement_timeout")?)?;
        (millis > 0).then(|| Duration::from_millis(millis))
    }

    /// Answers a statement, if it is one for the door.
    pub(crate) fn answer(&mut self, sql: &str, about: &About<'_>) -> Option<Result<Reply, Refusal>> {
        let [first, second] = words::first(sql, false);
        if let Some((_, why)) = REFUSED.iter().find(|(word, _)| *word == first) {
            return Some(Err(Refusal::new("0A000", *why)));
        }
        match (first.as_str(), second.as_str()) {
            // That is for the kernel.
            ("SET", "TRANSACTION") => None,
            ("SET", "CONSTRAINTS") => None,
            ("SET" | "SHOW" | "RESET" | "DISCARD" | "DEALLOCATE", _) => Some(
                words::all(sql, false)
                    .ok_or_else(|| unclear(sql))
                    .and_then(|words| self.command(&words, sql)),
            ),
            ("SELECT", _) => asked(sql, about).map(Ok),
            _ => None,
        }
    }

    fn command(&mut self, words: &[Word], sql: &str) -> Result<Reply, Refusal> {
        let rest = words.get(1..).unwrap_or_default();
        match (&words[0], rest) {
            (verb, [one]) if verb.is("SHOW") => match one.value() {
                Some(name) => self.show(&name),
                None => Err(unclear(sql)),
            },
            (verb, [one, two]) if verb.is("SHOW") && one.is("TIME") && two.is("ZONE") => {
                self.show("TimeZone")
            }
            (verb, [all]) if verb.is("RESET") && all.is("ALL") => {
                self.reset();
                Ok(Reply::Done("RESET"))
            }
            (verb, [one]) if verb.is("RESET") => {
                let setting = known(&one.value().ok_or_else(|| unclear(sql))?)?;
                self.set.remove(setting.name);
                Ok(Reply::Done("RESET"))
            }
            (verb, [all]) if verb.is("DISCARD") && all.is("ALL") => Ok(Reply::Discard),
            (verb, [.., name]) if verb.is("DEALLOCATE") => match (name.is("ALL"), name.value()) {
                (true, _) => Ok(Reply::Deallocate(None)),
                (false, Some(name)) => Ok(Reply::Deallocate(Some(name))),
                (false, None) => Err(unclear(sql)),
            },
            (verb, rest) if verb.is("SET") => self.assign(rest, sql),
            _ => Err(unclear(sql)),
        }
    }

    /// `[SESSION] name = value, …`, `TIME ZONE value`, `NAMES value`.
    fn assign(&mut self, words: &[Word], sql: &str) -> Result<Reply, Refusal> {
        let words = match words {
            [session, rest @ ..] if session.is("SESSION") && rest.len() > 1 => rest,
            [local, ..] if local.is("LOCAL") => {
                return Err(Refusal::new(
                    "0A000",
                    "settings of a transaction are not served: use SET without LOCAL",
                ));
            }
            all => all,
        };
        let (name, value) = match words {
            [names, value] if names.is("NAMES") => {
                ("client_encoding".to_owned(), std::slice::from_ref(value))
            }
            [time, zone, value] if time.is("TIME") && zone.is("ZONE") => {
                ("TimeZone".to_owned(), std::slice::from_ref(value))
            }
            [name, to, value @ ..] if to.is("TO") || *to == Word::Sign('=') => {
                (name.value().ok_or_else(|| unclear(sql))?, value)
            }
            _ => return Err(unclear(sql)),
        };
        let text = match value {
            [word] if word.is("DEFAULT") => {
                let setting = known(&name)?;
                self.set.remove(setting.name);
                return Ok(Reply::Done("SET"));
            }
            words => listed(words).ok_or_else(|| unclear(sql))?,
        };
        Ok(match self.set(&name, &text)? {
            Some(setting) => Reply::Changed(setting.name, self.get(setting)),
            None => Reply::Done("SET"),
        })
    }

    fn show(&self, name: &str) -> Result<Reply, Refusal> {
        let setting = known(name)?;
        Ok(Reply::Row { column: setting.name.to_owned(), value: self.get(setting), tag: "SHOW" })
    }
}

/// `a`, `a, b`, `-1`.
fn listed(words: &[Word]) -> Option<String> {
    let mut text = String::new();
    for word in words {
        match word {
            Word::Sign(',') => text.push_str(", "),
            Word::Sign('-') => text.push('-'),
            Word::Sign(_) => return None,
            word => text.push_str(&word.value()?),
        }
    }
    (!words.is_empty()).then_some(text)
}

fn known(name: &str) -> Result<&'static Setting, Refusal> {
    let found = SETTINGS.iter().find(|setting| setting.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| Refusal {
        hint: Some(
            "Settings of the engine are the kernel's: sessions are shared between callers.".to_owned(),
        ),
        ..Refusal::new("42704", format!("the setting \"{name}\" is not known here"))
    })
}

fn unclear(sql: &str) -> Refusal {
    let words: [String; 2] = words::first(sql, false);
    Refusal::new("0A000", format!("this form of {} is not served", words.join(" ").trim()))
}

fn asked(sql: &str, about: &About<'_>) -> Option<Reply> {
    let words = words::all(sql, false)?;
    let mut form = String::new();
    for word in &words {
        if !form.is_empty() {
            form.push(' ');
        }
        match word {
            Word::Name(name) => form.push_str(name),
            Word::Sign(sign) => form.push(*sign),
            Word::Quoted(_) | Word::Number(_) => return None,
        }
    }
    let (_, column, answer) = ANSWERS.iter().find(|(asked, ..)| *asked == form)?;
    Some(Reply::Row { column: (*column).to_owned(), value: answer(about), tag: "SELECT 1" })
}

/// `5000`, `5s`, `1min`.
fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[end..].trim() {
        "" | "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    text[..end].parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about() -> About<'static> {
        About { user: "ann", database: "shop", engine: "sqlite@3.51", id: 7 }
    }

    #[test]
    fn settings_that_would_change_meanings_are_refused() {
        let mut settings = Settings::default();
        let mut ask = |sql: &str| settings.answer(sql, &about());
        let row = |column: &str, value: &str, tag| {
            Some(Ok(Reply::Row { column: column.to_owned(), value: value.to_owned(), tag }))
        };
        let shown = |answer: Option<Result<Reply, Refusal>>| answer.map(|answer| answer.map_err(|r| r.state));
        assert_eq!(
            shown(ask("SET application_name TO 'x'")),
            Some(Ok(Reply::Changed("application_name", "x".into())))
        );
        assert_eq!(shown(ask("show application_name;")), row("application_name", "x", "SHOW"));
        assert_eq!(
            shown(ask("SET datestyle = iso, mdy")),
            Some(Ok(Reply::Changed("DateStyle", "ISO, MDY".into())))
        );
        assert_eq!(shown(ask("SET datestyle = german")), Some(Err("0A000".into())));
        assert_eq!(shown(ask("SET search_path TO x")), Some(Err("42704".into())));
        assert_eq!(shown(ask("SET LOCAL statement_timeout = 1")), Some(Err("0A000".into())));
        assert_eq!(shown(ask("SET server_version = '9'")), Some(Err("0A000".into())));
        assert_eq!(shown(ask("SET standard_conforming_strings = off")), Some(Err("0A000".into())));
        assert_eq!(shown(ask("SET TRANSACTION READ ONLY")), None, "that is for the kernel");
        assert_eq!(shown(ask("SELECT 1")), None);
        assert_eq!(shown(ask("select current_user")), row("current_user", "ann", "SELECT 1"));
        assert_eq!(shown(ask("COPY t FROM stdin")), Some(Err("0A000".into())));
        assert_eq!(shown(ask("DEALLOCATE PREPARE \"A b\"")), Some(Ok(Reply::Deallocate(Some("A b".into())))));
        assert_eq!(shown(ask("SET statement_timeout = '2s'")), Some(Ok(Reply::Done("SET"))));
        assert_eq!(settings.deadline(), Some(Duration::from_secs(2)));
        settings.reset();
        assert_eq!(settings.deadline(), None);
    }
}
