//! Variables of T-SQL: those that hold constants are replaced by them, as far as a script shows what they hold.
//!
//! A variable that gets another value is declared still and has no constant from there on: what uses it is refused.
//! A variable that is not declared is a parameter.

use crate::binder::{Binder, Bound};
use crate::codes;
use crate::dialects::TypeWords;
use air::catalog::Constant;
use air::statement::Statement;
use air::types::{TextKind, Type};
use air_base::{Diagnostic, Span};
use airc_grammar::tree::{self, OtherKind, StatementKind};

impl<'a> Binder<'a> {
    /// True for a variable that the script declares.
    pub(crate) fn is_declared_variable(&self, span: Span) -> bool {
        self.catalog.declared.contains_key(&self.variable_name(span))
    }

    /// DECLARE @a INT = 1, @b VARCHAR(10): each holds its constant, or NULL.
    pub(crate) fn declare_variables(&mut self, span: Span) -> Bound<Statement> {
        let text = self.text_of(span).trim_end_matches(';').to_owned();
        let list = text.get("DECLARE".len()..).unwrap_or("");
        let mut open = None;
        for item in items(list) {
            let item = item.trim();
            let (declared, value) = match split_outside(item, '=') {
                Some((declared, value)) => (declared.trim(), Some(value.trim())),
                None => (item, None),
            };
            let Some((name, ty)) = declared.split_once(char::is_whitespace) else {
                return self.no_variable(span, "this declaration");
            };
            let ty = ty.trim();
            let ty = ty.strip_prefix("as ").or(ty.strip_prefix("AS ")).unwrap_or(ty);
            let Some(ty) = self.type_of_words(ty) else {
                return self.no_variable(span, "a variable of this type");
            };
            let name = name.trim_start_matches('@').to_ascii_lowercase();
            self.catalog.variables.remove(&name);
            self.catalog.declared.insert(name.clone(), ty);
            match value.map_or(Some(Constant::Null), |value| held(value, ty)) {
                Some(constant) => {
                    self.catalog.variables.insert(name, constant);
                }
                None => open = Some(name),
            }
        }
        match open {
            Some(_) => self.no_variable(span, "a variable that is given no constant"),
            None => Ok(self.nothing("what uses the variable has its constant instead")),
        }
    }

    fn no_variable(&mut self, span: Span, what: &str) -> Bound<Statement> {
        let diagnostic = Diagnostic::error(codes::STATEMENT_KIND, span, format!("{what} is not translated"))
            .help("write the value where the variable is used");
        Err(self.refuse_with(diagnostic))
    }

    /// The type that is written, where it is one of a variable.
    pub(crate) fn type_of_words(&self, written: &str) -> Option<Type> {
        let lower = written.to_ascii_lowercase();
        let (written, unsigned) = match lower.trim().strip_suffix(" unsigned") {
            Some(rest) => (rest, true),
            None => (written.trim(), false),
        };
        let (words, args) = match written.split_once('(') {
            Some((words, args)) => (words.trim(), args.trim_end().strip_suffix(')')?),
            None => (written.trim(), ""),
        };
        let args: Option<Vec<i64>> = args
            .split(',')
            .map(str::trim)
            .filter(|arg| !arg.is_empty())
            .map(|arg| if arg.eq_ignore_ascii_case("max") { Some(-1) } else { arg.parse().ok() })
            .collect();
        let words = words.trim_matches(['[', ']']).to_ascii_lowercase();
        let words = TypeWords {
            words: &words,
            quoted: false,
            args: &args?,
            unsigned,
            zone: false,
            local_zone: false,
            year_month: false,
            collation: self.profile.settings.collation,
            cast: false,
        };
        (self.meaning.type_name)(&words)
    }

    /// SET @a = constant.
    pub(crate) fn assigns_declared(&mut self, variable: tree::ExprId, item: &tree::SetItem) -> bool {
        let name = self.variable_name(self.span(variable));
        self.catalog.variables.remove(&name);
        let Some(ty) = self.catalog.declared.get(&name).copied() else { return false };
        let [value] = *self.tree.list(item.values) else { return false };
        let text = self.text_of(self.span(value)).to_owned();
        let whole = self.text_of(item.span);
        // `SET @a += 1` is no assignment of a constant.
        let plain = whole
            .split_once('=')
            .is_some_and(|(before, _)| !before.ends_with(['+', '-', '*', '/', '%', '&', '|', '^']));
        match held(&text, ty).filter(|_| plain) {
            Some(constant) => {
                self.catalog.variables.insert(name, constant);
                true
            }
            None => false,
        }
    }

    /// Forgets what variables hold that the statement may change, and refuses a query that assigns.
    pub(crate) fn watch_variables(&mut self, kind: StatementKind, span: Span) -> Bound<()> {
        if !self.meaning.variables_are_parameters {
            return Ok(());
        }
        let text = self.text_of(span);
        if !text.contains('@') {
            return Ok(());
        }
        let mentioned = mentions(text);
        let unfollowed = matches!(kind, StatementKind::Other { kind, .. } if kind != OtherKind::Declare && kind != OtherKind::Print);
        let mut assigned = false;
        for mention in mentioned {
            if matches!(kind, StatementKind::Set { .. }) {
                continue;
            }
            if unfollowed || mention.assigned {
                self.catalog.variables.remove(&mention.name);
            }
            assigned |= mention.assigned;
        }
        if assigned && matches!(kind, StatementKind::Query(_) | StatementKind::Update(_)) {
            let message = "a variable that gets its value from rows is not translated";
            let diagnostic = Diagnostic::error(codes::STATEMENT_KIND, span, message)
                .help("use the query in place of the variable");
            return Err(self.refuse_with(diagnostic));
        }
        Ok(())
    }

    /// Whether a column was declared with an N type; `None` if that is not known.
    pub(crate) fn is_wide(&self, id: air::ExprId) -> Option<bool> {
        let air::Expr::Column { source, index, .. } = self.air.expr(id) else { return None };
        let column = self.air.name(self.air.column(source, index).name).to_ascii_lowercase();
        match self.catalog.text_widths.get(&column)? {
            (true, false) => Some(false),
            (false, true) => Some(true),
            _ => None,
        }
    }
}

/// A variable in the text of a statement.
struct Mention {
    name: String,
    assigned: bool,
}

/// The variables in a text, outside of literals and comments. One before `=` is assigned unless it stands where a
/// condition does.
fn mentions(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut word = String::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                at += 1 + text[at + 1..].find(char::from(quote)).map_or(rest.len(), |end| end + 1);
                word.clear();
            }
            b'[' => at += rest.find(']').map_or(rest.len(), |end| end + 1),
            b'-' if rest.starts_with("--") => at += rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => at += rest.find("*/").map_or(rest.len(), |end| end + 2),
            b'@' => {
                let end = 1 + rest[1..].bytes().take_while(|b| is_word(*b) || *b == b'@').count();
                let after = rest[end..].trim_start();
                let after = after.strip_prefix(['+', '-', '*', '/', '%', '&', '|', '^']).unwrap_or(after);
                let tested =
                    ["where", "and", "or", "on", "not", "when", "then", "having", "(", "case", "else"]
                        .contains(&word.as_str());
                if !rest.starts_with("@@") {
                    let name = rest[1..end].to_ascii_lowercase();
                    found.push(Mention { name, assigned: after.starts_with('=') && !tested });
                }
                word.clear();
                at += end;
            }
            b if is_word(b) => {
                let end = rest.bytes().take_while(|b| is_word(*b)).count();
                word = rest[..end].to_ascii_lowercase();
                at += end;
            }
            b if b.is_ascii_whitespace() => at += 1,
            b => {
                word = char::from(b).to_string();
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'#' | b'$') || byte >= 0x80
}

/// What a variable of that type holds after it was given what is written; `None`: it is no constant.
fn held(written: &str, ty: Type) -> Option<Constant> {
    if written.eq_ignore_ascii_case("null") {
        return Some(Constant::Null);
    }
    let quoted = written.strip_prefix(['N', 'n']).filter(|rest| rest.starts_with('\'')).unwrap_or(written);
    let text = quoted
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .filter(|inner| !inner.replace("''", "").contains('\''))
        .map(|inner| inner.replace("''", "'"));
    let digits = |text: &str| {
        let plain = text.strip_prefix('-').unwrap_or(text);
        !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    match ty {
        Type::Int { .. } => {
            let value: i64 = text.as_deref().unwrap_or(written).trim().parse().ok()?;
            Some(Constant::Int(value))
        }
        Type::Bool => match text.as_deref().unwrap_or(written) {
            "0" => Some(Constant::Int(0)),
            "1" => Some(Constant::Int(1)),
            _ => None,
        },
        Type::Decimal { .. } | Type::Money { .. } if digits(written) => {
            let scale = ty.scale()?;
            let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
            let room = usize::try_from(scale).ok()?;
            if fraction.len() > room || fraction.contains('.') {
                return None;
            }
            if room == 0 {
                return whole.parse().ok().map(Constant::Int);
            }
            Some(Constant::Decimal(format!("{whole}.{fraction:0<room$}")))
        }
        Type::Text(kind) => {
            let text = text?;
            let length = if kind.length == 0 { usize::MAX } else { kind.length as usize };
            let mut kept: String = text.chars().take(length).collect();
            if kind.kind == TextKind::Fixed {
                let missing = length.saturating_sub(kept.chars().count());
                kept.extend(std::iter::repeat_n(' ', missing));
            }
            Some(Constant::Text(kept))
        }
        Type::Date | Type::Timestamp { .. } => Some(Constant::Moment(text?, ty)),
        _ => None,
    }
}

/// Parts of a list, by commas outside of parentheses and literals.
fn items(list: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = list;
    while let Some((item, after)) = split_outside(rest, ',') {
        found.push(item);
        rest = after;
    }
    found.push(rest);
    found
}

fn split_outside(text: &str, at: char) -> Option<(&str, &str)> {
    let mut depth = 0;
    let mut quoted = false;
    for (i, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            c if c == at && !quoted && depth == 0 => return Some((&text[..i], &text[i + c.len_utf8()..])),
            _ => {}
        }
    }
    None
}
