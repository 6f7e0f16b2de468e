//! Presence where this node is the only one: no restart leaves anybody online who is not.

use std::collections::{BTreeMap, HashSet};
use std::future::{pending, ready};
use std::ops::Bound;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use salala_core::UserId;

use super::Presence;

/// The devices of this process.
#[derive(Debug, Default)]
pub struct InProcessPresence {
    devices: Devices,
}

/// Users with their devices. A user without any is not in it.
#[derive(Debug, Default)]
pub(super) struct Devices(Mutex<BTreeMap<UserId, HashSet<String>>>);

impl Devices {
    /// As [`Presence::set_online`] of this process alone.
    pub(super) fn add(&self, user_id: UserId, socket_id: &str, most: u32) -> Option<bool> {
        let mut users = self.0.lock();
        let known = users.get(&user_id);
        if known.is_some_and(|it| !it.contains(socket_id) && it.len() >= most as usize) {
            return None;
        }
        let is_first = known.is_none();
        users.entry(user_id).or_default().insert(socket_id.to_owned());
        Some(is_first)
    }

    /// Takes one out; true if it was the user's last one.
    pub(super) fn take(&self, user_id: UserId, socket_id: &str) -> bool {
        let mut users = self.0.lock();
        let Some(devices) = users.get_mut(&user_id) else { return false };
        let was_there = devices.remove(socket_id);
        if devices.is_empty() {
            users.remove(&user_id);
            return was_there;
        }
        false
    }

    /// Takes a user out; true if they were in it.
    pub(super) fn take_user(&self, user_id: UserId) -> bool {
        self.0.lock().remove(&user_id).is_some()
    }

    /// Takes everybody out.
    pub(super) fn take_all(&self) -> BTreeMap<UserId, HashSet<String>> {
        std::mem::take(&mut *self.0.lock())
    }

    /// Is this user in it?
    pub(super) fn has_user(&self, user_id: UserId) -> bool {
        self.0.lock().contains_key(&user_id)
    }

    /// Is this device in it?
    pub(super) fn has(&self, user_id: UserId, socket_id: &str) -> bool {
        self.0.lock().get(&user_id).is_some_and(|devices| devices.contains(socket_id))
    }

    /// The user's devices.
    pub(super) fn of(&self, user_id: UserId) -> HashSet<String> {
        self.0.lock().get(&user_id).cloned().unwrap_or_default()
    }

    /// At most `limit` users after `after`, in the order of their ids, with their devices.
    pub(super) fn page(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Vec<(UserId, HashSet<String>)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let users = self.0.lock();
        let page = users.range((from, Bound::Unbounded)).take(limit);
        page.map(|(user_id, devices)| (*user_id, devices.clone())).collect()
    }
}

impl Presence for InProcessPresence {
    fn set_online<'a>(
        &'a self,
        user_id: UserId,
        socket_id: &'a str,
        most: u32,
    ) -> BoxFuture<'a, Option<bool>> {
        Box::pin(ready(self.devices.add(user_id, socket_id, most)))
    }

    fn set_offline<'a>(&'a self, user_id: UserId, socket_id: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(ready(self.devices.take(user_id, socket_id)))
    }

    fn remove(&self, user_id: UserId) -> BoxFuture<'_, bool> {
        Box::pin(ready(self.devices.take_user(user_id)))
    }

    fn is_online(&self, user_id: UserId) -> BoxFuture<'_, bool> {
        Box::pin(ready(self.devices.has_user(user_id)))
    }

    fn are_online<'a>(&'a self, user_ids: &'a [UserId]) -> BoxFuture<'a, HashSet<UserId>> {
        let online = user_ids.iter().copied().filter(|user_id| self.devices.has_user(*user_id));
        Box::pin(ready(online.collect()))
    }

    fn online_users<'a>(
        &'a self,
        from: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, (Vec<UserId>, Option<String>)> {
        let page = self.devices.page(from.and_then(UserId::parse), limit);
        let users: Vec<UserId> = page.into_iter().map(|(user_id, _)| user_id).collect();
        let next = users.last().filter(|_| users.len() == limit).map(UserId::to_string);
        Box::pin(ready((users, next)))
    }

    fn devices(&self, user_id: UserId) -> BoxFuture<'_, HashSet<String>> {
        Box::pin(ready(self.devices.of(user_id)))
    }

    fn take_found_gone(&self) -> Vec<UserId> {
        Vec::new()
    }

    fn close(&self) -> BoxFuture<'_, Vec<UserId>> {
        Box::pin(ready(self.devices.take_all().into_keys().collect()))
    }

    fn keep(&self) -> BoxFuture<'_, ()> {
        Box::pin(pending())
    }
}
