//! How a statement ended: its translation with a certificate, or the diagnostics that say why there is none.

use air::fidelity::{Assumption, Fidelity};
use air_base::{Diagnostic, Severity, Span};
use serde::Serialize;
use std::fmt;

/// How one statement of a script ended.
///
/// Spans count bytes of the script the statement came from.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct StatementOutcome {
    /// The statement, without its terminator.
    pub span: Span,
    /// Its translation; `None`: refused, and the diagnostics say why.
    pub translation: Option<Translation>,
    /// What there is to say, errors and notes alike.
    pub diagnostics: Vec<Diagnostic>,
}

impl StatementOutcome {
    /// The same with its places moved by `delta` bytes.
    pub(crate) fn shifted(&self, delta: u32) -> StatementOutcome {
        let mut moved = self.clone();
        moved.span = moved.span.shifted(delta);
        for label in moved.diagnostics.iter_mut().flat_map(|diagnostic| &mut diagnostic.labels) {
            label.span = label.span.shifted(delta);
        }
        if let Some(translation) = &mut moved.translation {
            for rewrite in &mut translation.certificate.rules {
                rewrite.span = rewrite.span.map(|span| span.shifted(delta));
            }
            for assumption in &mut translation.certificate.assumptions {
                assumption.span = assumption.span.shifted(delta);
            }
        }
        moved
    }

    /// True unless the statement was refused.
    pub fn is_translated(&self) -> bool {
        self.translation.is_some()
    }

    /// The first error, if the statement was refused.
    pub fn refusal(&self) -> Option<&Diagnostic> {
        self.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// A translation.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Translation {
    /// Statements of the target, in the order in which they have to run; none where the statement
    /// means nothing there.
    pub sql: Vec<String>,
    /// Where the target knows parameters by position alone: the number of the source parameter to bind at each. A
    /// parameter that the source uses once may have to be bound twice, and in another order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub positions: Vec<u32>,
    /// Why it means the same.
    pub certificate: Certificate,
}

impl Translation {
    /// How faithful it is.
    pub fn fidelity(&self) -> Fidelity {
        self.certificate.fidelity
    }
}

/// Why a translation means what the source means: the rules that fired and the assumptions that are left.
///
/// `Display` gives it as text, `Serialize` as JSON.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Certificate {
    /// Source profile, such as `mysql@8.4`.
    pub from: String,
    /// Target profile.
    pub to: String,
    /// How faithful the translation is.
    pub fidelity: Fidelity,
    /// Rules, in the order in which they fired.
    pub rules: Vec<Rewrite>,
    /// Facts about data and servers that have to hold.
    pub assumptions: Vec<Assumption>,
    /// Stated differences, where the user allowed them.
    pub approximations: Vec<String>,
}

/// A rule that fired at one place.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Rewrite {
    /// Its name, as for `--disable-rule`.
    pub rule: &'static str,
    /// Why the result means the same.
    pub law: &'static str,
    /// Where; absent for what has no place of its own in the source.
    pub span: Option<Span>,
    /// The source text there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What became of it in the target text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = fidelity_words(self.fidelity);
        writeln!(f, "{} -> {}: {word}", self.from, self.to)?;
        for rewrite in &self.rules {
            write!(f, "  rule {}", rewrite.rule)?;
            if let Some(before) = &rewrite.before {
                write!(f, ": {}", one_line(before))?;
            }
            if let Some(after) = &rewrite.after {
                write!(f, "  =>  {}", one_line(after))?;
            }
            writeln!(f, "\n    because {}", rewrite.law)?;
        }
        for assumption in &self.assumptions {
            writeln!(f, "  assumes [{}] {assumption}", assumption.kind.word())?;
        }
        for difference in &self.approximations {
            writeln!(f, "  differs: {difference}")?;
        }
        Ok(())
    }
}

/// `exact`, `exact under assumptions`, `approximate`.
pub fn fidelity_words(fidelity: Fidelity) -> &'static str {
    match fidelity {
        Fidelity::Exact => "exact",
        Fidelity::ExactUnderAssumptions => "exact under assumptions",
        Fidelity::Approximate => "approximate",
    }
}

/// Text on one line, cut where it gets long: certificates quote places, they do not repeat statements.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 100;
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() > LONGEST {
            line.push_str(" …");
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_reads_as_text() {
        let certificate = Certificate {
            from: "mysql@8.4".to_owned(),
            to: "sqlite@3.45".to_owned(),
            fidelity: Fidelity::Exact,
            rules: vec![Rewrite {
                rule: "null_order",
                law: "NULLs rank lowest on both",
                span: Some(Span::new(0, 4)),
                before: Some("ORDER\n  BY a".to_owned()),
                after: None,
            }],
            assumptions: Vec::new(),
            approximations: Vec::new(),
        };
        let expected = "mysql@8.4 -> sqlite@3.45: exact\n  rule null_order: ORDER BY a\n    because NULLs rank lowest on both\n";
        assert_eq!(certificate.to_string(), expected);
    }
}
