//! `airc policy check`.

use super::super::args::Shown;
use super::super::{Failure, Verdict};
use super::governed;
use airc::{Options, Profile};
use sqlx_kernel::introspect;
use sqlx_kernel::pi::Policies;
use sqlx_kernel::pi::pack::Obligation;

/// Runs the command.
pub(super) fn run(names: &[String], url: Option<&str>, dot: bool, shown: &Shown) -> Result<Verdict, Failure> {
    let packs = governed::packs(names, true, shown)?;
    if !shown.quiet {
        for pack in &packs {
            eprintln!("pack {}: {} rules, {} columns tagged", pack.name, pack.rules.len(), pack.tags.len());
        }
    }
    if dot {
        print!("{}", Policies::new(&packs, None).dot());
    }
    let Some(url) = url else { return Ok(Verdict::Fine) };
    let mut source = introspect::open(url)?;
    let profile = Profile::of(source.dialect());
    let mut catalog = airc::air::catalog::Catalog::default();
    let definitions = source.definitions()?.join(";\n");
    airc::schema::read(&definitions, &profile, &Options::default(), &mut catalog);
    let mut found = false;
    for pack in &packs {
        for tag in &pack.tags {
            let matched = catalog
                .tables()
                .filter(|table| tag.table.matches(&table.name))
                .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
                .filter(|(_, column)| tag.column.matches(&column.name))
                .collect::<Vec<_>>();
            // A pattern with a star may well match nothing; one that names a column means it.
            let exact = !tag.table.as_str().contains('*') && !tag.column.as_str().contains('*');
            if matched.is_empty() && exact {
                found = true;
                println!(
                    "G0009: tag `{}`: there is no {}.{}",
                    tag.tag,
                    tag.table.as_str(),
                    tag.column.as_str()
                );
            }
            let masks =
                pack.rules.iter().flat_map(|rule| &rule.obligations).filter_map(
                    |obligation| match obligation {
                        Obligation::Mask { tag: of, mask } if *of == tag.tag => Some(mask),
                        _ => None,
                    },
                );
            for mask in masks {
                for (table, column) in &matched {
                    if !airc::mask_fits(mask, column.ty) {
                        found = true;
                        println!(
                            "G0008: mask `{}` does not fit {}.{}, which shows NULL instead",
                            mask.word(),
                            table.name,
                            column.name
                        );
                    }
                }
            }
        }
    }
    Ok(Verdict::of(found))
}
