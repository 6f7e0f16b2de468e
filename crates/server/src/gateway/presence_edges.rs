//! Telling contacts that a user came or went.

use futures_util::future::join_all;
use salala_core::wire::ServerEvent;
use salala_core::wire::server_events::UserStatusChanged;
use salala_core::wire::shapes::Status;
use salala_core::{Timestamp, UserId};
use salala_socketio::Broadcast;
use salala_store::ports::sessions::Acquaintances;

use super::tell::send_volatile;
use super::{Shared, rooms};
use crate::auth::LiveSessions as _;
use crate::config::PresenceAudience;

/// Users of whom the store is asked at once.
const AT_ONCE: usize = 256;

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
            send_volatile(&audience, &ServerEvent::UserStatusChanged(event), self.hub.offsets());
        }
    }

    /// Tells that the last devices of users are gone, and remembers when. Gives those of whom nobody
    /// could be told, because the storage was away.
    pub(super) async fn tell_offline(&self, user_ids: Vec<UserId>) -> Vec<UserId> {
        let mut untold = Vec::new();
        for users in user_ids.chunks(AT_ONCE) {
            let told = join_all(users.iter().map(|user_id| self.tell_one_offline(*user_id))).await;
            untold.extend(users.iter().zip(told).filter(|(_, told)| !told).map(|(id, _)| *id));
        }
        untold
    }

    /// Ends the sockets of a user whose account was erased, and tells those whom they knew that they are
    /// gone; there is no grace, since nobody comes back.
    pub(super) fn tell_erased(&self, user_id: UserId, acquaintances: &Acquaintances) {
        if self.parts.presence.remove(user_id) {
            let event = UserStatusChanged { user_id, status: Status::Offline, last_seen_at: None };
            if let Some(audience) = self.presence_audience(user_id, acquaintances) {
                send_volatile(
                    &audience,
                    &ServerEvent::UserStatusChanged(event),
                    self.hub.offsets(),
                );
            }
        }
        self.parts.sockets.cut_user(user_id);
    }

    /// Remembers, before the server ends, when those were last seen who had been here until then.
    pub(super) async fn remember_last_seen(&self) {
        let now = self.parts.clock.now();
        for users in self.parts.presence.take_all().chunks(AT_ONCE) {
            let store = &self.parts.store;
            let remembered = join_all(users.iter().map(|id| store.set_last_seen(*id, now))).await;
            if let Some(error) = remembered.into_iter().find_map(Result::err) {
                tracing::warn!(%error, "the time at which users were last seen could not be kept");
                return;
            }
        }
    }

    async fn tell_one_offline(&self, user_id: UserId) -> bool {
        // Somebody who came back meanwhile was told about already.
        if self.parts.presence.is_online(user_id) {
            return true;
        }
        let now = self.parts.clock.now();
        let remembered = self.parts.store.set_last_seen(user_id, now);
        let (Ok(()), Ok(acquaintances)) =
            (remembered.await, self.parts.store.acquaintances(user_id).await)
        else {
            return false;
        };
        let event = UserStatusChanged { user_id, status: Status::Offline, last_seen_at: Some(now) };
        if self.parts.presence.is_online(user_id) {
            return true;
        }
        if let Some(audience) = self.presence_audience(user_id, &acquaintances) {
            send_volatile(&audience, &ServerEvent::UserStatusChanged(event), self.hub.offsets());
        }
        // Coming back just now, the user may have been told of before this was: the last word counts.
        if self.parts.presence.is_online(user_id) {
            self.tell_online(user_id, &acquaintances, Some(now));
        }
        true
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
        let audience = audience.except_room(&rooms::user(user_id));
        let blocked = acquaintances.blocked.iter();
        Some(blocked.fold(audience, |audience, id| audience.except_room(&rooms::user(*id))))
    }
}
