//! `airc explain`: of scripts, and of codes.

use super::args::{Explain, Shown};
use super::draw::Drawer;
use super::{Failure, Verdict, failure, input, setup};
use airc::{Translator, pages};
use std::fmt::Write as _;
use std::io::Write as _;

/// Runs the command.
pub(super) fn run(arguments: &Explain, shown: &Shown) -> Result<Verdict, Failure> {
    if let [name] = arguments.reading.inputs.as_slice()
        && let Some(page) = code(name)
    {
        writeln!(std::io::stdout().lock(), "{}: {}\n\n{}", page.code, page.title, page.text)?;
        return Ok(Verdict::Fine);
    }
    let Some(to) = &arguments.to else { return failure("on which dialect? Say so with --to") };
    let options = setup::options(&arguments.reading, Some(&arguments.allowing))?;
    let from = setup::source(&arguments.reading)?;
    let to = setup::target(&arguments.reading, to)?;
    let mut drawer = Drawer::new(shown);
    let schema = setup::schema(&arguments.reading, &from, &options, &mut drawer)?;
    let mut translator = Translator::new(from, to, options);
    translator.set_catalog(schema.unwrap_or_default());
    for input in input::all(&arguments.reading.inputs)? {
        let Some((file, text)) = input.admit(&mut drawer) else { continue };
        translator.forget();
        let mut out = String::new();
        let tail = translator.for_each(text, &mut |step| {
            drawer.draw(file, step.diagnostics);
            let (Some(certificate), Some(plan)) = (step.certificate(), step.plan()) else { return };
            let id = airc::air::fingerprint::fingerprint(step.air);
            // Writing to a string cannot fail.
            let _ = if arguments.dot {
                write!(out, "{}", plan.to_dot())
            } else if arguments.json {
                let value = serde_json::json!({
                    "span": step.span,
                    "id": id.to_string(),
                    "sql": step.outcome().translation.map(|translation| translation.sql),
                    "certificate": certificate,
                    "plan": plan.to_json(),
                });
                writeln!(out, "{value}")
            } else {
                let source = step.span.text(text);
                writeln!(
                    out,
                    "-- source\n{source}\n-- target\n{}\n-- certificate, {id}\n{certificate}-- plan\n{plan}",
                    step.sql
                )
            };
        });
        drawer.draw(file, &tail.diagnostics);
        std::io::stdout().lock().write_all(out.as_bytes())?;
    }
    Ok(Verdict::of(drawer.errors))
}

/// The page of a code; a file of that name comes first.
fn code(name: &str) -> Option<pages::Page> {
    if std::path::Path::new(name).exists() { None } else { pages::find(name) }
}
