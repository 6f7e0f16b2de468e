//! Which rows of the log one user is given who missed them, and what each of them settles: arithmetic,
//! the same for every engine.

use std::collections::{HashMap, HashSet};

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};

use crate::log::Audience;

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogRow {
    pub(crate) position: u64,
    pub(crate) committed_at: Timestamp,
    pub(crate) audience: Audience,
    pub(crate) rev: u64,
    pub(crate) kind: Kind,
    pub(crate) subject_id: Option<[u8; 16]>,
    pub(crate) actor_id: Option<UserId>,
    pub(crate) emoji: Option<String>,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    MessageCreated,
    MessageUpdated,
    MessageDeleted,
    ReactionAdded,
    ReactionRemoved,
    MessagesRead,
    ConversationUpdated,
    FriendRequestCreated,
    FriendRequestUpdated,
    GroupJoined,
    CallEnded,
    BlockChanged,
    UserErased,
    /// The user came into a conversation that was there: rows of it from here on are theirs.
    MemberJoined,
    /// The user went out of a conversation: rows of it from here on are not theirs.
    MemberLeft,
    /// Written by a newer version.
    Other,
}

/// Where in the log a user was a member of what, as far as the rows after some position tell.
#[derive(Debug, Default)]
pub(crate) struct Memberships {
    /// Present conversations.
    pub(crate) now: HashSet<ConversationId>,
    /// Comings (true) and goings of the user, in the order of their positions.
    pub(crate) changes: HashMap<ConversationId, Vec<(u64, bool)>>,
}

/// Something that a user is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) position: u64,
    pub(crate) settled: u64,
    pub(crate) what: What,
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// One row.
    Row(LogRow),
    /// Marks of one reader in one conversation.
    Marks(Marks),
}

/// Read marks of several rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) conversation_id: ConversationId,
    pub(crate) reader_id: UserId,
    /// Each row's first message.
    pub(crate) first_ids: Vec<MessageId>,
    pub(crate) first_at: Timestamp,
    pub(crate) last_at: Timestamp,
}

impl Kind {
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "message_created" => Self::MessageCreated,
            "message_updated" => Self::MessageUpdated,
            "message_deleted" => Self::MessageDeleted,
            "reaction_added" => Self::ReactionAdded,
            "reaction_removed" => Self::ReactionRemoved,
            "messages_read" => Self::MessagesRead,
            "conversation_updated" => Self::ConversationUpdated,
            "friend_request_created" => Self::FriendRequestCreated,
            "friend_request_updated" => Self::FriendRequestUpdated,
            "group_joined" => Self::GroupJoined,
            "call_ended" => Self::CallEnded,
            "block_changed" => Self::BlockChanged,
            "user_erased" => Self::UserErased,
            "member_joined" => Self::MemberJoined,
            "member_left" => Self::MemberLeft,
            _ => Self::Other,
        }
    }

    /// It is about one message.
    pub(crate) fn is_of_message(self) -> bool {
        matches!(self, Self::MessageCreated | Self::MessageUpdated | Self::MessageDeleted)
            || self.is_reaction()
    }

    pub(crate) fn is_reaction(self) -> bool {
        matches!(self, Self::ReactionAdded | Self::ReactionRemoved)
    }
}

impl Memberships {
    /// Whose rows may be this user's: their own, and those of the conversations of which they are or
    /// were a member.
    pub(crate) fn audiences(&self, user_id: UserId) -> HashSet<[u8; 16]> {
        let conversations = self.now.iter().chain(self.changes.keys());
        let mut ids: HashSet<_> = conversations.map(|id| *id.as_bytes()).collect();
        ids.insert(*user_id.as_bytes());
        ids
    }

    /// Where the user last came or went.
    pub(crate) fn left_at(&self, conversation_id: ConversationId) -> u64 {
        let changes = self.changes.get(&conversation_id);
        changes.and_then(|all| all.last()).map_or(0, |(position, _)| *position)
    }

    /// Was the user a member when the row at this position was written?
    ///
    /// What came after tells: before a coming they were out, before a going in; and with nothing after
    /// it, it is as it is now.
    pub(crate) fn holds_at(&self, conversation_id: ConversationId, position: u64) -> bool {
        let changes = self.changes.get(&conversation_id);
        let next = changes.and_then(|all| all.iter().find(|(at, _)| *at > position));
        match next {
            Some((_, has_come)) => !has_come,
            None => self.now.contains(&conversation_id),
        }
    }
}

/// What a user is told of these rows, which are in the order of their positions. `proven` is the row
/// that the user has shown to have been given, with its audience.
pub(crate) fn plan(
    rows: Vec<LogRow>,
    memberships: &Memberships,
    proven: Option<(u64, Audience)>,
) -> Vec<Step> {
    let heard: Vec<LogRow> = rows
        .into_iter()
        .filter(|row| !is_proven(row, proven) && is_heard(row, memberships))
        .collect();
    let mut last_marks = HashMap::new();
    for (index, row) in heard.iter().enumerate() {
        if let Some(key) = marks_key(row) {
            last_marks.insert(key, index);
        }
    }
    let mut steps = Vec::new();
    let mut shown = HashSet::new();
    // Marks whose first row was passed, with its position; they come in the place of their last.
    let mut gathered: HashMap<(ConversationId, UserId), (u64, Marks)> = HashMap::new();
    for (index, row) in heard.into_iter().enumerate() {
        let position = row.position;
        let what = match marks_key(&row) {
            Some(key) => {
                gather(&mut gathered, key, &row);
                if last_marks.get(&key) != Some(&index) {
                    continue;
                }
                let Some((_, marks)) = gathered.remove(&key) else { continue };
                What::Marks(marks)
            }
            // All changes of a conversation show its present state, so the first is enough.
            None if row.kind == Kind::ConversationUpdated && !shown.insert(row.audience) => {
                continue;
            }
            None => What::Row(row),
        };
        let waiting = gathered.values().map(|(first, _)| first - 1).min();
        let settled = waiting.map_or(position, |before| before.min(position));
        steps.push(Step { position, settled, what });
    }
    steps
}

fn is_proven(row: &LogRow, proven: Option<(u64, Audience)>) -> bool {
    proven.is_some_and(|(position, audience)| {
        row.position == position
            || row.position < position
                && row.audience == audience
                && row.kind != Kind::MessagesRead
                && matches!(audience, Audience::Conversation(_))
    })
}

fn is_heard(row: &LogRow, memberships: &Memberships) -> bool {
    match (row.audience, row.kind) {
        // Of no use to who was away.
        (_, Kind::Other | Kind::MemberJoined | Kind::BlockChanged | Kind::UserErased) => false,
        (Audience::Conversation(id), _) => memberships.holds_at(id, row.position),
        (Audience::User(_), _) => true,
    }
}

fn marks_key(row: &LogRow) -> Option<(ConversationId, UserId)> {
    match (row.kind, row.audience) {
        (Kind::MessagesRead, Audience::Conversation(id)) => Some((id, row.actor_id?)),
        _ => None,
    }
}

fn gather(
    gathered: &mut HashMap<(ConversationId, UserId), (u64, Marks)>,
    key: (ConversationId, UserId),
    row: &LogRow,
) {
    let (conversation_id, reader_id) = key;
    let (_, marks) = gathered.entry(key).or_insert_with(|| {
        let marks = Marks {
            conversation_id,
            reader_id,
            first_ids: Vec::new(),
            first_at: row.committed_at,
            last_at: row.committed_at,
        };
        (row.position, marks)
    });
    marks.first_ids.extend(row.subject_id.map(MessageId::from_bytes));
    marks.first_at = marks.first_at.min(row.committed_at);
    marks.last_at = marks.last_at.max(row.committed_at);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const READER: UserId = UserId::from_bytes([9; 16]);

    fn conversation(number: u8) -> ConversationId {
        ConversationId::from_bytes([number; 16])
    }

    /// What happens in a conversation.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Message(u8),
        Update(u8),
        Marks(u8, u8),
        Own,
        Join(u8),
        Leave(u8),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            6 => (0_u8..3).prop_map(Act::Message),
            1 => (0_u8..3).prop_map(Act::Update),
            4 => (0_u8..3, 0_u8..2).prop_map(|(id, by)| Act::Marks(id, by)),
            1 => Just(Act::Own),
            1 => (0_u8..3).prop_map(Act::Join),
            1 => (0_u8..3).prop_map(Act::Leave),
        ];
        prop::collection::vec(act, 1..60)
    }

    /// The log of these acts, with gaps; what of it the user is to hear; and the user's memberships.
    struct World {
        rows: Vec<LogRow>,
        due: Vec<u64>,
        memberships: Memberships,
    }

    impl World {
        fn of(acts: &[Act]) -> Self {
            let mut world =
                Self { rows: Vec::new(), due: Vec::new(), memberships: Memberships::default() };
            // In the first one from the start.
            world.memberships.now.insert(conversation(0));
            for (index, act) in acts.iter().enumerate() {
                world.perform(*act, 2 * (u64::try_from(index).unwrap() + 1));
            }
            world
        }

        fn perform(&mut self, act: Act, position: u64) {
            let user = Audience::User(READER);
            let (audience, kind, id, actor) = match act {
                Act::Message(id) => (None, Kind::MessageCreated, id, 0),
                Act::Update(id) => (None, Kind::ConversationUpdated, id, 0),
                Act::Marks(id, by) => (None, Kind::MessagesRead, id, by),
                Act::Own => (Some(user), Kind::FriendRequestCreated, 0, 0),
                Act::Join(id) => (Some(user), Kind::MemberJoined, id, 0),
                Act::Leave(id) => (Some(user), Kind::MemberLeft, id, 0),
            };
            let present = &mut self.memberships.now;
            let is_join = kind == Kind::MemberJoined;
            let is_change = is_join || kind == Kind::MemberLeft;
            let has_changed = !is_change
                || is_join && present.insert(conversation(id))
                || !is_join && present.remove(&conversation(id));
            if !has_changed {
                return;
            }
            if is_change {
                let changes = self.memberships.changes.entry(conversation(id)).or_default();
                changes.push((position, is_join));
            }
            let is_due = match audience {
                None => self.memberships.now.contains(&conversation(id)),
                Some(_) => kind != Kind::MemberJoined,
            };
            if is_due {
                self.due.push(position);
            }
            self.rows.push(LogRow {
                position,
                committed_at: Timestamp::from_unix_ms(i64::try_from(position).unwrap()),
                audience: audience.unwrap_or(Audience::Conversation(conversation(id))),
                rev: 0,
                kind,
                subject_id: Some(conversation(id).as_bytes().to_owned()),
                actor_id: Some(UserId::from_bytes([actor; 16])),
                emoji: None,
            });
        }

        fn row(&self, position: u64) -> &LogRow {
            self.rows.iter().find(|row| row.position == position).unwrap()
        }

        /// Reads the log page by page from an offset `(settled, own)`; takes `most` events of it, and
        /// gives the offset of the last.
        fn replay(&self, offset: (u64, Option<u64>), page: usize, most: usize) -> Vec<Step> {
            let (mut after, own) = offset;
            let proven = own.map(|own| (own, self.row(own).audience));
            let mut given = Vec::new();
            loop {
                let rows: Vec<LogRow> = self
                    .rows
                    .iter()
                    .filter(|row| row.position > after)
                    .take(page)
                    .cloned()
                    .collect();
                let Some(last) = rows.last() else { return given };
                after = last.position;
                given.extend(plan(rows, &self.memberships, proven));
                if given.len() >= most {
                    given.truncate(most);
                    return given;
                }
            }
        }

        /// Whether these events tell all that is due: each row by itself, marks by an event of the
        /// same reader at their place or after it, changes by one of the conversation at any place.
        fn untold(&self, given: &[Step]) -> Vec<u64> {
            let tells = |step: &Step, row: &LogRow| match &step.what {
                What::Marks(marks) => {
                    row.kind == Kind::MessagesRead
                        && Audience::Conversation(marks.conversation_id) == row.audience
                        && Some(marks.reader_id) == row.actor_id
                        && step.position >= row.position
                        && marks.first_at <= row.committed_at
                        && marks.last_at >= row.committed_at
                }
                What::Row(told) if row.kind == Kind::ConversationUpdated => {
                    told.kind == row.kind && told.audience == row.audience
                }
                What::Row(told) => told == row,
            };
            let mut due = self.due.clone();
            due.retain(|at| !given.iter().any(|step| tells(step, self.row(*at))));
            due
        }
    }

    proptest! {
        #[test]
        fn whoever_drops_at_any_point_is_told_all_of_it_and_nothing_else(
            acts in acts(),
            page in 1_usize..20,
            drops in prop::collection::vec(1_usize..12, 0..12),
        ) {
            let world = World::of(&acts);
            let mut offset = (0, None);
            let mut given: Vec<Step> = Vec::new();
            for most in drops.into_iter().chain([usize::MAX]) {
                let part = world.replay(offset, page, most);
                prop_assert!(part.is_sorted_by(|one, next| one.position < next.position));
                prop_assert!(part.iter().all(|step| step.settled <= step.position));
                if let Some(last) = part.last() {
                    prop_assert!(last.settled >= offset.0, "an offset went back");
                    offset = (last.settled, Some(last.position));
                }
                given.extend(part);
            }
            prop_assert_eq!(world.untold(&given), Vec::<u64>::new());
            for step in &given {
                prop_assert!(world.due.contains(&step.position), "{:?} was not due", step);
            }
        }

        #[test]
        fn what_is_settled_was_told(acts in acts(), page in 1_usize..20, most in 1_usize..30) {
            let world = World::of(&acts);
            let given = world.replay((0, None), page, most);
            let settled = given.last().map_or(0, |step| step.settled);
            let untold = world.untold(&given);
            prop_assert!(untold.iter().all(|at| *at > settled), "{untold:?} up to {settled}");
        }
    }
}
