//! The private id under which a session may be recovered: made here, echoed by the client, and worth
//! something only to the user and the sign-in that it was made for.
//!
//! It is a version byte, the position in the log at which the session began, the session's own 16 random
//! bytes, and an HMAC over these, the user, the sign-in and the life of the database. It is no JWT
//! and opens nothing by itself: a token goes with it. Its key comes from `JWT_SECRET` by HKDF, so that
//! it holds over restarts and on every node.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use salala_core::Random;
use salala_store::ports::views::RecoveryId;
use sha2::Sha256;

use super::offset::Epoch;
use crate::auth::Identity;
use crate::config::Secret;

/// Makes and verifies pids.
pub(in crate::gateway) struct Pids {
    /// The HMAC with its key, to be copied.
    mac: Hmac<Sha256>,
}

/// What a pid says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gateway) struct Pid {
    /// Where in the log the session began: it is owed all after it.
    pub(in crate::gateway) start: u64,
    /// Which session.
    pub(in crate::gateway) recovery_id: RecoveryId,
}

const VERSION: u8 = 1;
const PURPOSE: &[u8] = b"salala connection state recovery";
const HEAD_BYTES: usize = 1 + 8 + 16;
const MAC_BYTES: usize = 16;

impl Pids {
    /// Pids of this secret.
    pub(in crate::gateway) fn new(secret: &Secret) -> Self {
        let mut key = [0; 64];
        // 64 bytes are far less than what HKDF gives at most, so it cannot fail.
        if Hkdf::<Sha256>::new(None, secret.as_bytes()).expand(PURPOSE, &mut key).is_err() {
            tracing::error!("the key of recoverable sessions cannot be derived");
        }
        Self { mac: Hmac::new(&key.into()) }
    }

    /// A new session that begins at a position.
    pub(in crate::gateway) fn make(
        &self,
        identity: Identity,
        epoch: &Epoch,
        start: u64,
        random: &dyn Random,
    ) -> (String, Pid) {
        let mut id = [0; 16];
        random.fill(&mut id);
        let mut bytes = Vec::with_capacity(HEAD_BYTES + MAC_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&start.to_be_bytes());
        bytes.extend_from_slice(&id);
        let mac = self.mac_of(&bytes, identity, epoch).finalize().into_bytes();
        bytes.extend(mac.iter().take(MAC_BYTES));
        (URL_SAFE_NO_PAD.encode(bytes), Pid { start, recovery_id: RecoveryId(id) })
    }

    /// What a pid says, if it was made here for this user, this sign-in and this life of the database.
    pub(in crate::gateway) fn verify(
        &self,
        text: &str,
        identity: Identity,
        epoch: &Epoch,
    ) -> Option<Pid> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, mac) = bytes.split_at_checked(HEAD_BYTES)?;
        if mac.len() != MAC_BYTES {
            return None;
        }
        self.mac_of(head, identity, epoch).verify_truncated_left(mac).ok()?;
        let (version, rest) = head.split_first()?;
        let (start, id) = rest.split_first_chunk::<8>()?;
        if *version != VERSION {
            return None;
        }
        let recovery_id = RecoveryId(id.try_into().ok()?);
        Some(Pid { start: u64::from_be_bytes(*start), recovery_id })
    }

    /// Every part has a length of its own or ends the text, so that no two inputs read the same.
    fn mac_of(&self, head: &[u8], identity: Identity, epoch: &Epoch) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(head);
        mac.update(identity.user_id.as_bytes());
        match identity.session_id {
            Some(session_id) => {
                mac.update(&[1]);
                mac.update(session_id.as_bytes());
            }
            None => mac.update(&[0; 17]),
        }
        mac.update(epoch.as_str().as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use salala_core::{SessionId, SystemRandom, UserId};

    use super::super::offset::Offsets;
    use super::*;

    const ANN: UserId = UserId::from_bytes([1; 16]);
    const BEN: UserId = UserId::from_bytes([2; 16]);
    const PHONE: Option<SessionId> = Some(SessionId::from_bytes([3; 16]));
    const LAPTOP: Option<SessionId> = Some(SessionId::from_bytes([4; 16]));

    fn pids(secret: &str) -> Pids {
        Pids::new(&Secret::parse(secret).unwrap())
    }

    fn epoch(number: u8) -> Epoch {
        let offsets = Offsets::default();
        offsets.start([number; 16], 0);
        offsets.epoch().unwrap().clone()
    }

    #[test]
    fn a_pid_is_worth_something_only_to_whom_it_was_made_for() {
        let here = pids("0123456789abcdef");
        let of = |user_id, session_id| Identity { user_id, session_id };
        for session_id in [PHONE, None] {
            let (text, pid) = here.make(of(ANN, session_id), &epoch(1), 77, &SystemRandom);
            assert_eq!(pid.start, 77);
            assert_eq!(here.verify(&text, of(ANN, session_id), &epoch(1)), Some(pid));
            assert_eq!(here.verify(&text, of(BEN, session_id), &epoch(1)), None);
            assert_eq!(here.verify(&text, of(ANN, LAPTOP), &epoch(1)), None);
            assert_eq!(here.verify(&text, of(ANN, session_id), &epoch(2)), None);
            let elsewhere = pids("fedcba9876543210");
            assert_eq!(elsewhere.verify(&text, of(ANN, session_id), &epoch(1)), None);
        }
    }

    #[test]
    fn a_pid_that_was_changed_anywhere_is_none() {
        let here = pids("0123456789abcdef");
        let ann = Identity { user_id: ANN, session_id: PHONE };
        let (text, _) = here.make(ann, &epoch(1), 77, &SystemRandom);
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(here.verify(&changed, ann, &epoch(1)), None, "byte {place}");
        }
        for changed in ["", "?", &text[1..], &text[..text.len() - 2], &format!("{text}AAAA")] {
            assert_eq!(here.verify(changed, ann, &epoch(1)), None, "{changed}");
        }
        let (other, _) = here.make(ann, &epoch(1), 77, &SystemRandom);
        assert_ne!(text, other);
    }
}
