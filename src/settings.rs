//! Settings of a profile by name: what `--set` and `airc profile` speak.

use air::profile::{Profile, Settings};
use air::types::Collation;
use std::ops::RangeInclusive;

/// Why a setting could not be set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SettingError {
    /// There is no such setting.
    Unknown(String),
    /// The setting takes other values.
    Value {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        expected: String,
    },
}

impl std::fmt::Display for SettingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SettingError::Unknown(name) => {
                let known: Vec<&str> = ALL.iter().map(|setting| setting.name).collect();
                write!(f, "unknown setting `{name}`; known are {}", known.join(", "))
            }
            SettingError::Value { name, value, expected } => {
                write!(f, "`{value}` is no value of `{name}`, which takes {expected}")
            }
        }
    }
}

impl std::error::Error for SettingError {}

/// A setting: its name, what it is about, where it is kept.
pub struct Setting {
    /// As users write it.
    pub name: &'static str,
    /// What it is about, a few words.
    pub meaning: &'static str,
    place: Place,
}

/// Where a setting is kept, by the kind of its values.
enum Place {
    Switch(fn(&mut Settings) -> &mut bool),
    Number(fn(&mut Settings) -> &mut u8, RangeInclusive<u8>),
    Collation(fn(&mut Settings) -> &mut Collation),
}

/// All settings.
pub const ALL: &[Setting] = &[
    Setting {
        name: "collation",
        meaning: "collation of text that names none",
        place: Place::Collation(|s| &mut s.collation),
    },
    Setting {
        name: "ansi_quotes",
        meaning: "\"x\" is an identifier",
        place: Place::Switch(|s| &mut s.ansi_quotes),
    },
    Setting {
        name: "pipes_as_concat",
        meaning: "|| joins texts",
        place: Place::Switch(|s| &mut s.pipes_as_concat),
    },
    Setting {
        name: "backslash_escapes",
        meaning: "a backslash escapes in text literals",
        place: Place::Switch(|s| &mut s.backslash_escapes),
    },
    Setting {
        name: "strict",
        meaning: "values that do not fit fail on store",
        place: Place::Switch(|s| &mut s.strict),
    },
    Setting {
        name: "only_full_group_by",
        meaning: "columns neither grouped nor aggregated fail",
        place: Place::Switch(|s| &mut s.only_full_group_by),
    },
    Setting {
        name: "double_quoted_strings",
        meaning: "\"x\" is a text where no such column exists",
        place: Place::Switch(|s| &mut s.double_quoted_strings),
    },
    Setting {
        name: "div_precision_increment",
        meaning: "digits a quotient gets beyond those of the dividend",
        place: Place::Number(|s| &mut s.div_precision_increment, 0..=30),
    },
    Setting {
        name: "date_first",
        meaning: "day that weeks begin on, 1 is Monday",
        place: Place::Number(|s| &mut s.date_first, 1..=7),
    },
];

/// Names that servers give to collations of ours.
const SERVER_COLLATIONS: &[(&str, Collation)] = &[
    ("c", Collation::BINARY),
    ("c.utf8", Collation::BINARY),
    ("c.utf-8", Collation::BINARY),
    ("posix", Collation::BINARY),
    ("rtrim", Collation::RTRIM),
    ("sql_latin1_general_cp1_ci_as", Collation::LATIN1_CI_AS),
    ("utf8_bin", Collation::PAD_BIN),
    ("utf8_general_ci", Collation::GENERAL_CI),
    ("utf8mb3_general_ci", Collation::GENERAL_CI),
    ("utf8mb4_0900_ai_ci", Collation::UCA_AI_CI),
    ("utf8mb4_bin", Collation::PAD_BIN),
    ("utf8mb4_general_ci", Collation::GENERAL_CI),
];

impl Setting {
    /// Its value in a profile, as [`set`] takes it.
    pub fn value(&self, profile: &Profile) -> String {
        let mut settings = profile.settings.clone();
        match &self.place {
            Place::Switch(place) => (if *place(&mut settings) { "on" } else { "off" }).to_owned(),
            Place::Number(place, _) => place(&mut settings).to_string(),
            Place::Collation(place) => place(&mut settings).to_string(),
        }
    }

    fn assign(&self, settings: &mut Settings, value: &str) -> Option<()> {
        match &self.place {
            Place::Switch(place) => *place(settings) = switch(value)?,
            Place::Number(place, range) => {
                *place(settings) = value.parse().ok().filter(|n| range.contains(n))?
            }
            Place::Collation(place) => *place(settings) = collation(value)?,
        }
        Some(())
    }

    fn expected(&self) -> String {
        match &self.place {
            Place::Switch(_) => "`on` or `off`".to_owned(),
            Place::Number(_, range) => format!("a number from {} to {}", range.start(), range.end()),
            Place::Collation(_) => {
                let names: Vec<&str> = SERVER_COLLATIONS.iter().map(|(name, _)| *name).collect();
                format!("`binary`, `nocase` or a server's name such as {}", names.join(", "))
            }
        }
    }
}

/// Sets `name` to `value` in a profile.
///
/// ```
/// let mut profile: airc::Profile = "mysql".parse()?;
/// airc::settings::set(&mut profile, "ansi_quotes", "on")?;
/// assert!(profile.settings.ansi_quotes);
/// assert!(airc::settings::set(&mut profile, "date_first", "9").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn set(profile: &mut Profile, name: &str, value: &str) -> Result<(), SettingError> {
    let setting = ALL.iter().find(|setting| setting.name.eq_ignore_ascii_case(name.trim()));
    let setting = setting.ok_or_else(|| SettingError::Unknown(name.to_owned()))?;
    let assigned = setting.assign(&mut profile.settings, value.trim());
    assigned.ok_or_else(|| SettingError::Value {
        name: setting.name,
        value: value.to_owned(),
        expected: setting.expected(),
    })
}

fn switch(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn collation(value: &str) -> Option<Collation> {
    let lower = value.to_ascii_lowercase();
    let server = SERVER_COLLATIONS.iter().find(|(name, _)| *name == lower);
    server.map(|(_, collation)| *collation).or_else(|| lower.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use air_base::Dialect;

    #[test]
    fn every_setting_takes_the_value_it_has() {
        for dialect in Dialect::ALL {
            let before = Profile::of(dialect);
            for setting in ALL {
                let mut after = before.clone();
                assert_eq!(
                    set(&mut after, setting.name, &setting.value(&before)),
                    Ok(()),
                    "{dialect} {}",
                    setting.name
                );
                assert_eq!(after, before);
            }
        }
    }

    #[test]
    fn a_wrong_value_says_what_is_right() {
        let error = set(&mut Profile::of(Dialect::Mysql), "strict", "maybe").unwrap_err();
        assert_eq!(error.to_string(), "`maybe` is no value of `strict`, which takes `on` or `off`");
    }
}
