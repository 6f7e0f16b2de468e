//! This node's place in Redis: taken, kept, taken again when it was lost, and given up.

use std::collections::HashSet;

use redis::{RedisResult, cmd};
use salala_core::UserId;
use tokio_util::sync::CancellationToken;

use super::keys::{Incarnation, ONLINE_USERS, entry, nodes, parse_entry, user_sockets};
use super::shared::{Shared, member, members, number};
use super::{Link, RedisPresence, scripts};

/// Users whose devices are registered by one set of commands.
const REGISTER_AT_ONCE: usize = 500;
/// Users of this node that each renewal puts into the list of all, in turn.
const RENEW_AT_ONCE: usize = 5_000;
/// Members of the list of all that each renewal looks at, in turn.
const LOOK_AT_ONCE: usize = 500;

/// How far the upkeep of the list of all has come.
#[derive(Default)]
pub(super) struct Upkeep {
    renewed_to: Option<UserId>,
    looked_to: Option<String>,
    /// Renewals that register everything once more: whoever took this node for dead may not have
    /// finished when it came back.
    again: u32,
}

impl RedisPresence {
    /// Brings this node and all its devices to Redis, on a connection that is new.
    pub(super) async fn join(
        &self,
        shared: &mut Shared,
        incarnation: &mut Incarnation,
        broken: &CancellationToken,
    ) -> RedisResult<()> {
        if incarnation.generation == 0 || !self.prolong(shared).await? {
            self.take_lease(shared, incarnation).await?;
        }
        // From here on who comes and goes is told to Redis at once; those before are in what is
        // registered now.
        *self.link.lock() = Some(Link { shared: shared.clone(), broken: broken.clone() });
        self.register(shared).await?;
        self.drop_stale(shared).await?;
        self.settle(shared).await?;
        tracing::info!(node = %shared.incarnation, "presence is in Redis");
        Ok(())
    }

    /// Prolongs the lease, or registers everything anew where it is gone, and sets the list of all right.
    pub(super) async fn renew(
        &self,
        shared: &mut Shared,
        incarnation: &mut Incarnation,
        upkeep: &mut Upkeep,
    ) -> RedisResult<()> {
        if !self.prolong(shared).await? {
            tracing::warn!("the lease of this node was lost: its devices are registered anew");
            metrics::counter!("salala_presence_leases_lost_total").increment(1);
            self.take_lease(shared, incarnation).await?;
            if let Some(link) = &mut *self.link.lock() {
                link.shared = shared.clone();
            }
            self.register(shared).await?;
            upkeep.again = 2;
        } else if upkeep.again > 0 {
            upkeep.again -= 1;
            self.register(shared).await?;
        }
        self.settle(shared).await?;
        let users = self.devices.page(upkeep.renewed_to, RENEW_AT_ONCE);
        let users: Vec<UserId> = users.into_iter().map(|(user_id, _)| user_id).collect();
        upkeep.renewed_to = users.last().copied().filter(|_| users.len() == RENEW_AT_ONCE);
        if !users.is_empty() {
            shared.connection.ask_all(vec![members("SADD", ONLINE_USERS, &users)]).await?;
        }
        let (next, some) =
            shared.scan(ONLINE_USERS, upkeep.looked_to.as_deref(), LOOK_AT_ONCE).await?;
        upkeep.looked_to = next;
        let some: Vec<UserId> = some.iter().filter_map(|id| UserId::parse(id)).collect();
        let absent: Vec<UserId> = shared.absent(&some).await?.into_iter().collect();
        shared.leave_online_users(&absent).await
    }

    /// Gives up this node's place. Other nodes find out whose last devices were here; without any other
    /// this one does, and gives those users.
    pub(super) async fn leave(&self) -> Vec<UserId> {
        let users = self.devices.take_all();
        let here: Vec<UserId> = users.keys().copied().collect();
        // Taken, so that nothing is registered again.
        let link = self.link.lock().take();
        let Some(Link { mut shared, .. }) = link else { return here };
        let left = async {
            if self.has_others(&mut shared).await? {
                let give_up =
                    scripts::give_up(&shared.incarnation.lease(), &generation_of(&shared));
                shared.connection.ask_all(vec![give_up]).await?;
                return Ok(Vec::new());
            }
            let entries: Vec<(UserId, String)> = users
                .into_iter()
                .flat_map(|(user_id, sockets)| sockets.into_iter().map(move |id| (user_id, id)))
                .collect();
            let mut gone = Vec::new();
            for entries in entries.chunks(REGISTER_AT_ONCE) {
                gone.extend(shared.take_entries(entries).await?);
            }
            let own = shared.incarnation.clone();
            self.forget(&mut shared, &own).await?;
            let give_up = scripts::give_up(&shared.incarnation.lease(), &generation_of(&shared));
            shared.connection.ask_all(vec![give_up]).await?;
            Ok::<_, redis::RedisError>(gone)
        };
        left.await.unwrap_or(here)
    }

    /// Takes an incarnation out of the list of all, with its devices.
    pub(super) async fn forget(
        &self,
        shared: &mut Shared,
        incarnation: &Incarnation,
    ) -> RedisResult<()> {
        let mut delete = cmd("DEL");
        delete.arg(incarnation.sockets());
        let forget = member("SREM", &nodes(), &incarnation.to_string());
        shared.connection.ask_all(vec![delete, forget]).await.map(drop)
    }

    async fn prolong(&self, shared: &mut Shared) -> RedisResult<bool> {
        let prolong =
            scripts::prolong(&shared.incarnation.lease(), &generation_of(shared), self.times.lease);
        let answers = shared.connection.ask_all(vec![prolong]).await?;
        Ok(number(&answers, 0)? == 1)
    }

    /// Begins another life: under a lease from its first moment, so that nobody takes it for dead.
    async fn take_lease(
        &self,
        shared: &mut Shared,
        incarnation: &mut Incarnation,
    ) -> RedisResult<()> {
        let before = incarnation.clone();
        incarnation.generation += 1;
        shared.incarnation = incarnation.clone();
        let lease = scripts::lease(incarnation, self.times.lease);
        let list = member("SADD", &nodes(), &incarnation.to_string());
        shared.connection.ask_all(vec![lease, list]).await?;
        if before.generation > 0 {
            self.forget(shared, &before).await?;
        }
        Ok(())
    }

    /// Puts all devices of this node where they belong.
    async fn register(&self, shared: &mut Shared) -> RedisResult<()> {
        let mut after = None;
        loop {
            let page = self.devices.page(after, REGISTER_AT_ONCE);
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(*last);
            let mut list = cmd("SADD");
            list.arg(shared.incarnation.sockets());
            let users: Vec<UserId> = page.iter().map(|(user_id, _)| *user_id).collect();
            let mut commands = Vec::with_capacity(page.len() + 2);
            for (user_id, sockets) in &page {
                let mut add = cmd("SADD");
                add.arg(user_sockets(*user_id));
                for socket_id in sockets {
                    list.arg(entry(*user_id, socket_id));
                    add.arg(socket_id);
                }
                commands.push(add);
            }
            commands.insert(0, list);
            commands.push(members("SADD", ONLINE_USERS, &users));
            shared.connection.ask_all(commands).await?;
            // Who went after the page was read was taken out before it was put in.
            let all = page.into_iter().flat_map(|(user_id, sockets)| {
                sockets.into_iter().map(move |socket_id| (user_id, socket_id))
            });
            self.take_absent(shared, all.collect()).await?;
            self.prolong(shared).await?;
        }
    }

    /// Takes out what this node's list holds and the node has not: it went while Redis was away.
    async fn drop_stale(&self, shared: &mut Shared) -> RedisResult<()> {
        let mut from: Option<String> = None;
        loop {
            let list = shared.incarnation.sockets();
            let (next, entries) = shared.scan(&list, from.as_deref(), REGISTER_AT_ONCE).await?;
            let entries = entries
                .iter()
                .filter_map(|entry| parse_entry(entry))
                .map(|(user_id, socket_id)| (user_id, socket_id.to_owned()));
            self.take_absent(shared, entries.collect()).await?;
            match next {
                Some(next) => from = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Takes those of these devices out that the node has not.
    async fn take_absent(
        &self,
        shared: &mut Shared,
        entries: Vec<(UserId, String)>,
    ) -> RedisResult<()> {
        let absent: Vec<(UserId, String)> = entries
            .into_iter()
            .filter(|(id, socket_id)| !self.devices.has(*id, socket_id))
            .collect();
        if absent.is_empty() {
            return Ok(());
        }
        let gone = shared.take_entries(&absent).await?;
        let entries: Vec<String> = absent.iter().map(|(id, socket)| entry(*id, socket)).collect();
        shared.drop_entries(&entries).await?;
        self.note_gone(gone);
        Ok(())
    }

    /// Finds out who of those that went while Redis was away has no device elsewhere.
    async fn settle(&self, shared: &mut Shared) -> RedisResult<()> {
        let unsettled: HashSet<UserId> = std::mem::take(&mut *self.unsettled.lock());
        let unsettled: Vec<UserId> = unsettled.into_iter().collect();
        for users in unsettled.chunks(REGISTER_AT_ONCE) {
            match shared.absent(users).await {
                Ok(absent) => self.note_gone(absent),
                Err(error) => {
                    self.unsettled.lock().extend(unsettled);
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

/// The word that this node's lease holds.
fn generation_of(shared: &Shared) -> String {
    shared.incarnation.generation.to_string()
}
