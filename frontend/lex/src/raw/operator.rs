//! Operators: a fixed set in most dialects, any run of signs in PostgreSQL.

use super::{PARAM_QUESTION, Scanner};
use crate::settings::Rules;
use crate::token::{K, Op};

/// What an operator character means alone, where all dialects agree.
#[inline]
pub(super) fn lone_operator(byte: u8) -> Option<Op> {
    Some(match byte {
        b'=' => Op::Eq,
        b'<' => Op::Lt,
        b'>' => Op::Gt,
        b'*' => Op::Star,
        b'+' => Op::Plus,
        b'-' => Op::Minus,
        _ => return None,
    })
}

#[inline]
pub(super) fn letter_digit_or_blank(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_alphanumeric()
}

/// The longest operator of a dialect with a fixed set of them.
pub(super) fn fixed_operator(bytes: &[u8], rules: Rules) -> (Op, usize) {
    let second = bytes.get(1).copied().unwrap_or(0);
    let third = bytes.get(2).copied().unwrap_or(0);
    let ms = rules.bare_statements;
    match (bytes[0], second, third) {
        (b'<', b'=', b'>') if !ms => (Op::NullSafeEq, 3),
        (b'<', b'=', _) => (Op::Le, 2),
        (b'<', b'>', _) => (Op::Ne, 2),
        (b'<', b'<', _) => (Op::ShiftLeft, 2),
        (b'<', ..) => (Op::Lt, 1),
        (b'>', b'=', _) => (Op::Ge, 2),
        (b'>', b'>', _) => (Op::ShiftRight, 2),
        (b'>', ..) => (Op::Gt, 1),
        (b'=', b'=', _) => (Op::Eq, 2),
        (b'=', b'>', _) => (Op::NamedArg, 2),
        (b'=', ..) => (Op::Eq, 1),
        (b'!', b'=', _) => (Op::Ne, 2),
        (b'!', b'<', _) if ms => (Op::Ge, 2),
        (b'!', b'>', _) if ms => (Op::Le, 2),
        (b'!', ..) => (Op::Bang, 1),
        (b'^', b'=', _) if rules.q_quotes => (Op::Ne, 2),
        (b'^', b'=', _) if ms => (Op::XorAssign, 2),
        (b'^', ..) => (Op::Caret, 1),
        (b'|', b'|', _) => (Op::Pipes, 2),
        (b'|', b'=', _) if ms => (Op::OrAssign, 2),
        (b'|', ..) => (Op::Pipe, 1),
        (b'&', b'&', _) => (Op::Amps, 2),
        (b'&', b'=', _) if ms => (Op::AndAssign, 2),
        (b'&', ..) => (Op::Amp, 1),
        (b'-', b'>', b'>') => (Op::LongArrow, 3),
        (b'-', b'>', _) => (Op::Arrow, 2),
        (b'-', b'=', _) if ms => (Op::SubAssign, 2),
        (b'-', ..) => (Op::Minus, 1),
        (b'+', b'=', _) if ms => (Op::AddAssign, 2),
        (b'+', ..) => (Op::Plus, 1),
        (b'*', b'*', _) if rules.q_quotes => (Op::Power, 2),
        (b'*', b'=', _) if ms => (Op::MulAssign, 2),
        (b'*', ..) => (Op::Star, 1),
        (b'/', b'=', _) if ms => (Op::DivAssign, 2),
        (b'/', ..) => (Op::Slash, 1),
        (b'%', b'=', _) if ms => (Op::ModAssign, 2),
        (b'%', ..) => (Op::Percent, 1),
        (b'~', ..) => (Op::Tilde, 1),
        (b'?', ..) => (Op::Question, 1),
        _ => (Op::Custom, 1),
    }
}

/// PostgreSQL: the longest run of operator characters, cut before a comment, and without a sign at its end unless it
/// holds a character that arithmetic has no use for.
pub(super) fn open_operator(bytes: &[u8]) -> (Op, usize) {
    let member = |b: u8| {
        matches!(
            b,
            b'+' | b'-'
                | b'*'
                | b'/'
                | b'<'
                | b'>'
                | b'='
                | b'~'
                | b'!'
                | b'@'
                | b'#'
                | b'%'
                | b'^'
                | b'&'
                | b'|'
                | b'`'
                | b'?'
        )
    };
    let mut length = 0;
    while length < bytes.len() && member(bytes[length]) {
        if length > 0 && (bytes[length..].starts_with(b"--") || bytes[length..].starts_with(b"/*")) {
            break;
        }
        length += 1;
    }
    let special = bytes[..length]
        .iter()
        .any(|b| matches!(b, b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?'));
    while length > 1 && !special && matches!(bytes[length - 1], b'+' | b'-') {
        length -= 1;
    }
    let op = match &bytes[..length] {
        b"+" => Op::Plus,
        b"-" => Op::Minus,
        b"*" => Op::Star,
        b"/" => Op::Slash,
        b"%" => Op::Percent,
        b"^" => Op::Caret,
        b"<" => Op::Lt,
        b"<=" => Op::Le,
        b">" => Op::Gt,
        b">=" => Op::Ge,
        b"=" => Op::Eq,
        b"<>" | b"!=" => Op::Ne,
        b"=>" => Op::NamedArg,
        b"||" => Op::Pipes,
        b"&&" => Op::Amps,
        b"&" => Op::Amp,
        b"|" => Op::Pipe,
        b"#" => Op::Hash,
        b"<<" => Op::ShiftLeft,
        b">>" => Op::ShiftRight,
        b"~" => Op::Tilde,
        b"~*" => Op::TildeStar,
        b"!~" => Op::BangTilde,
        b"!~*" => Op::BangTildeStar,
        b"~~" => Op::LikeTildes,
        b"!~~" => Op::NotLikeTildes,
        b"~~*" => Op::IlikeTildes,
        b"!~~*" => Op::NotIlikeTildes,
        b"->" => Op::Arrow,
        b"->>" => Op::LongArrow,
        b"#>" => Op::HashArrow,
        b"#>>" => Op::HashLongArrow,
        b"#-" => Op::HashMinus,
        b"@>" => Op::Contains,
        b"<@" => Op::ContainedBy,
        b"?" => Op::Question,
        b"?|" => Op::QuestionPipe,
        b"?&" => Op::QuestionAnd,
        b"@?" => Op::AtQuestion,
        b"@@" => Op::AtAt,
        b"@" => Op::Abs,
        b"!!" => Op::NotNot,
        b"|/" => Op::SquareRoot,
        b"||/" => Op::CubeRoot,
        b"^@" => Op::StartsWith,
        b"<->" => Op::Distance,
        b"-|-" => Op::Adjacent,
        b"!" => Op::Bang,
        _ => Op::Custom,
    };
    (op, length.max(1))
}

impl Scanner {
    /// Reads the operator at `start`.
    #[inline]
    pub(super) fn operator(&mut self, bytes: &[u8], start: usize) -> usize {
        // Most are of one character; what follows then is a blank or an operand.
        if let Some(op) = lone_operator(bytes[start])
            && bytes.get(start + 1).is_some_and(|b| letter_digit_or_blank(*b))
        {
            self.push(K::Op, op as u16, start, start + 1);
            return start + 1;
        }
        self.long_operator(bytes, start)
    }

    pub(super) fn long_operator(&mut self, bytes: &[u8], start: usize) -> usize {
        let (op, length) = if self.rules.open_operators {
            open_operator(&bytes[start..])
        } else {
            fixed_operator(&bytes[start..], self.rules)
        };
        let kind = if op == Op::Question && length == 1 { K::Param } else { K::Op };
        let aux = if kind == K::Param { PARAM_QUESTION } else { op as u16 };
        self.push(kind, aux, start, start + length);
        start + length
    }
}
