//! `airc assess`: what becomes of a directory of scripts on other databases.

mod classify;
mod page;
mod report;

use super::args::{Assess, Shown};
use super::draw::Drawer;
use super::{Failure, Verdict, input, setup};
use report::{Collector, Report, Target};

/// Reasons and assumptions that the summary on the terminal lists per target; the files have all of them.
const SHOWN_MAX: usize = 6;

/// Runs the command.
pub(super) fn run(arguments: &Assess, shown: &Shown) -> Result<Verdict, Failure> {
    let mut drawer = Drawer::new(shown);
    let translators = setup::translators(&arguments.reading, &arguments.targets, &mut drawer)?;
    let inputs = input::all(&arguments.reading.inputs)?;
    let mut report = Report::new(&setup::source(&arguments.reading)?);
    for mut translator in translators {
        let mut collector = Collector::new(translator.from(), translator.to());
        for input in &inputs {
            // The files are one database: what one declares, those after it know. Refusals are in the report.
            let Ok(text) = &input.text else { continue };
            let (mut line, mut at) = (1, 0);
            translator.for_each(text, &mut |step| {
                let start = step.span.range().start.clamp(at, text.len());
                line += text.as_bytes()[at..start].iter().filter(|&&byte| byte == b'\n').count();
                at = start;
                collector.add(&input.name, text, line, step);
            });
        }
        report.targets.push(collector.finish());
    }
    for input in &inputs {
        match &input.text {
            Ok(_) => report.files.push(input.name.clone()),
            // What is no text is said once and counted nowhere.
            Err(_) => drop(input.admit(&mut drawer)),
        }
    }
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text + "\n").map_err(|e| Failure(format!("{}: {e}", path.display())))?;
    }
    if let Some(path) = &arguments.html {
        std::fs::write(path, page::page(&report)).map_err(|e| Failure(format!("{}: {e}", path.display())))?;
    }
    if !shown.quiet {
        report.targets.iter().for_each(|target| summary(&report.from, target));
    }
    let refused = report.targets.iter().any(|target| target.statements.refused > 0);
    Ok(Verdict::of(refused || drawer.errors))
}

/// The summary on standard output.
fn summary(from: &str, target: &Target) {
    let all = target.objects.all();
    println!("{from} -> {}: {all} objects in {}", target.to, super::statements(target.statements.all()));
    let counts = |words: &str, counts: &report::Counts| {
        let mut line = format!(
            "  {words:<10} {:>6} exact {:>6} under assumptions {:>6} refused",
            counts.exact, counts.assuming, counts.refused
        );
        if counts.approximate > 0 {
            line.push_str(&format!(" {:>6} approximate", counts.approximate));
        }
        println!("{line}");
    };
    for (kind, of_kind) in &target.kinds {
        counts(kind.word(), of_kind);
    }
    counts("all", &target.objects);
    if !target.reasons.is_empty() {
        println!("  refused because");
    }
    for reason in target.reasons.iter().take(SHOWN_MAX) {
        let place =
            reason.examples.first().map_or_else(String::new, |at| format!(", {}:{}", at.file, at.line));
        println!("  {:>5} × {} {}{place}", reason.count, reason.code, reason.message);
    }
    more(target.reasons.len(), "reasons");
    if !target.assumptions.is_empty() {
        println!("  to check");
    }
    for assumed in target.assumptions.iter().take(SHOWN_MAX) {
        println!("  {:>5} × [{}] {}", assumed.count, assumed.word, assumed.meaning);
    }
    more(target.assumptions.len(), "assumptions");
    let effort = &target.effort;
    println!(
        "  effort: about {} hours (checks {}, small {}, medium {}, large {})",
        effort.hours, effort.assumptions_hours, effort.small_hours, effort.medium_hours, effort.large_hours
    );
}

fn more(count: usize, what: &str) {
    if count > SHOWN_MAX {
        println!("        and {} more {what}", count - SHOWN_MAX);
    }
}
