//! Presence over several nodes, in Redis.
//!
//! `user_sockets:{userId}` is the set of a user's devices, and `online_users` that of the users who have
//! one: other services may read both. Coming and going is decided by one script on the first key alone,
//! so it holds on a cluster too; the second follows, and is set right with every renewal.
//!
//! Each node has a lease, which Redis lets run out, and a list of its own devices. A node whose lease is
//! gone has died, or was cut off: another one takes its devices out, and tells. What happens on this
//! node is noted in its memory first, so that nothing waits while Redis is away, and all of it can be
//! made again.
//!
//! - `keys`, `scripts`: what is in Redis, and how it is changed
//! - `shared`: the acts of one user, on a connection
//! - `lease`: this node's registration, and what is set right with each renewal
//! - `reaper`: taking dead nodes out

mod keys;
mod lease;
mod reaper;
mod scripts;
mod shared;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use salala_core::{Random, UserId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::keys::Incarnation;
use self::shared::Shared;
use super::Presence;
use super::in_process::Devices;
use crate::redis_link::{Backoff, LinkError, OnPush, RedisUrl, connect};

/// How long a lease lasts, and how often it is renewed.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// A node that was not heard of for so long is dead to the others.
    pub lease: Duration,
    /// Several times shorter, so that one lost renewal kills nobody.
    pub renewal: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { lease: Duration::from_secs(8), renewal: Duration::from_secs(2) }
    }
}

/// The devices of this node, which are in Redis too.
pub struct RedisPresence {
    url: RedisUrl,
    random: Arc<dyn Random>,
    times: Times,
    node: String,
    devices: Devices,
    /// `None` while Redis is away.
    link: Mutex<Option<Link>>,
    /// Whose last device here went while Redis was away; whether others are left elsewhere is asked when
    /// it is back.
    unsettled: Mutex<HashSet<UserId>>,
    found_gone: Mutex<HashSet<UserId>>,
}

/// A connection that is in use.
struct Link {
    shared: Shared,
    /// An answer did not come: another one is to be made.
    broken: CancellationToken,
}

impl RedisPresence {
    /// A node that is not in Redis yet: [`Presence::keep`] brings it there.
    pub fn new(url: RedisUrl, random: Arc<dyn Random>, times: Times) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self {
            url,
            times,
            node: UserId::from_bytes(bytes).to_string(),
            random,
            devices: Devices::default(),
            link: Mutex::new(None),
            unsettled: Mutex::default(),
            found_gone: Mutex::default(),
        }
    }

    /// Whether what happens here is in Redis at once.
    pub fn is_linked(&self) -> bool {
        self.link.lock().is_some()
    }

    fn link(&self) -> Option<Shared> {
        self.link.lock().as_ref().map(|link| link.shared.clone())
    }

    /// Goes on without Redis until it was reached anew.
    fn break_link(&self, error: &redis::RedisError) {
        if let Some(link) = self.link.lock().take() {
            tracing::warn!(%error, "Redis is away: presence of other nodes is not known");
            link.broken.cancel();
        }
    }

    /// Connects until the task is dropped, and keeps the lease on each connection until it breaks.
    async fn keep_link(&self) {
        let mut backoff = Backoff::new(Arc::clone(&self.random));
        let mut incarnation = Incarnation { node: self.node.clone(), generation: 0 };
        let no_push: OnPush = Arc::new(|_| {});
        let mut last_error: Option<LinkError> = None;
        loop {
            match connect(&self.url, &no_push).await {
                Ok(connection) => {
                    backoff.reset();
                    last_error = None;
                    metrics::counter!("salala_redis_connects_total", "link" => "presence")
                        .increment(1);
                    self.hold(connection, &mut incarnation).await;
                }
                Err(error) => {
                    if last_error.as_ref() != Some(&error) {
                        tracing::warn!("{error}; it is tried again until it can");
                    }
                    last_error = Some(error);
                }
            }
            tokio::time::sleep(backoff.next_wait()).await;
        }
    }

    /// Keeps the lease until the connection breaks.
    async fn hold(&self, connection: crate::redis_link::Connection, incarnation: &mut Incarnation) {
        // Nobody has heard of what Redis held before: each node has one lease of time to say it is there.
        let reap_from = Instant::now() + self.times.lease;
        let broken = CancellationToken::new();
        let kept = async {
            let mut shared = Shared { connection, incarnation: incarnation.clone() };
            self.join(&mut shared, incarnation, &broken).await?;
            let mut ticks = tokio::time::interval(self.times.renewal);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut upkeep = lease::Upkeep::default();
            loop {
                ticks.tick().await;
                self.renew(&mut shared, incarnation, &mut upkeep).await?;
                if Instant::now() >= reap_from {
                    self.reap(&mut shared).await?;
                }
            }
        };
        tokio::select! {
            outcome = kept => {
                let outcome: Result<std::convert::Infallible, redis::RedisError> = outcome;
                let Err(error) = outcome;
                self.break_link(&error);
                tracing::debug!(%error, "the connection of presence to Redis ended");
            }
            () = broken.cancelled() => {}
        }
    }

    fn note_gone(&self, user_ids: impl IntoIterator<Item = UserId>) {
        let mut found_gone = self.found_gone.lock();
        found_gone.extend(user_ids.into_iter().filter(|id| !self.devices.has_user(*id)));
    }
}

impl Presence for RedisPresence {
    fn set_online<'a>(
        &'a self,
        user_id: UserId,
        socket_id: &'a str,
        most: u32,
    ) -> BoxFuture<'a, Option<bool>> {
        Box::pin(async move {
            let is_first_here = self.devices.add(user_id, socket_id, most)?;
            let Some(mut shared) = self.link() else { return Some(is_first_here) };
            match shared.add(user_id, socket_id, most).await {
                Ok(Some(is_first)) => Some(is_first),
                Ok(None) => {
                    self.devices.take(user_id, socket_id);
                    None
                }
                Err(error) => {
                    self.break_link(&error);
                    Some(is_first_here)
                }
            }
        })
    }

    fn set_offline<'a>(&'a self, user_id: UserId, socket_id: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let was_last_here = self.devices.take(user_id, socket_id);
            let outcome = match self.link() {
                Some(mut shared) => Some(shared.take(user_id, socket_id).await),
                None => None,
            };
            match outcome {
                Some(Ok(is_last)) => return is_last,
                Some(Err(error)) => self.break_link(&error),
                None => {}
            }
            if was_last_here {
                self.unsettled.lock().insert(user_id);
            }
            false
        })
    }

    fn remove(&self, user_id: UserId) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let was_here = self.devices.take_user(user_id);
            let Some(mut shared) = self.link() else { return was_here };
            shared.take_user(user_id).await.unwrap_or_else(|error| {
                self.break_link(&error);
                was_here
            })
        })
    }

    fn is_online(&self, user_id: UserId) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            if self.devices.has_user(user_id) {
                return true;
            }
            let Some(mut shared) = self.link() else { return false };
            shared.has_user(user_id).await.unwrap_or_else(|error| {
                self.break_link(&error);
                false
            })
        })
    }

    fn are_online<'a>(&'a self, user_ids: &'a [UserId]) -> BoxFuture<'a, HashSet<UserId>> {
        Box::pin(async move {
            let is_here = |user_id: &UserId| self.devices.has_user(*user_id);
            let mut online: HashSet<UserId> = user_ids.iter().copied().filter(is_here).collect();
            let others: Vec<UserId> =
                user_ids.iter().copied().filter(|id| !online.contains(id)).collect();
            if let Some(mut shared) = self.link().filter(|_| !others.is_empty()) {
                match shared.are_online(&others).await {
                    Ok(elsewhere) => online.extend(elsewhere),
                    Err(error) => self.break_link(&error),
                }
            }
            online
        })
    }

    fn online_users<'a>(
        &'a self,
        from: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, (Vec<UserId>, Option<String>)> {
        Box::pin(async move {
            let page = match self.link() {
                Some(mut shared) => shared.online_users(from, limit).await,
                None => return (Vec::new(), None),
            };
            page.unwrap_or_else(|error| {
                self.break_link(&error);
                (Vec::new(), None)
            })
        })
    }

    fn devices(&self, user_id: UserId) -> BoxFuture<'_, HashSet<String>> {
        Box::pin(async move {
            let mut devices = self.devices.of(user_id);
            if let Some(mut shared) = self.link() {
                match shared.devices(user_id).await {
                    Ok(elsewhere) => devices.extend(elsewhere),
                    Err(error) => self.break_link(&error),
                }
            }
            devices
        })
    }

    fn take_found_gone(&self) -> Vec<UserId> {
        self.found_gone.lock().drain().collect()
    }

    fn close(&self) -> BoxFuture<'_, Vec<UserId>> {
        Box::pin(self.leave())
    }

    fn keep(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.keep_link())
    }
}
