//! `airc profile`.

use super::args::ProfileArguments;
use super::{Failure, Verdict, setup};
use airc::{Assume, Dialect, Profile, settings};
use serde_json::{Value, json};

/// Runs the command.
pub(super) fn run(arguments: &ProfileArguments) -> Result<Verdict, Failure> {
    let Some(name) = &arguments.profile else {
        list(arguments.json);
        return Ok(Verdict::Fine);
    };
    let mut profile = setup::profile(name)?;
    for setting in &arguments.settings {
        let (_, name, value) = setup::parts(setting)?;
        settings::set(&mut profile, name, value)?;
    }
    if arguments.json {
        println!("{}", as_json(&profile));
    } else {
        show(&profile);
    }
    Ok(Verdict::Fine)
}

fn list(json: bool) {
    let profiles: Vec<Profile> = Dialect::ALL.into_iter().map(Profile::of).collect();
    if json {
        println!("{}", Value::Array(profiles.iter().map(as_json).collect()));
        return;
    }
    println!("dialect    default version   also written");
    for profile in &profiles {
        let aliases = profile.dialect.aliases().join(", ");
        println!("{:<10} {:<17} {aliases}", profile.dialect.name(), profile.version.to_string());
    }
    println!(
        "\nA profile is a dialect or dialect@version, such as mysql@8.0; `airc profile DIALECT` shows its settings."
    );
}

fn show(profile: &Profile) {
    println!("{profile}\n\nsettings (--set NAME=VALUE)");
    for setting in settings::ALL {
        println!("  {:<26} {:<20} {}", setting.name, setting.value(profile), setting.meaning);
    }
    println!("\nassumptions you can vouch for (--declare NAME)");
    for kind in Assume::ALL {
        let meaning = kind.template().replace(": {}", "").replace("{}", "…");
        println!("  {:<26} {meaning}", kind.word());
    }
}

fn as_json(profile: &Profile) -> Value {
    let settings: serde_json::Map<String, Value> = settings::ALL
        .iter()
        .map(|setting| (setting.name.to_owned(), json!(setting.value(profile))))
        .collect();
    json!({
        "dialect": profile.dialect.name(),
        "version": profile.version.to_string(),
        "aliases": profile.dialect.aliases(),
        "settings": settings,
    })
}
