//! Diagnostics on standard error: under the source text for people, as JSON lines for programs.

use super::args::{Form, Shown, When};
use airc::{Diagnostic, Severity, Span};
use codespan_reporting::diagnostic as drawn;
use codespan_reporting::files::{Files, SimpleFiles};
use codespan_reporting::term::termcolor::{ColorChoice, StandardStream};
use codespan_reporting::term::{self, Config, Styles, StylesWriter};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};

/// A file of a [`Drawer`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId(usize);

/// Draws diagnostics of several files.
pub(super) struct Drawer {
    files: SimpleFiles<String, String>,
    form: Form,
    color: ColorChoice,
    quiet: bool,
    /// Some diagnostic was an error.
    pub(super) errors: bool,
    /// Codes of the errors that were drawn as text.
    explained: BTreeSet<&'static str>,
}

/// The last line, however the command ends: where to read more.
impl Drop for Drawer {
    fn drop(&mut self) {
        let mut codes = self.explained.iter();
        let (false, Some(first)) = (self.quiet, codes.next()) else { return };
        let others: String = codes.take(CODES_SHOWN).map(|code| format!(", {code}")).collect();
        let others =
            others.strip_prefix(", ").map_or_else(String::new, |codes| format!(" (also for {codes})"));
        eprintln!("what it means: `airc explain {first}`{others}");
    }
}

/// Further codes that the last line names.
const CODES_SHOWN: usize = 8;

impl Drawer {
    /// As the arguments ask.
    pub(super) fn new(shown: &Shown) -> Drawer {
        let color = match shown.color {
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
            // https://no-color.org
            When::Auto if std::env::var_os("NO_COLOR").is_some() => ColorChoice::Never,
            When::Auto if std::io::stderr().is_terminal() => ColorChoice::Auto,
            When::Auto => ColorChoice::Never,
        };
        Drawer {
            files: SimpleFiles::new(),
            form: shown.diagnostics,
            color,
            quiet: shown.quiet,
            errors: false,
            explained: BTreeSet::new(),
        }
    }

    /// Adds a file that diagnostics can be about.
    pub(super) fn add(&mut self, name: String, text: String) -> FileId {
        FileId(self.files.add(name, text))
    }

    /// The text of a file.
    pub(super) fn text(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |file| file.source().as_str())
    }

    /// Draws each diagnostic; notes only if the user wants to hear of them.
    pub(super) fn draw(&mut self, file: FileId, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            self.errors |= diagnostic.severity == Severity::Error;
            if self.quiet && diagnostic.severity == Severity::Note {
                continue;
            }
            match self.form {
                Form::Text => {
                    if diagnostic.severity == Severity::Error {
                        self.explained.insert(diagnostic.code.0);
                    }
                    self.draw_text(file, diagnostic);
                }
                Form::Json => self.draw_json(file, diagnostic),
            }
        }
    }

    fn draw_text(&self, file: FileId, diagnostic: &Diagnostic) {
        let severity = match diagnostic.severity {
            Severity::Note => drawn::Severity::Note,
            Severity::Warning => drawn::Severity::Warning,
            Severity::Error => drawn::Severity::Error,
        };
        let length = self.text(file).len();
        let mut labels = Vec::new();
        for (i, label) in diagnostic.labels.iter().enumerate() {
            // What has no place, or one the file does not have, is told without one.
            if !label.span.is_none() && label.span.range().end <= length {
                let style = if i == 0 { drawn::LabelStyle::Primary } else { drawn::LabelStyle::Secondary };
                labels.push(drawn::Label::new(style, file.0, label.span.range()).with_message(&label.text));
            }
        }
        let place = if labels.is_empty() { self.place(file, diagnostic.span()) } else { None };
        let notes =
            place.into_iter().chain(diagnostic.help.as_ref().map(|help| format!("help: {help}"))).collect();
        let picture = drawn::Diagnostic::new(severity)
            .with_code(diagnostic.code)
            .with_message(&diagnostic.message)
            .with_labels(labels)
            .with_notes(notes);
        let styles = Styles::default();
        let stream = StandardStream::stderr(self.color);
        let mut writer = StylesWriter::new(stream.lock(), &styles);
        // Nobody is left to tell if standard error is closed.
        let _ = term::emit_to_write_style(&mut writer, &Config::default(), &self.files, &picture);
    }

    fn place(&self, file: FileId, span: Span) -> Option<String> {
        let name = self.files.name(file.0).ok()?;
        Some(if span.is_none() { format!("in {name}") } else { format!("in {name}, at byte {}", span.start) })
    }

    fn draw_json(&self, file: FileId, diagnostic: &Diagnostic) {
        let name = self.files.name(file.0).unwrap_or_default();
        let value = as_json(diagnostic, Some(&name), |byte| {
            let place = self.files.location(file.0, byte).ok()?;
            Some((place.line_number, place.column_number))
        });
        let _ = writeln!(std::io::stderr().lock(), "{value}");
    }
}

/// A diagnostic as JSON; `place` gives line and column of a byte.
pub(super) fn as_json(
    diagnostic: &Diagnostic,
    file: Option<&str>,
    place: impl Fn(usize) -> Option<(usize, usize)>,
) -> serde_json::Value {
    let label = |label: &airc::Label| {
        let mut value = json!({"text": label.text});
        if !label.span.is_none() {
            value["start"] = json!(label.span.start);
            value["end"] = json!(label.span.end);
            if let Some((line, column)) = place(label.span.start as usize) {
                value["line"] = json!(line);
                value["column"] = json!(column);
            }
        }
        value
    };
    let labels: Vec<serde_json::Value> = diagnostic.labels.iter().map(label).collect();
    let mut value = json!({
        "code": diagnostic.code.0,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "labels": labels,
    });
    if let Some(file) = file {
        value["file"] = json!(file);
    }
    if let Some(help) = &diagnostic.help {
        value["help"] = json!(help);
    }
    value
}
