//! The last argument of every event: how far its receiver has come in the log.
//!
//! `1.<epoch>.<settled>.<own>`: all up to `settled` was given to whoever has this, and beyond it the event
//! at the position `own`, or `-` for an event that is not in the log. The same bytes go to all who
//! hear an event. It is no secret, and proves nothing but what its owner says to have.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Makes offsets, and knows how far this node has told the log.
#[derive(Debug, Default)]
pub(in crate::gateway) struct Offsets {
    epoch: OnceLock<Epoch>,
    told: AtomicU64,
}

/// A life of the database, in as many characters as every event can bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gateway) struct Epoch(Box<str>);

/// An offset that a client presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offset<'a> {
    epoch: &'a str,
    reached: Reached,
}

/// How far a client has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    /// It was given all up to here.
    pub(super) settled: u64,
    /// And the event here.
    pub(super) own: Option<u64>,
}

const VERSION: &str = "1";

/// Of the epoch's 16 random bytes: enough that no two lives of a database meet.
const EPOCH_BYTES: usize = 6;

impl Offsets {
    /// Notes what life of the database this is, and how far its log goes.
    pub(in crate::gateway) fn start(&self, epoch: [u8; 16], position: u64) {
        self.advance(position);
        let [bytes @ .., _, _, _, _, _, _, _, _, _, _] = epoch;
        let _: [u8; EPOCH_BYTES] = bytes;
        self.epoch.get_or_init(|| Epoch(URL_SAFE_NO_PAD.encode(bytes).into()));
    }

    /// The life of the database, once it was read.
    pub(in crate::gateway) fn epoch(&self) -> Option<&Epoch> {
        self.epoch.get()
    }

    /// Up to where everything was told.
    pub(in crate::gateway) fn told(&self) -> u64 {
        self.told.load(Ordering::Acquire)
    }

    /// Notes that everything up to a position was told.
    pub(in crate::gateway) fn advance(&self, position: u64) {
        self.told.fetch_max(position, Ordering::AcqRel);
    }

    /// For an event that is not in the log.
    pub(in crate::gateway) fn passing(&self) -> String {
        format!("{VERSION}.{}.{}.-", self.epoch_text(), self.told())
    }

    /// For the event of the log at `own`, with which all up to `settled` was told.
    pub(in crate::gateway) fn durable(&self, settled: u64, own: u64) -> String {
        format!("{VERSION}.{}.{settled}.{own}", self.epoch_text())
    }

    /// Nobody is let in before it was read.
    fn epoch_text(&self) -> &str {
        self.epoch.get().map_or("", Epoch::as_str)
    }
}

impl Epoch {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> Offset<'a> {
    /// Reads an offset; `None` for any other text.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split('.');
        let (version, epoch) = (parts.next()?, parts.next()?);
        let settled = parse_position(parts.next()?)?;
        let own = match parts.next()? {
            "-" => None,
            own => Some(parse_position(own)?),
        };
        if version != VERSION || parts.next().is_some() {
            return None;
        }
        Some(Self { epoch, reached: Reached { settled, own } })
    }

    /// How far it says a client came in this life of the database; `None` if it is of another.
    pub(super) fn reached_in(&self, epoch: &Epoch) -> Option<Reached> {
        (self.epoch == epoch.as_str()).then_some(self.reached)
    }
}

/// Digits alone: `u64::from_str` would take a sign as well.
fn parse_position(text: &str) -> Option<u64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offsets() -> Offsets {
        let offsets = Offsets::default();
        offsets.start([7; 16], 5);
        offsets
    }

    #[test]
    fn an_offset_says_what_was_told_when_it_was_made() {
        let offsets = offsets();
        assert_eq!(offsets.passing(), "1.BwcHBwcH.5.-");
        offsets.advance(9);
        offsets.advance(8);
        assert_eq!(offsets.passing(), "1.BwcHBwcH.9.-");
        assert_eq!(offsets.durable(10, 12), "1.BwcHBwcH.10.12");
    }

    #[test]
    fn other_texts_are_no_offsets() {
        for text in [
            "",
            "1",
            "1.a.5",
            "1.a.5.-.",
            "2.a.5.-",
            "1.a.+5.-",
            "1.a.5.+6",
            "1.a.-1.-",
            "1.a.5.",
            "1.a..5",
            "1.a.5.--",
            "0192f0c1-0000-7000-8000-000000000000",
            "1.a.18446744073709551616.-",
        ] {
            assert_eq!(Offset::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_offset_of_another_life_of_the_database_says_nothing() {
        let text = offsets().passing();
        let other = Offsets::default();
        other.start([8; 16], 5);
        let offset = Offset::parse(&text).unwrap();
        assert_eq!(offset.reached_in(other.epoch().unwrap()), None);
        let reached = Reached { settled: 5, own: None };
        assert_eq!(offset.reached_in(offsets().epoch().unwrap()), Some(reached));
    }

    proptest! {
        #[test]
        fn what_was_made_is_read_and_nothing_panics(
            settled in any::<u64>(), own in any::<u64>(), text in ".{0,30}",
        ) {
            let offsets = offsets();
            let made = offsets.durable(settled, own);
            let reached = Offset::parse(&made).unwrap().reached_in(offsets.epoch().unwrap());
            prop_assert_eq!(reached, Some(Reached { settled, own: Some(own) }));
            let is_ours = Offset::parse(&text).is_some();
            prop_assert!(!is_ours || text.starts_with("1."));
        }
    }
}
