//! Completion: tables where a table is expected, columns in scope, functions of the dialect, keywords.
//!
//! Works on pieces: a statement that is being typed is seldom one that can be bound.

use super::names::pieces;
use super::session::Session;
use airc::air::catalog::Catalog;
use airc::air::query::Body;
use airc::air::{Air, Statement};
use airc::grammar::{Piece, PieceKind, keywords, reserved_words};
use airc::{Options, Profile, Span, Translator, function_names, identifier, type_name};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionTextEdit, Position, TextEdit, Uri,
};

/// Answers `textDocument/completion`.
pub(super) fn complete(session: &Session, uri: &Uri, position: Position) -> Option<CompletionList> {
    let (document, place) = session.find(uri)?;
    let profile = session.profile(place);
    let byte = document.text.byte(position);
    let text = document.text.as_str();
    let spans = session.compiler(place).spans(place.script);
    let after = spans.partition_point(|span| span.start as usize <= byte);
    let span = after.checked_sub(1).map(|at| spans[at]);
    // Behind the delimiter a new statement begins.
    let span = span.filter(|span| {
        let between = text.get(span.end as usize..byte).unwrap_or_default();
        !between.contains(';') && between.trim().is_empty()
    });
    let (index, statement) = match span {
        Some(span) => (after - 1, span),
        None => (after, Span::new(byte as u32, byte as u32)),
    };
    let own = text.get(statement.range().start..statement.range().end.max(byte)).unwrap_or_default();
    let catalog = session.catalog(place, index);
    let pieces = pieces(profile, own);
    let mut scope = Scope {
        text: own,
        pieces: &pieces,
        at: byte - statement.start as usize,
        profile,
        catalog: &catalog,
        options: &session.options,
        items: Vec::new(),
    };
    let prefix = scope.fill();
    let range = document.text.range(prefix.shifted(statement.start));
    for item in &mut scope.items {
        let new_text = item.insert_text.take().unwrap_or_else(|| item.label.clone());
        item.text_edit = Some(CompletionTextEdit::Edit(TextEdit { range, new_text }));
    }
    Some(CompletionList { is_incomplete: false, items: scope.items })
}

/// A source of rows of the statement.
struct Source {
    /// Alias, or the name of the table.
    name: String,
    columns: Vec<(String, String)>,
}

struct Scope<'a> {
    text: &'a str,
    pieces: &'a [Piece],
    /// The cursor, in bytes from the statement's start.
    at: usize,
    profile: &'a Profile,
    catalog: &'a Catalog,
    options: &'a Options,
    items: Vec<CompletionItem>,
}

/// Words after which a table is expected.
const TABLE_WORDS: [&str; 7] = ["from", "join", "into", "update", "table", "truncate", "references"];
/// Words that end a list of tables.
const TABLES_END: [&str; 15] = [
    "where",
    "group",
    "having",
    "order",
    "limit",
    "set",
    "values",
    "select",
    "union",
    "intersect",
    "except",
    "window",
    "returning",
    "fetch",
    "offset",
];
/// Words behind a table that are no alias of it.
const NO_ALIAS: [&str; 14] = [
    "join",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "natural",
    "on",
    "using",
    "lateral",
    "for",
    "as",
    "outer",
    "straight_join",
];

impl Scope<'_> {
    /// Collects the items; the place of what is typed so far.
    fn fill(&mut self) -> Span {
        let here = self.pieces.iter().position(|piece| {
            piece.ident().is_some() && piece.span.range().start < self.at && self.at <= piece.span.range().end
        });
        let prefix = match here {
            Some(here) => Span::new(self.pieces[here].span.start, self.at as u32),
            None => Span::new(self.at as u32, self.at as u32),
        };
        let before = self.pieces.partition_point(|piece| piece.span.start < prefix.start);
        // A cursor within a text, a number or a comment completes nothing.
        if self.pieces.iter().any(|piece| {
            piece.kind == PieceKind::Value
                && piece.span.range().start < self.at
                && self.at < piece.span.range().end
        }) {
            return prefix;
        }
        let typed = prefix.text(self.text).trim_start_matches(['`', '"', '[']).to_lowercase();
        let last = before.checked_sub(1).map(|at| self.pieces[at]);
        match last {
            Some(dot) if dot.kind == PieceKind::Dot => {
                let qualifier = before.checked_sub(2).and_then(|at| self.pieces[at].ident());
                let qualifier = qualifier.map(|ident| ident.text(self.text).into_owned()).unwrap_or_default();
                let found =
                    self.sources().into_iter().find(|source| source.name.eq_ignore_ascii_case(&qualifier));
                match found {
                    Some(source) => self.columns(&source),
                    None => self.tables(Some(&qualifier)),
                }
            }
            _ if self.wants_table(before) => {
                self.tables(None);
                for (name, _) in self.ctes() {
                    self.push(&name, CompletionItemKind::STRUCT, "common table expression".to_owned(), "0");
                }
            }
            _ => self.anything(last.is_none()),
        }
        self.items.retain(|item| item.label.to_lowercase().starts_with(&typed));
        prefix
    }

    /// True if a table is expected at a piece.
    fn wants_table(&self, before: usize) -> bool {
        let Some(last) = before.checked_sub(1).map(|at| &self.pieces[at]) else { return false };
        if TABLE_WORDS.iter().any(|word| last.is_word(self.text, word)) {
            return true;
        }
        // FROM a, |
        last.kind == PieceKind::Comma && {
            let words = self.pieces[..before].iter().rev().filter(|piece| piece.ident().is_some());
            let mut clause = words.filter(|piece| {
                piece.is_word(self.text, "from")
                    || TABLES_END.iter().any(|word| piece.is_word(self.text, word))
            });
            clause.next().is_some_and(|piece| piece.is_word(self.text, "from"))
        }
    }

    fn anything(&mut self, first: bool) {
        if !first {
            let sources = self.sources();
            for source in &sources {
                self.columns(source);
            }
            for source in sources {
                self.push(&source.name, CompletionItemKind::STRUCT, "row source".to_owned(), "1");
            }
            for name in function_names(self.profile.dialect) {
                self.push_word(name, CompletionItemKind::FUNCTION, "function", "2");
            }
            for name in self.catalog.functions.keys() {
                self.push_word(name, CompletionItemKind::FUNCTION, "declared function", "2");
            }
        }
        let reserved: Vec<&str> = reserved_words(self.profile.dialect).collect();
        for word in keywords() {
            let rank = if reserved.contains(&word) { "3" } else { "4" };
            self.push_word(&word.to_uppercase(), CompletionItemKind::KEYWORD, "keyword", rank);
        }
    }

    fn tables(&mut self, schema: Option<&str>) {
        let fits = |table: &&airc::air::catalog::Table| {
            schema.is_none_or(|schema| table.schema.eq_ignore_ascii_case(schema))
        };
        let found: Vec<_> = self.catalog.tables().filter(fits).cloned().collect();
        for table in found {
            let kind = if table.view { CompletionItemKind::INTERFACE } else { CompletionItemKind::STRUCT };
            let word = if table.view { "view" } else { "table" };
            self.push(&table.name, kind, format!("{word}, {} columns", table.columns.len()), "0");
        }
    }

    fn columns(&mut self, source: &Source) {
        for (column, ty) in &source.columns {
            let detail = format!("{ty}, of {}", source.name);
            self.push(column, CompletionItemKind::FIELD, detail, "0");
        }
    }

    /// A name, quoted where the dialect demands it.
    fn push(&mut self, name: &str, kind: CompletionItemKind, detail: String, rank: &str) {
        let insert_text = Some(identifier(self.profile.dialect, name, false));
        self.items.push(item(name, kind, detail, rank, insert_text));
    }

    fn push_word(&mut self, word: &str, kind: CompletionItemKind, detail: &str, rank: &str) {
        self.items.push(item(word, kind, detail.to_owned(), rank, None));
    }

    /// The sources that the cursor's block and those around it have.
    fn sources(&self) -> Vec<Source> {
        let mut sources = Vec::new();
        let ctes = self.ctes();
        let cursor = self.brackets(self.at);
        let mut listing: Vec<bool> = vec![false];
        let mut at = 0;
        while at < self.pieces.len() {
            let piece = &self.pieces[at];
            at += 1;
            match piece.kind {
                PieceKind::Open => listing.push(false),
                PieceKind::Close if listing.len() > 1 => drop(listing.pop()),
                PieceKind::Word(_) if TABLES_END.iter().any(|word| piece.is_word(self.text, word)) => {
                    if let Some(here) = listing.last_mut() {
                        *here = false;
                    }
                }
                _ => {}
            }
            let from = piece.is_word(self.text, "from");
            let opens = from || ["join", "into", "update"].iter().any(|word| piece.is_word(self.text, word));
            let next = piece.kind == PieceKind::Comma && listing.last() == Some(&true);
            if from && let Some(here) = listing.last_mut() {
                *here = true;
            }
            if !(opens || next) {
                continue;
            }
            let visible = cursor.starts_with(&self.brackets(piece.span.range().end));
            if let Some(source) = self.source(&mut at, &ctes).filter(|_| visible) {
                sources.push(source);
            }
        }
        sources
    }

    /// The source at a piece: `schema.table AS alias`, `(subquery) alias`.
    fn source(&self, at: &mut usize, ctes: &[(String, Vec<(String, String)>)]) -> Option<Source> {
        let mut start = *at;
        while self
            .pieces
            .get(start)
            .is_some_and(|piece| piece.is_word(self.text, "lateral") || piece.is_word(self.text, "only"))
        {
            start += 1;
        }
        let first = self.pieces.get(start)?;
        let (mut end, mut name, columns);
        if first.kind == PieceKind::Open {
            let close = self.close(start)?;
            let inner = self.text.get(first.span.range().end..self.pieces[close].span.range().start)?;
            columns = self.columns_of(inner);
            (end, name) = (close + 1, None);
            // The subquery's own sources are found when its pieces come.
        } else {
            let mut parts = vec![first.ident()?];
            end = start + 1;
            while self.pieces.get(end).is_some_and(|piece| piece.kind == PieceKind::Dot) {
                parts.push(self.pieces.get(end + 1)?.ident()?);
                end += 2;
            }
            let text = parts.pop()?.text(self.text).into_owned();
            let schema = parts.pop().map(|ident| ident.text(self.text).into_owned());
            let cte = ctes.iter().find(|(cte, _)| schema.is_none() && cte.eq_ignore_ascii_case(&text));
            columns = match (cte, self.catalog.table(schema.as_deref(), &text)) {
                (Some((_, columns)), _) => columns.clone(),
                (None, Some(table)) => {
                    let column = |column: &airc::air::catalog::Column| {
                        (column.name.clone(), type_name(self.profile, self.catalog, column.ty))
                    };
                    table.columns.iter().map(column).collect()
                }
                (None, None) => Vec::new(),
            };
            name = Some(text);
            *at = end;
        }
        if self.pieces.get(end).is_some_and(|piece| piece.is_word(self.text, "as")) {
            end += 1;
        }
        let alias = self.pieces.get(end).filter(|piece| {
            let ends = |words: &[&str]| words.iter().any(|word| piece.is_word(self.text, word));
            !(ends(&NO_ALIAS) || ends(&TABLES_END))
        });
        if let Some(alias) = alias.and_then(Piece::ident) {
            name = Some(alias.text(self.text).into_owned());
        }
        Some(Source { name: name?, columns })
    }

    /// Common table expressions: `name AS (query)` behind WITH.
    fn ctes(&self) -> Vec<(String, Vec<(String, String)>)> {
        let mut found = Vec::new();
        if !self.pieces.iter().any(|piece| piece.is_word(self.text, "with")) {
            return found;
        }
        for at in 1..self.pieces.len() {
            let Some(name) = self.pieces[at - 1].ident() else { continue };
            let opens = self.pieces.get(at + 1).is_some_and(|piece| piece.kind == PieceKind::Open);
            if !(self.pieces[at].is_word(self.text, "as") && opens) {
                continue;
            }
            let Some(close) = self.close(at + 1) else { continue };
            let inner = self.pieces[at + 1].span.range().end..self.pieces[close].span.range().start;
            let columns = self.text.get(inner).map(|inner| self.columns_of(inner)).unwrap_or_default();
            found.push((name.text(self.text).into_owned(), columns));
        }
        found
    }

    /// Names and types of the columns of a subquery, if it can be bound by itself.
    fn columns_of(&self, query: &str) -> Vec<(String, String)> {
        let mut translator =
            Translator::new(self.profile.clone(), self.profile.clone(), self.options.clone());
        translator.set_catalog(self.catalog.clone());
        let mut columns = Vec::new();
        translator.for_each_bound(query, &mut |_, air, _| {
            if let Some(air) = air {
                columns = outputs(air, self.profile, self.catalog);
            }
        });
        columns
    }

    /// The bracket that closes the one at a piece.
    fn close(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (at, piece) in self.pieces.iter().enumerate().skip(open) {
            match piece.kind {
                PieceKind::Open => depth += 1,
                PieceKind::Close => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The brackets that are open at a byte, by their places.
    fn brackets(&self, byte: usize) -> Vec<u32> {
        let mut open = Vec::new();
        for piece in self.pieces.iter().take_while(|piece| piece.span.range().start < byte) {
            match piece.kind {
                PieceKind::Open => open.push(piece.span.start),
                PieceKind::Close => drop(open.pop()),
                _ => {}
            }
        }
        open
    }
}

fn item(
    label: &str,
    kind: CompletionItemKind,
    detail: String,
    rank: &str,
    insert_text: Option<String>,
) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        detail: Some(detail),
        sort_text: Some(format!("{rank}{label}")),
        insert_text,
        ..CompletionItem::default()
    }
}

fn outputs(air: &Air, profile: &Profile, catalog: &Catalog) -> Vec<(String, String)> {
    let Some(Statement::Query { query, .. }) = air.statements.first() else { return Vec::new() };
    let mut query = *query;
    loop {
        match air.query(query).body {
            Body::SetOp { left, .. } => query = left,
            Body::Select { select } => {
                let outputs = air.list(air.select(select).outputs);
                let named = outputs.iter().filter(|output| !air.name(output.name).is_empty());
                let column = |output: &airc::air::query::Output| {
                    (air.name(output.name).to_owned(), type_name(profile, catalog, output.ty))
                };
                return named.map(column).collect();
            }
            _ => return Vec::new(),
        }
    }
}
