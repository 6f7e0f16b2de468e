//! Telling devices whose users are not looking: from the store's outbox to Firebase and to browsers.
//!
//! - [`worker`]: leases what is due, and notes what became of it
//! - [`decide`]: whether a push is sent, from what is known at that moment
//! - [`notice`]: what a device is told
//! - [`viewing`]: what has to be asked of the gateway: who is looking at what
//! - [`provider`]: the way to a device, of which there are two: [`fcm`] and [`web_push`]
//! - [`account`], [`keys`]: by what providers know this server
//! - [`client`], [`hosts`]: requests to others, bounded in time, size and place
//! - [`backoff`]: when something is tried again

pub mod account;
pub mod backoff;
pub mod client;
pub mod decide;
pub mod fcm;
pub mod hosts;
pub mod keys;
pub mod notice;
pub mod provider;
pub mod viewing;
pub mod web_push;
pub mod worker;

use std::path::PathBuf;
use std::time::Duration;

use crate::config::Secret;

/// What an operator may set of it.
#[derive(Clone, Debug)]
pub struct PushSettings {
    /// Firebase's name of the project, in the place of the file's.
    pub project_id: Option<String>,
    /// The service account, if it is named by variables.
    pub client_email: Option<String>,
    /// Its private key: PEM, perhaps with `\n` for the ends of lines.
    pub private_key: Option<Secret>,
    /// The service account's file, as Google gives it.
    pub credentials: Option<PathBuf>,
    /// Where Firebase is reached, if not at Google's own address.
    pub fcm_base_url: Option<String>,
    /// Whom browsers' push services may write to.
    pub vapid_subject: Option<String>,
    /// How long a message waits to be read before it is pushed.
    pub wait: Duration,
    /// Subscriptions may lead to private addresses, and by plain HTTP: for tests.
    pub may_reach_private: bool,
}

impl Default for PushSettings {
    fn default() -> Self {
        Self {
            project_id: None,
            client_email: None,
            private_key: None,
            credentials: None,
            fcm_base_url: None,
            vapid_subject: None,
            wait: Duration::from_secs(3),
            may_reach_private: false,
        }
    }
}
