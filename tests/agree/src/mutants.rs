//! Statements broken a little: a token left out, said twice, moved or taken from elsewhere.

use airc_lex::{Settings, pieces};
use fastrand::Rng;

/// Statements longer than this are not broken: what is wrong in a long list of rows is wrong in a short one.
const BYTES_MAX: usize = 4000;

/// `count` broken forms of a statement; fewer if they turn out alike.
pub(crate) fn mutants(settings: Settings, statement: &str, count: usize, random: &mut Rng) -> Vec<String> {
    if statement.len() > BYTES_MAX {
        return Vec::new();
    }
    let spans: Vec<_> = pieces(settings, statement).into_iter().map(|piece| piece.span.range()).collect();
    if spans.len() < 2 {
        return Vec::new();
    }
    let mut all: Vec<String> = Vec::new();
    for _ in 0..count {
        let at = random.usize(..spans.len());
        let (here, other) = (spans[at].clone(), spans[random.usize(..spans.len())].clone());
        let (before, after) = (&statement[..here.start], &statement[here.end..]);
        let token = &statement[here.clone()];
        let mutant = match random.u8(..4) {
            0 => format!("{before} {after}"),
            1 => format!("{before} {token} {token} {after}"),
            2 => format!("{before} {} {after}", &statement[other]),
            _ => match spans.get(at + 1) {
                Some(next) => {
                    let between = &statement[here.end..next.start];
                    let (next, after) = (&statement[next.clone()], &statement[next.end..]);
                    format!("{before} {next} {between} {token} {after}")
                }
                None => format!("{before} {after}"),
            },
        };
        if mutant != statement && !all.contains(&mutant) {
            all.push(mutant);
        }
    }
    all
}
