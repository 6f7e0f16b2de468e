//! Telling contacts that a user came or went.

use std::collections::HashSet;

use futures_util::future::join_all;
use salala_core::wire::ServerEvent;
use salala_core::wire::server_events::UserStatusChanged;
use salala_core::wire::shapes::Status;
use salala_core::{Timestamp, UserId};
use salala_socketio::Broadcast;
use salala_store::log::{Audience, Committed, Event};
use salala_store::ports::sessions::Acquaintances;
use tokio::time::Instant;

use super::tell::send_volatile;
use super::{Shared, rooms};
use crate::auth::LiveSessions as _;
use crate::bus::Channel;
use crate::bus::messages::{BusMessage, StatusNews};
use crate::config::PresenceAudience;

/// Users of whom the store is asked at once.
const AT_ONCE: usize = 256;

impl Shared {
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

    /// Counts devices out whose grace is over, and gives the users who have none any more.
    pub(super) async fn end_graces(&self, now: Instant) -> Vec<UserId> {
        let over = self.leaving.take(now);
        let mut gone = Vec::new();
        for devices in over.chunks(AT_ONCE) {
            let presence = &self.parts.presence;
            let taken =
                join_all(devices.iter().map(|(id, socket)| presence.set_offline(*id, socket)));
            let taken = devices.iter().zip(taken.await);
            gone.extend(taken.filter(|(_, is_last)| *is_last).map(|((id, _), _)| *id));
        }
        gone
    }

    /// Finds those who were erased, and those of them who are gone by it, to be told by this process: there
    /// is no grace, since nobody comes back. What another process erased is told without whom the user
    /// knew, and it is for that one to tell.
    pub(super) async fn count_out_erased(
        &self,
        batch: &[Committed],
    ) -> (HashSet<UserId>, HashSet<UserId>) {
        let (mut erased, mut gone) = (HashSet::new(), HashSet::new());
        for committed in batch {
            if let (Event::UserErased(acquaintances), Audience::User(user_id)) =
                (&committed.event, committed.audience)
            {
                erased.insert(user_id);
                let is_own =
                    !acquaintances.conversations.is_empty() || !acquaintances.friends.is_empty();
                if is_own && self.parts.presence.remove(user_id).await {
                    gone.insert(user_id);
                }
            }
        }
        (erased, gone)
    }

    /// Ends the sockets of a user whose account was erased, and tells those whom they knew that they are
    /// gone.
    pub(super) fn tell_erased(
        &self,
        user_id: UserId,
        acquaintances: &Acquaintances,
        was_online: bool,
    ) {
        if was_online {
            self.tell_status(user_id, acquaintances, Status::Offline, None);
        }
        self.parts.sockets.cut_user(user_id);
    }

    /// Remembers, before the server ends, when those were last seen who had been here until then.
    pub(super) async fn remember_last_seen(&self) {
        let now = self.parts.clock.now();
        for users in self.parts.presence.close().await.chunks(AT_ONCE) {
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
        if self.parts.presence.is_online(user_id).await {
            return true;
        }
        let now = self.parts.clock.now();
        let remembered = self.parts.store.set_last_seen(user_id, now);
        let (Ok(()), Ok(acquaintances)) =
            (remembered.await, self.parts.store.acquaintances(user_id).await)
        else {
            return false;
        };
        if self.parts.presence.is_online(user_id).await {
            return true;
        }
        let news = StatusNews::new(user_id, &acquaintances, Status::Offline, Some(now));
        self.tell_status_here(&news);
        // On its way before it is looked again: whoever comes later is told of after it.
        self.relay.tell_first(Channel::Everybody, || BusMessage::Status(news)).await;
        // Coming back just now, the user may have been told of before this was: the last word counts.
        if self.parts.presence.is_online(user_id).await {
            self.tell_status(user_id, &acquaintances, Status::Online, Some(now));
        }
        true
    }

    /// Tells contacts on every node that a user came or went.
    pub(super) fn tell_status(
        &self,
        user_id: UserId,
        acquaintances: &Acquaintances,
        status: Status,
        last_seen_at: Option<Timestamp>,
    ) {
        let news = StatusNews::new(user_id, acquaintances, status, last_seen_at);
        self.tell_status_here(&news);
        self.relay.tell(Channel::Everybody, || BusMessage::Status(news));
    }

    /// Tells contacts on this node.
    pub(super) fn tell_status_here(&self, news: &StatusNews) {
        let event = UserStatusChanged {
            user_id: news.user_id,
            status: news.status(),
            last_seen_at: news.last_seen_at(),
        };
        if let Some(audience) = self.presence_audience(news) {
            send_volatile(&audience, &ServerEvent::UserStatusChanged(event), self.hub.offsets());
        }
    }

    fn presence_audience(&self, news: &StatusNews) -> Option<Broadcast> {
        let sockets = &self.parts.sockets;
        let audience = match self.parts.audience {
            PresenceAudience::Everyone => sockets.all()?,
            PresenceAudience::Contacts => {
                let conversations = news.conversations.iter().map(|id| rooms::members(*id));
                let friends = news.friends.iter().map(|id| rooms::user(*id));
                let mut rooms = conversations.chain(friends);
                // Without any room a broadcast means everybody.
                let first = sockets.to(&rooms.next()?)?;
                rooms.fold(first, |audience, room| audience.to(&room))
            }
        };
        let audience = audience.except_room(&rooms::user(news.user_id));
        let blocked = news.blocked.iter();
        Some(blocked.fold(audience, |audience, id| audience.except_room(&rooms::user(*id))))
    }
}
