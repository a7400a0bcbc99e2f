//! What stands under the cursor: type, NULL, meaning, where a column comes from.

use super::names::{Names, Symbol};
use super::session::{Session, touches};
use airc::air::catalog::Catalog;
use airc::air::expr::Expr;
use airc::air::query::{SourceColumn, SourceKind};
use airc::air::{Air, ExprId, SourceId};
use airc::lineage::{Lineage, Use};
use airc::{Profile, Span, type_name};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position, Uri};
use std::fmt::Write;

/// Answers `textDocument/hover`.
pub(super) fn hover(session: &Session, uri: &Uri, position: Position) -> Option<Hover> {
    let statement = session.statement(uri, position)?;
    let (document, place) = session.find(uri)?;
    let air = statement.bound.air?;
    let catalog = session.catalog(place, statement.index);
    let about = About { air, profile: session.profile(place), catalog: &catalog };
    let names = Names::new(about.profile, air, statement.bound.text);
    let (span, value) = match names.at(statement.at) {
        Some((span, Symbol::Column(source, index))) => (span, about.column(source, index)?),
        Some((span, Symbol::Source(source))) => (span, about.source(source)),
        Some((span, Symbol::Table(schema, name))) => (span, about.table(schema.as_deref(), &name)?),
        Some((span, Symbol::Cte(cte))) => {
            let cte = air.cte(cte);
            let heading = format!("common table expression **{}**", air.name(cte.name));
            (span, about.columns(heading, air.list(cte.columns)))
        }
        None => about.expression(statement.at)?,
    };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
        range: Some(document.text.range(span.shifted(statement.bound.start))),
    })
}

struct About<'a> {
    air: &'a Air,
    profile: &'a Profile,
    catalog: &'a Catalog,
}

impl About<'_> {
    fn typed(&self, ty: airc::air::Type, nullable: bool) -> String {
        let null = if nullable { "may be NULL" } else { "never NULL" };
        format!("`{}`, {null}", type_name(self.profile, self.catalog, ty))
    }

    fn column(&self, source: SourceId, index: u32) -> Option<String> {
        let column = *self.air.list(self.air.source(source).columns).get(index as usize)?;
        let alias = self.air.name(self.air.source(source).alias);
        let dot = if alias.is_empty() { "" } else { "." };
        let name = self.air.name(column.name);
        let mut text = format!("**{alias}{dot}{name}**: {}", self.typed(column.ty, column.nullable));
        for origin in Lineage::of_column(self.air, source, index) {
            let itself = origin.column.eq_ignore_ascii_case(name)
                && matches!(self.air.source(source).kind, SourceKind::Table { .. });
            if origin.used == Use::Value && !itself {
                let _ = write!(text, "\n\ncomes from {}.{}", origin.table, origin.column);
            }
        }
        Some(text)
    }

    fn source(&self, id: SourceId) -> String {
        let source = self.air.source(id);
        let alias = self.air.name(source.alias);
        let heading = match source.kind {
            SourceKind::Table { name } => format!("**{alias}**: table {}", self.air.name(name.name)),
            SourceKind::Cte { cte } => {
                format!("**{alias}**: common table expression {}", self.air.name(self.air.cte(cte).name))
            }
            SourceKind::Derived { .. } => format!("**{alias}**: derived table"),
            _ => format!("**{alias}**: rows of a function"),
        };
        self.columns(heading, self.air.list(source.columns))
    }

    fn columns(&self, heading: String, columns: &[SourceColumn]) -> String {
        let mut text = heading;
        for column in columns {
            let _ = write!(
                text,
                "\n- {}: {}",
                self.air.name(column.name),
                self.typed(column.ty, column.nullable)
            );
        }
        text
    }

    fn table(&self, schema: Option<&str>, name: &str) -> Option<String> {
        let table = self.catalog.table(schema, name)?;
        let kind = if table.view { "view" } else { "table" };
        let mut text = format!("{kind} **{}**", table.name);
        for (i, column) in table.columns.iter().enumerate() {
            let _ = write!(text, "\n- {}: {}", column.name, self.typed(column.ty, column.nullable));
            if table.primary_key().is_some_and(|key| key.columns.contains(&(i as u32))) {
                text.push_str(", primary key");
            }
        }
        Some(text)
    }

    /// The smallest expression around a byte.
    fn expression(&self, byte: usize) -> Option<(Span, String)> {
        let here = self.air.expr_ids().filter(|id| {
            let span = self.air.span(*id);
            !span.is_none() && touches(span, byte)
        });
        // What the binder adds has the place of what it is added to and a later number: the written one counts.
        let id = here.min_by_key(|id| (self.air.span(*id).range().len(), *id))?;
        Some((self.air.span(id), self.value(id)))
    }

    fn value(&self, id: ExprId) -> String {
        let info = self.air.info(id);
        let typed = self.typed(info.ty, info.nullable);
        let op = match self.air.expr(id) {
            Expr::Call { op, .. } | Expr::Aggregate { op, .. } => op,
            Expr::UserCall { function, .. } => {
                return format!("function **{}**, declared here: {typed}", self.air.name(function.name));
            }
            _ => return typed,
        };
        let signature = op.signature();
        format!("{typed}\n\n**{}**: {}", signature.name, signature.meaning.trim())
    }
}
