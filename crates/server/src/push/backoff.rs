//! When something is tried again: later each time, and never all of it at the same moment.

use std::time::Duration;

use salala_core::Random;

/// The wait after the first try.
const LEAST: Duration = Duration::from_secs(2);

/// Every wait, at most.
const MOST: Duration = Duration::from_mins(10);

/// How often anything is tried: with these waits, for about two hours.
pub const TRIES_MAX: u64 = 20;

/// How long to wait after so many tries. What the provider asks for is waited at least, and up to half
/// as long again by chance, so that not all comes at once.
pub fn wait_after(tries: u64, asked: Option<Duration>, random: &dyn Random) -> Duration {
    let doublings = u32::try_from(tries.saturating_sub(1).min(16)).unwrap_or(16);
    let wait = LEAST.saturating_mul(1 << doublings).min(MOST);
    let mut chance = [0];
    random.fill(&mut chance);
    let share = |wait: Duration| wait * u32::from(chance[0]) / 255;
    match asked {
        Some(asked) => asked + share(asked.min(MOST) / 2),
        None => wait / 2 + share(wait / 2),
    }
}

#[cfg(test)]
mod tests {
    use salala_core::SystemRandom;

    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_vary() {
        for (tries, most) in [(1, 2), (2, 4), (3, 8), (9, 512), (10, 600), (99, 600)] {
            let wait = wait_after(tries, None, &SystemRandom);
            let most = Duration::from_secs(most);
            assert!((most / 2..=most).contains(&wait), "{tries}: {wait:?}");
        }
    }

    #[test]
    fn a_wait_that_is_asked_for_is_kept() {
        let asked = Duration::from_secs(30);
        let wait = wait_after(1, Some(asked), &SystemRandom);
        assert!((asked..=asked * 3 / 2).contains(&wait), "{wait:?}");
    }
}
