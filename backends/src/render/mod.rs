//! The renderer: legal AIR to text.
//!
//! Before: AIR that legalization let through. After: text that the target reads as that AIR: parentheses by
//! operator strength, identifiers quoted where needed, literals spelled by type. A node the target cannot say is
//! a refusal with a code, never text. Never: changes meaning, or asks which dialect the target is.

mod call;
mod change;
mod define;
mod expr;
mod layout;
pub(crate) mod literal;
pub mod name;
mod query;
mod trigger;

use std::ops::Range;

use air::catalog::Catalog;
use air::target::{Strength, Target};
use air::{Air, ExprId, Name, ObjectName};
use air_base::{Code, Diagnostic, Span};
use airc_passes::codes;

use crate::Backend;
use layout::{Kind, Mark};

/// Stack left when a level of nesting takes a new segment, and the size of a segment.
const ONE_LEVEL_BYTES: usize = 64 * 1024;
const SEGMENT_BYTES: usize = 1024 * 1024;

/// How text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions<'a> {
    /// Words of enum types.
    pub catalog: &'a Catalog,
    /// Longest line that stays one line, in bytes.
    pub width: usize,
    /// Comments of the source text are kept.
    pub comments: bool,
}

impl<'a> RenderOptions<'a> {
    /// Lines of up to 100 bytes, comments kept.
    pub fn new(catalog: &'a Catalog) -> RenderOptions<'a> {
        RenderOptions { catalog, width: 100, comments: true }
    }
}

/// What was written. One that is given back keeps its memory.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Where each statement stands in the text, without its separator.
    pub statements: Vec<Range<usize>>,
    /// Where parameters are known by position alone (`?`): the number of the source parameter to bind at each
    /// position. A parameter that the source uses once may have to be bound twice, and in another order.
    pub positions: Vec<u32>,
    marks: Vec<Mark>,
    layout: layout::Memory,
}

impl Rendered {
    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.statements.clear();
        self.positions.clear();
    }
}

/// Appends the statements to `out`, separated by `;` and a line end, without one after the last. A statement that
/// emits nothing ([`air::Statement::Nothing`]) has an empty range.
pub fn render(
    air: &Air,
    target: &Target,
    options: &RenderOptions<'_>,
    out: &mut String,
    rendered: &mut Rendered,
) -> Result<(), Box<Diagnostic>> {
    rendered.clear();
    let Rendered { statements, positions, marks, layout } = rendered;
    let mut renderer = Renderer::new(air, target, options, out, marks, positions);
    let mut parts = Vec::with_capacity(air.statements.len());
    let mut at = 0;
    while at < air.statements.len() {
        if matches!(air.statements[at], air::Statement::Function { .. }) {
            parts.push((at, false));
            at = air.end_of(at) + 1;
        } else if matches!(air.statements[at], air::Statement::Trigger { .. }) {
            if target.can.triggers.form == air::target::TriggerForm::Function {
                parts.push((at, true));
            }
            parts.push((at, false));
            at = air.end_of(at) + 1;
        } else {
            parts.push((at, false));
            at += 1;
        }
    }
    for (i, function) in parts {
        let statement = &air.statements[i];
        let before = renderer.out.len();
        if statements.iter().any(|range| !range.is_empty()) {
            renderer.out.push_str(";\n");
        }
        let start = renderer.out.len();
        let span = air.statement_spans.get(i).copied().unwrap_or(Span::NONE);
        renderer.marks.clear();
        renderer.leading_comments(span);
        let bare = renderer.out.len();
        match statement {
            air::Statement::Trigger { trigger } if function => renderer.trigger_function(i, trigger)?,
            air::Statement::Trigger { trigger } => renderer.trigger(i, trigger, span)?,
            air::Statement::Function { function } => renderer.function(i, function, span)?,
            _ => renderer.statement(statement, span)?,
        }
        let Renderer { out, marks, .. } = &mut renderer;
        if out.len() == bare {
            out.truncate(before);
            statements.push(before..before);
            continue;
        }
        layout.lay_out(out, start, marks, options.width);
        statements.push(start..out.len());
    }
    Ok(())
}

/// Appends one expression on one line, as it would stand between parentheses: what certificates quote.
pub fn render_expr(
    air: &Air,
    target: &Target,
    options: &RenderOptions<'_>,
    id: ExprId,
    out: &mut String,
) -> Result<(), Box<Diagnostic>> {
    let (mut marks, mut positions) = (Vec::new(), Vec::new());
    let mut renderer = Renderer::new(air, target, options, out, &mut marks, &mut positions);
    renderer.comments = 0;
    renderer.expr(id, 0)
}

const ALL_STRENGTHS: &[Strength] = &[
    Strength::Or,
    Strength::Xor,
    Strength::And,
    Strength::Not,
    Strength::Compare,
    Strength::Other,
    Strength::BitOr,
    Strength::BitAnd,
    Strength::Shift,
    Strength::Add,
    Strength::Mul,
    Strength::Power,
    Strength::Concat,
    Strength::Unary,
    Strength::Collate,
    Strength::Postfix,
    Strength::Atom,
];
const STRENGTHS: usize = ALL_STRENGTHS.len();

type Done = Result<(), Box<Diagnostic>>;

/// State of rendering.
pub(crate) struct Renderer<'a> {
    air: &'a Air,
    target: &'a Target,
    backend: &'static Backend,
    options: &'a RenderOptions<'a>,
    out: &'a mut String,
    marks: &'a mut Vec<Mark>,
    /// How strongly each operator binds on this target, doubled.
    level: [u8; STRENGTHS],
    /// Next comment to write.
    comment: usize,
    /// How many comments there are to write.
    comments: usize,
    /// What [`air::Expr::Output`] refers to here.
    output: query::OutputNames,
    /// Row limit that the next block writes after SELECT.
    top: Option<air::query::Limit>,
    /// Numbers of parameters by position.
    positions: &'a mut Vec<u32>,
}

impl<'a> Renderer<'a> {
    fn new(
        air: &'a Air,
        target: &'a Target,
        options: &'a RenderOptions<'a>,
        out: &'a mut String,
        marks: &'a mut Vec<Mark>,
        positions: &'a mut Vec<u32>,
    ) -> Renderer<'a> {
        let mut level = [0u8; STRENGTHS];
        for (level, &strength) in level.iter_mut().zip(ALL_STRENGTHS) {
            // Levels are doubled, so that "stronger than" is a level as well.
            *level = (target.can.strength)(strength) * 2;
        }
        Renderer {
            air,
            target,
            backend: crate::backend(target.profile.dialect),
            options,
            out,
            marks,
            level,
            comment: 0,
            comments: if options.comments { air.comments.len() } else { 0 },
            output: query::OutputNames::Order,
            top: None,
            positions,
        }
    }

    /// A refusal.
    #[cold]
    fn refuse(&self, code: Code, span: Span, message: &str) -> Box<Diagnostic> {
        let profile = &self.target.profile;
        let message = format!("{message} on {}@{}", profile.dialect, profile.version);
        Box::new(Diagnostic::error(code, span, message))
    }

    /// A refusal of a node that legalization should have replaced or refused.
    #[cold]
    fn unlegal(&self, span: Span, what: &str) -> Box<Diagnostic> {
        let message = format!("{what} cannot be said and no rule replaced it");
        self.refuse(codes::UNLEGALIZED, span, &message)
    }

    // Text.

    #[inline]
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    #[inline]
    fn mark(&mut self, kind: Kind) {
        self.marks.push(Mark { at: self.out.len() as u32, kind });
    }

    fn open(&mut self) {
        self.mark(Kind::Open);
    }

    fn close(&mut self) {
        self.mark(Kind::Close);
    }

    fn indent(&mut self) {
        self.mark(Kind::Indent);
    }

    fn dedent(&mut self) {
        self.mark(Kind::Dedent);
    }

    /// A blank that may become a line end.
    #[inline]
    fn space(&mut self) {
        self.mark(Kind::Space);
        self.out.push(' ');
    }

    /// A place that may become a line end.
    fn empty(&mut self) {
        self.mark(Kind::Empty);
    }

    fn hard(&mut self) {
        self.mark(Kind::Hard);
        self.out.push('\n');
    }

    /// A comma and a blank that may become a line end, unless at the first element.
    #[inline]
    fn comma(&mut self, first: bool) {
        if !first {
            self.out.push(',');
            self.space();
        }
    }

    /// The keyword, then what `body` writes, indented where it has to break.
    fn clause(&mut self, keyword: &str, body: impl FnOnce(&mut Self) -> Done) -> Done {
        self.push(keyword);
        self.open();
        self.indent();
        self.space();
        body(self)?;
        self.dedent();
        self.close();
        Ok(())
    }

    /// What `body` writes, in parentheses that stand on their own lines where it has to break.
    fn parenthesized(&mut self, body: impl FnOnce(&mut Self) -> Done) -> Done {
        self.push("(");
        self.open();
        self.indent();
        self.empty();
        body(self)?;
        self.dedent();
        self.empty();
        self.close();
        self.push(")");
        Ok(())
    }

    // Names.

    fn name(&mut self, name: Name) -> Done {
        let text = self.air.name(name);
        self.identifier(text, name.exact)
    }

    fn identifier(&mut self, text: &str, exact: bool) -> Done {
        if text.len() > self.target.can.identifier_bytes_max {
            let message = format!("the name `{text}` is too long");
            return Err(self.refuse(codes::NAME, Span::NONE, &message));
        }
        name::push(self.out, self.target.can, &self.backend.reserved, text, exact);
        Ok(())
    }

    fn object(&mut self, object: &ObjectName) -> Done {
        for part in [object.catalog, object.schema].into_iter().flatten() {
            self.name(part)?;
            self.push(".");
        }
        self.name(object.name)
    }

    fn names(&mut self, names: &[Name]) -> Done {
        self.open();
        for (i, &name) in names.iter().enumerate() {
            self.comma(i == 0);
            self.name(name)?;
        }
        self.close();
        Ok(())
    }

    // Comments.

    /// Comments that stand before the statement, on lines of their own.
    fn leading_comments(&mut self, statement: Span) {
        while self.comment < self.comments {
            let comment = self.air.comments[self.comment];
            if statement.is_none() || comment.span.end > statement.start {
                return;
            }
            self.comment += 1;
            let text = self.air.text(comment.text);
            match line_comment(text) {
                Some(line) => {
                    self.push("--");
                    self.push(line);
                }
                None => self.block_comment(text),
            }
            self.hard();
        }
    }

    /// Comments of the source text that stand before `span`.
    #[inline]
    fn comments_before(&mut self, span: Span) {
        if self.comment < self.comments && !span.is_none() {
            self.comments_to(span.start);
        }
    }

    #[cold]
    fn comments_to(&mut self, end: u32) {
        while self.comment < self.comments {
            let comment = self.air.comments[self.comment];
            if comment.span.end > end {
                return;
            }
            self.comment += 1;
            let text = self.air.text(comment.text);
            self.block_comment(text);
            self.space();
        }
    }

    /// Comments that are left within the statement, at its end.
    fn trailing_comments(&mut self, statement: Span) {
        while self.comment < self.comments {
            let comment = self.air.comments[self.comment];
            if statement.is_none() || comment.span.start >= statement.end {
                return;
            }
            self.comment += 1;
            self.space();
            let text = self.air.text(comment.text);
            self.block_comment(text);
        }
    }

    /// A block comment that no dialect reads as a hint, as executable, as nested or as closed too early.
    fn block_comment(&mut self, text: &str) {
        let body = match line_comment(text) {
            Some(line) => line.trim(),
            None => text.strip_prefix("/*").unwrap_or(text).strip_suffix("*/").unwrap_or(text).trim(),
        };
        self.push("/* ");
        let mut rest = body;
        while let Some(at) = rest.find("*/").into_iter().chain(rest.find("/*")).min() {
            self.push(&rest[..at + 1]);
            self.push(" ");
            rest = &rest[at + 1..];
        }
        self.push(rest);
        self.push(" */");
    }
}

/// The text behind `--` or `#`, if this is a comment to the end of the line.
fn line_comment(text: &str) -> Option<&str> {
    text.strip_prefix("--").or_else(|| text.strip_prefix('#')).map(str::trim_end)
}

/// Runs `f` with enough stack for another level of nesting.
#[inline]
fn deeper<R>(f: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(ONE_LEVEL_BYTES, SEGMENT_BYTES, f)
}

#[cfg(test)]
mod tests;
