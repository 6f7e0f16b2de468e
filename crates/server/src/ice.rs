//! The servers that help two browsers to find each other, with credentials for a while.
//!
//! Credentials are those of coturn's `use-auth-secret` (the "TURN REST API" of
//! draft-uberti-behave-turn-rest): the name is `expiry:user`, the password an HMAC of the name, so the
//! relay checks them with the shared secret alone and nothing is stored.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use salala_core::wire::shapes::{IceServer, IceServers};
use salala_core::{Timestamp, UserId};
use sha1::Sha1;

use crate::config::Secret;

/// How long credentials are good: longer than people talk.
pub const CREDENTIALS_TTL: Duration = Duration::from_hours(12);

/// What the operator set.
#[derive(Clone, Debug, Default)]
pub struct Ice {
    /// Servers that tell a browser its address.
    pub stun_urls: Vec<String>,
    /// Relays.
    pub turn_urls: Vec<String>,
    /// Shared with the relays.
    pub turn_secret: Option<Secret>,
}

impl Ice {
    /// The servers for a user, as `RTCPeerConnection` takes them.
    pub fn servers_for(&self, user_id: UserId, now: Timestamp) -> Vec<IceServer> {
        let stun = (!self.stun_urls.is_empty()).then(|| IceServer {
            urls: self.stun_urls.clone(),
            username: None,
            credential: None,
        });
        let turn = self.turn_secret.as_ref().filter(|_| !self.turn_urls.is_empty());
        let turn = turn.and_then(|secret| {
            let username = format!("{}:{user_id}", now.plus(CREDENTIALS_TTL).unix_seconds());
            let credential = password(secret, &username)?;
            Some(IceServer {
                urls: self.turn_urls.clone(),
                username: Some(username),
                credential: Some(credential),
            })
        });
        stun.into_iter().chain(turn).collect()
    }

    /// The password that goes with a name, whether or not its time is over.
    pub fn password_of(&self, username: &str) -> Option<String> {
        password(self.turn_secret.as_ref()?, username)
    }

    /// The same, with how long it is good.
    pub fn answer_for(&self, user_id: UserId, now: Timestamp) -> IceServers {
        IceServers { ice_servers: self.servers_for(user_id, now), ttl: CREDENTIALS_TTL.as_secs() }
    }
}

fn password(secret: &Secret, username: &str) -> Option<String> {
    // An HMAC takes keys of any length, so there is no error.
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(username.as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: UserId = UserId::from_bytes([7; 16]);

    fn ice() -> Ice {
        Ice {
            stun_urls: vec!["stun:stun.example.org".to_owned()],
            turn_urls: vec!["turn:turn.example.org?transport=udp".to_owned()],
            turn_secret: Some(Secret::shared("north").unwrap()),
        }
    }

    #[test]
    fn a_relay_comes_with_a_name_that_runs_out_and_its_hmac() {
        let servers = ice().servers_for(USER, Timestamp::from_unix_ms(1_795_376_634_491));
        let username = "1795419834:07070707-0707-0707-0707-070707070707";
        assert_eq!(servers[0].username, None);
        assert_eq!(servers[1].username.as_deref(), Some(username));
        // echo -n USERNAME | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(servers[1].credential.as_deref(), Some("JYTCu1Rxr6QZNJJGwQwRx3wxdyM="));
    }

    #[test]
    fn what_is_not_set_is_left_out() {
        assert!(Ice::default().servers_for(USER, Timestamp::from_unix_ms(0)).is_empty());
        let without_secret = Ice { turn_secret: None, ..ice() };
        assert_eq!(without_secret.servers_for(USER, Timestamp::from_unix_ms(0)).len(), 1);
    }
}
