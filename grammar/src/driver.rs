//! The LR driver: the generated tables, with stacks that outlive a statement.
//!
//! The generator's own driver makes two new stacks per parse and asks four tables per token through a trait. This one
//! does the same steps over the same tables; a test runs both on the same statements.

use crate::build::Builder;
use crate::tree::StatementId;
use airc_lex::{K, Tok};
use std::marker::PhantomData;

#[allow(clippy::all, unreachable_pub, dead_code, missing_docs, rust_2018_idioms, unused)]
mod tables {
    include!(concat!(env!("OUT_DIR"), "/sql.rs"));
}

use tables::parse_tables as lr;

/// Terminals of the grammar; the kinds of tokens start with them, in the same order.
const TERMINALS: usize = K::Semi as usize;

const _: () = assert!(lr::__FREQUENT_ACTION[0].len() == K::FREQUENT, "build.rs and K disagree");

/// The stacks of the parser.
#[derive(Default)]
pub(crate) struct LrStacks {
    states: Vec<i16>,
    symbols: Vec<(u32, lr::__Symbol, u32)>,
}

impl std::fmt::Debug for LrStacks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LrStacks").field("states", &self.states.len()).finish()
    }
}

/// Where a statement stopped making sense: the index of the token, or the number of tokens at its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stuck {
    pub(crate) at: usize,
}

/// Parses the statement the tokens form.
pub(crate) fn parse(
    stacks: &mut LrStacks,
    builder: &mut Builder<'_>,
    toks: &[Tok],
) -> Result<StatementId, Stuck> {
    let states = &mut stacks.states;
    let symbols = &mut stacks.symbols;
    states.clear();
    symbols.clear();
    states.push(0);
    let mut at = 0;
    while let Some(tok) = toks.get(at) {
        let terminal = tok.kind as usize;
        if terminal >= TERMINALS {
            return Err(Stuck { at });
        }
        let here = at as u32;
        loop {
            let state = states[states.len() - 1];
            let action = if terminal < K::FREQUENT {
                lr::__FREQUENT_ACTION[state as usize][terminal]
            } else {
                lr::__ACTION[state as usize * TERMINALS + terminal]
            };
            if action > 0 {
                states.push(action - 1);
                symbols.push((here, lr::__Symbol::Variant0(tok.kind), here + 1));
                break;
            }
            if action == 0 {
                return Err(Stuck { at });
            }
            if let Some(done) = lr::__reduce(builder, !action, Some(&here), states, symbols, PhantomData) {
                // Only the end of input completes a statement.
                return done.map_err(|_| Stuck { at });
            }
        }
        // A row of literals is one terminal; its elements lie behind it for the builder.
        at += 1 + if tok.kind == K::LitRow { tok.data as usize } else { 0 };
    }
    loop {
        let state = states[states.len() - 1];
        let action = lr::__EOF_ACTION[state as usize];
        if action >= 0 {
            return Err(Stuck { at: toks.len() });
        }
        if let Some(done) = lr::__reduce(builder, !action, None, states, symbols, PhantomData) {
            return done.map_err(|_| Stuck { at: toks.len() });
        }
    }
}

/// The same by the generator's own driver, to compare with.
#[cfg(test)]
pub(crate) fn parse_stock(builder: &mut Builder<'_>, toks: &[Tok]) -> Option<StatementId> {
    let mut at = 0;
    let stream = std::iter::from_fn(|| {
        let tok = toks.get(at)?;
        let here = at as u32;
        at += 1 + if tok.kind == K::LitRow { tok.data as usize } else { 0 };
        Some((here, tok.kind, here + 1))
    });
    tables::StatementParser::new().parse(builder, stream).ok()
}

impl LrStacks {
    /// Which kinds of tokens could have stood where the parser got stuck.
    pub(crate) fn expected(&self) -> Vec<K> {
        if self.states.is_empty() {
            return Vec::new();
        }
        let accepted =
            |terminal| lr::__accepts(None, &self.states, Some(terminal), PhantomData::<(&(), &())>);
        K::ALL.iter().copied().take(TERMINALS).filter(|kind| accepted(*kind as usize)).collect()
    }

    /// True if the statement could have ended there.
    pub(crate) fn could_end(&self) -> bool {
        !self.states.is_empty() && lr::__accepts(None, &self.states, None, PhantomData::<(&(), &())>)
    }
}
