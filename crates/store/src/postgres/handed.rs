//! What a batch hands to other processes together with the news that it was committed, so that they need
//! not read it: new messages and read marks, which are nearly all that is written.
//!
//! It goes in the text of the notification itself, in parts of what a notification takes. A batch with
//! anything else in it is handed over without its events, and is read from the log.

use std::borrow::Cow;

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::{Message, MessagesRead, ReplyTo, UserBrief};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::log::{Audience, Committed, Event};

/// Stands before the events. A process that does not know it reads the log.
const VERSION: char = '1';

/// Bytes of one part: PostgreSQL takes less than 8,000 for a notification, with a position before it.
const PART_MAX_BYTES: usize = 7_900;

/// Parts of one batch; a larger one is read.
const PARTS_MAX: usize = 64;

/// Sends the parts, each with the position of its last row, which only the database knows: `$1` says how
/// many of the batch's rows come after it.
pub(super) const NOTIFY: &str = "
    SELECT pg_notify('salala_log',
        CASE text WHEN '' THEN '' ELSE currval('log_positions') - after || ' ' || text END)
    FROM (
        SELECT after, text
        FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS part (after, text, place)
        ORDER BY place
    ) AS in_order";

/// The parts of a batch, column by column.
pub(super) struct Handed {
    /// How many rows come after those of the part.
    pub(super) after: Vec<i64>,
    /// Their number, and the events; empty for what is to be read.
    pub(super) texts: Vec<String>,
}

/// Rows that another process has committed, in its notification.
#[derive(Debug)]
pub(super) struct HeardPart {
    /// The first one's position.
    pub(super) first: u64,
    /// The last one's.
    pub(super) last: u64,
    text: String,
}

/// A row on its way.
#[derive(Serialize)]
struct RowOut<'a> {
    #[serde(rename = "r")]
    rev: u64,
    #[serde(rename = "c")]
    conversation_id: ConversationId,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    message: Option<HandedMessage<'a>>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    marks: Option<HandedMarks<'a>>,
}

/// A row as it came. Its event is read only where somebody hears it.
#[derive(Deserialize)]
struct RowIn<'a> {
    #[serde(rename = "r")]
    rev: u64,
    #[serde(rename = "c")]
    conversation_id: ConversationId,
    #[serde(rename = "m", borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(rename = "d", borrow, default)]
    marks: Option<&'a RawValue>,
}

#[derive(Deserialize, Serialize)]
struct HandedMessage<'a> {
    id: MessageId,
    seq: u64,
    sender: HandedBrief<'a>,
    content: Option<Cow<'a, str>>,
    file_url: Option<Cow<'a, str>>,
    reply_to: Option<HandedReply<'a>>,
    mentions: Cow<'a, [UserId]>,
    client_message_id: Option<Cow<'a, str>>,
    created_at: i64,
}

#[derive(Deserialize, Serialize)]
struct HandedBrief<'a> {
    id: UserId,
    username: Cow<'a, str>,
    display_name: Option<Cow<'a, str>>,
    avatar: Option<Cow<'a, str>>,
    last_seen_at: Option<i64>,
}

#[derive(Deserialize, Serialize)]
struct HandedReply<'a> {
    id: MessageId,
    sender_id: UserId,
    sender_username: Cow<'a, str>,
    content: Option<Cow<'a, str>>,
    file_url: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Serialize)]
struct HandedMarks<'a> {
    user_id: UserId,
    message_ids: Cow<'a, [MessageId]>,
    sender_ids: Cow<'a, [UserId]>,
    read_at: i64,
    last_read_seq: u64,
}

impl Handed {
    /// Nothing but the news: what was committed is to be read.
    pub(super) fn news() -> Self {
        Self { after: vec![0], texts: vec![String::new()] }
    }

    /// The events of a batch of so many rows, if each row has one that can be handed over; in the place of
    /// their positions stands how many rows come after.
    pub(super) fn of(events: &[Committed], rows: u64) -> Self {
        Self::parts(events, rows).unwrap_or_else(Self::news)
    }

    fn parts(events: &[Committed], rows: u64) -> Option<Self> {
        let durable = || events.iter().filter(|committed| committed.event.is_durable());
        if durable().count() as u64 != rows {
            return None;
        }
        let mut parts = Self { after: Vec::new(), texts: Vec::new() };
        let mut rows: Vec<String> = Vec::new();
        let (mut bytes, mut after) = (0, 0);
        for committed in durable() {
            let row = serde_json::to_string(&RowOut::of(committed)?).ok()?;
            // With what stands around the rows.
            if bytes + row.len() + 16 > PART_MAX_BYTES && !rows.is_empty() {
                parts.close(&mut rows, after);
                bytes = 0;
            }
            if row.len() + 16 > PART_MAX_BYTES || parts.texts.len() == PARTS_MAX {
                return None;
            }
            bytes += row.len() + 1;
            after = i64::try_from(committed.position).ok()?;
            rows.push(row);
        }
        parts.close(&mut rows, after);
        Some(parts)
    }

    fn close(&mut self, rows: &mut Vec<String>, after: i64) {
        self.texts.push(format!("{} {VERSION}[{}]", rows.len(), rows.join(",")));
        self.after.push(after);
        rows.clear();
    }
}

impl<'a> RowOut<'a> {
    /// Nothing for what is not handed over.
    fn of(committed: &'a Committed) -> Option<Self> {
        let Audience::Conversation(conversation_id) = committed.audience else { return None };
        if !committed.hidden_from.is_empty() {
            return None;
        }
        let (message, marks) = match &committed.event {
            Event::MessageCreated(message) => (Some(HandedMessage::of(message)?), None),
            Event::MessagesRead(read) => (None, Some(HandedMarks::of(read))),
            Event::MessageUpdated(_)
            | Event::MessageDeleted(_)
            | Event::ReactionAdded(_)
            | Event::ReactionRemoved(_)
            | Event::ConversationUpdated { .. }
            | Event::FriendRequestCreated(_)
            | Event::FriendRequestUpdated(_)
            | Event::GroupJoined(_)
            | Event::BlockChanged { .. }
            | Event::UserErased(_)
            | Event::CallRinging(_)
            | Event::CallSignalled(_)
            | Event::CallAnswered(_)
            | Event::CallEnded(_) => return None,
        };
        Some(Self { rev: committed.rev, conversation_id, message, marks })
    }
}

impl HeardPart {
    /// Reads a notification; nothing if it holds no rows, or none that this version knows.
    pub(super) fn parse(payload: &str) -> Option<Self> {
        let (last, rest) = payload.split_once(' ')?;
        let (count, rest) = rest.split_once(' ')?;
        let (last, count): (u64, u64) = (last.parse().ok()?, count.parse().ok()?);
        let text = rest.strip_prefix(VERSION)?.to_owned();
        let first = last.checked_sub(count.checked_sub(1)?)?;
        Some(Self { first, last, text })
    }

    /// How much memory it takes.
    pub(super) fn size_bytes(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }

    /// Its events after a position, as far as `is_heard`; nothing if it is not what it should be.
    pub(super) fn events(
        &self,
        after: u64,
        is_heard: impl Fn(Audience) -> bool,
    ) -> Option<Vec<Committed>> {
        let rows: Vec<RowIn<'_>> = serde_json::from_str(&self.text).ok()?;
        if rows.len() as u64 != self.last - self.first + 1 {
            return None;
        }
        let mut events = Vec::new();
        for (position, row) in (self.first..).zip(rows) {
            let audience = Audience::Conversation(row.conversation_id);
            if position > after && is_heard(audience) {
                let event = row.event()?;
                let (rev, hidden_from) = (row.rev, Vec::new());
                events.push(Committed { position, rev, audience, hidden_from, event });
            }
        }
        Some(events)
    }
}

impl RowIn<'_> {
    fn event(&self) -> Option<Event> {
        let conversation_id = self.conversation_id;
        match (self.message, self.marks) {
            (Some(message), None) => {
                let message: HandedMessage<'_> = serde_json::from_str(message.get()).ok()?;
                Some(Event::MessageCreated(message.into_record(conversation_id)))
            }
            (None, Some(marks)) => {
                let marks: HandedMarks<'_> = serde_json::from_str(marks.get()).ok()?;
                Some(Event::MessagesRead(marks.into_record(conversation_id)))
            }
            (Some(_), Some(_)) | (None, None) => None,
        }
    }
}

impl<'a> HandedMessage<'a> {
    /// Of a message as it is when it is new; nothing for another.
    fn of(message: &'a Message) -> Option<Self> {
        // Every field is named, so that one that is added is not forgotten here.
        let Message {
            id,
            conversation_id: _,
            seq,
            sender,
            content,
            file_url,
            // What is known of an upload is read.
            file: None,
            reply_to,
            reactions,
            mentions,
            reads,
            client_message_id,
            created_at,
            edited_at: None,
            deleted_at: None,
        } = message
        else {
            return None;
        };
        if !reactions.is_empty() || !reads.is_empty() {
            return None;
        }
        Some(Self {
            id: *id,
            seq: *seq,
            sender: HandedBrief::of(sender),
            content: lent(content.as_ref()),
            file_url: lent(file_url.as_ref()),
            reply_to: reply_to.as_ref().map(HandedReply::of),
            mentions: Cow::Borrowed(mentions),
            client_message_id: lent(client_message_id.as_ref()),
            created_at: created_at.unix_ms(),
        })
    }

    fn into_record(self, conversation_id: ConversationId) -> Message {
        Message {
            id: self.id,
            conversation_id,
            seq: self.seq,
            sender: self.sender.into_record(),
            content: self.content.map(Cow::into_owned),
            file_url: self.file_url.map(Cow::into_owned),
            file: None,
            reply_to: self.reply_to.map(HandedReply::into_record),
            reactions: Vec::new(),
            mentions: self.mentions.into_owned(),
            reads: Vec::new(),
            client_message_id: self.client_message_id.map(Cow::into_owned),
            created_at: Timestamp::from_unix_ms(self.created_at),
            edited_at: None,
            deleted_at: None,
        }
    }
}

impl<'a> HandedBrief<'a> {
    fn of(user: &'a UserBrief) -> Self {
        let UserBrief { id, username, display_name, avatar, last_seen_at } = user;
        Self {
            id: *id,
            username: Cow::Borrowed(username),
            display_name: lent(display_name.as_ref()),
            avatar: lent(avatar.as_ref()),
            last_seen_at: last_seen_at.map(Timestamp::unix_ms),
        }
    }

    fn into_record(self) -> UserBrief {
        UserBrief {
            id: self.id,
            username: self.username.into_owned(),
            display_name: self.display_name.map(Cow::into_owned),
            avatar: self.avatar.map(Cow::into_owned),
            last_seen_at: self.last_seen_at.map(Timestamp::from_unix_ms),
        }
    }
}

impl<'a> HandedReply<'a> {
    fn of(reply: &'a ReplyTo) -> Self {
        let ReplyTo { id, sender_id, sender_username, content, file_url } = reply;
        Self {
            id: *id,
            sender_id: *sender_id,
            sender_username: Cow::Borrowed(sender_username),
            content: lent(content.as_ref()),
            file_url: lent(file_url.as_ref()),
        }
    }

    fn into_record(self) -> ReplyTo {
        ReplyTo {
            id: self.id,
            sender_id: self.sender_id,
            sender_username: self.sender_username.into_owned(),
            content: self.content.map(Cow::into_owned),
            file_url: self.file_url.map(Cow::into_owned),
        }
    }
}

impl<'a> HandedMarks<'a> {
    fn of(read: &'a MessagesRead) -> Self {
        let MessagesRead {
            conversation_id: _,
            user_id,
            message_ids,
            sender_ids,
            read_at,
            last_read_seq,
        } = read;
        Self {
            user_id: *user_id,
            message_ids: Cow::Borrowed(message_ids),
            sender_ids: Cow::Borrowed(sender_ids),
            read_at: read_at.unix_ms(),
            last_read_seq: *last_read_seq,
        }
    }

    fn into_record(self, conversation_id: ConversationId) -> MessagesRead {
        MessagesRead {
            conversation_id,
            user_id: self.user_id,
            message_ids: self.message_ids.into_owned(),
            sender_ids: self.sender_ids.into_owned(),
            read_at: Timestamp::from_unix_ms(self.read_at),
            last_read_seq: self.last_read_seq,
        }
    }
}

fn lent(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;

    fn id() -> impl Strategy<Value = [u8; 16]> {
        any::<[u8; 16]>()
    }

    prop_compose! {
        fn brief()(
            id in id(),
            username in "\\PC{0,9}",
            display_name in of(".{0,9}"),
            avatar in of(".{0,9}"),
            last_seen_at in of(0..4_000_000_000_000_i64),
        ) -> UserBrief {
            UserBrief {
                id: UserId::from_bytes(id),
                username,
                display_name,
                avatar,
                last_seen_at: last_seen_at.map(Timestamp::from_unix_ms),
            }
        }
    }

    prop_compose! {
        fn reply()(
            id in id(),
            sender_id in id(),
            sender_username in "\\PC{0,9}",
            content in of(".{0,9}"),
            file_url in of(".{0,9}"),
        ) -> ReplyTo {
            let (id, sender_id) = (MessageId::from_bytes(id), UserId::from_bytes(sender_id));
            ReplyTo { id, sender_id, sender_username, content, file_url }
        }
    }

    prop_compose! {
        fn created()(
            ids in (id(), id()),
            seq in 1..u64::MAX / 2,
            sender in brief(),
            content in of(".{0,4000}"),
            file_url in of(".{0,99}"),
            reply_to in of(reply()),
            mentions in prop::collection::vec(id(), 0..3),
            client_message_id in of(".{1,64}"),
            created_at in 0..4_000_000_000_000_i64,
        ) -> (ConversationId, Event) {
            let conversation_id = ConversationId::from_bytes(ids.0);
            let message = Message {
                id: MessageId::from_bytes(ids.1),
                conversation_id,
                seq,
                sender,
                content,
                file_url,
                file: None,
                reply_to,
                reactions: Vec::new(),
                mentions: mentions.into_iter().map(UserId::from_bytes).collect(),
                reads: Vec::new(),
                client_message_id,
                created_at: Timestamp::from_unix_ms(created_at),
                edited_at: None,
                deleted_at: None,
            };
            (conversation_id, Event::MessageCreated(message))
        }
    }

    prop_compose! {
        fn read()(
            ids in (id(), id()),
            message_ids in prop::collection::vec(id(), 0..40),
            sender_ids in prop::collection::vec(id(), 0..4),
            read_at in 0..4_000_000_000_000_i64,
            last_read_seq in 0..u64::MAX / 2,
        ) -> (ConversationId, Event) {
            let conversation_id = ConversationId::from_bytes(ids.0);
            let read = MessagesRead {
                conversation_id,
                user_id: UserId::from_bytes(ids.1),
                message_ids: message_ids.into_iter().map(MessageId::from_bytes).collect(),
                sender_ids: sender_ids.into_iter().map(UserId::from_bytes).collect(),
                read_at: Timestamp::from_unix_ms(read_at),
                last_read_seq,
            };
            (conversation_id, Event::MessagesRead(read))
        }
    }

    /// A batch as its writer has it: in the place of positions, how many rows come after.
    fn batch(events: Vec<(ConversationId, Event)>) -> Vec<Committed> {
        let after = (0..events.len() as u64).rev();
        let events = events.into_iter().zip(after);
        events
            .map(|((id, event), position)| Committed {
                position,
                rev: position + 7,
                audience: Audience::Conversation(id),
                hidden_from: Vec::new(),
                event,
            })
            .collect()
    }

    /// The parts as the database sends them.
    fn sent(handed: &Handed, last: u64) -> Vec<HeardPart> {
        let parts = handed.after.iter().zip(&handed.texts);
        parts
            .map(|(after, text)| {
                let payload = format!("{} {text}", last - u64::try_from(*after).unwrap());
                assert!(payload.len() < 8_000, "{}", payload.len());
                HeardPart::parse(&payload).unwrap()
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_handed_over_is_what_was_committed(
            events in prop::collection::vec(prop_oneof![created(), read()], 1..12),
        ) {
            let batch = batch(events);
            let last = 1_000;
            let handed = Handed::of(&batch, batch.len() as u64);
            if handed.texts[0].is_empty() {
                // A single row that no notification takes.
                let is_large = |committed: &Committed| format!("{committed:?}").len() > 3_000;
                prop_assert!(batch.iter().any(is_large));
                return Ok(());
            }
            let parts = sent(&handed, last);
            let firsts = parts.iter().map(|part| part.first).skip(1);
            prop_assert!(parts.iter().map(|part| part.last + 1).zip(firsts).all(|(a, b)| a == b));
            prop_assert_eq!(parts[0].first, last + 1 - batch.len() as u64);
            prop_assert_eq!(parts.last().unwrap().last, last);
            let heard: Vec<_> =
                parts.iter().flat_map(|part| part.events(0, |_| true).unwrap()).collect();
            let expected = batch.into_iter().map(|mut committed| {
                committed.position = last - committed.position;
                committed
            });
            let expected: Vec<_> = expected.map(|committed| format!("{committed:?}")).collect();
            let heard: Vec<_> = heard.iter().map(|committed| format!("{committed:?}")).collect();
            prop_assert_eq!(heard, expected);
        }

        #[test]
        fn no_notification_makes_it_panic(payload in "[0-9]{0,3} ?[0-9]{0,3} ?1?.{0,60}") {
            if let Some(part) = HeardPart::parse(&payload) {
                drop(part.events(0, |_| true));
            }
        }
    }

    #[test]
    fn only_what_is_of_interest_and_new_is_made_an_event_of() {
        let id = |byte| ConversationId::from_bytes([byte; 16]);
        let read = |byte| {
            let read = MessagesRead {
                conversation_id: id(byte),
                user_id: UserId::from_bytes([0; 16]),
                message_ids: Vec::new(),
                sender_ids: Vec::new(),
                read_at: Timestamp::from_unix_ms(0),
                last_read_seq: 0,
            };
            (id(byte), Event::MessagesRead(read))
        };
        let batch = batch(vec![read(1), read(2), read(1)]);
        let parts = sent(&Handed::of(&batch, 3), 12);
        let positions = |after, only| {
            let events = parts[0].events(after, |it| it == Audience::Conversation(only));
            events.unwrap().iter().map(|committed| committed.position).collect::<Vec<_>>()
        };
        assert_eq!(positions(0, id(1)), [10, 12]);
        assert_eq!(positions(10, id(1)), [12]);
        assert_eq!(positions(0, id(2)), [11]);
        assert_eq!(positions(0, id(3)), [] as [u64; 0]);
        // A row of whose event nothing is told here, as of one who came into a group.
        assert_eq!(Handed::of(&batch, 4).texts, [""]);
    }
}
