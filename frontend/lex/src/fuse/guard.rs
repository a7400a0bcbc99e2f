//! T-SQL's way to drop what may be missing: a DROP behind a question to the server's own tables about the same name.

use super::Pass;
use crate::token::K;
use crate::words::W;

/// What such a question is made of besides the name: the server's tables, their columns, words of the query.
const ASKED: &[&str] = &[
    "select",
    "from",
    "where",
    "and",
    "in",
    "sys",
    "dbo",
    "information_schema",
    "sysobjects",
    "objects",
    "tables",
    "views",
    "procedures",
    "sequences",
    "id",
    "object_id",
    "name",
    "type",
    "xtype",
    "type_desc",
    "sysstat",
    "schema_id",
    "table_name",
    "table_schema",
    "table_type",
    "objectproperty",
    "top",
];

/// Values such a question compares with besides the name: kinds of objects, and the default schema.
const KINDS: &[&str] = &[
    "u",
    "v",
    "p",
    "pc",
    "fn",
    "if",
    "tf",
    "so",
    "tr",
    "user_table",
    "view",
    "dbo",
    "base table",
    "isusertable",
    "isview",
    "isprocedure",
];

impl Pass<'_> {
    /// Where the DROP stands in `IF EXISTS (SELECT … FROM sysobjects WHERE id = object_id('x') …) DROP TABLE x` or
    /// `IF OBJECT_ID('x') IS NOT NULL DROP TABLE x`; `None` for other conditions and other bodies.
    pub(super) fn guarded_drop(&self, at: usize) -> Option<usize> {
        if !self.rules.bare_statements || self.w(at) != W::If {
            return None;
        }
        let asks_rows = self.w(at + 1) == W::Exists && self.k(at + 2) == K::Lp;
        let asks_id = self.text(at + 1).eq_ignore_ascii_case("object_id") && self.k(at + 2) == K::Lp;
        if !asks_rows && !asks_id {
            return None;
        }
        let asked = at + 2..self.after_paren(at + 2);
        let mut drop = asked.end;
        if asks_id {
            if !self.words(drop, &[W::Is, W::Not, W::Null]) {
                return None;
            }
            drop += 3;
        }
        if self.w(drop) != W::Drop {
            return None;
        }
        // DROP kind name, and nothing behind it.
        let mut last = drop + 2;
        while self.k(last + 1) == K::Dot {
            last += 2;
        }
        let behind = if self.k(last + 1) == K::Semi { last + 2 } else { last + 1 };
        if self.k(last) != K::Name || behind < self.raw.len() {
            return None;
        }
        let name = bare(self.text(last));
        let mut named = false;
        for tok in &self.raw[asked] {
            let text = tok.span().text(self.source);
            match tok.kind {
                K::Name if ASKED.iter().any(|word| bare(text).eq_ignore_ascii_case(word)) => {}
                K::Str => {
                    let value = text.trim_start_matches(['N', 'n']).trim_matches('\'');
                    let own = bare(value.rsplit_once('.').map_or(value, |(_, last)| last));
                    if own.eq_ignore_ascii_case(name) {
                        named = true;
                    } else if !KINDS.iter().any(|kind| value.trim_end().eq_ignore_ascii_case(kind)) {
                        return None;
                    }
                }
                K::Op if matches!(text, "=" | "&" | "*") => {}
                K::Lp | K::Rp | K::Comma | K::Dot | K::Lit => {}
                _ => return None,
            }
        }
        named.then_some(drop)
    }

    fn text(&self, at: usize) -> &str {
        self.raw.get(at).map_or("", |tok| tok.span().text(self.source))
    }
}

/// A name without its quotes. One with quotes inside stays as it is, and is then no match.
fn bare(name: &str) -> &str {
    let inner = |open, close| name.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    inner('[', ']').or_else(|| inner('"', '"')).unwrap_or(name)
}
