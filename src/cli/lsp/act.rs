//! Formatting, and commands: a statement in another dialect, what a code means.

use super::session::Session;
use crate::cli::fmt::formatted;
use airc::{Dialect, Span, StatementOutcome, pages};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Command, Diagnostic, NumberOrString, Range, TextEdit,
    Uri,
};
use serde_json::{Value, json};

/// The command that shows a statement in another dialect: address, statement, dialect.
pub(super) const TRANSLATE: &str = "airc.translate";
/// The command that shows the page of a code.
pub(super) const EXPLAIN: &str = "airc.explain";

/// Answers `textDocument/formatting`: one edit of what differs, or none.
pub(super) fn format(session: &Session, uri: &Uri) -> Option<Vec<TextEdit>> {
    let (document, place) = session.find(uri)?;
    let before = document.text.as_str();
    let after = formatted(session.profile(place), session.options.width, before);
    if after == before {
        return Some(Vec::new());
    }
    // Equal lines at both ends stay, so that cursors and folds there do.
    let common = |a: &str, b: &str| -> usize {
        a.split_inclusive('\n')
            .zip(b.split_inclusive('\n'))
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len())
            .sum()
    };
    let start = common(before, &after);
    let (rest, new) = (&before[start..], &after[start..]);
    let mut tail = 0;
    for (a, b) in rest.split_inclusive('\n').rev().zip(new.split_inclusive('\n').rev()) {
        if a != b {
            break;
        }
        tail += a.len();
    }
    let span = Span::new(start as u32, (before.len() - tail) as u32);
    Some(vec![TextEdit { range: document.text.range(span), new_text: new[..new.len() - tail].to_owned() }])
}

/// Answers `textDocument/codeAction`.
pub(super) fn actions(
    session: &Session,
    uri: &Uri,
    range: Range,
    problems: &[Diagnostic],
) -> Vec<CodeActionOrCommand> {
    let mut actions = Vec::new();
    for problem in problems {
        if let Some(NumberOrString::String(code)) = &problem.code
            && let Some(page) = pages::find(code)
        {
            let title = format!("Explain {}: {}", page.code, page.title);
            actions.push(action(title, EXPLAIN, vec![json!(page.code)], CodeActionKind::QUICKFIX));
        }
    }
    let (Some(statement), Some((_, place))) = (session.statement(uri, range.start), session.find(uri)) else {
        return actions;
    };
    for dialect in Dialect::ALL.into_iter().filter(|dialect| *dialect != session.profile(place).dialect) {
        let arguments = vec![json!(uri.as_str()), json!(statement.index), json!(dialect.name())];
        actions.push(action(format!("Show in {dialect}"), TRANSLATE, arguments, CodeActionKind::EMPTY));
    }
    actions
}

fn action(title: String, command: &str, arguments: Vec<Value>, kind: CodeActionKind) -> CodeActionOrCommand {
    let command = Command { title: title.clone(), command: command.to_owned(), arguments: Some(arguments) };
    let kind = (kind != CodeActionKind::EMPTY).then_some(kind);
    CodeActionOrCommand::CodeAction(CodeAction {
        title,
        kind,
        command: Some(command),
        ..CodeAction::default()
    })
}

/// Answers `workspace/executeCommand`.
pub(super) fn execute(session: &mut Session, command: &str, arguments: &[Value]) -> Result<Value, String> {
    match (command, arguments) {
        (EXPLAIN, [Value::String(code)]) => {
            let page = pages::find(code).ok_or_else(|| format!("there is no code `{code}`"))?;
            Ok(
                json!({"code": page.code, "title": page.title, "content": page.text, "languageId": "markdown"}),
            )
        }
        (TRANSLATE, [Value::String(uri), Value::Number(index), Value::String(to)]) => {
            let uri: Uri = uri.parse().map_err(|_| format!("`{uri}` is no address"))?;
            let to: Dialect = to.parse().map_err(|error| format!("{error}"))?;
            let index = index.as_u64().ok_or("the statement's number is none")? as usize;
            translate(session, &uri, index, to)
        }
        _ => Err(format!("`{command}` with these arguments is no command of this server")),
    }
}

fn translate(session: &mut Session, uri: &Uri, index: usize, to: Dialect) -> Result<Value, String> {
    let (_, place) = session.find(uri).ok_or("the document is not open")?;
    let target = session.target(place, to);
    let outcome = session.compiler(place).outcome(place.script, target, index);
    let outcome = outcome.ok_or("there is no such statement")?;
    Ok(json!({
        "languageId": "sql",
        "dialect": to.name(),
        "refused": !outcome.is_translated(),
        "content": content(&outcome),
        "certificate": outcome.translation.as_ref().map(|translation| &translation.certificate),
    }))
}

/// A translation as a document: what it assumes, and the statements; or why there is none.
fn content(outcome: &StatementOutcome) -> String {
    let Some(translation) = &outcome.translation else {
        let said = outcome.diagnostics.iter().map(|diagnostic| {
            let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!("\n--   {help}"));
            format!("-- {} {}{help}\n", diagnostic.code, diagnostic.message)
        });
        return format!("-- refused\n{}", said.collect::<String>());
    };
    let mut text = format!("-- {}\n", airc::fidelity_words(translation.fidelity()));
    for assumption in &translation.certificate.assumptions {
        text.push_str(&format!("-- assumes [{}] {assumption}\n", assumption.kind.word()));
    }
    for statement in &translation.sql {
        text.push_str(statement);
        text.push_str(";\n");
    }
    text
}
