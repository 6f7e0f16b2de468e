//! What a member may see of a conversation: intervals of `seq`, and pages of them by arithmetic.

/// Runs of `seq`, first and last included.
pub(crate) type Runs = Vec<(u64, u64)>;

/// The parts of a conversation that a member may see, oldest first, without overlap.
#[derive(Clone, Debug)]
pub(crate) struct Visible(Runs);

impl Visible {
    /// From intervals `(after, up to]` in order.
    pub(crate) fn new(intervals: impl IntoIterator<Item = (u64, u64)>) -> Self {
        Self(
            intervals
                .into_iter()
                .filter(|(after, up_to)| after < up_to)
                .map(|(after, up_to)| (after + 1, up_to))
                .collect(),
        )
    }

    /// Is it to be seen?
    pub(crate) fn contains(&self, seq: u64) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&seq))
    }

    /// Is anything up to and including `seq` to be seen?
    pub(crate) fn has_up_to(&self, seq: u64) -> bool {
        self.0.first().is_some_and(|(first, _)| *first <= seq)
    }

    /// Is anything from `seq` on to be seen?
    pub(crate) fn has_from(&self, seq: u64) -> bool {
        self.0.last().is_some_and(|(_, last)| *last >= seq)
    }

    /// The newest `limit` up to and including `seq`, newest run first.
    pub(crate) fn newest_up_to(&self, seq: u64, limit: usize) -> Runs {
        let mut left = as_count(limit);
        let mut runs = Runs::new();
        for (first, last) in self.0.iter().rev() {
            let last = seq.min(*last);
            if left == 0 || last < *first {
                continue;
            }
            let first = (*first).max((last + 1).saturating_sub(left));
            left -= last - first + 1;
            runs.push((first, last));
        }
        runs
    }

    /// The oldest `limit` from `seq` on, newest run first.
    pub(crate) fn oldest_from(&self, seq: u64, limit: usize) -> Runs {
        let mut left = as_count(limit);
        let mut runs = Runs::new();
        for (first, last) in &self.0 {
            let first = seq.max(*first);
            if left == 0 || *last < first {
                continue;
            }
            let last = (*last).min(first.saturating_add(left - 1));
            left -= last - first + 1;
            runs.push((first, last));
        }
        runs.reverse();
        runs
    }

    /// All up to and including `seq`, oldest run first.
    pub(crate) fn runs_up_to(&self, seq: u64) -> Runs {
        self.0
            .iter()
            .filter(|(first, _)| *first <= seq)
            .map(|(first, last)| (*first, seq.min(*last)))
            .collect()
    }
}

fn as_count(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn flatten(runs: &[(u64, u64)]) -> Vec<u64> {
        runs.iter().flat_map(|(first, last)| (*first..=*last).rev()).collect()
    }

    proptest! {
        #[test]
        fn pages_are_those_of_the_list_written_out(
            steps in prop::collection::vec(0_u64..5, 0..8),
            seq in 0_u64..20,
            limit in 0_usize..9,
        ) {
            let mut bounds = Vec::new();
            let mut at = 0;
            for step in steps {
                at += step;
                bounds.push(at);
            }
            let pairs = bounds.chunks_exact(2).map(|pair| (pair[0], pair[1]));
            let visible = Visible::new(pairs.clone());
            let all: Vec<u64> = (0..40)
                .filter(|seq| pairs.clone().any(|(after, up_to)| after < *seq && *seq <= up_to))
                .collect();
            let older: Vec<u64> =
                all.iter().rev().copied().filter(|other| *other <= seq).take(limit).collect();
            let mut newer: Vec<u64> =
                all.iter().copied().filter(|other| *other >= seq).take(limit).collect();
            newer.reverse();
            prop_assert_eq!(flatten(&visible.newest_up_to(seq, limit)), older);
            prop_assert_eq!(flatten(&visible.oldest_from(seq, limit)), newer);
            prop_assert_eq!(visible.contains(seq), all.contains(&seq));
            prop_assert_eq!(visible.has_up_to(seq), all.iter().any(|other| *other <= seq));
            prop_assert_eq!(visible.has_from(seq), all.iter().any(|other| *other >= seq));
        }
    }
}
