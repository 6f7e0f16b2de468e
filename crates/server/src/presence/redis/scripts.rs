//! The scripts of presence, each on one key.

use std::time::Duration;

use redis::{Cmd, cmd};
use salala_core::UserId;

use super::keys::{Incarnation, user_sockets};

/// Puts a device into its user's set: 1 for the first, 0 for a further one, -1 for one too many.
const ADD: &str = "
local count = redis.call('SCARD', KEYS[1])
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then
  if count >= tonumber(ARGV[2]) then return -1 end
  redis.call('SADD', KEYS[1], ARGV[1])
end
return count == 0 and 1 or 0";

/// Takes a device out of its user's set: 1 if it was in it, and the last.
const TAKE: &str = "
if redis.call('SREM', KEYS[1], ARGV[1]) == 0 then return 0 end
return redis.call('EXISTS', KEYS[1]) == 0 and 1 or 0";

/// Prolongs a lease that still holds the same word: 1, else 0.
const PROLONG: &str = "
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])";

/// Gives a lease up that still holds the same word.
const GIVE_UP: &str = "
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])";

pub(super) fn add(user_id: UserId, socket_id: &str, most: u32) -> Cmd {
    let mut command = eval(ADD, &user_sockets(user_id));
    command.arg(socket_id).arg(most);
    command
}

pub(super) fn take(user_id: UserId, socket_id: &str) -> Cmd {
    let mut command = eval(TAKE, &user_sockets(user_id));
    command.arg(socket_id);
    command
}

pub(super) fn prolong(key: &str, word: &str, lease: Duration) -> Cmd {
    let mut command = eval(PROLONG, key);
    command.arg(word).arg(milliseconds(lease));
    command
}

pub(super) fn give_up(key: &str, word: &str) -> Cmd {
    let mut command = eval(GIVE_UP, key);
    command.arg(word);
    command
}

/// Takes a node's lease, whatever there was.
pub(super) fn lease(incarnation: &Incarnation, lease: Duration) -> Cmd {
    let mut command = cmd("SET");
    command.arg(incarnation.lease()).arg(incarnation.generation).arg("PX").arg(milliseconds(lease));
    command
}

fn eval(script: &str, key: &str) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(script).arg(1).arg(key);
    command
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
