//! Flat expressions become trees here: an operator stack with the strengths of the dialect.

use super::Builder;
use super::gates::{LITE, MARIA, MS, MY, ORA, PG};
use crate::tree::*;
use air_base::{Dialect, DialectSet, Span};
use airc_lex::{Op, aux};

/// An expression that is being read: either one operand, or everything above a frame of the operator stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct X(u32);

/// The value of an [`X`] that has a frame: the innermost one.
const FRAMED: u32 = 0;

impl X {
    /// An operand alone.
    #[inline]
    pub(crate) fn of(id: ExprId) -> X {
        X(id.index() as u32 + 1)
    }
}

/// What one flat expression has on the stacks.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExprFrame {
    entries: u32,
    operands: u32,
    /// `BETWEEN`s that wait for their `AND`.
    betweens: u32,
}

/// An operand with the height of its tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    id: ExprId,
    height: u32,
}

/// An operator that waits for its last operand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    op: Op,
    strength: u8,
    /// `BETWEEN` before its `AND`: a bracket. `LIKE` with its `ESCAPE`.
    open: bool,
    escaped: bool,
    /// For `AND` and `OR`: how many of them in a row.
    count: u32,
    at: Span,
}

impl Builder<'_> {
    /// Finishes an expression.
    #[inline]
    pub(crate) fn end(&mut self, x: X) -> ExprId {
        if x.0 != FRAMED { ExprId::new(x.0 as usize - 1) } else { self.end_frame() }
    }

    /// Finishes two expressions, of which `y` was read last.
    pub(crate) fn end2(&mut self, x: X, y: X) -> (ExprId, ExprId) {
        let second = self.end(y);
        (self.end(x), second)
    }

    fn end_frame(&mut self) -> ExprId {
        let Some(frame) = self.stacks.frames.last().copied() else { return self.nothing() };
        while self.stacks.entries.len() > frame.entries as usize {
            self.reduce();
        }
        let Operand { id, height } = self.pop_operand();
        self.stacks.frames.pop();
        self.stacks.operands.truncate(frame.operands as usize);
        let start = self.expr_span(id).start;
        self.stacks.heights.push((start, height));
        id
    }

    /// Stands in where the grammar guarantees an operand; keeps a broken invariant from becoming a panic.
    fn nothing(&mut self) -> ExprId {
        self.expr(Expr::Default, Span::NONE)
    }

    fn pop_operand(&mut self) -> Operand {
        match self.stacks.operands.pop() {
            Some(operand) => operand,
            None => Operand { id: self.nothing(), height: 0 },
        }
    }

    #[inline]
    fn push_operand(&mut self, id: ExprId) {
        // The heights noted inside of the operand are summed up in its own.
        let height = if self.stacks.heights.is_empty() {
            0
        } else {
            let start = self.expr_span(id).start;
            self.take_height(start)
        };
        self.stacks.operands.push(Operand { id, height });
    }

    fn framed(&mut self, x: X) {
        if x.0 != FRAMED {
            self.stacks.frames.push(ExprFrame {
                entries: self.stacks.entries.len() as u32,
                operands: self.stacks.operands.len() as u32,
                betweens: 0,
            });
            self.push_operand(ExprId::new(x.0 as usize - 1));
        }
    }

    fn frame_entries(&self) -> usize {
        self.stacks.frames.last().map_or(0, |frame| frame.entries as usize)
    }

    /// `x op operand`, with what follows at `r`.
    #[inline]
    pub(crate) fn binary(&mut self, x: X, at: u32, operand: ExprId, r: u32) -> X {
        let tok = self.tok(at);
        let strength = self.strengths.alone(tok.op());
        if strength > self.pull_at(r) {
            return self.binary_alone(x, tok, strength, operand);
        }
        self.framed(x);
        self.operator(at);
        self.push_operand(operand);
        X(FRAMED)
    }

    /// How tightly the token at `r` binds what stands before it; zero if it ends the expression.
    #[inline]
    fn pull_at(&self, r: u32) -> u8 {
        use airc_lex::K;
        match self.toks.get(r as usize) {
            Some(tok) => match tok.kind {
                K::Op if tok.op() == Op::Escape => u8::MAX,
                K::Op => self.strengths.of_op(tok.op()),
                K::Post | K::In | K::Colons | K::Collate | K::AtTz | K::AtLocal | K::Lb | K::Dot => u8::MAX,
                _ => 0,
            },
            None => 0,
        }
    }

    /// The same where the operand belongs to this operator and to nothing behind it: neither has to wait on a stack.
    fn binary_alone(&mut self, x: X, tok: airc_lex::Tok, strength: u8, right: ExprId) -> X {
        let framed = x.0 == FRAMED;
        let left = if framed {
            self.reduce_while(self.frame_entries(), strength);
            self.pop_operand()
        } else {
            Operand { id: ExprId::new(x.0 as usize - 1), height: 0 }
        };
        let start = self.expr_span(left.id).start;
        // Of an operand on the stack the height is known already; what is noted behind it is that of the other.
        let height = 1 + if self.stacks.heights.is_empty() {
            left.height
        } else {
            left.height.max(self.take_height(start))
        };
        let expr = Expr::Binary { op: binary_op(tok.op()), left: left.id, right, at: tok.start };
        let end = self.expr_span(right).end;
        let id = self.expr(expr, Span::new(start, end.max(start)));
        if framed {
            self.stacks.operands.push(Operand { id, height });
            X(FRAMED)
        } else {
            self.stacks.heights.push((start, height));
            X::of(id)
        }
    }

    /// `x op prefix… operand`.
    pub(crate) fn binary_prefixed(&mut self, x: X, at: u32, prefixes: u32, operand: ExprId) -> X {
        self.framed(x);
        self.operator(at);
        self.prefixes(prefixes, operand);
        X(FRAMED)
    }

    /// `prefix… operand` at the start of an expression.
    pub(crate) fn prefixed(&mut self, prefixes: u32, operand: ExprId) -> X {
        self.stacks.frames.push(ExprFrame {
            entries: self.stacks.entries.len() as u32,
            operands: self.stacks.operands.len() as u32,
            betweens: 0,
        });
        self.prefixes(prefixes, operand);
        X(FRAMED)
    }

    fn prefixes(&mut self, first: u32, operand: ExprId) {
        let mut at = first;
        while self.tok(at).kind == airc_lex::K::Pre {
            let tok = self.tok(at);
            let op = tok.op();
            self.gate_prefix(op, at);
            let strength = self.strengths.of_op(op);
            self.stacks.entries.push(Entry {
                op,
                strength,
                open: false,
                escaped: false,
                count: 1,
                at: tok.span(),
            });
            at += 1;
        }
        self.push_operand(operand);
    }

    /// Pushes the operator of token `at` after everything that binds at least as tightly has been applied.
    #[inline]
    fn operator(&mut self, at: u32) {
        let tok = self.tok(at);
        let op = tok.op();
        let base = self.frame_entries();
        match op {
            Op::And => {
                if self.stacks.frames.last().is_some_and(|frame| frame.betweens > 0) {
                    self.close_between(base);
                    return;
                }
                if self.chain(op, base) {
                    return;
                }
            }
            Op::Or => {
                if self.chain(op, base) {
                    return;
                }
            }
            Op::Escape => {
                self.escape(base, tok.span());
                return;
            }
            _ => self.gate_binary(op, at),
        }
        let strength = self.strengths.of_op(op);
        let right = matches!(op, Op::Assign | Op::Power);
        self.reduce_while(base, if right { strength + 1 } else { strength });
        let open = is_between(op);
        if open && let Some(frame) = self.stacks.frames.last_mut() {
            frame.betweens += 1;
        }
        self.stacks.entries.push(Entry { op, strength, open, escaped: false, count: 1, at: tok.span() });
    }

    /// `AND` behind `AND`, `OR` behind `OR`: one more operand of the same chain.
    fn chain(&mut self, op: Op, base: usize) -> bool {
        let strength = self.strengths.of_op(op);
        self.reduce_while(base, strength + 1);
        if self.stacks.entries.len() > base
            && let Some(top) = self.stacks.entries.last_mut()
            && top.op == op
        {
            top.count += 1;
            return true;
        }
        false
    }

    /// Applies operators that are at least as strong as `strength`, down to an open bracket.
    #[inline]
    fn reduce_while(&mut self, base: usize, strength: u8) {
        while self.stacks.entries.len() > base
            && let Some(top) = self.stacks.entries.last()
            && !top.open
            && top.strength >= strength
        {
            self.reduce();
        }
    }

    /// The `AND` of the innermost `BETWEEN`.
    fn close_between(&mut self, base: usize) {
        self.reduce_while(base, 0);
        if let Some(top) = self.stacks.entries.last_mut() {
            top.open = false;
        }
        if let Some(frame) = self.stacks.frames.last_mut() {
            frame.betweens -= 1;
        }
    }

    fn escape(&mut self, base: usize, at: Span) {
        while self.stacks.entries.len() > base
            && let Some(top) = self.stacks.entries.last()
            && !top.open
            && like_op(top.op).is_none()
            && top.strength > self.strengths.of_op(Op::Like)
        {
            self.reduce();
        }
        if self.stacks.entries.len() > base
            && let Some(top) = self.stacks.entries.last_mut()
            && like_op(top.op).is_some()
            && !top.escaped
        {
            top.escaped = true;
            return;
        }
        // Right only in SUBSTRING(s SIMILAR p ESCAPE e), which claims it; see `check_escape`.
        let strength = self.strengths.of_op(Op::Escape);
        self.stacks.entries.push(Entry {
            op: Op::Escape,
            strength,
            open: false,
            escaped: false,
            count: 1,
            at,
        });
    }

    /// Reports an `ESCAPE` that nothing has claimed.
    pub(crate) fn check_escape(&mut self) {
        if let Some(at) = self.stacks.stray_escape.take() {
            self.reject(at, "ESCAPE belongs behind the pattern of LIKE");
        }
    }

    /// Applies the topmost operator to its operands.
    fn reduce(&mut self) {
        let Some(entry) = self.stacks.entries.pop() else { return };
        let right = self.pop_operand();
        let end = self.expr_span(right.id).end;
        let (expr, start, height) = if is_prefix(entry.op) {
            (Expr::Unary { op: unary_op(entry.op), arg: right.id }, entry.at.start, right.height)
        } else if matches!(entry.op, Op::And | Op::Or) {
            let from = self.stacks.operands.len().saturating_sub(entry.count as usize);
            let mark = self.tree.expr_lists.open_len();
            let mut height = right.height;
            for operand in self.stacks.operands.drain(from..) {
                self.tree.expr_lists.open(operand.id);
                height = height.max(operand.height);
            }
            self.tree.expr_lists.open(right.id);
            let list = self.tree.expr_lists.close(mark);
            let start =
                self.tree.list(list).first().map_or(entry.at.start, |first| self.expr_span(*first).start);
            (if entry.op == Op::And { Expr::And(list) } else { Expr::Or(list) }, start, height)
        } else if is_between(entry.op) {
            if entry.open {
                if let Some(frame) = self.stacks.frames.last_mut() {
                    frame.betweens = frame.betweens.saturating_sub(1);
                }
                self.reject(entry.at, "BETWEEN needs an AND and an upper bound");
                self.stacks.operands.push(right);
                return;
            }
            let low = self.pop_operand();
            let left = self.pop_operand();
            let negated = matches!(entry.op, Op::NotBetween | Op::NotBetweenSymmetric);
            let symmetric = matches!(entry.op, Op::BetweenSymmetric | Op::NotBetweenSymmetric);
            let expr = Expr::Between { negated, symmetric, expr: left.id, low: low.id, high: right.id };
            (expr, self.expr_span(left.id).start, left.height.max(low.height).max(right.height))
        } else if let Some((op, negated)) = like_op(entry.op) {
            let (pattern, escape) =
                if entry.escaped { (self.pop_operand(), Some(right.id)) } else { (right, None) };
            let left = self.pop_operand();
            let expr = Expr::Like { op, negated, expr: left.id, pattern: pattern.id, escape };
            (expr, self.expr_span(left.id).start, left.height.max(pattern.height).max(right.height))
        } else {
            let left = self.pop_operand();
            if entry.op == Op::Escape {
                self.stacks.stray_escape = Some(entry.at);
            }
            let expr = if entry.op == Op::AtTimeZoneOp {
                Expr::AtTimeZone { expr: left.id, zone: Some(right.id) }
            } else {
                Expr::Binary { op: binary_op(entry.op), left: left.id, right: right.id, at: entry.at.start }
            };
            (expr, self.expr_span(left.id).start, left.height.max(right.height))
        };
        let id = self.expr(expr, Span::new(start, end.max(start)));
        self.stacks.operands.push(Operand { id, height: height + 1 });
    }

    /// Applies a postfix operator of the given strength: `make` gets the operand it binds to.
    #[inline]
    pub(crate) fn apply_postfix(
        &mut self,
        x: X,
        strength: Op,
        make: impl FnOnce(&mut Self, ExprId) -> ExprId,
    ) -> X {
        if x.0 != FRAMED {
            let operand = ExprId::new(x.0 as usize - 1);
            let id = make(self, operand);
            let start = self.expr_span(id).start;
            self.note_height(start, 1);
            return X::of(id);
        }
        let base = self.frame_entries();
        self.reduce_while(base, self.strengths.of_op(strength));
        let operand = self.pop_operand();
        let id = make(self, operand.id);
        // What stands behind the operand, such as the index of a subscript, counts too.
        let start = self.expr_span(operand.id).start;
        let height = self.take_height(start).max(operand.height) + 1;
        self.stacks.operands.push(Operand { id, height });
        X(FRAMED)
    }

    /// `x IS NULL` and relatives, `x (+)`.
    pub(crate) fn postfix(&mut self, x: X, l: u32, _r: u32) -> X {
        let tok = self.tok(l);
        if tok.aux == aux::POST_OUTER {
            self.gate(ORA, l, "`(+)`");
            return self.apply_postfix(x, Op::OuterMark, |b, arg| {
                let span = Span::new(b.expr_span(arg).start, tok.end);
                b.expr(Expr::Unary { op: UnaryOp::OuterJoinMark, arg }, span)
            });
        }
        let negated = tok.aux & aux::POST_NEGATED != 0;
        let test = match tok.aux & 0xff {
            0 => IsTest::Null,
            1 => IsTest::True,
            2 => IsTest::False,
            3 => IsTest::Unknown,
            4 => IsTest::Nan,
            5 => IsTest::Infinite,
            6 => IsTest::Json,
            7 => IsTest::Document,
            8 => IsTest::Normalized,
            _ => IsTest::Collection,
        };
        match test {
            IsTest::Null | IsTest::Json => {}
            IsTest::True | IsTest::False => self.gate(MY.or(PG).or(LITE), l, "`IS TRUE`"),
            IsTest::Unknown => self.gate(MY.or(PG), l, "`IS UNKNOWN`"),
            IsTest::Nan | IsTest::Infinite | IsTest::Collection => self.gate(ORA, l, "this test"),
            IsTest::Document | IsTest::Normalized => self.gate(PG, l, "this test"),
        }
        self.apply_postfix(x, Op::PostfixIs, |b, expr| {
            let span = Span::new(b.expr_span(expr).start, tok.end);
            b.expr(Expr::Is { negated, test, expr }, span)
        })
    }

    /// `x AT TIME ZONE operand`.
    pub(crate) fn at_time_zone(&mut self, x: X, l: u32, zone: ExprId) -> X {
        self.gate(PG.or(ORA).or(MS), l, "`AT TIME ZONE`");
        self.framed(x);
        let base = self.frame_entries();
        let strength = self.strengths.of_op(Op::AtTimeZoneOp);
        self.reduce_while(base, strength);
        let at = self.tok(l).span();
        self.stacks.entries.push(Entry {
            op: Op::AtTimeZoneOp,
            strength,
            open: false,
            escaped: false,
            count: 1,
            at,
        });
        self.push_operand(zone);
        X(FRAMED)
    }

    fn gate_prefix(&mut self, op: Op, at: u32) {
        match op {
            Op::Bang => self.gate(MY, at, "`!`"),
            Op::BitNot => self.gate(MY.or(PG).or(LITE).or(MS), at, "`~`"),
            Op::Abs | Op::SquareRoot | Op::CubeRoot | Op::NotNot | Op::CustomPrefix | Op::Variadic => {
                self.gate(PG, at, "this prefix operator");
            }
            _ => {}
        }
    }

    /// Checks that the dialect has the operator.
    #[inline]
    fn gate_binary(&mut self, op: Op, at: u32) {
        let known = binary_owners(op);
        if !known.has(self.dialect) {
            let what = format!("the operator `{}`", self.text(at));
            self.gate(known, at, &what);
        }
    }
}

/// True if the operator makes a [`Expr::Binary`] of the two operands beside it whatever surrounds them, and associates
/// to the left.
pub(super) fn is_plain(op: Op, dialect: Dialect) -> bool {
    !is_prefix(op)
        && !is_between(op)
        && like_op(op).is_none()
        && !matches!(op, Op::And | Op::Or | Op::Escape | Op::Assign | Op::Power | Op::AtTimeZoneOp)
        && binary_owners(op).has(dialect)
}

/// The dialects that have an operator between operands.
fn binary_owners(op: Op) -> DialectSet {
    use Op::*;
    match op {
        Xor | Div | Mod | NullSafeEq | SoundsLike | MemberOf | Assign => {
            MY.or(if op == MemberOf { ORA } else { DialectSet::NONE })
        }
        Rlike | NotRlike => MY,
        Regexp | NotRegexp => MY.or(LITE),
        Glob | NotGlob | Match | NotMatch | Is | IsNot => LITE,
        Ilike | NotIlike | SimilarTo | NotSimilarTo | BetweenSymmetric | NotBetweenSymmetric | Hash
        | TildeStar | BangTilde | BangTildeStar | LikeTildes | NotLikeTildes | IlikeTildes
        | NotIlikeTildes | HashArrow | HashLongArrow | HashMinus | Contains | ContainedBy | Question
        | QuestionPipe | QuestionAnd | AtQuestion | AtAt | StartsWith | Distance | Adjacent | Custom
        | Tilde => PG,
        Power => ORA,
        IsDistinctFrom | IsNotDistinctFrom => PG.or(LITE).or(MS).or(ORA),
        Overlaps => PG.or(ORA),
        Percent => MY.or(PG).or(LITE).or(MS),
        Amps => MY.or(PG),
        Amp | Pipe => MY.or(PG).or(LITE).or(MS),
        ShiftLeft | ShiftRight => MY.or(PG).or(LITE).or(MS),
        Caret => MY.or(PG).or(MS),
        Pipes => MY.or(PG).or(LITE).or(ORA).or(MS),
        Arrow | LongArrow => MY.or(PG).or(LITE),
        AddAssign | SubAssign | MulAssign | DivAssign | ModAssign | AndAssign | OrAssign | XorAssign => MS,
        NamedArg => DialectSet::NONE,
        _ => DialectSet::ALL.or(MARIA),
    }
}

fn is_between(op: Op) -> bool {
    matches!(op, Op::Between | Op::NotBetween | Op::BetweenSymmetric | Op::NotBetweenSymmetric)
}

fn is_prefix(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Not | Bang
            | Neg
            | Pos
            | BitNot
            | Abs
            | SquareRoot
            | CubeRoot
            | NotNot
            | CustomPrefix
            | Binary
            | Prior
            | ConnectByRoot
            | Variadic
    )
}

fn like_op(op: Op) -> Option<(LikeOp, bool)> {
    Some(match op {
        Op::Like | Op::LikeTildes => (LikeOp::Like, false),
        Op::NotLike | Op::NotLikeTildes => (LikeOp::Like, true),
        Op::Ilike | Op::IlikeTildes => (LikeOp::Ilike, false),
        Op::NotIlike | Op::NotIlikeTildes => (LikeOp::Ilike, true),
        Op::SimilarTo => (LikeOp::SimilarTo, false),
        Op::NotSimilarTo => (LikeOp::SimilarTo, true),
        Op::Regexp => (LikeOp::Regexp, false),
        Op::NotRegexp => (LikeOp::Regexp, true),
        Op::Rlike => (LikeOp::Rlike, false),
        Op::NotRlike => (LikeOp::Rlike, true),
        Op::Glob => (LikeOp::Glob, false),
        Op::NotGlob => (LikeOp::Glob, true),
        Op::Match => (LikeOp::Match, false),
        Op::NotMatch => (LikeOp::Match, true),
        _ => return None,
    })
}

fn unary_op(op: Op) -> UnaryOp {
    match op {
        Op::Not => UnaryOp::Not,
        Op::Bang => UnaryOp::Bang,
        Op::Pos => UnaryOp::Plus,
        Op::BitNot => UnaryOp::BitNot,
        Op::Abs => UnaryOp::Abs,
        Op::SquareRoot => UnaryOp::SquareRoot,
        Op::CubeRoot => UnaryOp::CubeRoot,
        Op::NotNot => UnaryOp::NotNot,
        Op::Binary => UnaryOp::Binary,
        Op::Prior => UnaryOp::Prior,
        Op::ConnectByRoot => UnaryOp::ConnectByRoot,
        Op::Variadic => UnaryOp::Variadic,
        Op::Neg => UnaryOp::Minus,
        _ => UnaryOp::CustomPrefix,
    }
}

fn binary_op(op: Op) -> BinaryOp {
    match op {
        Op::Xor => BinaryOp::Xor,
        Op::Eq => BinaryOp::Eq,
        Op::Ne => BinaryOp::Ne,
        Op::Lt => BinaryOp::Lt,
        Op::Le => BinaryOp::Le,
        Op::Gt => BinaryOp::Gt,
        Op::Ge => BinaryOp::Ge,
        Op::NullSafeEq => BinaryOp::NullSafeEq,
        Op::IsDistinctFrom => BinaryOp::IsDistinctFrom,
        Op::IsNotDistinctFrom => BinaryOp::IsNotDistinctFrom,
        Op::Is => BinaryOp::Is,
        Op::IsNot => BinaryOp::IsNot,
        Op::SoundsLike => BinaryOp::SoundsLike,
        Op::MemberOf => BinaryOp::MemberOf,
        Op::Overlaps => BinaryOp::Overlaps,
        Op::Plus => BinaryOp::Add,
        Op::Minus => BinaryOp::Sub,
        Op::Star => BinaryOp::Mul,
        Op::Slash => BinaryOp::Div,
        Op::Percent | Op::Mod => BinaryOp::Mod,
        Op::Div => BinaryOp::IntDiv,
        Op::Caret => BinaryOp::Caret,
        Op::Power => BinaryOp::Power,
        Op::Pipes => BinaryOp::Pipes,
        Op::Amps => BinaryOp::Ampersands,
        Op::Amp => BinaryOp::BitAnd,
        Op::Pipe => BinaryOp::BitOr,
        Op::Hash => BinaryOp::Hash,
        Op::ShiftLeft => BinaryOp::ShiftLeft,
        Op::ShiftRight => BinaryOp::ShiftRight,
        Op::Tilde => BinaryOp::Match,
        Op::TildeStar => BinaryOp::MatchNoCase,
        Op::BangTilde => BinaryOp::NotMatch,
        Op::BangTildeStar => BinaryOp::NotMatchNoCase,
        Op::Arrow => BinaryOp::Arrow,
        Op::LongArrow => BinaryOp::LongArrow,
        Op::HashArrow => BinaryOp::HashArrow,
        Op::HashLongArrow => BinaryOp::HashLongArrow,
        Op::HashMinus => BinaryOp::HashMinus,
        Op::Contains => BinaryOp::Contains,
        Op::ContainedBy => BinaryOp::ContainedBy,
        Op::Question => BinaryOp::Question,
        Op::QuestionPipe => BinaryOp::QuestionPipe,
        Op::QuestionAnd => BinaryOp::QuestionAnd,
        Op::AtQuestion => BinaryOp::AtQuestion,
        Op::AtAt => BinaryOp::AtAt,
        Op::StartsWith => BinaryOp::StartsWith,
        Op::Distance => BinaryOp::Distance,
        Op::Adjacent => BinaryOp::Adjacent,
        Op::Assign => BinaryOp::Assign,
        _ => BinaryOp::Custom,
    }
}
