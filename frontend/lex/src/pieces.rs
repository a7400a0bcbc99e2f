//! A text in its smallest pieces, nothing fused: for editors, where a statement is seldom whole.

use crate::raw::{Scanner, Sink};
use crate::settings::Rules;
use crate::token::K;
use crate::{Ident, Quote, Settings};
use air_base::Span;

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PieceKind {
    /// A name or keyword: which of the two is up to its neighbours.
    Word(Quote),
    /// A literal or parameter.
    Value,
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `(`
    Open,
    /// `)`
    Close,
    /// Anything else.
    Other,
}

/// A piece of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Its place.
    pub span: Span,
}

impl Piece {
    /// The identifier it may be.
    pub fn ident(&self) -> Option<Ident> {
        match self.kind {
            PieceKind::Word(quote) => Some(Ident { span: self.span, quote }),
            _ => None,
        }
    }

    /// True for a bare word equal to `word` without regard to ASCII case.
    pub fn is_word(&self, source: &str, word: &str) -> bool {
        self.ident().is_some_and(|ident| ident.is_word(source, word))
    }
}

/// The pieces of the first statement of a text; what is never closed, such as a text, ends it.
pub fn pieces(settings: Settings, source: &str) -> Vec<Piece> {
    let mut scanner = Scanner::new(Rules::of(settings));
    let (mut comments, mut diagnostics) = (Vec::new(), Vec::new());
    let sink = &mut Sink { comments: &mut comments, diagnostics: &mut diagnostics };
    let _ = scanner.statement(source, 0, sink);
    let piece = |tok: &crate::Tok| {
        let kind = match tok.kind {
            K::Name => PieceKind::Word(crate::fuse::quote_of(tok.flag)),
            K::Lit | K::Str | K::Param | K::Var => PieceKind::Value,
            K::Dot => PieceKind::Dot,
            K::Comma => PieceKind::Comma,
            K::Lp => PieceKind::Open,
            K::Rp => PieceKind::Close,
            _ => PieceKind::Other,
        };
        Piece { kind, span: tok.span() }
    };
    scanner.toks.iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use air_base::Dialect;

    #[test]
    fn an_unfinished_statement_has_pieces() {
        let text = "SELECT c.na, 'x' FROM `my t` c WHERE (";
        let shown: Vec<(PieceKind, &str)> = pieces(Settings::of(Dialect::Mysql), text)
            .iter()
            .map(|piece| (piece.kind, piece.span.text(text)))
            .collect();
        use PieceKind::*;
        let bare = Word(Quote::None);
        assert_eq!(
            shown,
            [
                (bare, "SELECT"),
                (bare, "c"),
                (Dot, "."),
                (bare, "na"),
                (Comma, ","),
                (Value, "'x'"),
                (bare, "FROM"),
                (Word(Quote::Backtick), "`my t`"),
                (bare, "c"),
                (bare, "WHERE"),
                (Open, "("),
            ]
        );
    }
}
