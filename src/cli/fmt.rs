//! `airc fmt`: a translation from a dialect to itself. What cannot be compiled stays as it is.

use super::args::{Fmt, Shown};
use super::draw::Drawer;
use super::script::Script;
use super::{Failure, Verdict, input, setup};
use airc::{Diagnostic, Options, Translator};
#[cfg(feature = "lsp")]
use airc::{Profile, air::catalog::Catalog};
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
        let formatted = with(&mut translator, text, &mut |diagnostics| drawer.draw(file, diagnostics));
        let changed = formatted != *text;
        differs |= changed;
        match (&input.file, arguments.write, arguments.check) {
            (_, _, true) if changed => println!("{}", input.name),
            (_, _, true) => {}
            (Some(path), true, _) if changed => {
                std::fs::write(path, &formatted).map_err(|e| Failure(format!("{}: {e}", path.display())))?;
            }
            (Some(_), true, _) => {}
            _ => std::io::stdout().lock().write_all(formatted.as_bytes())?,
        }
    }
    Ok(Verdict::of(drawer.errors || (arguments.check && differs)))
}

/// A script in its own dialect, neatly.
#[cfg(feature = "lsp")]
pub(super) fn formatted(
    profile: &Profile,
    options: &Options,
    catalog: Option<Catalog>,
    text: &str,
) -> String {
    let mut translator = Translator::new(profile.clone(), profile.clone(), options.clone());
    translator.set_catalog(catalog.unwrap_or_default());
    with(&mut translator, text, &mut |_| {})
}

fn with(translator: &mut Translator, text: &str, say: &mut dyn FnMut(&[Diagnostic])) -> String {
    let mut script = Script::default();
    let tail = translator.for_each(text, &mut |step| {
        say(step.diagnostics);
        script.push_or_keep(step, text);
    });
    script.comments(&tail.comments, text);
    say(&tail.diagnostics);
    script.text
}
