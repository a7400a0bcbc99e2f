//! `airc fmt`: a translation from a dialect to itself. What cannot be compiled stays as it is.

use super::args::{Fmt, Shown};
use super::draw::Drawer;
use super::script::Script;
use super::{Failure, Verdict, input, setup};
use airc::{Options, Translator};
use std::io::Write;

/// Runs the command.
pub(super) fn run(arguments: &Fmt, shown: &Shown) -> Result<Verdict, Failure> {
    let options = Options { width: arguments.width, ..setup::options(&arguments.reading, None)? };
    let from = setup::source(&arguments.reading)?;
    let mut drawer = Drawer::new(shown);
    let schema = setup::schema(&arguments.reading, &from, &options, &mut drawer)?;
    let mut translator = Translator::new(from.clone(), from, options);
    translator.set_catalog(schema.unwrap_or_default());
    let mut differs = false;
    for input in input::all(&arguments.reading.inputs)? {
        let Some((file, text)) = input.admit(&mut drawer) else { continue };
        translator.forget();
        let mut script = Script::default();
        let tail = translator.for_each(text, &mut |step| {
            drawer.draw(file, step.diagnostics);
            script.push_or_keep(step, text);
        });
        script.comments(&tail.comments, text);
        drawer.draw(file, &tail.diagnostics);
        let changed = script.text != *text;
        differs |= changed;
        match (&input.file, arguments.write, arguments.check) {
            (_, _, true) if changed => println!("{}", input.name),
            (_, _, true) => {}
            (Some(path), true, _) if changed => {
                std::fs::write(path, &script.text)
                    .map_err(|e| Failure(format!("{}: {e}", path.display())))?;
            }
            (Some(_), true, _) => {}
            _ => std::io::stdout().lock().write_all(script.text.as_bytes())?,
        }
    }
    Ok(Verdict::of(drawer.errors || (arguments.check && differs)))
}
