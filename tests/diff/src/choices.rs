//! Choices that are made at random once and can be made again.

/// A source of choices that remembers them.
pub struct Choices {
    /// What to answer, as long as it lasts.
    given: Vec<u32>,
    made: Vec<u32>,
    /// Answers after that; without one the answer is always the first possibility.
    random: Option<fastrand::Rng>,
}

impl Choices {
    /// Random choices.
    pub fn random(seed: u64) -> Choices {
        Choices { given: Vec::new(), made: Vec::new(), random: Some(fastrand::Rng::with_seed(seed)) }
    }

    /// Choices made before; those beyond them take the first possibility, which is the simplest.
    pub fn again(given: Vec<u32>) -> Choices {
        Choices { given, made: Vec::new(), random: None }
    }

    /// One of `0..count`; 0 is the simplest. A count of 0 counts as 1.
    pub fn below(&mut self, count: usize) -> usize {
        let count = count.max(1) as u32;
        let choice = match (self.given.get(self.made.len()), &mut self.random) {
            (Some(given), _) => given % count,
            (None, Some(random)) => random.u32(..count),
            (None, None) => 0,
        };
        self.made.push(choice);
        choice as usize
    }

    /// True in `part` of `whole` cases; false is simpler.
    pub fn chance(&mut self, part: usize, whole: usize) -> bool {
        self.below(whole) >= whole - part
    }

    /// One of a list, which is not empty; the first is the simplest.
    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// What has been chosen so far.
    pub fn made(self) -> Vec<u32> {
        self.made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_made_again() {
        let mut first = Choices::random(7);
        let drawn: Vec<usize> = (1..50).map(|count| first.below(count)).collect();
        let mut again = Choices::again(first.made());
        assert_eq!(drawn, (1..50).map(|count| again.below(count)).collect::<Vec<_>>());
        assert_eq!(again.below(9), 0);
        assert!(!again.chance(1, 2));
    }
}
