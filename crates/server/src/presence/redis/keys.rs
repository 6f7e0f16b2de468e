//! The keys of presence. None holds braces, which would say where in a cluster it is to be.

use std::fmt;

use salala_core::UserId;

use crate::redis_link::PREFIX;

/// The users who have a device, for other services.
pub(super) const ONLINE_USERS: &str = "online_users";

/// One life of a node: it has another generation each time that its lease was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incarnation {
    pub(super) node: String,
    pub(super) generation: u64,
}

impl Incarnation {
    /// Reads what stands in the list of all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (node, generation) = text.split_once('.')?;
        Some(Self { node: node.to_owned(), generation: generation.parse().ok()? })
    }

    /// Holds the generation, and runs out.
    pub(super) fn lease(&self) -> String {
        format!("{PREFIX}lease:{}", self.node)
    }

    /// Its devices, each with its user.
    pub(super) fn sockets(&self) -> String {
        format!("{PREFIX}sockets:{self}")
    }

    /// Held by the node that takes it out.
    pub(super) fn reaper(&self) -> String {
        format!("{PREFIX}reaper:{self}")
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.node, self.generation)
    }
}

/// All incarnations that may have devices.
pub(super) fn nodes() -> String {
    format!("{PREFIX}nodes")
}

/// A user's devices, for other services.
pub(super) fn user_sockets(user_id: UserId) -> String {
    format!("user_sockets:{user_id}")
}

/// A device in its node's list.
pub(super) fn entry(user_id: UserId, socket_id: &str) -> String {
    format!("{user_id}/{socket_id}")
}

/// Reads such a device.
pub(super) fn parse_entry(entry: &str) -> Option<(UserId, &str)> {
    let (user_id, socket_id) = entry.split_once('/')?;
    Some((UserId::parse(user_id)?, socket_id))
}
