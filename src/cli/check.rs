//! `airc check`.

use super::args::{Check, Shown};
use super::draw::Drawer;
use super::{Failure, Verdict, input, setup};
use airc::Translator;

/// Runs the command: every statement is read and typed, and nothing is printed but what is wrong.
pub(super) fn run(arguments: &Check, shown: &Shown) -> Result<Verdict, Failure> {
    let options = setup::options(&arguments.reading, None)?;
    let from = setup::source(&arguments.reading)?;
    let mut drawer = Drawer::new(shown);
    let schema = setup::schema(&arguments.reading, &from, &options, &mut drawer)?;
    let mut translator = Translator::new(from.clone(), from, options);
    translator.set_catalog(schema.unwrap_or_default());
    let (mut statements, mut wrong) = (0usize, 0usize);
    for input in input::all(&arguments.reading.inputs)? {
        let Some((file, text)) = input.admit(&mut drawer) else { continue };
        translator.forget();
        let tail = translator.for_each_bound(text, &mut |_, air, diagnostics| {
            statements += 1;
            wrong += usize::from(air.is_none());
            drawer.draw(file, diagnostics);
        });
        drawer.draw(file, &tail.diagnostics);
    }
    if !shown.quiet {
        eprintln!("{}, {wrong} wrong or not understood", super::statements(statements));
    }
    Ok(Verdict::of(drawer.errors))
}
