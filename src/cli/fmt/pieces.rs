//! The tokens and comments of a statement as pieces of text, each with how it stands to the one before it.

use airc::Span;
use airc::grammar::tree::{Comment, CommentKind};
use airc_lex::{K, Lexer, Op, Settings, Tok};

/// The tokens of a statement as text, keywords in capitals.
pub(super) fn words(settings: Settings, text: &str) -> Option<Vec<String>> {
    let mut lexer = Lexer::new(settings);
    let (mut idents, mut comments, mut diagnostics) = (Vec::new(), Vec::new(), Vec::new());
    let chunk = lexer.next(text, 0, &mut idents, &mut comments, &mut diagnostics)?;
    let rest = text.get(chunk.span.end as usize..).unwrap_or_default();
    let mut words: Vec<String> = lexer
        .tokens()
        .iter()
        .filter(|tok| tok.kind != K::LitRow)
        .map(|tok| {
            let text = squeezed(tok.span().text(text));
            format!(
                "{:?} {} {}",
                tok.kind,
                tok.aux,
                if is_keyword(tok, &text) { text.to_ascii_uppercase() } else { text }
            )
        })
        .collect();
    words.extend(comments.iter().map(|comment| comment.span.text(text).trim_end().to_owned()));
    words.push(rest.trim().to_owned());
    Some(words)
}

/// A token or comment with what stands before it.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) kind: K,
    pub(super) op: Option<Op>,
    /// A blank stands before it if they are on one line.
    pub(super) blank: bool,
    /// Nothing but a blank stands between it and what is before it, so that a line may end there.
    pub(super) loose: bool,
    /// A comment to the end of the line.
    pub(super) ends_line: bool,
    /// A comment.
    pub(super) comment: bool,
}

pub(super) fn pieces(source: &str, span: Span, toks: &[Tok], comments: &[Comment]) -> Option<Vec<Piece>> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut comments = comments.iter().filter(|comment| comment.span.end <= span.end).peekable();
    let mut end = span.start;
    let mut before: Option<Tok> = None;
    let mut at = 0;
    while let Some(&tok) = toks.get(at) {
        at += 1 + if tok.kind == K::LitRow { tok.data as usize } else { 0 };
        if tok.start == tok.end {
            continue;
        }
        if tok.start < end {
            return None;
        }
        while let Some(comment) = comments.next_if(|comment| comment.span.start < tok.start) {
            if comment.span.start < end {
                return None;
            }
            blank(source, end, comment.span.start)?;
            pieces.push(Piece {
                text: comment.span.text(source).trim_end().to_owned(),
                kind: K::Eof,
                op: None,
                blank: true,
                loose: true,
                ends_line: comment.kind == CommentKind::Line,
                comment: true,
            });
            end = comment.span.end;
        }
        let adjacent = end == tok.start;
        blank(source, end, tok.start)?;
        let raw = tok.span().text(source);
        // A comment inside of several words that are one token.
        let commented = comments.peek().is_some_and(|comment| comment.span.start < tok.end);
        while comments.next_if(|comment| comment.span.start < tok.end).is_some() {}
        let mut text = match tok.kind {
            _ if commented => raw.to_owned(),
            K::LitRow => row(source, toks.get(at - tok.data as usize..at)?),
            _ => squeezed(raw),
        };
        if is_keyword(&tok, &text) {
            text.make_ascii_uppercase();
        }
        let glue = before.map_or(Glue::Never, |before| glue(before, tok, source));
        let after_comment = pieces.last().is_some_and(|piece| piece.comment);
        let (blank, loose) = match glue {
            _ if after_comment => (true, true),
            Glue::Always => (true, true),
            Glue::Never => (false, false),
            Glue::AsWritten => (!adjacent, false),
        };
        pieces.push(Piece {
            ends_line: commented && raw.contains('\n'),
            op: matches!(tok.kind, K::Op).then(|| tok.op()),
            kind: tok.kind,
            text,
            blank,
            loose,
            comment: false,
        });
        end = tok.end;
        before = Some(tok);
    }
    // Nothing may be left over.
    (end == span.end && comments.next().is_none()).then_some(pieces)
}

/// A row of literals, which the lexer has read as one token: its elements with commas between them.
fn row(source: &str, elements: &[Tok]) -> String {
    let mut text = "(".to_owned();
    let mut signed = true;
    for element in elements {
        if !signed {
            text.push_str(", ");
        }
        text.push_str(element.span().text(source));
        signed = element.kind == K::Pre;
    }
    text.push(')');
    text
}

/// `None` unless there is nothing but blanks in `start..end`.
fn blank(source: &str, start: u32, end: u32) -> Option<()> {
    source.get(start as usize..end as usize)?.trim().is_empty().then_some(())
}

/// Runs of blanks outside of quotes as one blank each.
fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    for letter in text.chars() {
        match quote {
            Some(open) => {
                if letter == open {
                    quote = None;
                }
                out.push(letter);
            }
            None if letter.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            None => {
                quote = match letter {
                    '\'' | '"' | '`' => Some(letter),
                    '[' => Some(']'),
                    // A body in dollars, a quotation of Oracle: what is inside may hold anything.
                    '$' => return text.to_owned(),
                    _ => None,
                };
                out.push(letter);
            }
        }
    }
    out
}

/// How two tokens stand beside each other.
enum Glue {
    Always,
    Never,
    /// The dialect may care whether a blank stands there, or taste differs.
    AsWritten,
}

fn glue(before: Tok, tok: Tok, source: &str) -> Glue {
    let opens = |kind| matches!(kind, K::Lp | K::QLp | K::CallQLp | K::LitRow);
    let tight_end = |tok: Tok| tok.span().text(source).ends_with('(');
    let word = |tok: Tok| tok.span().text(source).starts_with(|c: char| c.is_alphabetic());
    match (before.kind, tok.kind) {
        (_, K::Comma | K::Rp) => Glue::Never,
        (K::Lp | K::QLp | K::CallQLp, _) => Glue::Never,
        _ if tight_end(before) => Glue::Never,
        (K::Comma, _) => Glue::Always,
        // Calls, and what may be one.
        (_, kind) if opens(kind) => match before.kind {
            K::As
            | K::In
            | K::Op
            | K::Select
            | K::From
            | K::Where
            | K::On
            | K::SetOp
            | K::Join
            | K::Values
            | K::Then
            | K::When
            | K::Else => Glue::Always,
            _ => Glue::AsWritten,
        },
        (K::Op, _) | (_, K::Op) => {
            let op = if before.kind == K::Op { before } else { tok };
            match op.op() {
                Op::Arrow | Op::LongArrow | Op::HashArrow | Op::HashLongArrow | Op::Custom => Glue::AsWritten,
                _ => Glue::Always,
            }
        }
        (K::Pre, _) if !word(before) => Glue::AsWritten,
        (K::Colons | K::Colon | K::Dot | K::Lb | K::Rb | K::Introducer | K::Param | K::Var | K::Dims, _)
        | (_, K::Colons | K::Colon | K::Dot | K::Lb | K::Rb | K::Dims | K::Param) => Glue::AsWritten,
        (_, K::Post) if !word(tok) => Glue::AsWritten,
        (K::Trailer | K::Opaque | K::AlterOther | K::TableOption, _)
        | (_, K::Trailer | K::Opaque | K::AlterOther | K::TableOption) => Glue::AsWritten,
        _ => Glue::Always,
    }
}

/// True for words whose case says nothing.
fn is_keyword(tok: &Tok, text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '_' | '('));
    plain
        && matches!(
            tok.kind,
            K::Op
                | K::Pre
                | K::Post
                | K::In
                | K::As
                | K::Case
                | K::When
                | K::Then
                | K::Else
                | K::End
                | K::Select
                | K::Distinct
                | K::All
                | K::From
                | K::Where
                | K::GroupBy
                | K::Having
                | K::Window
                | K::SetOp
                | K::Values
                | K::With
                | K::OrderBy
                | K::Dir
                | K::Nulls
                | K::Limit
                | K::Offset
                | K::Rows
                | K::Fetch
                | K::FetchEnd
                | K::Lock
                | K::Of
                | K::LockWait
                | K::Join
                | K::On
                | K::JUsing
                | K::Using
                | K::Lateral
                | K::PartitionBy
                | K::Over
                | K::OverLp
                | K::Exists
                | K::Quant
                | K::CastLp
                | K::Insert
                | K::DefaultValues
                | K::OnDuplicate
                | K::OnConflict
                | K::DoNothing
                | K::DoUpdate
                | K::Returning
                | K::Update
                | K::Set
                | K::Delete
                | K::DeleteFrom
                | K::DelUsing
                | K::Merge
                | K::MergeWhen
                | K::MergeWhenAnd
                | K::MergeUpdate
                | K::MergeDelete
                | K::MergeInsert
                | K::CreateTable
                | K::CreateIndex
                | K::CreateView
                | K::PrimaryKey
                | K::Unique
                | K::Check
                | K::ForeignKey
                | K::References
                | K::Constraint
                | K::Default
                | K::ColumnWord
                | K::Drop
                | K::Truncate
                | K::AlterTable
                | K::AddColumn
                | K::DropColumn
                | K::Begin
                | K::Commit
                | K::Rollback
        )
}
