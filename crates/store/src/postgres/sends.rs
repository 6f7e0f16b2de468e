//! Storing many messages at once: a few statements for all sends of a batch that follow each other.

use std::collections::HashMap;

use futures_util::future::join5;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::{Message, ReplyTo};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::cells::{DbId, number};
use super::db::Db;
use super::error::Result;
use super::history::load_message;
use super::locks::Key;
use super::message_search::words_column;
use super::push_queue::{find_push_to, queue_messages};
use super::readers::Local;
use super::send_questions::{Found, Place};
use super::sent_files::hold_files;
use super::write_tx::WriteTx;
use super::writer::{Command, Commands};
use crate::error::{blocked, left};
use crate::log::{Audience, Event};
use crate::mentions::mentions_column;
use crate::ports::messages::{NewMessage, Sent};
use crate::push_rows::PushTo;
use crate::queue::closed;
use crate::{Pending, StoreError};

/// A queued send.
pub(super) struct QueuedSend {
    keys: [Key; 1],
    new: NewMessage,
    sent: Option<Sent>,
    reply: oneshot::Sender<Result<Sent>>,
}

impl QueuedSend {
    /// What is to be sent.
    pub(super) fn draft(&self) -> &NewMessage {
        &self.new
    }

    /// Queues it, and gives what its outcome will come through.
    pub(super) fn submit(queue: &Commands, new: NewMessage) -> Pending<Sent> {
        let size_bytes = size_of::<Self>()
            + new.content.as_ref().map_or(0, String::len)
            + new.file_url.as_ref().map_or(0, String::len);
        let (reply, outcome) = oneshot::channel();
        let keys = [Key::Conversation(new.conversation_id)];
        match queue.push(Box::new(Self { keys, new, sent: None, reply }), size_bytes) {
            Ok(()) => Box::pin(async { outcome.await.unwrap_or_else(|_| Err(closed())) }),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

impl Command for QueuedSend {
    fn keys(&self) -> &[Key] {
        &self.keys
    }

    fn as_send(&mut self) -> Option<&mut QueuedSend> {
        Some(self)
    }

    fn run<'a>(&'a mut self, tx: &'a mut WriteTx<'_>) -> Local<'a, Result<()>> {
        Box::pin(async move {
            match store_sends(tx, &mut [self]).await?.pop() {
                Some(Some(error)) => Err(error),
                Some(None) | None => Ok(()),
            }
        })
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let outcome = match (failure, self.sent) {
            (Some(error), _) => Err(error),
            (None, Some(sent)) => Ok(sent),
            (None, None) => Err(StoreError::Corrupt("a send gave no answer".to_owned())),
        };
        // A caller that no longer waits is no reason to undo what is stored.
        drop(self.reply.send(outcome));
    }
}

/// Stores all of these that may be stored, in their order; for each, why it was refused.
///
/// # Errors
/// None was stored, since a value of one of them cannot be.
pub(super) async fn store_sends(
    tx: &mut WriteTx<'_>,
    sends: &mut [&mut QueuedSend],
) -> Result<Vec<Option<StoreError>>> {
    let found = Found::load(tx.db, sends).await?;
    let mut batch = Stored::default();
    let mut failures = Vec::with_capacity(sends.len());
    for (place, send) in sends.iter_mut().enumerate() {
        let outcome = match found.repeats.get(&place) {
            Some(id) if found.senders.get(place).is_some_and(Result::is_ok) => {
                // A repeat is answered whatever came after the first: what was stored, is.
                load_message(tx.db, *id).await.map(|message| Sent { message, is_repeat: true })
            }
            Some(_) | None => batch.take(&send.new, &found, place),
        };
        failures.push(match outcome {
            Ok(sent) => {
                send.sent = Some(sent);
                None
            }
            Err(error @ StoreError::Unavailable(_)) => return Err(error),
            Err(error) => Some(error),
        });
    }
    batch.write(tx).await?;
    Ok(failures)
}

/// The messages that are stored, with their numbers.
#[derive(Default)]
struct Stored {
    messages: Vec<(Message, u64)>,
    places: HashMap<ConversationId, Place>,
    /// By the sender's own ids, for repeats within the batch.
    own_ids: HashMap<(ConversationId, UserId, String), usize>,
}

impl Stored {
    /// Takes the next message, or gives the one that it repeats.
    fn take(&mut self, new: &NewMessage, found: &Found, at: usize) -> Result<Sent> {
        let sender = match found.senders.get(at) {
            Some(Ok(sender)) => sender,
            Some(Err(error)) => return Err(error.clone()),
            None => return Err(StoreError::Corrupt("a send has no sender".to_owned())),
        };
        let own_id =
            new.client_message_id.clone().map(|id| (new.conversation_id, new.sender_id, id));
        if let Some(first) = own_id.as_ref().and_then(|own_id| self.own_ids.get(own_id))
            && let Some((message, _)) = self.messages.get(*first)
        {
            return Ok(Sent { message: message.clone(), is_repeat: true });
        }
        if sender.is_left {
            return Err(left());
        }
        if sender.is_blocked {
            return Err(blocked());
        }
        let reply_to = match new.reply_to_id {
            Some(id) => Some(self.reply_to(new, id, found.replies.get(&at))?),
            None => None,
        };
        let mentions = found.named.in_text(new.conversation_id, new.content.as_deref())?;
        let file = found.files.in_message(new)?;
        let place = self.places.entry(new.conversation_id).or_insert(sender.place);
        place.last_seq += 1;
        place.rev += 1;
        place.updated_at = place.updated_at.max(new.created_at.unix_ms());
        let message = Message {
            id: new.id,
            conversation_id: new.conversation_id,
            seq: place.last_seq,
            sender: sender.brief.clone(),
            content: new.content.clone(),
            file_url: new.file_url.clone(),
            file,
            reply_to,
            reactions: Vec::new(),
            mentions,
            reads: Vec::new(),
            client_message_id: new.client_message_id.clone(),
            created_at: new.created_at,
            edited_at: None,
            deleted_at: None,
        };
        if let Some(own_id) = own_id {
            self.own_ids.insert(own_id, self.messages.len());
        }
        self.messages.push((message.clone(), place.rev));
        Ok(Sent { message, is_repeat: false })
    }

    fn reply_to(
        &self,
        new: &NewMessage,
        id: MessageId,
        stored: Option<&ReplyTo>,
    ) -> Result<ReplyTo> {
        if let Some(reply_to) = stored {
            return Ok(reply_to.clone());
        }
        let is_it =
            |message: &Message| message.id == id && message.conversation_id == new.conversation_id;
        match self.messages.iter().find(|(message, _)| is_it(message)) {
            Some((message, _)) => Ok(ReplyTo {
                id,
                sender_id: message.sender.id,
                sender_username: message.sender.username.clone(),
                content: message.content.clone(),
                file_url: message.file_url.clone(),
            }),
            None => Err(StoreError::Invalid {
                field: "replyToId",
                message: "must be in the same conversation",
            }),
        }
    }

    async fn write(mut self, tx: &mut WriteTx<'_>) -> Result<()> {
        if self.messages.is_empty() {
            return Ok(());
        }
        self.find_push_to(tx.db).await?;
        let pushed: Vec<&Message> = self.pushed().collect();
        let (inserted, counted, read, held, queued) = join5(
            Box::pin(insert_messages(tx.db, &self.messages)),
            Box::pin(store_places(tx.db, &self.places)),
            Box::pin(store_read_seqs(tx.db, &self.messages)),
            Box::pin(hold_files(tx.db, &self.messages)),
            Box::pin(queue_messages(tx.db, &pushed)),
        )
        .await;
        inserted.and(counted).and(read).and(held).and(queued)?;
        for (message, rev) in self.messages {
            let audience = Audience::Conversation(message.conversation_id);
            let at = message.created_at;
            tx.leave(audience, rev, Event::MessageCreated(message), Vec::new(), at);
        }
        Ok(())
    }
}

impl Stored {
    /// Of conversations of which it is not known who is pushed to, it is found out.
    async fn find_push_to(&mut self, db: &Db) -> Result<()> {
        let unknown: Vec<ConversationId> = self
            .places
            .iter()
            .filter(|(_, place)| place.push_to == PushTo::Unknown)
            .map(|(id, _)| *id)
            .collect();
        for (id, push_to) in find_push_to(db, &unknown).await? {
            if let Some(place) = self.places.get_mut(&id) {
                place.push_to = push_to;
            }
        }
        Ok(())
    }

    /// The messages that have somebody to push to.
    fn pushed(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().map(|(message, _)| message).filter(|message| {
            let place = self.places.get(&message.conversation_id);
            place.is_some_and(|place| place.push_to.has_other_than(message.sender.id))
        })
    }
}

async fn insert_messages(db: &Db, messages: &[(Message, u64)]) -> Result<()> {
    macro_rules! column {
        ($message:ident => $value:expr) => {
            messages.iter().map(|($message, _)| $value).collect::<Vec<_>>()
        };
    }
    db.execute(
        "INSERT INTO messages
             (id, conversation_id, seq, sender_id, content, file_url, reply_to_id, mentions,
              client_message_id, created_at, words, file_id)
         SELECT id, conversation_id, seq, sender_id, content, file_url, reply_to_id, mentions,
             client_message_id, created_at, words::tsvector, file_id
         FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[],
                     $7::uuid[], $8::bytea[], $9::text[], $10::bigint[], $11::text[], $12::uuid[])
             AS sent (id, conversation_id, seq, sender_id, content, file_url, reply_to_id,
                      mentions, client_message_id, created_at, words, file_id)",
        &[
            &column!(message => message.id.to_db()),
            &column!(message => message.conversation_id.to_db()),
            &column!(message => number(message.seq)),
            &column!(message => message.sender.id.to_db()),
            &column!(message => message.content.as_deref()),
            &column!(message => message.file_url.as_deref()),
            &column!(message => message.reply_to.as_ref().map(|reply_to| reply_to.id.to_db())),
            &column!(message => mentions_column(&message.mentions)),
            &column!(message => message.client_message_id.as_deref()),
            &column!(message => message.created_at.unix_ms()),
            &column!(message => words_column(message)),
            &column!(message => message.file.as_ref().map(|file| file.id.to_db())),
        ],
    )
    .await?;
    Ok(())
}

async fn store_places(db: &Db, places: &HashMap<ConversationId, Place>) -> Result<()> {
    let ids: Vec<Uuid> = places.keys().map(DbId::to_db).collect();
    let last_seqs: Vec<i64> = places.values().map(|place| number(place.last_seq)).collect();
    let revs: Vec<i64> = places.values().map(|place| number(place.rev)).collect();
    let updated: Vec<i64> = places.values().map(|place| place.updated_at).collect();
    let push_to: Vec<_> = places.values().map(|place| place.push_to.to_column()).collect();
    db.execute(
        "UPDATE conversations c
         SET last_seq = sent.last_seq, rev = sent.rev,
             updated_at = GREATEST(c.updated_at, sent.updated_at), push_to = sent.push_to
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[])
             AS sent (id, last_seq, rev, updated_at, push_to)
         WHERE c.id = sent.id",
        &[&ids, &last_seqs, &revs, &updated, &push_to],
    )
    .await?;
    Ok(())
}

/// Whoever sends has read up to there.
async fn store_read_seqs(db: &Db, messages: &[(Message, u64)]) -> Result<()> {
    let newest: HashMap<(Uuid, Uuid), i64> = messages
        .iter()
        .map(|(message, _)| {
            ((message.conversation_id.to_db(), message.sender.id.to_db()), number(message.seq))
        })
        .collect();
    let conversation_ids: Vec<Uuid> = newest.keys().map(|(id, _)| *id).collect();
    let user_ids: Vec<Uuid> = newest.keys().map(|(_, id)| *id).collect();
    let seqs: Vec<i64> = newest.into_values().collect();
    db.execute(
        "UPDATE participants p
         SET last_read_seq = sent.seq
         FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS sent (conversation_id, user_id, seq)
         WHERE p.conversation_id = sent.conversation_id AND p.user_id = sent.user_id",
        &[&conversation_ids, &user_ids, &seqs],
    )
    .await?;
    Ok(())
}
