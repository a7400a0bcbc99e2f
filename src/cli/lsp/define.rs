//! Go to definition.

use super::declarations::declaration;
use super::names::{Names, Symbol, pieces};
use super::session::{Session, Statement};
use airc::Span;
use airc::air::query::{Body, CteBody, Item, SourceKind};
use airc::air::{QueryId, SourceId};
use airc::grammar::split;
use lsp_types::{Location, Position, Uri};

/// Answers `textDocument/definition`.
pub(super) fn definition(session: &Session, uri: &Uri, position: Position) -> Option<Location> {
    let statement = session.statement(uri, position)?;
    let (_, place) = session.find(uri)?;
    let air = statement.bound.air?;
    let names = Names::new(session.profile(place), air, statement.bound.text);
    let (_, symbol) = names.at(statement.at)?;
    let finder = Finder { session, uri, statement: &statement, names: &names };
    match symbol {
        Symbol::Table(_, name) => finder.table(&name, None),
        Symbol::Column(source, index) => finder.column(source, index),
        Symbol::Source(source) => finder.source(source),
        Symbol::Cte(cte) => names.cte_declaration(cte).and_then(|span| finder.here(span)),
    }
}

struct Finder<'a> {
    session: &'a Session,
    uri: &'a Uri,
    statement: &'a Statement<'a>,
    names: &'a Names<'a>,
}

impl Finder<'_> {
    /// A place of the statement itself.
    fn here(&self, span: Span) -> Option<Location> {
        let (document, _) = self.session.find(self.uri)?;
        let range = document.text.range(span.shifted(self.statement.bound.start));
        Some(Location { uri: document.uri.clone(), range })
    }

    fn source(&self, id: SourceId) -> Option<Location> {
        let source = self.names.air.source(id);
        let place = self.names.air.source_span(id);
        // The alias is the last name of the source's text, the table's own name the first.
        let mut all = self.names.all();
        all.retain(|(span, symbol)| {
            place.start <= span.start
                && span.end <= place.end
                && (*symbol == Symbol::Source(id) || !source.aliased)
        });
        self.here(all.last()?.0)
    }

    fn column(&self, id: SourceId, index: u32) -> Option<Location> {
        let air = self.names.air;
        let source = air.source(id);
        let column = air.list(source.columns).get(index as usize)?;
        let query = match source.kind {
            SourceKind::Table { name } => {
                return self.table(air.name(name.name), Some(air.name(column.name)));
            }
            SourceKind::Derived { query } => query,
            SourceKind::Cte { cte } => match air.cte(cte).body {
                CteBody::Query { query } => query,
                CteBody::Change { .. } => return None,
            },
            _ => return None,
        };
        self.item(query, index)
    }

    /// The item that makes a column of a query; that of the first side of a set operation.
    fn item(&self, mut query: QueryId, index: u32) -> Option<Location> {
        let air = self.names.air;
        loop {
            match air.query(query).body {
                Body::SetOp { left, .. } => query = left,
                Body::Select { select } => {
                    let items = air.list(air.select(select).items);
                    let star = items.iter().any(|item| !matches!(item, Item::Expr { .. }));
                    return match items.get(index as usize) {
                        Some(Item::Expr { expr, .. }) if !star => self.here(air.span(*expr)),
                        _ => None,
                    };
                }
                _ => return None,
            }
        }
    }

    /// A table, or a column of it: in the script, the nearest declaration before the statement first; in the schema.
    fn table(&self, table: &str, column: Option<&str>) -> Option<Location> {
        let (document, place) = self.session.find(self.uri)?;
        let profile = self.session.profile(place);
        let compiler = self.session.compiler(place);
        let text = document.text.as_str();
        let spans = compiler.spans(place.script);
        let before = (0..self.statement.index.min(spans.len())).rev();
        let order = before.chain(self.statement.index..spans.len());
        let in_script = order.into_iter().find_map(|i| {
            let span = find(profile, spans[i].text(text), table, column)?.shifted(spans[i].start);
            Some(Location { uri: document.uri.clone(), range: document.text.range(span) })
        });
        in_script.or_else(|| {
            let schema = self.session.schema.as_ref()?;
            let text = schema.text.as_str();
            split(airc::lexer_settings(profile), text).iter().rev().find_map(|statement| {
                let found = find(profile, statement.span.text(text), table, column)?;
                let range = schema.text.range(found.shifted(statement.span.start));
                Some(Location { uri: schema.uri.clone(), range })
            })
        })
    }
}

/// Where a statement declares the table, or the column of it.
fn find(profile: &airc::Profile, text: &str, table: &str, column: Option<&str>) -> Option<Span> {
    // Most statements declare nothing, and need not be cut into pieces.
    if !text.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("create")) {
        return None;
    }
    let found = declaration(text, &pieces(profile, text)).filter(|found| found.declares(text, table))?;
    match column {
        // A view may leave its columns to its query.
        Some(column) => found.column(text, column).or(Some(found.name.span)),
        None => Some(found.name.span),
    }
}
