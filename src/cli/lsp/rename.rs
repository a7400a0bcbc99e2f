//! Rename of aliases and common table expressions.
//!
//! The result is bound again: a rename that changes what the statement means, because the new name is in use or hides
//! another, is refused.

use super::names::{Names, Symbol};
use super::session::{Session, Statement};
use airc::air::catalog::Catalog;
use airc::air::fingerprint::{AirId, fingerprint};
use airc::air::query::SourceKind;
use airc::grammar::PieceKind;
use airc::{Options, Profile, Span, Translator};
use lsp_types::{Position, Range, TextEdit, Uri, WorkspaceEdit};
use std::collections::HashMap;

/// Answers `textDocument/prepareRename`: the name that can be renamed.
pub(super) fn prepare(session: &Session, uri: &Uri, position: Position) -> Result<Range, String> {
    let (document, place) = session.find(uri).ok_or("the document is not open")?;
    let statement = session.statement(uri, position).ok_or("there is no statement here")?;
    let air = statement.bound.air.ok_or("the statement has an error")?;
    let names = Names::new(session.profile(place), air, statement.bound.text);
    let (span, symbol) = names.at(statement.at).ok_or(NOTHING)?;
    places(&names, &symbol)?;
    Ok(document.text.range(span.shifted(statement.bound.start)))
}

/// Answers `textDocument/rename`.
pub(super) fn rename(
    session: &Session,
    uri: &Uri,
    position: Position,
    name: &str,
) -> Result<WorkspaceEdit, String> {
    let (document, place) = session.find(uri).ok_or("the document is not open")?;
    let statement = session.statement(uri, position).ok_or("there is no statement here")?;
    let air = statement.bound.air.ok_or("the statement has an error")?;
    let profile = session.profile(place);
    let names = Names::new(profile, air, statement.bound.text);
    let (_, symbol) = names.at(statement.at).ok_or(NOTHING)?;
    if name.trim().is_empty() {
        return Err("a name has letters".to_owned());
    }
    let written = airc::identifier(profile.dialect, name.trim(), false);
    let places = places(&names, &symbol)?;
    let catalog = session.catalog(place, statement.index);
    check(&statement, &places, &written, profile, &catalog, &session.options)?;
    let edit = |span: &Span| TextEdit {
        range: document.text.range(span.shifted(statement.bound.start)),
        new_text: written.clone(),
    };
    // The protocol's type of a map of addresses.
    #[allow(clippy::mutable_key_type, reason = "addresses are not changed")]
    let changes = HashMap::from([(document.uri.clone(), places.iter().map(edit).collect())]);
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

const NOTHING: &str = "aliases and common table expressions can be renamed; this is neither";

/// Every place of the name, in order.
fn places(names: &Names<'_>, symbol: &Symbol) -> Result<Vec<Span>, String> {
    let air = names.air;
    let name = match *symbol {
        Symbol::Source(id) => match air.source(id).kind {
            // The table's own name, or that of the common table expression, is renamed at its declaration.
            SourceKind::Cte { cte } if !air.source(id).aliased => return places(names, &Symbol::Cte(cte)),
            _ if !air.source(id).aliased => return Err(NOTHING.to_owned()),
            _ => air.name(air.source(id).alias),
        },
        Symbol::Cte(id) => {
            names.cte_declaration(id).ok_or("several common table expressions have this name")?;
            air.name(air.cte(id).name)
        }
        Symbol::Table(..) | Symbol::Column(..) => return Err(NOTHING.to_owned()),
    };
    let same = |other: &Symbol| match (other, symbol) {
        (Symbol::Source(id), Symbol::Cte(cte)) => {
            let source = air.source(*id);
            !source.aliased && source.kind == SourceKind::Cte { cte: *cte }
        }
        _ => other == symbol,
    };
    let mut places: Vec<Span> =
        names.all().into_iter().filter(|(_, symbol)| same(symbol)).map(|(span, _)| span).collect();
    let known: Vec<Span> = names.all().into_iter().map(|(span, _)| span).collect();
    // `alias.*` and other qualifiers that no column stands for.
    for (at, piece) in names.pieces.iter().enumerate() {
        let qualifies = names.pieces.get(at + 1).is_some_and(|piece| piece.kind == PieceKind::Dot);
        let Some(ident) = piece.ident().filter(|_| qualifies) else { continue };
        if !known.contains(&ident.span) && names.reads(&ident, name) {
            places.push(ident.span);
        }
    }
    places.sort();
    places.dedup();
    Ok(places)
}

/// Binds the renamed statement: it has to mean what it meant.
fn check(
    statement: &Statement<'_>,
    places: &[Span],
    written: &str,
    profile: &Profile,
    catalog: &Catalog,
    options: &Options,
) -> Result<(), String> {
    let mut text = statement.bound.text.to_owned();
    for span in places.iter().rev() {
        text.replace_range(span.range(), written);
    }
    let before = meaning(statement.bound.text, profile, catalog, options);
    let after = meaning(&text, profile, catalog, options)?;
    if before != Ok(after) {
        return Err(format!("`{written}` would change what the statement means"));
    }
    Ok(())
}

fn meaning(text: &str, profile: &Profile, catalog: &Catalog, options: &Options) -> Result<AirId, String> {
    let mut translator = Translator::new(profile.clone(), profile.clone(), options.clone());
    translator.set_catalog(catalog.clone());
    let mut meaning = Err("the result is no statement".to_owned());
    translator.for_each_bound(text, &mut |_, air, diagnostics| {
        meaning = match (air, diagnostics.first()) {
            (Some(air), _) => Ok(fingerprint(air)),
            (None, Some(why)) => Err(format!("the result would be wrong: {} {}", why.code, why.message)),
            (None, None) => Err("the result would be wrong".to_owned()),
        };
    });
    meaning
}
