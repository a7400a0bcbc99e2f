//! A translated script as one text: statements, the comments between them, and a word for each refusal.

use airc::grammar::tree::{Comment, CommentKind};
use airc::{Diagnostic, Severity, Span, Step};

/// Puts a script together, statement by statement.
#[derive(Default)]
pub(super) struct Script {
    /// The text so far.
    pub(super) text: String,
    /// Where the last statement or comment ended in the source.
    end: Option<u32>,
}

impl Script {
    /// Adds a statement with the comments in front of it.
    pub(super) fn push(&mut self, step: &Step<'_>, source: &str) {
        self.comments(step.comments, source);
        if step.translated() {
            if step.sql.is_empty() {
                return;
            }
            self.gap(source, step.span);
            if step.needs_delimiter() {
                for part in step.parts.iter().filter(|part| !part.is_empty()) {
                    self.text.push_str("DELIMITER ;;\n");
                    self.text.push_str(&step.sql[part.clone()]);
                    self.text.push_str(";;\nDELIMITER ;\n");
                }
            } else {
                self.text.push_str(step.sql);
                self.text.push_str(";\n");
            }
        } else {
            self.gap(source, step.span);
            self.refusal(step.diagnostics);
        }
        self.end = Some(step.span.end);
    }

    /// Adds comments that stand between statements.
    pub(super) fn comments(&mut self, comments: &[Comment], source: &str) {
        for comment in comments {
            self.gap(source, comment.span);
            push_comment(&mut self.text, *comment, source);
            self.text.push('\n');
            self.end = Some(comment.span.end);
        }
    }

    /// Keeps an empty line of the source.
    fn gap(&mut self, source: &str, next: Span) {
        let Some(end) = self.end else { return };
        let between = source.get(end as usize..next.start as usize).unwrap_or_default();
        if between.bytes().filter(|&byte| byte == b'\n').count() > 1 {
            self.text.push('\n');
        }
    }

    /// A refused statement leaves a mark: a script must not lose one without a word.
    fn refusal(&mut self, diagnostics: &[Diagnostic]) {
        self.text.push_str("-- refused: ");
        match diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error) {
            Some(why) => {
                self.text.push_str(why.code.0);
                self.text.push(' ');
                // A line break would end the comment.
                self.text
                    .extend(why.message.chars().map(|letter| if letter.is_control() { ' ' } else { letter }));
            }
            None => self.text.push_str("no reason was given"),
        }
        self.text.push('\n');
    }
}

/// A comment in a form that is a plain comment in every dialect.
fn push_comment(text: &mut String, comment: Comment, source: &str) {
    let raw = comment.span.text(source);
    if comment.kind == CommentKind::Line {
        let words = raw.trim_start_matches("--").trim_start_matches('#').trim();
        text.push_str("--");
        if !words.is_empty() {
            text.push(' ');
            text.push_str(words);
        }
        return;
    }
    let inner = raw.strip_prefix("/*").unwrap_or(raw);
    let inner = inner.strip_suffix("*/").unwrap_or(inner);
    text.push_str("/*");
    // `/*!` is run and `/*+` is a hint somewhere.
    if inner.starts_with(['!', '+', 'M']) {
        text.push(' ');
    }
    // Some dialects nest comments and some do not: in the result there is nothing to nest.
    text.push_str(&inner.replace("*/", "* /").replace("/*", "/ *"));
    text.push_str("*/");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: CommentKind, raw: &str) -> String {
        let mut text = String::new();
        push_comment(&mut text, Comment { kind, span: Span::new(0, raw.len() as u32) }, raw);
        text
    }

    #[test]
    fn comments_are_plain_in_every_dialect() {
        assert_eq!(shown(CommentKind::Line, "#why"), "-- why");
        assert_eq!(shown(CommentKind::Line, "--"), "--");
        assert_eq!(shown(CommentKind::Block, "/* a /* b */ c */"), "/* a / * b * / c */");
        assert_eq!(shown(CommentKind::Skipped, "/*!99999 x */"), "/* !99999 x */");
        assert_eq!(shown(CommentKind::Hint, "/*+ FULL(t) */"), "/* + FULL(t) */");
    }
}
