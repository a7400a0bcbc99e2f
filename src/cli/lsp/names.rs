//! Which name of a statement stands for what: the ground of hover, definition and rename.
//!
//! Meaning comes from the bound statement, places of single names from its pieces.

use super::session::touches;
use airc::air::expr::Expr;
use airc::air::query::SourceKind;
use airc::air::{Air, CteId, ExprId, SourceId};
use airc::grammar::tree::Ident;
use airc::grammar::{Piece, PieceKind};
use airc::{Profile, Span};

/// What a name stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Symbol {
    /// A stored table or view, by its schema and name.
    Table(Option<String>, String),
    /// A column of a source.
    Column(SourceId, u32),
    /// A source, by its alias.
    Source(SourceId),
    /// A common table expression.
    Cte(CteId),
}

/// The names of a statement.
pub(super) struct Names<'a> {
    pub(super) air: &'a Air,
    pub(super) text: &'a str,
    pub(super) pieces: Vec<Piece>,
}

impl<'a> Names<'a> {
    pub(super) fn new(profile: &Profile, air: &'a Air, text: &'a str) -> Names<'a> {
        Names { air, text, pieces: pieces(profile, text) }
    }

    /// The name at a byte, and what it stands for.
    pub(super) fn at(&self, byte: usize) -> Option<(Span, Symbol)> {
        let here =
            self.pieces.iter().position(|piece| piece.ident().is_some() && touches(piece.span, byte))?;
        let span = self.pieces[here].span;
        let all = self.all();
        if let Some(found) = all.iter().find(|(place, _)| *place == span) {
            return Some(found.clone());
        }
        self.bare(here).map(|symbol| (span, symbol))
    }

    /// Every name whose meaning is known for sure, with its place.
    pub(super) fn all(&self) -> Vec<(Span, Symbol)> {
        let mut all = Vec::new();
        for id in self.air.expr_ids() {
            if let Expr::Column { source, index, .. } = self.air.expr(id) {
                self.column(id, source, index, &mut all);
            }
        }
        for id in self.air.source_ids() {
            self.source(id, &mut all);
        }
        for id in self.air.cte_ids() {
            if let Some(span) = self.cte_declaration(id) {
                all.push((span, Symbol::Cte(id)));
            }
        }
        all.sort_by_key(|(span, _)| *span);
        all.dedup();
        all
    }

    /// `alias.column` or `column`. Expressions that stand for what the text does not say have no name there.
    fn column(&self, id: ExprId, source: SourceId, index: u32, all: &mut Vec<(Span, Symbol)>) {
        let idents = self.idents(self.air.span(id));
        let Some((last, before)) = idents.split_last() else { return };
        let Some(column) = self.air.list(self.air.source(source).columns).get(index as usize) else { return };
        if !self.reads(last, self.air.name(column.name)) {
            return;
        }
        all.push((last.span, Symbol::Column(source, index)));
        if let Some(qualifier) = before.last()
            && self.reads(qualifier, self.air.name(self.air.source(source).alias))
        {
            all.push((qualifier.span, Symbol::Source(source)));
        }
    }

    /// `schema.table AS alias`, `cte alias`.
    fn source(&self, id: SourceId, all: &mut Vec<(Span, Symbol)>) {
        let source = self.air.source(id);
        let place = self.air.source_span(id);
        if source.aliased
            && let Some(alias) = self.alias_in(place, self.air.name(source.alias))
        {
            all.push((alias.span, Symbol::Source(id)));
        }
        let symbol = match source.kind {
            SourceKind::Table { name } => {
                let schema = name.schema.map(|schema| self.air.name(schema).to_owned());
                Symbol::Table(schema, self.air.name(name.name).to_owned())
            }
            SourceKind::Cte { cte } => Symbol::Cte(cte),
            _ => return,
        };
        let name = match &symbol {
            Symbol::Table(_, name) => name.as_str(),
            _ => self.air.name(source.alias),
        };
        let name = if let Symbol::Cte(cte) = &symbol { self.air.name(self.air.cte(*cte).name) } else { name };
        if let Some(ident) = self.idents(place).into_iter().find(|ident| self.reads(ident, name)) {
            all.push((ident.span, symbol));
        }
    }

    /// The last name of a source's text that is its alias, outside of brackets.
    fn alias_in(&self, place: Span, alias: &str) -> Option<Ident> {
        let mut depth = 0usize;
        let mut found = None;
        for piece in self.pieces.iter().filter(|piece| within(place, piece.span)) {
            match piece.kind {
                PieceKind::Open => depth += 1,
                PieceKind::Close => depth = depth.saturating_sub(1),
                _ if depth == 0 => found = piece.ident().filter(|ident| self.reads(ident, alias)).or(found),
                _ => {}
            }
        }
        found
    }

    /// Where a common table expression is declared, if its name is declared once.
    pub(super) fn cte_declaration(&self, id: CteId) -> Option<Span> {
        let name = self.air.name(self.air.cte(id).name);
        let mut places = (0..self.pieces.len()).filter(|&at| self.declares_cte(at, name));
        let first = places.next()?;
        places.next().is_none().then(|| self.pieces[first].span)
    }

    /// `WITH name AS (`, `, name (columns) AS (`.
    fn declares_cte(&self, at: usize, name: &str) -> bool {
        if !self.pieces[at].ident().is_some_and(|ident| self.reads(&ident, name)) {
            return false;
        }
        let Some(before) = at.checked_sub(1).map(|before| &self.pieces[before]) else { return false };
        let opens = before.kind == PieceKind::Comma
            || before.is_word(self.text, "with")
            || before.is_word(self.text, "recursive");
        let mut after = at + 1;
        if self.pieces.get(after).is_some_and(|piece| piece.kind == PieceKind::Open) {
            after += self.pieces[after..]
                .iter()
                .position(|piece| piece.kind == PieceKind::Close)
                .map_or(0, |close| close + 1);
        }
        opens && self.pieces.get(after).is_some_and(|piece| piece.is_word(self.text, "as"))
    }

    /// A name that no node has a place for: `alias.*`, a column of INSERT.
    fn bare(&self, here: usize) -> Option<Symbol> {
        let ident = self.pieces[here].ident()?;
        let dotted = self.pieces.get(here + 1).is_some_and(|piece| piece.kind == PieceKind::Dot);
        let mut sources = self.air.source_ids();
        if dotted {
            let mut named =
                sources.filter(|id| self.reads(&ident, self.air.name(self.air.source(*id).alias)));
            let found = named.next()?;
            return named.next().is_none().then_some(Symbol::Source(found));
        }
        let (Some(only), None) = (sources.next(), sources.next()) else { return None };
        let columns = self.air.list(self.air.source(only).columns);
        let index = columns.iter().position(|column| self.reads(&ident, self.air.name(column.name)))?;
        Some(Symbol::Column(only, index as u32))
    }

    fn idents(&self, place: Span) -> Vec<Ident> {
        let within = self.pieces.iter().filter(|piece| within(place, piece.span));
        within.take_while(|piece| piece.kind != PieceKind::Open).filter_map(Piece::ident).collect()
    }

    /// True if the identifier is spelled like the name, but for letter case.
    pub(super) fn reads(&self, ident: &Ident, name: &str) -> bool {
        let text = ident.text(self.text);
        text == name || text.to_lowercase() == name.to_lowercase()
    }
}

/// The pieces of a statement in the dialect of a profile.
pub(super) fn pieces(profile: &Profile, text: &str) -> Vec<Piece> {
    airc::grammar::pieces(airc::lexer_settings(profile), text)
}

fn within(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
