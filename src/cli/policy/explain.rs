//! `airc policy explain`.

use super::super::args::Shown;
use super::super::{Failure, Verdict, input};
use super::args::PolicyExplain;
use super::governed;
use airc::air::protection::Indirect;
use airc::judge::{Judge, Judgement};
use sqlx_kernel::introspect;
use sqlx_kernel::pi::{Moment, Policies};
use std::time::{SystemTime, UNIX_EPOCH};

/// Runs the command.
pub(super) fn run(arguments: &PolicyExplain, shown: &Shown) -> Result<Verdict, Failure> {
    let policies = governed::policies(&arguments.governed.rules, shown)?;
    let judge = judge(policies, arguments)?;
    let roles = governed::roles(&arguments.governed);
    let subject = governed::subject(&arguments.governed, &roles);
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let moment = Moment::at(seconds, arguments.approved);
    let judgement = judge.judge(&arguments.sql.join(" "), arguments.from.as_deref(), &subject, moment)?;
    print(&judgement);
    let fine = matches!(judgement.runs, Some(Ok(_)));
    Ok(Verdict::of(!fine))
}

/// A judge over the schema of the arguments.
fn judge(policies: Policies, arguments: &PolicyExplain) -> Result<Judge, Failure> {
    if let Some(url) = &arguments.url {
        let mut source = introspect::open(url)?;
        let (definitions, indirect) = (source.definitions()?.join(";\n"), source.indirect()?);
        return Ok(Judge::new(policies, source.dialect().name(), definitions, indirect));
    }
    let definitions = match &arguments.schema {
        Some(path) => input::read_file(path)?,
        None => String::new(),
    };
    Ok(Judge::new(policies, &arguments.to, definitions, Indirect::default()))
}

fn print(judgement: &Judgement) {
    let decision = &judgement.decision;
    println!("{}: {}", if decision.allow { "allowed" } else { "denied" }, decision.reason);
    println!("-- what it touches, {}", judgement.asked.air_id);
    let touched = &judgement.asked.touched;
    println!("{} {}", touched.kind.word(), judgement.asked.summary);
    for (verb, tables) in [("reads", &touched.reads), ("writes", &touched.writes), ("shows", &touched.shows)]
    {
        for (table, columns) in tables {
            let columns = match columns {
                airc::air::effects::Columns::All => "*".to_owned(),
                airc::air::effects::Columns::These(these) => {
                    these.iter().cloned().collect::<Vec<_>>().join(", ")
                }
            };
            println!("{verb} {}({columns})", table.name);
        }
    }
    if decision.allow && !decision.obligations.is_empty() {
        println!("-- obligations");
        let obligations = &decision.obligations;
        for (table, columns) in &touched.reads {
            let airc::air::effects::Columns::These(columns) = columns else { continue };
            let of = obligations.protection.of(&table.name, columns.iter().map(String::as_str));
            for (column, mask) in columns.iter().zip(of.masks) {
                if let Some(mask) = mask {
                    println!("mask {}.{column} by {mask}", table.name);
                }
            }
        }
        for words in obligations.limits() {
            println!("{words}");
        }
    }
    match &judgement.runs {
        None => {}
        Some(Ok(runs)) => println!("-- runs as\n{}", runs.sql_to_show().join(";\n")),
        Some(Err(failure)) => println!("-- cannot run\n{failure}"),
    }
}
