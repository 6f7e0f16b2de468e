//! A socket's way into its rooms while events are told: it hears all from one position of the log on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use salala_core::{ConversationId, UserId};
use salala_socketio::Socket;
use salala_store::log::{Audience, Interest};
use salala_store::ports::sessions::Acquaintances;
use tokio::time::timeout;

use super::Hub;
use crate::gateway::recovery::Offsets;
use crate::gateway::rooms;
use crate::gateway::sockets::Sockets;

/// Events are of interest here to whose rooms somebody is in.
pub(in crate::gateway) struct RoomsHere {
    sockets: Arc<Sockets>,
    offsets: Arc<Offsets>,
    /// Up to here the log is told by who was in rooms before.
    reached: AtomicU64,
}

/// Sockets of a user that are between reading their conversations and being in their rooms.
#[derive(Default)]
pub(super) struct Entering {
    pub(super) sockets: usize,
    /// Conversations that the user was taken out of meanwhile, with the `members_version` of it. What
    /// was read before that version must not bring the socket back in.
    pub(super) removals: Vec<(ConversationId, u64)>,
}

/// The log was not told far enough in time: the storage is away, or too slow.
pub(in crate::gateway) struct Behind;

/// One socket's way in. Dropped without [`EntryGuard::finish`], the socket was not let in.
pub(in crate::gateway) struct EntryGuard<'a> {
    hub: &'a Hub,
    user_id: UserId,
}

/// How long an entry waits for events that the store has committed. They are told at once: what does not
/// come in the embedded store was written by a command beside the server, and nobody will tell it.
const COMMITS_TIMEOUT: Duration = Duration::from_secs(5);

impl RoomsHere {
    pub(super) fn new(sockets: Arc<Sockets>, offsets: Arc<Offsets>) -> Self {
        Self { sockets, offsets, reached: AtomicU64::new(0) }
    }
}

impl Hub {
    /// Begins a socket's way in, before its conversations are read.
    pub(in crate::gateway) fn begin_entry(&self, user_id: UserId) -> EntryGuard<'_> {
        self.entering.lock().entry(user_id).or_default().sockets += 1;
        EntryGuard { hub: self, user_id }
    }
}

impl EntryGuard<'_> {
    /// Lets the socket into the rooms of the conversations that were read, but for those that its
    /// user was taken out of after the reading; and into those of `views` as far as it is a member.
    ///
    /// Gives the position in the log from which on it hears everything: not before the one at which
    /// memberships were read, since what was told before may be from before the user came.
    pub(in crate::gateway) async fn finish(
        self,
        socket: &Socket,
        acquaintances: &Acquaintances,
        views: &[ConversationId],
    ) -> Result<u64, Behind> {
        let hub = self.hub;
        self.wait_until_told(acquaintances.position).await?;
        let opened = self.join_rooms(socket, acquaintances, views);
        // What is told already was looked at before this socket was in its rooms.
        self.wait_until_told(hub.interest.reached.load(Ordering::SeqCst)).await?;
        let _no_event_is_told_meanwhile = hub.entering.lock();
        hub.meter.lock().forget(&opened);
        // What was emitted on the way in is of events up to here: they are told by a replay, or were
        // before the session began.
        socket.discard_held();
        Ok(hub.offsets.told())
    }

    async fn wait_until_told(&self, position: u64) -> Result<(), Behind> {
        let hub = self.hub;
        let mut progress = hub.progress.subscribe();
        let told = progress.wait_for(|()| hub.offsets.told() >= position);
        if timeout(COMMITS_TIMEOUT, told).await.is_ok() {
            return Ok(());
        }
        if hub.hears_others.load(Ordering::Relaxed) {
            return Err(Behind);
        }
        tracing::warn!(position, "another process wrote events, which were told to nobody");
        hub.offsets.advance(position);
        Ok(())
    }

    /// Gives the conversations of which nobody was here before.
    fn join_rooms(
        &self,
        socket: &Socket,
        acquaintances: &Acquaintances,
        views: &[ConversationId],
    ) -> Vec<ConversationId> {
        let mut opened = Vec::new();
        let entering = self.hub.entering.lock();
        let removals = entering.get(&self.user_id).map_or(&[][..], |entering| &entering.removals);
        for (id, version) in &acquaintances.conversations {
            let is_stale = removals
                .iter()
                .any(|(removed_id, removed_version)| removed_id == id && removed_version > version);
            if !is_stale {
                let room = rooms::members(*id);
                if !self.hub.sockets.has_room(&room) {
                    opened.push(*id);
                }
                socket.join(&room);
            }
        }
        for id in views {
            if socket.in_room(&rooms::members(*id)) {
                socket.join(&rooms::viewers(*id));
            }
        }
        opened
    }
}

impl Interest for RoomsHere {
    fn reach(&self, position: u64) {
        self.reached.fetch_max(position, Ordering::SeqCst);
    }

    fn told(&self) -> u64 {
        self.offsets.told()
    }

    fn holds(&self, audience: Audience) -> bool {
        self.sockets.has_room(&match audience {
            Audience::Conversation(id) => rooms::members(id),
            Audience::User(id) => rooms::user(id),
        })
    }
}

impl Drop for EntryGuard<'_> {
    fn drop(&mut self) {
        let mut entering = self.hub.entering.lock();
        if let Some(counted) = entering.get_mut(&self.user_id) {
            counted.sockets -= 1;
            if counted.sockets == 0 {
                entering.remove(&self.user_id);
            }
        }
    }
}
