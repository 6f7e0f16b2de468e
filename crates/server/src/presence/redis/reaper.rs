//! Taking the devices of dead nodes out, by one of those that are left.

use redis::{RedisResult, cmd};
use salala_core::UserId;

use super::RedisPresence;
use super::keys::{Incarnation, nodes, parse_entry};
use super::scripts::{self, milliseconds};
use super::shared::{Shared, read};

/// Devices that are taken out by one set of commands.
const REAP_AT_ONCE: usize = 200;

impl RedisPresence {
    /// Takes every dead incarnation out. Who goes by that is told once, whoever else is at it: the script
    /// on the user's set says to one alone that it took the last device.
    pub(super) async fn reap(&self, shared: &mut Shared) -> RedisResult<()> {
        for dead in self.dead(shared).await? {
            let mut claim = cmd("SET");
            claim.arg(dead.reaper()).arg(&self.node).arg("NX").arg("PX");
            claim.arg(milliseconds(self.times.lease));
            let answers = shared.connection.ask_all(vec![claim]).await?;
            if read::<Option<String>>(&answers, 0)?.is_none() {
                continue;
            }
            let reaped = self.reap_one(shared, &dead).await;
            let give_up = scripts::give_up(&dead.reaper(), &self.node);
            shared.connection.ask_all(vec![give_up]).await?;
            let (sockets, users) = reaped?;
            metrics::counter!("salala_presence_reaped_total").increment(sockets);
            tracing::warn!(node = %dead, sockets, users, "a node is dead: its devices were taken out");
        }
        Ok(())
    }

    /// Is any other node alive?
    pub(super) async fn has_others(&self, shared: &mut Shared) -> RedisResult<bool> {
        let all = self.incarnations(shared).await?;
        Ok(all.iter().any(|(incarnation, is_dead)| !is_dead && incarnation.node != self.node))
    }

    async fn dead(&self, shared: &mut Shared) -> RedisResult<Vec<Incarnation>> {
        let all = self.incarnations(shared).await?;
        Ok(all.into_iter().filter(|(_, is_dead)| *is_dead).map(|(it, _)| it).collect())
    }

    /// All that are listed, and whether their nodes have no lease any more. A node that lives has one, of
    /// whatever generation, and clears its earlier lives itself.
    async fn incarnations(&self, shared: &mut Shared) -> RedisResult<Vec<(Incarnation, bool)>> {
        let mut listing = cmd("SMEMBERS");
        listing.arg(nodes());
        let listed: Vec<String> = listing.query_async(&mut shared.connection).await?;
        let listed: Vec<_> = listed.iter().filter_map(|text| Incarnation::parse(text)).collect();
        let leases = listed.iter().map(|incarnation| {
            let mut command = cmd("EXISTS");
            command.arg(incarnation.lease());
            command
        });
        let answers = shared.connection.ask_all(leases.collect()).await?;
        let mut incarnations = Vec::with_capacity(listed.len());
        for (index, incarnation) in listed.into_iter().enumerate() {
            incarnations.push((incarnation, !read::<bool>(&answers, index)?));
        }
        Ok(incarnations)
    }

    /// Gives how many devices were taken out, and how many users went.
    async fn reap_one(&self, shared: &mut Shared, dead: &Incarnation) -> RedisResult<(u64, u64)> {
        let (mut sockets, mut users) = (0_u64, 0_u64);
        let mut from: Option<String> = None;
        loop {
            let (next, entries) =
                shared.scan(&dead.sockets(), from.as_deref(), REAP_AT_ONCE).await?;
            // Asked before each step: a node that was only asleep registers everything again.
            let mut alive = cmd("EXISTS");
            alive.arg(dead.lease());
            let keep_claim = scripts::prolong(&dead.reaper(), &self.node, self.times.lease);
            let answers = shared.connection.ask_all(vec![alive, keep_claim]).await?;
            if read::<bool>(&answers, 0)? || !read::<bool>(&answers, 1)? {
                return Ok((sockets, users));
            }
            let devices: Vec<(UserId, String)> = entries
                .iter()
                .filter_map(|entry| parse_entry(entry))
                .map(|(user_id, socket_id)| (user_id, socket_id.to_owned()))
                .collect();
            let gone = shared.take_entries(&devices).await?;
            sockets += devices.len() as u64;
            users += gone.len() as u64;
            self.note_gone(gone);
            match next {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        self.forget(shared, dead).await?;
        Ok((sockets, users))
    }
}
