//! Making lists of choices shorter and smaller while something stays true of what they stand for.

/// Most candidates tried for one list.
const TRIED_MAX: usize = 600;
/// Candidates that are tried together.
const BATCH: usize = 40;

/// The smallest list found of which `holds` is true; it answers for several lists at once.
pub(crate) fn shrink<E>(
    mut best: Vec<u32>,
    mut holds: impl FnMut(&[Vec<u32>]) -> Result<Vec<bool>, E>,
) -> Result<Vec<u32>, E> {
    let mut tried = 0;
    let mut progress = true;
    while progress && tried < TRIED_MAX {
        progress = false;
        for candidates in [shorter(&best), smaller(&best)] {
            for batch in candidates.chunks(BATCH) {
                tried += batch.len();
                let answers = holds(batch)?;
                if let Some(at) = answers.iter().position(|holds| *holds) {
                    best.clone_from(&batch[at]);
                    progress = true;
                    break;
                }
            }
            if progress {
                break;
            }
        }
    }
    Ok(best)
}

/// Without a stretch, long stretches first.
fn shorter(list: &[u32]) -> Vec<Vec<u32>> {
    let mut all = Vec::new();
    let mut length = list.len() / 2;
    while length > 0 {
        // From the end: what comes later depends on what was chosen before.
        for start in (0..=list.len() - length).rev().step_by(length.div_ceil(2)) {
            let mut candidate = list.to_vec();
            candidate.drain(start..start + length);
            all.push(candidate);
        }
        length /= 2;
    }
    all
}

/// With one choice made simpler: first the simplest, then half, then one less.
fn smaller(list: &[u32]) -> Vec<Vec<u32>> {
    let mut all = Vec::new();
    for (at, &choice) in list.iter().enumerate() {
        let mut simpler = vec![0, choice / 2, choice.saturating_sub(1)];
        simpler.dedup();
        for value in simpler.into_iter().filter(|value| *value < choice) {
            let mut candidate = list.to_vec();
            candidate[at] = value;
            all.push(candidate);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn what_matters_stays() {
        let holds = |lists: &[Vec<u32>]| -> Result<Vec<bool>, Infallible> {
            Ok(lists.iter().map(|list| list.iter().any(|choice| *choice > 4) && list.len() > 1).collect())
        };
        let Ok(found) = shrink((0..30).collect(), holds);
        assert_eq!(found.iter().max(), Some(&5));
        assert_eq!(found.len(), 2);
    }
}
