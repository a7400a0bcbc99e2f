//! Random rules, judged by the policy graph and by Cedar: what is decided and which rules decide has to be the same.

use crate::dice::Dice;
use crate::rules::{Cedar, Rules};
use cedar_policy::{Authorizer, Entities, PolicySet, Request};
use sqlx_kernel_policy::{Facts, Policies, Touched};
use std::collections::BTreeSet;

/// Statements that are judged by one set of rules.
const STATEMENTS: usize = 20;
/// Requests to one set of rules.
const REQUESTS: usize = 250;

/// An answer: whether it may run, and the rules that decided.
type Answer = (bool, BTreeSet<String>);

/// What was seen beside agreement.
#[derive(Default)]
struct Seen {
    allowed: usize,
    /// Denied by a rule, not for want of one.
    forbidden: usize,
    /// Allowed with something to do.
    obliged: usize,
}

/// Compares so many decisions; false, after telling, at the first that differs.
pub fn run(count: usize, seed: u64) -> bool {
    let mut dice = Dice(fastrand::Rng::with_seed(seed));
    let authorizer = Authorizer::new();
    let (mut compared, mut packs, mut seen) = (0, 0, Seen::default());
    while compared < count {
        let rules = dice.rules();
        let policies = Policies::new(&[rules.pack()], None);
        let cedar = rules.cedar();
        packs += 1;
        let statements: Vec<(Touched, Facts)> = (0..STATEMENTS)
            .map(|_| {
                let touched = dice.touched();
                let facts = policies.facts(&touched);
                (touched, facts)
            })
            .collect();
        for _ in 0..REQUESTS.min(count - compared) {
            let (touched, facts) = &statements[dice.0.usize(..STATEMENTS)];
            let (caller, moment) = (dice.caller(), dice.moment());
            let subject = caller.subject();
            let decision = policies.decide(&subject, facts, moment);
            let ours: Answer = (decision.allow, decision.rules.iter().cloned().collect());
            let afresh = policies.decide_afresh(&subject, facts, moment);
            let request = rules.request(&subject, touched, moment);
            let theirs = answer(&authorizer, &cedar, &request);
            if theirs.as_ref() != Ok(&ours) || afresh != *decision {
                println!("after {compared} decisions that agree (seed {seed}):\n\n{}", rules.text());
                rules.rules.iter().for_each(|rule| println!("{}: {}", rule.name, Rules::cedar_text(rule)));
                println!("\n{subject:?}\n{touched:?}\n{moment:?}\n{request:?}");
                println!(
                    "\nours:   {ours:?}\nafresh: {:?}\nCedar:  {theirs:?}",
                    (afresh.allow, afresh.rules)
                );
                return false;
            }
            seen.allowed += usize::from(ours.0);
            seen.forbidden += usize::from(!ours.0 && !ours.1.is_empty());
            seen.obliged += usize::from(ours.0 && decision.obligations.row_cap.is_some());
            compared += 1;
        }
    }
    let Seen { allowed, forbidden, obliged } = seen;
    println!(
        "{compared} decisions of {packs} packs: 0 disagreements with Cedar {} about what is decided and by which rules; \
         {allowed} allowed ({obliged} with an obligation), {forbidden} forbidden by a rule, {} not allowed by any",
        cedar_policy::get_sdk_version(),
        compared - allowed - forbidden
    );
    // All ends are common, or little was compared.
    let common = |seen: usize| seen * 20 > count;
    assert!(common(allowed) && common(obliged) && common(forbidden) && common(count - allowed - forbidden));
    true
}

/// Cedar's answer; fails with what it could not evaluate.
fn answer(authorizer: &Authorizer, cedar: &Cedar, request: &Request) -> Result<Answer, String> {
    let ask = |policies: &PolicySet| {
        let response = authorizer.is_authorized(request, policies, &Entities::empty());
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        let reasons: BTreeSet<String> = response.diagnostics().reason().map(ToString::to_string).collect();
        Ok((response.decision() == cedar_policy::Decision::Allow, reasons))
    };
    let (allow, mut rules) = ask(&cedar.deciding)?;
    if allow {
        rules.extend(ask(&cedar.obliging)?.1);
    }
    Ok((allow, rules))
}
