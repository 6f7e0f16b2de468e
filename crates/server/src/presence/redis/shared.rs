//! What one user's coming and going changes in Redis.

use std::collections::HashSet;

use redis::{Cmd, FromRedisValue, RedisResult, Value, cmd, from_redis_value};
use salala_core::UserId;

use super::keys::{Incarnation, ONLINE_USERS, entry, user_sockets};
use super::scripts;
use crate::redis_link::Connection;

/// A connection, and the incarnation for which it speaks.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) connection: Connection,
    pub(super) incarnation: Incarnation,
}

impl Shared {
    /// As [`super::Presence::set_online`]. The node's list comes first: whatever is in a user's set is in
    /// some node's list, or nobody would take it out when that node dies.
    pub(super) async fn add(
        &mut self,
        user_id: UserId,
        socket_id: &str,
        most: u32,
    ) -> RedisResult<Option<bool>> {
        let entry = entry(user_id, socket_id);
        let commands = vec![
            member("SADD", &self.incarnation.sockets(), &entry),
            scripts::add(user_id, socket_id, most),
            member("SADD", ONLINE_USERS, &user_id.to_string()),
        ];
        let answers = self.connection.ask_all(commands).await?;
        match number(&answers, 1)? {
            -1 => {
                self.drop_entries(&[entry]).await?;
                Ok(None)
            }
            is_first => Ok(Some(is_first == 1)),
        }
    }

    /// As [`super::Presence::set_offline`].
    pub(super) async fn take(&mut self, user_id: UserId, socket_id: &str) -> RedisResult<bool> {
        let commands = vec![
            scripts::take(user_id, socket_id),
            member("SREM", &self.incarnation.sockets(), &entry(user_id, socket_id)),
        ];
        let answers = self.connection.ask_all(commands).await?;
        let is_last = number(&answers, 0)? == 1;
        if is_last {
            self.leave_online_users(&[user_id]).await?;
        }
        Ok(is_last)
    }

    /// As [`super::Presence::remove`].
    pub(super) async fn take_user(&mut self, user_id: UserId) -> RedisResult<bool> {
        let mut delete = cmd("DEL");
        delete.arg(user_sockets(user_id));
        let answers = self.connection.ask_all(vec![delete]).await?;
        self.leave_online_users(&[user_id]).await?;
        Ok(number(&answers, 0)? == 1)
    }

    /// Has the user a device, by what decides?
    pub(super) async fn has_user(&mut self, user_id: UserId) -> RedisResult<bool> {
        Ok(!self.absent(&[user_id]).await?.contains(&user_id))
    }

    /// Which of them are in the list of all, asked by one command.
    pub(super) async fn are_online(&mut self, user_ids: &[UserId]) -> RedisResult<Vec<UserId>> {
        let mut command = cmd("SMISMEMBER");
        command.arg(ONLINE_USERS);
        for user_id in user_ids {
            command.arg(user_id.to_string());
        }
        let are_in: Vec<bool> = command.query_async(&mut self.connection).await?;
        let pairs = user_ids.iter().zip(are_in);
        Ok(pairs.filter(|(_, is_in)| *is_in).map(|(user_id, _)| *user_id).collect())
    }

    /// As [`super::Presence::online_users`].
    pub(super) async fn online_users(
        &mut self,
        from: Option<&str>,
        limit: usize,
    ) -> RedisResult<(Vec<UserId>, Option<String>)> {
        let (next, users) = self.scan(ONLINE_USERS, from, limit).await?;
        Ok((users.iter().filter_map(|id| UserId::parse(id)).collect(), next))
    }

    /// The user's devices on every node.
    pub(super) async fn devices(&mut self, user_id: UserId) -> RedisResult<HashSet<String>> {
        cmd("SMEMBERS").arg(user_sockets(user_id)).query_async(&mut self.connection).await
    }

    /// Some members of a set, and where to go on.
    pub(super) async fn scan(
        &mut self,
        key: &str,
        from: Option<&str>,
        count: usize,
    ) -> RedisResult<(Option<String>, Vec<String>)> {
        // What else stands there came from outside, and begins anew.
        let from = from.and_then(|from| from.parse::<u64>().ok()).unwrap_or(0);
        let mut command = cmd("SSCAN");
        command.arg(key).arg(from).arg("COUNT").arg(count);
        let (next, members): (String, Vec<String>) =
            command.query_async(&mut self.connection).await?;
        Ok((Some(next).filter(|next| next != "0"), members))
    }

    /// Those who have no device.
    pub(super) async fn absent(&mut self, user_ids: &[UserId]) -> RedisResult<HashSet<UserId>> {
        let commands = user_ids.iter().map(|user_id| {
            let mut command = cmd("EXISTS");
            command.arg(user_sockets(*user_id));
            command
        });
        let answers = self.connection.ask_all(commands.collect()).await?;
        let mut absent = HashSet::new();
        for (index, user_id) in user_ids.iter().enumerate() {
            if number(&answers, index)? == 0 {
                absent.insert(*user_id);
            }
        }
        Ok(absent)
    }

    /// Takes users out of the list of all. Who came back meanwhile is put in again, since their node may
    /// have done so before.
    pub(super) async fn leave_online_users(&mut self, user_ids: &[UserId]) -> RedisResult<()> {
        if user_ids.is_empty() {
            return Ok(());
        }
        self.connection.ask_all(vec![members("SREM", ONLINE_USERS, user_ids)]).await?;
        let absent = self.absent(user_ids).await?;
        let back: Vec<UserId> =
            user_ids.iter().copied().filter(|user_id| !absent.contains(user_id)).collect();
        if !back.is_empty() {
            self.connection.ask_all(vec![members("SADD", ONLINE_USERS, &back)]).await?;
        }
        Ok(())
    }

    /// Takes devices out of their users' sets, and gives the users whose last one it was.
    pub(super) async fn take_entries(
        &mut self,
        entries: &[(UserId, String)],
    ) -> RedisResult<Vec<UserId>> {
        let commands =
            entries.iter().map(|(user_id, socket_id)| scripts::take(*user_id, socket_id));
        let answers = self.connection.ask_all(commands.collect()).await?;
        let mut gone = Vec::new();
        for (index, (user_id, _)) in entries.iter().enumerate() {
            if number(&answers, index)? == 1 {
                gone.push(*user_id);
            }
        }
        self.leave_online_users(&gone).await?;
        Ok(gone)
    }

    /// Takes entries out of this node's list.
    pub(super) async fn drop_entries(&mut self, entries: &[String]) -> RedisResult<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut command = cmd("SREM");
        command.arg(self.incarnation.sockets()).arg(entries);
        command.query_async(&mut self.connection).await
    }
}

/// A command of a set and one member.
pub(super) fn member(command: &str, key: &str, member: &str) -> Cmd {
    let mut command = cmd(command);
    command.arg(key).arg(member);
    command
}

/// A command of a set and users.
pub(super) fn members(command: &str, key: &str, user_ids: &[UserId]) -> Cmd {
    let mut command = cmd(command);
    command.arg(key);
    for user_id in user_ids {
        command.arg(user_id.to_string());
    }
    command
}

/// The number that stands at a place of the answers.
pub(super) fn number(answers: &[Value], index: usize) -> RedisResult<i64> {
    read(answers, index)
}

/// What stands at a place of the answers.
pub(super) fn read<T: FromRedisValue>(answers: &[Value], index: usize) -> RedisResult<T> {
    from_redis_value(answers.get(index).unwrap_or(&Value::Nil))
}
