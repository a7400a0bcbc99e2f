//! One plain struct for everything we have to say about somebody's SQL.

use crate::Span;
use serde::Serialize;

/// A stable code such as `B0107`. The letter names the part that speaks: `L` lexer, `P` parser,
/// `B` binder, `T` legalization and rendering for a target, `V` verifier, `C` command line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Code(pub &'static str);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// A crate's table of codes: one documented constant per line, and `ALL` of them.
///
/// Stable: a code is never given another meaning. Each has a page in `docs/codes`.
#[macro_export]
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $NAME:ident = $code:literal;)*) => {
        $($(#[doc = $doc])+ pub const $NAME: $crate::Code = $crate::Code($code);)*

        /// Every code of this table with its meaning.
        pub const ALL: &[($crate::Code, &str)] = &[$(($NAME, concat!($($doc),+)),)*];
    };
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Information that needs no action, such as a client line that was left out.
    Note,
    /// The result stands, and the user should know something about it.
    Warning,
    /// There is no result for this statement.
    Error,
}

/// A span with a few words beside it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there; may be empty for the primary label.
    pub text: String,
}

/// What is wrong, where, what was expected, what to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Diagnostic {
    /// Stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// First label is the primary one.
    pub labels: Vec<Label>,
    /// What to do about it, if there is something.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, span, message)
    }

    /// A warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, span, message)
    }

    /// A note at `span`.
    pub fn note(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Note, code, span, message)
    }

    fn new(severity: Severity, code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        let labels = vec![Label { span, text: String::new() }];
        Diagnostic { code, severity, message: message.into(), labels, help: None }
    }

    /// Adds words to the primary label.
    pub fn here(mut self, text: impl Into<String>) -> Diagnostic {
        self.labels[0].text = text.into();
        self
    }

    /// Adds a further label.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds advice.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// Where the problem is.
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::NONE, |label| label.span)
    }
}
