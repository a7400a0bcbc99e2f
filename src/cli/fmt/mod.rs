//! `airc fmt`: blanks, line ends and the case of keywords change; nothing else does.
//!
//! It works on tokens, not on meaning: what it cannot lay out stays as it is, and so does everything between statements,
//! such as comments, lines for the client, rows of a `COPY`, terminators.

mod layout;
mod pieces;

use super::args::{Fmt, Shown};
use super::draw::Drawer;
use super::{Failure, Verdict, input, setup};
use airc::grammar::tree::Comment;
use airc::{Diagnostic, Profile, Severity};
use airc_lex::{Lexer, Settings};
use std::io::Write;

/// Runs the command.
pub(super) fn run(arguments: &Fmt, shown: &Shown) -> Result<Verdict, Failure> {
    let from = setup::spelling(arguments.from.as_deref(), &arguments.settings)?;
    let mut drawer = Drawer::new(shown);
    let mut differs = false;
    for input in input::all(&arguments.inputs)? {
        let Some((file, text)) = input.admit(&mut drawer) else { continue };
        let mut parser = airc::parser_for(&from);
        let faults: Vec<Diagnostic> =
            parser.parse(text).diagnostics.iter().filter(|d| d.severity > Severity::Note).cloned().collect();
        drawer.draw(file, &faults);
        let formatted = formatted(&from, arguments.width, text);
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

/// A script in its own dialect, neatly; `width` is that of a line.
pub(super) fn formatted(profile: &Profile, width: usize, text: &str) -> String {
    let settings = airc::lexer_settings(profile);
    let mut lexer = Lexer::new(settings);
    let mut neat = Neat { source: text, settings, width, text: String::new(), end: 0 };
    let (mut idents, mut comments, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(chunk) = lexer.next(text, at, &mut idents, &mut comments, &mut diagnostics) {
        let inside = comments.partition_point(|comment: &Comment| comment.span.start < chunk.span.start);
        neat.push(&lexer, &chunk, &comments[inside..]);
        at = chunk.next;
        idents.clear();
        comments.clear();
        diagnostics.clear();
    }
    neat.between(text.len());
    neat.text
}

/// A script that is being written again.
struct Neat<'s> {
    source: &'s str,
    settings: Settings,
    width: usize,
    text: String,
    /// How much of the source is done.
    end: usize,
}

impl Neat<'_> {
    fn push(&mut self, lexer: &Lexer, chunk: &airc_lex::Chunk, comments: &[Comment]) {
        let (start, end) = (chunk.span.start as usize, chunk.span.end as usize);
        let terminator = chunk.terminator.range();
        let stop = terminator.end.max(end);
        // `/*!40101 SET … */;`: the statement stands inside of something that is written around it.
        let tail = self.source.get(end..terminator.start).unwrap_or_default();
        if !tail.trim().is_empty() {
            let start = self.executable_comment(start);
            self.between(start);
            self.text.push_str(&self.source[start..stop]);
            self.text.push('\n');
            self.end = stop;
            return;
        }
        self.between(start);
        let laid_out = if chunk.broken {
            None
        } else {
            layout::statement(self.settings, self.source, chunk.span, lexer.tokens(), comments, self.width)
        };
        match laid_out {
            Some(text) => self.text.push_str(&text),
            None => self.text.push_str(chunk.span.text(self.source)),
        }
        self.terminate(self.source.get(terminator).unwrap_or_default());
        self.end = stop;
    }

    /// Ends a statement the way it ends in the source.
    fn terminate(&mut self, ending: &str) {
        match ending.as_bytes() {
            // A batch or block that nothing ends but the end of the script has its own semicolon already.
            [] if self.text.ends_with(';') => {}
            [] => self.text.push(';'),
            [b'g' | b'G' | b'/', ..] => {
                self.text.push('\n');
                self.text.push_str(ending);
            }
            _ => self.text.push_str(ending),
        }
        self.text.push('\n');
    }

    /// Keeps what stands before byte `start`, and one empty line of several.
    fn between(&mut self, start: usize) {
        let gap = self.source.get(self.end..start).unwrap_or_default();
        let kept = gap.trim();
        let lead = gap.len() - gap.trim_start().len();
        self.empty_line(if kept.is_empty() { gap } else { &gap[..lead] });
        if !kept.is_empty() {
            self.text.push_str(kept);
            self.text.push('\n');
            self.empty_line(&gap[lead + kept.len()..]);
        }
        self.end = start;
    }

    fn empty_line(&mut self, blank: &str) {
        if !self.text.is_empty() && blank.bytes().filter(|&byte| byte == b'\n').count() > 1 {
            self.text.push('\n');
        }
    }

    /// Where the executable comment opens that the statement at `start` stands in.
    fn executable_comment(&self, start: usize) -> usize {
        let gap = self.source.get(self.end..start).unwrap_or_default();
        gap.rfind("/*").map_or(start, |found| self.end + found)
    }
}
