//! How statements are read, as the compact print of their trees.

mod blocks;
mod conservation;
mod corpora;
mod depth;
mod errors;
mod expressions;
mod lists;
mod queries;
mod statements;
mod words;

use crate::{Parser, Settings};
use air_base::{Diagnostic, Dialect};

/// The tree of the first statement, which must be without fault.
fn tree(dialect: Dialect, sql: &str) -> String {
    tree_with(Settings::of(dialect), sql)
}

fn tree_with(settings: Settings, sql: &str) -> String {
    let mut parser = Parser::new(settings);
    let parsed = parser.parse(sql);
    let complaints: Vec<_> = parsed.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert!(complaints.is_empty(), "{}: {sql}\n{complaints:?}", settings.dialect);
    let first = *parsed.tree.statements().first().unwrap_or_else(|| panic!("no statement in {sql}"));
    parsed.tree.dump(first, sql)
}

/// The tree of one expression.
fn expr(dialect: Dialect, text: &str) -> String {
    expr_with(Settings::of(dialect), text)
}

fn expr_with(settings: Settings, text: &str) -> String {
    let tree = tree_with(settings, &format!("SELECT {text}"));
    let inner = tree.strip_prefix("(query (select ").and_then(|rest| rest.strip_suffix("))"));
    inner.unwrap_or_else(|| panic!("no plain select: {tree}")).to_owned()
}

/// The diagnostics of a script.
fn diagnose(dialect: Dialect, sql: &str) -> Vec<Diagnostic> {
    let mut parser = Parser::of(dialect);
    parser.parse(sql).diagnostics.to_vec()
}

/// Every diagnostic as its code, its message and carets under its place.
fn carets(dialect: Dialect, sql: &str) -> String {
    let mut out = String::new();
    for diagnostic in diagnose(dialect, sql) {
        let span = diagnostic.span();
        let start = sql[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let line = sql[start..].lines().next().unwrap_or("");
        let column = span.start as usize - start;
        let width = ((span.end - span.start) as usize).clamp(1, (line.len() + 1 - column).max(1));
        out.push_str(&format!(
            "{line}\n{}{} {}: {}\n",
            " ".repeat(column),
            "^".repeat(width),
            diagnostic.code,
            diagnostic.message
        ));
    }
    out
}
