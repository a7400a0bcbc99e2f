//! From arguments to profiles, options and a schema.

use super::args::{Allow, Allowing, Reading, Targets};
use super::draw::{Drawer, FileId};
use super::{Failure, failure, input};
use airc::air::catalog::Catalog;
use airc::{Assume, Options, Profile, Translator, settings};
use sqlx_kernel::introspect;

/// The source profile, with its settings and declared assumptions.
pub(super) fn source(reading: &Reading) -> Result<Profile, Failure> {
    let mut profile = spelling(reading.from.as_deref(), &reading.settings)?;
    declare(&mut profile, &reading.declare)?;
    Ok(profile)
}

/// A source profile of which nothing but the settings matters.
pub(super) fn spelling(from: Option<&str>, written: &[String]) -> Result<Profile, Failure> {
    let Some(from) = from else { return failure("which dialect is it? Say so with --from") };
    let mut profile = profile(from)?;
    for setting in written {
        let (target, name, value) = parts(setting)?;
        if !target {
            settings::set(&mut profile, name, value)?;
        }
    }
    Ok(profile)
}

/// A target profile.
pub(super) fn target(reading: &Reading, to: &str) -> Result<Profile, Failure> {
    let mut profile = profile(to)?;
    for setting in &reading.settings {
        let (target, name, value) = parts(setting)?;
        if target {
            settings::set(&mut profile, name, value)?;
        }
    }
    declare(&mut profile, &reading.declare)?;
    Ok(profile)
}

/// A translator per target, all with the schema of the arguments. What is wrong with that is drawn.
pub(super) fn translators(
    reading: &Reading,
    targets: &Targets,
    drawer: &mut Drawer,
) -> Result<Vec<Translator>, Failure> {
    if targets.to.is_empty() {
        return failure("to which dialect? Say so with --to");
    }
    let options = options(reading, Some(&targets.allowing))?;
    let from = source(reading)?;
    let schema = schema(reading, &from, &options, drawer)?;
    let translator = |to: &String| {
        let mut translator = Translator::new(from.clone(), target(reading, to)?, options.clone());
        if let Some(schema) = &schema {
            translator.set_catalog(schema.clone());
        }
        Ok(translator)
    };
    targets.to.iter().map(translator).collect()
}

/// A profile by name.
pub(super) fn profile(text: &str) -> Result<Profile, Failure> {
    Ok(text.parse::<Profile>()?)
}

/// `[to.]name=value`; true with the prefix.
pub(super) fn parts(setting: &str) -> Result<(bool, &str, &str), Failure> {
    let Some((name, value)) = setting.split_once('=') else {
        return failure(format!("`{setting}` is no setting: it has to be NAME=VALUE"));
    };
    let (target, name) = name.strip_prefix("to.").map_or((false, name), |name| (true, name));
    Ok((target, name.strip_prefix("from.").unwrap_or(name), value))
}

fn declare(profile: &mut Profile, words: &[String]) -> Result<(), Failure> {
    for word in words {
        let Some(&kind) = Assume::ALL.iter().find(|kind| kind.word() == word.as_str()) else {
            let known: Vec<&str> = Assume::ALL.iter().map(|kind| kind.word()).collect();
            return failure(format!("unknown assumption `{word}`; known are {}", known.join(", ")));
        };
        profile.declared.push(kind);
    }
    Ok(())
}

/// The options; rules that do not exist are an error.
pub(super) fn options(reading: &Reading, allowing: Option<&Allowing>) -> Result<Options, Failure> {
    let mut options = Options { nesting_depth_max: reading.max_depth, ..Options::default() };
    if let Some(allowing) = allowing {
        options.strict = allowing.strict;
        options.allow_approximate = allowing.allow == Some(Allow::Approximate);
        options.width = allowing.width;
        for name in &allowing.disable_rule {
            if !airc::rules().any(|rule| rule.name == name) {
                return failure(format!("there is no rule `{name}`; certificates name the ones there are"));
            }
        }
        options.disabled_rules.clone_from(&allowing.disable_rule);
    }
    Ok(options)
}

/// The schema of the arguments, if they name one. What is wrong with it is drawn.
pub(super) fn schema(
    reading: &Reading,
    from: &Profile,
    options: &Options,
    drawer: &mut Drawer,
) -> Result<Option<Catalog>, Failure> {
    if reading.schema.is_empty() && reading.schema_url.is_none() {
        return Ok(None);
    }
    let mut catalog = Catalog::default();
    let mut read = |drawer: &mut Drawer, file: FileId, profile: &Profile| {
        let problems = airc::schema::read(drawer.text(file), profile, options, &mut catalog);
        drawer.draw(file, &problems);
    };
    if let Some(url) = &reading.schema_url {
        let mut source = introspect::open(url)?;
        // A live database is read as what it is; its script is in its own words.
        let mut profile = Profile::of(source.dialect());
        if profile.dialect == from.dialect {
            profile = from.clone();
        }
        let script = source.definitions()?.join(";\n");
        let file = drawer.add(format!("<{url}>"), script);
        read(drawer, file, &profile);
    }
    for path in &reading.schema {
        let file = drawer.add(path.display().to_string(), input::read_file(path)?);
        read(drawer, file, from);
    }
    catalog.complete = true;
    Ok(Some(catalog))
}
