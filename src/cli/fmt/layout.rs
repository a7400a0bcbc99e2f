//! One statement on one line or several: where blanks stand, and where lines end.

use airc::Span;
use airc::grammar::tree::Comment;
use airc_lex::{K, Op, Settings, Tok};

use super::pieces::{Piece, pieces, words};

/// Blanks by which what belongs to something is set in.
const STEP: usize = 2;

/// The statement at `span`, or `None` where it has to stay as it is.
pub(super) fn statement(
    settings: Settings,
    source: &str,
    span: Span,
    toks: &[Tok],
    comments: &[Comment],
    width: usize,
) -> Option<String> {
    // Of these only the head is understood.
    if matches!(toks.first()?.kind, K::Other | K::Grant | K::LockTables | K::Bad) {
        return None;
    }
    let pieces = pieces(source, span, toks, comments)?;
    let groups = groups(&pieces);
    let mut layout = Layout { pieces: &pieces, groups: &groups, width, out: String::new(), line: 0 };
    layout.run();
    let out = layout.out;
    // What lexes to other tokens than the source would be another statement.
    (words(settings, &out)? == words(settings, span.text(source))?).then_some(out)
}

/// True for what starts a line of its own where a query is longer than a line.
fn starts_clause(kind: K) -> bool {
    matches!(
        kind,
        K::Select
            | K::From
            | K::Where
            | K::GroupBy
            | K::Having
            | K::Window
            | K::Qualify
            | K::ConnectBy
            | K::StartWith
            | K::SetOp
            | K::OrderBy
            | K::Limit
            | K::LimitAll
            | K::Offset
            | K::Fetch
            | K::Lock
            | K::Join
            | K::Values
            | K::AllValues
            | K::Set
            | K::Returning
            | K::Output
            | K::OnConflict
            | K::OnDuplicate
            | K::DelUsing
            | K::MergeWhen
            | K::MergeWhenAnd
    )
}

/// What is inside of brackets, or between `CASE` and `END`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Query,
    Columns,
    Case,
    List,
}

/// For each piece that opens a group: what it is and where it ends.
fn groups(pieces: &[Piece]) -> Vec<Option<(Shape, usize)>> {
    let mut groups = vec![None; pieces.len()];
    let mut open: Vec<(usize, Shape)> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece.kind {
            K::QLp | K::CallQLp => open.push((at, Shape::Query)),
            K::Case => open.push((at, Shape::Case)),
            K::Lp => {
                let columns = at >= 2 && pieces[at - 2].kind == K::CreateTable;
                open.push((at, if columns { Shape::Columns } else { Shape::List }));
            }
            K::Rp | K::End => {
                if let Some((start, shape)) = open.pop() {
                    groups[start] = Some((shape, at));
                }
            }
            _ if piece.text.ends_with('(') => open.push((at, Shape::List)),
            _ => {}
        }
    }
    groups
}

struct Layout<'a> {
    pieces: &'a [Piece],
    groups: &'a [Option<(Shape, usize)>],
    width: usize,
    out: String,
    /// Where the line starts in `out`.
    line: usize,
}

/// A group that is being written.
struct Open {
    shape: Shape,
    end: usize,
    indent: usize,
    /// Its parts stand on several lines.
    broken: bool,
    /// The list of the clause being written takes a line for each element.
    listed: bool,
    /// `BETWEEN`s that wait for their `AND`.
    betweens: usize,
}

impl Layout<'_> {
    fn run(&mut self) {
        let all = self.pieces.len();
        let broken = !self.fits(0, all);
        let mut open =
            vec![Open { shape: Shape::Query, end: all, indent: 0, broken, listed: false, betweens: 0 }];
        for at in 0..all {
            let piece = &self.pieces[at];
            while open.len() > 1 && open.last().is_some_and(|group| group.end < at) {
                open.pop();
            }
            let depth = open.len();
            let Some(group) = open.last_mut() else { return };
            let first =
                at == 0 || (depth > 1 && self.groups[at - 1].is_some_and(|(_, end)| end == group.end));
            let closes = group.end == at;
            let mut line = None;
            if group.broken && closes {
                line = (group.shape != Shape::List).then_some(group.indent);
            } else if group.broken {
                let inner = group.indent + if depth > 1 { STEP } else { 0 };
                line = match group.shape {
                    Shape::Query if first && depth > 1 => Some(inner),
                    Shape::Query if !first && starts_clause(piece.kind) => Some(inner),
                    Shape::Query if self.before(at) == K::Comma && group.listed => Some(inner + STEP),
                    Shape::Query if self.before(at) == K::Comma && self.pieces[0].kind == K::With => {
                        self.starts_cte(at).then_some(inner)
                    }
                    Shape::Query if matches!(piece.op, Some(Op::And | Op::Or)) && group.betweens == 0 => {
                        Some(inner + STEP)
                    }
                    Shape::Columns if first || self.before(at) == K::Comma => Some(group.indent + STEP),
                    Shape::Case if matches!(piece.kind, K::When | K::Else) => Some(group.indent + STEP),
                    Shape::List if self.before(at) == K::Comma && !self.element_fits(at, group.end) => {
                        Some(group.indent + 2 * STEP)
                    }
                    _ => None,
                };
                if group.shape == Shape::Query && !piece.comment {
                    match piece.op {
                        Some(
                            Op::Between | Op::NotBetween | Op::BetweenSymmetric | Op::NotBetweenSymmetric,
                        ) => {
                            group.betweens += 1;
                        }
                        Some(Op::And) => group.betweens = group.betweens.saturating_sub(1),
                        _ => {}
                    }
                    if starts_clause(piece.kind) {
                        group.betweens = 0;
                        group.listed = matches!(piece.kind, K::Select | K::Set)
                            && !self.clause_fits(at, group.end, inner);
                    }
                }
            }
            let indent = group.indent + if depth > 1 { STEP } else { 0 };
            if at > 0 && self.pieces[at - 1].ends_line && line.is_none() {
                line = Some(if closes { group.indent } else { indent + STEP });
            }
            match line {
                Some(indent) if at > 0 && (piece.loose || !piece.blank || self.pieces[at - 1].ends_line) => {
                    self.new_line(indent);
                }
                _ if piece.blank && at > 0 => self.out.push(' '),
                _ => {}
            }
            let start = self.out.len();
            self.out.push_str(&piece.text);
            if let Some(found) = piece.text.rfind('\n') {
                self.line = start + found + 1;
            }
            if let Some((shape, end)) = self.groups[at] {
                let column = self.out.len() - self.line;
                let broken = self.length(at + 1, end + 1).is_none_or(|length| column + length > self.width);
                let indent = self.out[self.line..].len() - self.out[self.line..].trim_start().len();
                open.push(Open { shape, end, indent, broken, listed: false, betweens: 0 });
            }
        }
    }

    fn new_line(&mut self, indent: usize) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push('\n');
        self.line = self.out.len();
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn before(&self, at: usize) -> K {
        self.pieces[..at].iter().rev().find(|piece| !piece.comment).map_or(K::Eof, |piece| piece.kind)
    }

    /// `name AS (`, `name (columns) AS (`.
    fn starts_cte(&self, at: usize) -> bool {
        let next = |at: usize| self.pieces.get(at).map_or(K::Eof, |piece| piece.kind);
        let behind = match self.groups.get(at + 1) {
            Some(Some((_, end))) => end + 1,
            _ => at + 1,
        };
        next(behind) == K::As && matches!(next(behind + 1), K::QLp | K::Lp | K::Materialized)
    }

    /// Length of the pieces on one line; `None` where one of them ends the line.
    fn length(&self, from: usize, to: usize) -> Option<usize> {
        let mut length = 0;
        for piece in &self.pieces[from..to.min(self.pieces.len())] {
            if piece.ends_line || piece.text.contains('\n') {
                return None;
            }
            length += piece.text.chars().count() + usize::from(piece.blank);
        }
        Some(length)
    }

    fn fits(&self, from: usize, to: usize) -> bool {
        self.length(from, to).is_some_and(|length| length <= self.width)
    }

    /// True if the element of a list that starts at `at` fits on the line.
    fn element_fits(&self, at: usize, end: usize) -> bool {
        let mut stop = at;
        while stop < end && self.pieces[stop].kind != K::Comma {
            stop = self.groups[stop].map_or(stop + 1, |(_, end)| end + 1);
        }
        let column = self.out.len() - self.line;
        self.length(at, (stop + 1).min(end + 1)).is_some_and(|length| column + length <= self.width)
    }

    /// True if the clause that starts at `at` fits on a line.
    fn clause_fits(&self, at: usize, end: usize, indent: usize) -> bool {
        let mut stop = at + 1;
        while stop < end && !starts_clause(self.pieces[stop].kind) {
            stop = self.groups[stop].map_or(stop + 1, |(_, end)| end + 1);
        }
        self.length(at, stop).is_some_and(|length| indent + length <= self.width)
    }
}
