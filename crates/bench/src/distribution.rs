//! Percentiles of a set of samples, exact: every sample is kept.

use std::time::Duration;

/// Samples in order of size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    sorted: Vec<Duration>,
}

impl Distribution {
    /// The distribution of `samples`, given in any order.
    pub fn new(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        Self { sorted: samples }
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The least sample that at least `per_mille` thousandths of all do not exceed (the "nearest
    /// rank": never a value between two samples). `None` without samples. 0 gives the least sample,
    /// 1000 and more the greatest.
    pub fn per_mille(&self, per_mille: usize) -> Option<Duration> {
        let rank = self.sorted.len().saturating_mul(per_mille).div_ceil(1000);
        let last = self.sorted.len().checked_sub(1)?;
        self.sorted.get(rank.saturating_sub(1).min(last)).copied()
    }
}

/// The middle value of `values`, the mean of the two middle ones if their number is even.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get(sorted.len().saturating_sub(1) / 2)?;
    Some(lower.midpoint(upper))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_ms(samples: &[u64]) -> Distribution {
        Distribution::new(samples.iter().copied().map(Duration::from_millis).collect())
    }

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let hundred = of_ms(&(1..=100).rev().collect::<Vec<_>>());
        for (per_mille, expected_ms) in
            [(0, 1), (10, 1), (11, 2), (500, 50), (990, 99), (999, 100), (1000, 100), (2000, 100)]
        {
            let expected = Duration::from_millis(expected_ms);
            assert_eq!(hundred.per_mille(per_mille), Some(expected), "{per_mille}");
        }
    }

    #[test]
    fn one_sample_is_every_percentile_and_none_is_no_percentile() {
        assert_eq!(of_ms(&[7]).per_mille(1), Some(Duration::from_millis(7)));
        assert_eq!(of_ms(&[7]).per_mille(999), Some(Duration::from_millis(7)));
        assert_eq!(of_ms(&[]).per_mille(500), None);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[4.0, 1.0, 9.0, 2.0]), Some(3.0));
    }

    proptest! {
        #[test]
        fn a_percentile_is_a_sample_that_enough_others_do_not_exceed(
            samples in prop::collection::vec(0_u64..1_000, 1..200),
            per_mille in 1_usize..=1000,
        ) {
            let value = of_ms(&samples).per_mille(per_mille).unwrap();
            let not_above = |limit| {
                samples.iter().filter(|ms| Duration::from_millis(**ms) <= limit).count()
            };
            prop_assert!(samples.iter().any(|ms| Duration::from_millis(*ms) == value));
            prop_assert!(not_above(value) * 1000 >= samples.len() * per_mille);
            if let Some(less) = value.checked_sub(Duration::from_millis(1)) {
                prop_assert!(not_above(less) * 1000 < samples.len() * per_mille);
            }
        }
    }
}
