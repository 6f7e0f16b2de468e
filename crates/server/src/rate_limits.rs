//! How often somebody may do something.
//!
//! A limit of `count/seconds` lets `count` through at once, and then as many in each such span as the
//! virtual scheduling algorithm gives (GCRA, ITU-T I.371): no windows at whose edges twice as many pass,
//! and one number for each key.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use parking_lot::Mutex;
use salala_core::wire::{Error, ErrorCode};
use salala_core::{Timestamp, UserId};

/// Keys that one limiter remembers; while that many are busy, a new one has to wait.
const KEYS_MAX: usize = 100_000;

/// So many times the rate of one account from one address may fail for the account from everywhere, and
/// for the address over all accounts: an office has many people behind one address.
const ACCOUNT_FACTOR: u32 = 10;
const ADDRESS_FACTOR: u32 = 20;

/// Exports of one user: each reads all that they ever wrote.
const EXPORTS_PER_HOUR: u32 = 10;

/// So many times the rate of one user's connects may come from one address.
const CONNECT_ADDRESS_FACTOR: u32 = 10;

/// So many times in such a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    count: u32,
    period: Duration,
}

impl Rate {
    /// So many times in such a span; `None` if either is zero.
    pub fn new(count: u32, period: Duration) -> Option<Self> {
        (count > 0 && !period.is_zero()).then_some(Self { count, period })
    }

    fn times(self, factor: u32) -> Self {
        Self { count: self.count.saturating_mul(factor), ..self }
    }
}

/// Counts by key against a rate; without a rate it lets everything through.
#[derive(Debug)]
pub struct RateLimiter<K> {
    rate: Option<Rate>,
    /// When each key would have used up what it took, in microseconds; a key whose moment has passed is
    /// the same as none.
    busy_until: Mutex<HashMap<K, i64>>,
}

impl<K: Eq + Hash> RateLimiter<K> {
    /// For this rate.
    pub fn new(rate: Option<Rate>) -> Self {
        Self { rate, busy_until: Mutex::default() }
    }

    /// Takes one. The error is how long to wait until one may be taken.
    pub fn take(&self, key: K, now: Timestamp) -> Result<(), Duration> {
        let Some(rate) = self.rate else { return Ok(()) };
        let (now, period) = (now.unix_ms().saturating_mul(1_000), micros(rate.period));
        let step = (period / i64::from(rate.count)).max(1);
        let mut busy_until = self.busy_until.lock();
        if busy_until.len() >= KEYS_MAX && !busy_until.contains_key(&key) {
            busy_until.retain(|_, until| *until > now);
            if busy_until.len() >= KEYS_MAX {
                return Err(Duration::from_secs(1));
            }
        }
        let until = busy_until.entry(key).or_insert(now);
        // Farther than one can get by taking: the clock was set back.
        if *until > now.saturating_add(period) {
            *until = now;
        }
        let next = (*until).max(now).saturating_add(step);
        let early = next.saturating_sub(now.saturating_add(period));
        if early > 0 {
            return Err(Duration::from_micros(early.unsigned_abs()));
        }
        *until = next;
        Ok(())
    }

    /// Gives back one that was taken.
    pub fn give_back(&self, key: &K) {
        let Some(rate) = self.rate else { return };
        let step = (micros(rate.period) / i64::from(rate.count)).max(1);
        if let Some(until) = self.busy_until.lock().get_mut(key) {
            *until = until.saturating_sub(step);
        }
    }
}

/// Limits of what a signed-in user does.
#[derive(Debug)]
pub struct UserLimits {
    sends: RateLimiter<UserId>,
    signals: RateLimiter<UserId>,
    exports: RateLimiter<UserId>,
}

impl UserLimits {
    /// For these rates.
    pub fn new(sends: Option<Rate>, signals: Option<Rate>) -> Self {
        Self {
            sends: RateLimiter::new(sends),
            signals: RateLimiter::new(signals),
            exports: RateLimiter::new(Rate::new(EXPORTS_PER_HOUR, Duration::from_hours(1))),
        }
    }

    /// Before anything is stored that others see: a message, an edit, a reaction.
    pub fn send(&self, user_id: UserId, now: Timestamp) -> Result<(), Error> {
        self.sends.take(user_id, now).map_err(|wait| limited("sends", wait))
    }

    /// Before what is asked often and keeps little: typing, read marks, joining and leaving rooms.
    pub fn signal(&self, user_id: UserId, now: Timestamp) -> Result<(), Error> {
        self.signals.take(user_id, now).map_err(|wait| limited("signals", wait))
    }

    /// Before everything held about the user is read.
    pub fn export(&self, user_id: UserId, now: Timestamp) -> Result<(), Error> {
        self.exports.take(user_id, now).map_err(|wait| limited("exports", wait))
    }
}

/// Limits of who connects: sockets of a user, and handshakes from an address, behind which many may be.
#[derive(Debug)]
pub struct ConnectLimits {
    users: RateLimiter<UserId>,
    addresses: RateLimiter<IpAddr>,
}

impl ConnectLimits {
    /// For this rate of one user.
    pub fn new(rate: Option<Rate>) -> Self {
        Self {
            users: RateLimiter::new(rate),
            addresses: RateLimiter::new(rate.map(|rate| rate.times(CONNECT_ADDRESS_FACTOR))),
        }
    }

    /// Before a handshake from an address is answered. The error is how long to wait.
    pub fn handshake(&self, address: IpAddr, now: Timestamp) -> Result<(), Duration> {
        self.addresses.take(network_of(address), now).inspect_err(|_| count_refusal("connects"))
    }

    /// Before a socket of a user is let in. The error is how long to wait.
    pub fn socket(&self, user_id: UserId, now: Timestamp) -> Result<(), Duration> {
        self.users.take(user_id, now).inspect_err(|_| count_refusal("connects"))
    }
}

/// Limits of who guesses passwords and tokens. An attempt is counted before it is made, so that many at
/// once are limited too, and given back unless it fails: only failures count.
#[derive(Debug)]
pub struct AuthLimits {
    pairs: RateLimiter<(String, Option<IpAddr>)>,
    accounts: RateLimiter<String>,
    addresses: RateLimiter<Option<IpAddr>>,
}

/// An attempt that counts as a failure unless it is told otherwise.
#[derive(Debug)]
#[must_use]
pub struct Attempt<'a> {
    limits: &'a AuthLimits,
    account: Option<String>,
    address: Option<IpAddr>,
}

impl AuthLimits {
    /// For this rate of one account from one address.
    pub fn new(rate: Option<Rate>) -> Self {
        Self {
            pairs: RateLimiter::new(rate),
            accounts: RateLimiter::new(rate.map(|rate| rate.times(ACCOUNT_FACTOR))),
            addresses: RateLimiter::new(rate.map(|rate| rate.times(ADDRESS_FACTOR))),
        }
    }

    /// Begins an attempt from an address, on an account if one is named, whether or not there is one:
    /// the answer must not tell.
    pub fn begin(
        &self,
        account: Option<&str>,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt<'_>, Error> {
        let address = address.and_then(|address| address.parse().ok()).map(network_of);
        let account = account.map(str::to_lowercase);
        let refuse = |wait| limited("sign-ins", wait);
        if address.is_some() {
            self.addresses.take(address, now).map_err(refuse)?;
        }
        let Some(account) = account else {
            return Ok(Attempt { limits: self, account: None, address });
        };
        let pair = (account.clone(), address);
        if let Err(wait) = self.pairs.take(pair.clone(), now) {
            self.addresses.give_back(&address);
            return Err(refuse(wait));
        }
        if let Err(wait) = self.accounts.take(account.clone(), now) {
            self.addresses.give_back(&address);
            self.pairs.give_back(&pair);
            return Err(refuse(wait));
        }
        Ok(Attempt { limits: self, account: Some(account), address })
    }
}

impl Attempt<'_> {
    /// Counts it if its outcome is one that a wrong guess has.
    pub fn settle<T>(self, outcome: &Result<T, Error>) {
        let is_guess = matches!(
            outcome,
            Err(Error { code: ErrorCode::Unauthorized | ErrorCode::Forbidden, .. })
        );
        if !is_guess {
            self.succeed();
        }
    }

    fn succeed(self) {
        let Self { limits, account, address } = self;
        limits.addresses.give_back(&address);
        if let Some(account) = account {
            limits.accounts.give_back(&account);
            limits.pairs.give_back(&(account, address));
        }
    }
}

/// What one customer of a provider has: an address of IPv4, 64 bits of IPv6.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let bits = address.to_bits() >> 64 << 64;
            IpAddr::V6(bits.into())
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn limited(what: &'static str, wait: Duration) -> Error {
    count_refusal(what);
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
    Error { retry_after_ms: Some(wait_ms), ..ErrorCode::RateLimited.into() }
}

fn count_refusal(what: &'static str) {
    metrics::counter!("salala_rate_limited_total", "what" => what).increment(1);
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_795_000_000_000 + ms)
    }

    fn rate(count: u32, seconds: u64) -> Option<Rate> {
        Rate::new(count, Duration::from_secs(seconds))
    }

    #[test]
    fn so_many_pass_at_once_and_then_one_by_one() {
        let limiter = RateLimiter::new(rate(3, 30));
        for _ in 0..3 {
            assert_eq!(limiter.take("a", at(0)), Ok(()));
        }
        assert_eq!(limiter.take("a", at(0)), Err(Duration::from_secs(10)));
        assert_eq!(limiter.take("b", at(0)), Ok(()));
        assert_eq!(limiter.take("a", at(9_999)), Err(Duration::from_millis(1)));
        assert_eq!(limiter.take("a", at(10_000)), Ok(()));
        assert!(limiter.take("a", at(10_000)).is_err());
        limiter.give_back(&"a");
        assert_eq!(limiter.take("a", at(10_000)), Ok(()));
        assert!(RateLimiter::new(None).take("a", at(0)).is_ok());
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let limiter = RateLimiter::new(rate(1, 60));
        limiter.take("a", at(10_000_000)).unwrap();
        assert_eq!(limiter.take("a", at(0)), Ok(()));
    }

    #[test]
    fn only_failures_count_against_an_account() {
        let limits = AuthLimits::new(rate(2, 60));
        for _ in 0..100 {
            limits.begin(Some("ann"), Some("192.0.2.1"), at(0)).unwrap().succeed();
        }
        for _ in 0..2 {
            drop(limits.begin(Some("ANN"), Some("192.0.2.1"), at(0)).unwrap());
        }
        let refused = limits.begin(Some("ann"), Some("192.0.2.1"), at(0)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::RateLimited);
        assert_eq!(refused.retry_after_ms, Some(30_001));
        // From elsewhere she may, and from here others.
        limits.begin(Some("ann"), Some("192.0.2.2"), at(0)).unwrap().succeed();
        limits.begin(Some("ben"), Some("192.0.2.1"), at(0)).unwrap().succeed();
    }

    #[test]
    fn an_address_and_an_account_have_wider_bounds() {
        let limits = AuthLimits::new(rate(1, 60));
        let fails = |account: &str, address: &str| {
            limits.begin(Some(account), Some(address), at(0)).map(drop).is_err()
        };
        let from_one: Vec<_> = (0..30).map(|n| fails(&format!("user{n}"), "2001:db8::1")).collect();
        assert_eq!(from_one.iter().filter(|refused| !**refused).count(), 20);
        // Another address of the same customer.
        assert!(fails("new", "2001:db8::2") && !fails("new", "2001:db8:0:1::2"));
        let on_one: Vec<_> = (0..30).map(|n| fails("ann", &format!("192.0.2.{n}"))).collect();
        assert_eq!(on_one.iter().filter(|refused| !**refused).count(), 10);
    }

    proptest::proptest! {
        #[test]
        fn never_more_than_the_burst_and_the_rate_pass(
            count in 1..50_u32,
            seconds in 1..100_u64,
            steps in proptest::collection::vec(0..2_000_i64, 1..300),
        ) {
            let limiter = RateLimiter::new(rate(count, seconds));
            let (mut now, mut passed) = (0, 0_i64);
            for step in steps {
                now += step;
                match limiter.take((), at(now)) {
                    Ok(()) => passed += 1,
                    Err(wait) => {
                        // One may be taken after the wait, rounded up to the clock's step.
                        let wait_ms = i64::try_from(wait.as_millis()).unwrap() + 1;
                        assert!(wait <= Duration::from_secs(seconds));
                        now += wait_ms;
                        assert_eq!(limiter.take((), at(now)), Ok(()));
                        passed += 1;
                    }
                }
            }
            let most = i64::from(count) + now * i64::from(count) / (1_000 * i64::try_from(seconds).unwrap());
            // Dividing the span by the count rounds each step down by less than a microsecond.
            assert!(passed <= most + 1 + passed / 100, "{passed} of {most}");
        }
    }
}
