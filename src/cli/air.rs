//! `airc air`.

use super::args::{Meaning, Shown};
use super::draw::Drawer;
use super::{Failure, Verdict, input, setup};
use airc::air::Air;
use airc::air::form::Detail;
use airc::{Diagnostic, Span, Translator};
use std::io::Write;

/// Runs the command.
pub(super) fn run(arguments: &Meaning, shown: &Shown) -> Result<Verdict, Failure> {
    let options = setup::options(&arguments.reading, None)?;
    let from = setup::source(&arguments.reading)?;
    let to = match &arguments.to {
        Some(to) => setup::target(&arguments.reading, to)?,
        None => from.clone(),
    };
    let mut drawer = Drawer::new(shown);
    let schema = setup::schema(&arguments.reading, &from, &options, &mut drawer)?;
    let mut translator = Translator::new(from, to, options);
    translator.set_catalog(schema.unwrap_or_default());
    for input in input::all(&arguments.reading.inputs)? {
        let Some((file, text)) = input.admit(&mut drawer) else { continue };
        translator.forget();
        let mut out = String::new();
        let mut show = |drawer: &mut Drawer, span: Span, air: Option<&Air>, diagnostics: &[Diagnostic]| {
            drawer.draw(file, diagnostics);
            if let Some(air) = air {
                push(&mut out, span, air, arguments);
            }
        };
        let tail = if arguments.to.is_some() {
            translator.for_each(text, &mut |step| {
                show(&mut drawer, step.span, step.translated().then_some(step.air), step.diagnostics);
            })
        } else {
            translator
                .for_each_bound(text, &mut |span, air, diagnostics| show(&mut drawer, span, air, diagnostics))
        };
        drawer.draw(file, &tail.diagnostics);
        std::io::stdout().lock().write_all(out.as_bytes())?;
    }
    Ok(Verdict::of(drawer.errors))
}

fn push(out: &mut String, span: Span, air: &Air, arguments: &Meaning) {
    let detail = if arguments.spans { Detail::Spans } else { Detail::Meaning };
    let printed = if arguments.json { air.to_json(detail) } else { air.to_text(detail) };
    match printed {
        Ok(text) if arguments.json => {
            out.push_str(&text);
            out.push('\n');
        }
        Ok(text) => {
            let id = airc::air::fingerprint::fingerprint(air);
            out.push_str(&format!("; {}..{} {id}\n{text}\n", span.start, span.end));
        }
        Err(error) => out.push_str(&format!("; {}..{} cannot be shown: {error}\n", span.start, span.end)),
    }
}
