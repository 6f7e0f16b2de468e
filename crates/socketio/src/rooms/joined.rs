//! The rooms that one socket is in: a list while they are few, and a map beyond.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Room;

/// The rooms of a socket, each once. Most sockets are in a few, which a list holds with less memory
/// than a map and finds as fast.
pub(crate) enum JoinedRooms {
    Few(Vec<Arc<Room>>),
    Many(Box<IndexMap<Arc<str>, Arc<Room>>>),
}

/// How many rooms are searched one by one.
const FEW: usize = 16;

impl JoinedRooms {
    pub(crate) fn contains(&self, name: &str) -> bool {
        match self {
            Self::Few(rooms) => rooms.iter().any(|room| room.name() == name),
            Self::Many(rooms) => rooms.contains_key(name),
        }
    }

    /// Adds a room that is not among them.
    pub(crate) fn insert(&mut self, room: Arc<Room>) {
        match self {
            Self::Few(rooms) if rooms.len() < FEW => rooms.push(room),
            Self::Few(rooms) => {
                let all = std::mem::take(rooms).into_iter().chain([room]);
                let by_name = all.map(|room| (Arc::clone(room.shared_name()), room)).collect();
                *self = Self::Many(Box::new(by_name));
            }
            Self::Many(rooms) => {
                rooms.insert(Arc::clone(room.shared_name()), room);
            }
        }
    }

    /// Takes the room of that name away, if it is among them.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Arc<Room>> {
        match self {
            Self::Few(rooms) => {
                let index = rooms.iter().position(|room| room.name() == name)?;
                Some(rooms.swap_remove(index))
            }
            Self::Many(rooms) => {
                let removed = rooms.swap_remove(name);
                // Well below the bound, so that one room more or less does not rebuild all.
                if rooms.len() <= FEW / 2 {
                    *self = Self::Few(std::mem::take(rooms.as_mut()).into_values().collect());
                }
                removed
            }
        }
    }

    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        match self {
            Self::Few(rooms) => rooms.iter().map(|room| Arc::clone(room.shared_name())).collect(),
            Self::Many(rooms) => rooms.keys().cloned().collect(),
        }
    }

    pub(crate) fn into_rooms(self) -> Vec<Arc<Room>> {
        match self {
            Self::Few(rooms) => rooms,
            Self::Many(rooms) => rooms.into_values().collect(),
        }
    }
}

impl Default for JoinedRooms {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Arc};

    use proptest::prelude::*;

    use super::{FEW, JoinedRooms, Room};

    fn room(index: usize) -> Arc<Room> {
        Arc::new(Room { name: index.to_string().into(), members: parking_lot::Mutex::default() })
    }

    #[test]
    fn many_rooms_are_found_by_their_name_and_few_cost_no_more_than_a_list() {
        assert_eq!(size_of::<JoinedRooms>(), size_of::<Vec<Arc<Room>>>());
        let mut rooms = JoinedRooms::default();
        (0..FEW).for_each(|index| rooms.insert(room(index)));
        assert!(matches!(rooms, JoinedRooms::Few(_)));
        (FEW..1_000).for_each(|index| rooms.insert(room(index)));
        assert!(matches!(rooms, JoinedRooms::Many(_)));
        assert!(rooms.contains("999") && !rooms.contains("1000"));
        for index in 2..1_000 {
            assert_eq!(rooms.remove(&index.to_string()).unwrap().name(), index.to_string());
        }
        assert!(matches!(rooms, JoinedRooms::Few(ref few) if few.len() == 2));
        assert_eq!(rooms.into_rooms().len(), 2);
    }

    proptest! {
        #[test]
        fn rooms_are_a_set_of_names_however_many_they_are(
            steps in proptest::collection::vec((0..30_usize, prop::bool::weighted(0.6)), 0..300),
        ) {
            let (mut rooms, mut expected) = (JoinedRooms::default(), BTreeSet::new());
            for (index, enters) in steps {
                let name = index.to_string();
                prop_assert_eq!(rooms.contains(&name), expected.contains(&name));
                if !enters {
                    prop_assert_eq!(rooms.remove(&name).is_some(), expected.remove(&name));
                } else if expected.insert(name) {
                    rooms.insert(room(index));
                }
                let names: BTreeSet<_> = rooms.names().iter().map(ToString::to_string).collect();
                prop_assert_eq!(&names, &expected);
            }
            prop_assert_eq!(rooms.into_rooms().len(), expected.len());
        }
    }
}
