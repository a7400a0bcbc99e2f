//! `airc translate`.

use super::args::{Form, Shown, Translate};
use super::draw::{Drawer, FileId};
use super::input::{self, Input};
use super::load::Loader;
use super::script::Script;
use super::{Failure, Verdict, failure, jsonl, setup, statements};
use airc::{Assumption, Dialect, Fidelity, Step, Translator};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Scripts longer than this show how far they are.
const PROGRESS_BYTES: usize = 1 << 20;
/// Assumptions a summary lists; the certificates have all of them.
const ASSUMPTIONS_SHOWN: usize = 12;

/// Runs the command.
pub(super) fn run(arguments: &Translate, shown: &Shown) -> Result<Verdict, Failure> {
    if arguments.jsonl {
        return jsonl::serve(arguments);
    }
    let mut drawer = Drawer::new(shown);
    let mut translators = setup::translators(&arguments.reading, &arguments.targets, &mut drawer)?;
    let mut loader = match &arguments.load {
        Some(database) if translators.iter().any(|t| t.to().dialect == Dialect::Sqlite) => {
            Some(Loader::open(database)?)
        }
        Some(_) => return failure("--load runs the SQLite translation: add --to sqlite"),
        None => None,
    };
    let inputs = input::all(&arguments.reading.inputs)?;
    let several = inputs.len() * translators.len() > 1;
    let mut job = Job { arguments, several, summary: Vec::new(), refused: drawer.errors };
    job.summary.resize_with(translators.len(), Summary::default);
    for input in &inputs {
        job.one(input, &mut translators, &mut loader, &mut drawer)?;
    }
    if !shown.quiet {
        for (translator, summary) in translators.iter().zip(&job.summary) {
            summary.print(&format!("{} -> {}", translator.from(), translator.to()));
        }
    }
    if let Some(loader) = loader {
        job.refused |= loader.report()?;
    }
    Ok(Verdict::of(job.refused))
}

/// The work, over all inputs.
struct Job<'a> {
    arguments: &'a Translate,
    /// There is more than one result, so each is headed.
    several: bool,
    /// One per target.
    summary: Vec<Summary>,
    refused: bool,
}

impl Job<'_> {
    fn one(
        &mut self,
        input: &Input,
        translators: &mut [Translator],
        loader: &mut Option<Loader>,
        drawer: &mut Drawer,
    ) -> Result<(), Failure> {
        let Some((file, text)) = input.admit(drawer) else {
            self.refused = true;
            return Ok(());
        };
        for (i, translator) in translators.iter_mut().enumerate() {
            translator.forget();
            let sqlite = translator.to().dialect == Dialect::Sqlite;
            let loader = loader.as_mut().filter(|_| sqlite);
            let (script, certificates) = self.translate(i, text, file, translator, loader, drawer);
            self.write(input, translator, &script, &certificates)?;
        }
        Ok(())
    }

    /// Translates one script to one target: the text, and the certificates if they are asked for.
    fn translate(
        &mut self,
        at: usize,
        text: &str,
        file: FileId,
        translator: &mut Translator,
        mut loader: Option<&mut Loader>,
        drawer: &mut Drawer,
    ) -> (String, String) {
        let progress = progress(text.len());
        let mut script = Script::default();
        let mut certificates = String::new();
        let (mut summary, mut refused) = (std::mem::take(&mut self.summary[at]), false);
        let form = self.arguments.certificate;
        let tail = translator.for_each(text, &mut |step| {
            script.push(step, text);
            summary.count(step);
            refused |= !step.translated();
            drawer.draw(file, step.diagnostics);
            if let Some(form) = form {
                push_certificate(&mut certificates, step, text, form);
            }
            if let Some(loader) = &mut loader {
                step.parts.iter().for_each(|part| loader.run(&step.sql[part.clone()]));
            }
            progress.set_position(u64::from(step.span.end));
        });
        progress.finish_and_clear();
        script.comments(&tail.comments, text);
        drawer.draw(file, &tail.diagnostics);
        refused |= tail.diagnostics.iter().any(|diagnostic| diagnostic.severity == airc::Severity::Error);
        self.summary[at] = summary;
        self.refused |= refused;
        (script.text, certificates)
    }

    fn write(
        &self,
        input: &Input,
        translator: &Translator,
        script: &str,
        certificates: &str,
    ) -> Result<(), Failure> {
        let to = translator.to().dialect;
        let Some(directory) = &self.arguments.out_dir else {
            let mut out = std::io::stdout().lock();
            if self.several {
                writeln!(out, "-- {} as {to}", input.name)?;
            }
            out.write_all(script.as_bytes())?;
            out.write_all(certificates.as_bytes())?;
            return Ok(());
        };
        let path = result_path(directory, input, translator);
        write_file(&path, script)?;
        if let Some(form) = self.arguments.certificate {
            let extension = if form == Form::Json { "certificate.jsonl" } else { "certificate.txt" };
            write_file(&path.with_extension(extension), certificates)?;
        }
        Ok(())
    }
}

/// `DIRECTORY/shop.postgres.sql` for `shop.mysql.sql`, `shop.sql` or `shop`.
fn result_path(directory: &Path, input: &Input, translator: &Translator) -> PathBuf {
    let relative = input.path.clone().unwrap_or_else(|| PathBuf::from("stdin"));
    let stem = relative.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let stem = stem
        .strip_suffix(translator.from().dialect.name())
        .and_then(|stem| stem.strip_suffix('.'))
        .unwrap_or(&stem);
    directory.join(relative.with_file_name(format!("{stem}.{}.sql", translator.to().dialect)))
}

fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let name = |error: std::io::Error| Failure(format!("{}: {error}", path.display()));
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(name)?;
    }
    std::fs::write(path, text).map_err(name)
}

fn push_certificate(out: &mut String, step: &Step<'_>, text: &str, form: Form) {
    let line = 1 + text.as_bytes()[..step.span.range().start.min(text.len())]
        .iter()
        .filter(|&&b| b == b'\n')
        .count();
    match (form, step.certificate()) {
        (Form::Text, Some(certificate)) => out.push_str(&format!("line {line}: {certificate}")),
        (Form::Text, None) => out.push_str(&format!("line {line}: refused\n")),
        (Form::Json, certificate) => {
            let refused = certificate.is_none();
            let value = serde_json::json!({"line": line, "span": step.span, "refused": refused, "certificate": certificate});
            out.push_str(&value.to_string());
            out.push('\n');
        }
    }
}

/// A bar on standard error, hidden for short scripts and where nobody watches.
fn progress(bytes: usize) -> ProgressBar {
    if bytes < PROGRESS_BYTES || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(bytes as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// How the statements of all inputs ended on one target.
#[derive(Default)]
struct Summary {
    exact: usize,
    assuming: usize,
    approximate: usize,
    refused: usize,
    assumptions: Vec<Assumption>,
}

impl Summary {
    fn count(&mut self, step: &Step<'_>) {
        if !step.translated() {
            self.refused += 1;
            return;
        }
        match step.fidelity() {
            Fidelity::Exact => self.exact += 1,
            Fidelity::ExactUnderAssumptions => self.assuming += 1,
            Fidelity::Approximate => self.approximate += 1,
        }
        for assumption in &step.ledger.assumptions {
            if !self
                .assumptions
                .iter()
                .any(|known| known.kind == assumption.kind && known.subject == assumption.subject)
            {
                self.assumptions.push(assumption.clone());
            }
        }
    }

    fn print(&self, what: &str) {
        let all = self.exact + self.assuming + self.approximate + self.refused;
        let mut line = format!(
            "{what}: {}: {} exact, {} exact under assumptions, {} refused",
            statements(all),
            self.exact,
            self.assuming,
            self.refused
        );
        if self.approximate > 0 {
            line.push_str(&format!(", {} approximate", self.approximate));
        }
        eprintln!("{line}");
        for assumption in self.assumptions.iter().take(ASSUMPTIONS_SHOWN) {
            eprintln!("  assumes [{}] {assumption}", assumption.kind.word());
        }
        if self.assumptions.len() > ASSUMPTIONS_SHOWN {
            eprintln!(
                "  and {} more; --certificate text lists them by statement",
                self.assumptions.len() - ASSUMPTIONS_SHOWN
            );
        }
    }
}
