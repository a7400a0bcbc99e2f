//! `airc policy classify`.

use super::super::{Failure, Verdict};
use airc::{Options, Profile, type_name};
use sqlx_kernel::introspect;
use sqlx_kernel::pi::classify::{classify, shipped};
use std::collections::BTreeMap;

/// Runs the command: prints tags as a pack has them.
pub(super) fn run(url: &str, sample: u32, least: f64) -> Result<Verdict, Failure> {
    let mut source = introspect::open(url)?;
    let profile = Profile::of(source.dialect());
    let mut catalog = airc::air::catalog::Catalog::default();
    let definitions = source.definitions()?.join(";\n");
    airc::schema::read(&definitions, &profile, &Options::default(), &mut catalog);
    let mut tags: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for table in catalog.tables() {
        for column in &table.columns {
            let values = source.sample(&table.name, &column.name, sample)?;
            let ty = type_name(&profile, &catalog, column.ty);
            for guess in classify(&column.name, &ty, &values) {
                if guess.confidence < least {
                    continue;
                }
                let mut because = format!("{:.2}: {}", guess.confidence, guess.because);
                let by_packs = shipped(&table.name, &column.name);
                if !by_packs.is_empty() {
                    because.push_str(&format!("; shipped packs tag it {}", by_packs.join(", ")));
                }
                tags.entry(guess.tag)
                    .or_default()
                    .push((format!("{}.{}", word(&table.name), word(&column.name)), because));
            }
        }
    }
    if tags.is_empty() {
        println!("# nothing that looks sensitive");
    }
    for (tag, columns) in tags {
        for (column, because) in columns {
            println!("tag {tag} on {column} # {because}");
        }
    }
    Ok(Verdict::Fine)
}

/// A name as packs have it.
fn word(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && !name.starts_with(|letter: char| letter.is_ascii_digit());
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
