//! Who is in which room: rooms exist while they have members.

mod joined;

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::Arc,
};

use indexmap::IndexSet;
use parking_lot::Mutex;

use crate::Socket;

pub(crate) use self::joined::JoinedRooms;

/// The rooms of one namespace.
///
/// A join or leave holds the lock of its part of the directory, then the room's, so that a room that
/// becomes empty is removed before another join can find it. Nothing is written under either.
pub(crate) struct Rooms {
    parts: [Mutex<HashMap<Arc<str>, Arc<Room>>>; PARTS],
    hasher: RandomState,
}

/// One room and its members.
pub(crate) struct Room {
    name: Arc<str>,
    members: Mutex<IndexSet<Socket>>,
}

const PARTS: usize = 16;

impl Rooms {
    pub(crate) fn new() -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }

    pub(crate) fn join(&self, name: &str, socket: &Socket) -> Arc<Room> {
        let mut part = self.part(name).lock();
        if let Some(room) = part.get(name) {
            room.members.lock().insert(socket.clone());
            return Arc::clone(room);
        }
        let name: Arc<str> = name.into();
        let members = Mutex::new(IndexSet::from_iter([socket.clone()]));
        let room = Arc::new(Room { name: Arc::clone(&name), members });
        part.insert(name, Arc::clone(&room));
        room
    }

    pub(crate) fn leave(&self, room: &Arc<Room>, socket: &Socket) {
        let mut part = self.part(&room.name).lock();
        let is_empty = {
            let mut members = room.members.lock();
            members.swap_remove(socket);
            // A room that was large once gives its memory back.
            if members.len() * 4 < members.capacity() && members.capacity() > 64 {
                let half = members.capacity() / 2;
                members.shrink_to(half);
            }
            members.is_empty()
        };
        if is_empty {
            part.remove(&room.name);
        }
    }

    /// The members of a room at this moment.
    pub(crate) fn members(&self, name: &str) -> Vec<Socket> {
        let room = self.part(name).lock().get(name).cloned();
        room.map_or_else(Vec::new, |room| room.members.lock().iter().cloned().collect())
    }

    /// Has a room members?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.part(name).lock().contains_key(name)
    }

    /// How many rooms have members.
    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.lock().len()).sum()
    }

    fn part(&self, name: &str) -> &Mutex<HashMap<Arc<str>, Arc<Room>>> {
        let index = self.hasher.hash_one(name) % (PARTS as u64);
        &self.parts[usize::try_from(index).unwrap_or_default()]
    }
}

impl Room {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }
}
