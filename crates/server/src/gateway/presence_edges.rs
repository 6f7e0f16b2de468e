//! Telling contacts that a user came or went.

use salala_core::wire::ServerEvent;
use salala_core::wire::server_events::UserStatusChanged;
use salala_core::wire::shapes::Status;
use salala_core::{Timestamp, UserId};
use salala_socketio::Broadcast;
use salala_store::ports::sessions::Acquaintances;

use super::tell::send_volatile;
use super::{Shared, rooms};
use crate::config::PresenceAudience;

impl Shared {
    /// Tells that a user's first device came.
    pub(super) fn tell_online(
        &self,
        user_id: UserId,
        acquaintances: &Acquaintances,
        last_seen_at: Option<Timestamp>,
    ) {
        let event = UserStatusChanged { user_id, status: Status::Online, last_seen_at };
        if let Some(audience) = self.presence_audience(user_id, acquaintances) {
            send_volatile(&audience, &ServerEvent::UserStatusChanged(event));
        }
    }

    /// Tells that a user's last device is gone, and remembers when.
    pub(super) async fn tell_offline(&self, user_id: UserId) {
        let now = self.parts.clock.now();
        // Queued at once; the user is told about even if the storage is away just now.
        let remembered = self.parts.store.set_last_seen(user_id, now);
        let acquaintances = match self.parts.store.acquaintances(user_id).await {
            Ok(acquaintances) => acquaintances,
            Err(error) => {
                tracing::warn!(%error, "contacts could not be told that a user is offline");
                return;
            }
        };
        if let Err(error) = remembered.await {
            tracing::warn!(%error, "the time at which a user was last seen could not be kept");
        }
        // Somebody who came back meanwhile was told about already.
        if self.parts.presence.is_online(user_id) {
            return;
        }
        let event = UserStatusChanged { user_id, status: Status::Offline, last_seen_at: Some(now) };
        if let Some(audience) = self.presence_audience(user_id, &acquaintances) {
            send_volatile(&audience, &ServerEvent::UserStatusChanged(event));
        }
    }

    fn presence_audience(
        &self,
        user_id: UserId,
        acquaintances: &Acquaintances,
    ) -> Option<Broadcast> {
        let sockets = &self.parts.sockets;
        let audience = match self.parts.audience {
            PresenceAudience::Everyone => sockets.all()?,
            PresenceAudience::Contacts => {
                let mut rooms = (acquaintances.conversations.iter())
                    .map(|(id, _)| rooms::members(*id))
                    .chain(acquaintances.friends.iter().map(|id| rooms::user(*id)));
                // Without any room a broadcast means everybody.
                let first = sockets.to(&rooms.next()?)?;
                rooms.fold(first, |audience, room| audience.to(&room))
            }
        };
        Some(audience.except_room(&rooms::user(user_id)))
    }
}
