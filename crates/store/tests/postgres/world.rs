//! A database and people who write to each other in it.

use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::{SystemRandom, Timestamp};
use salala_store::ports::conversations::Contacts;
use salala_store::ports::messages::{HistoryRange, NewMessage};
use salala_store::ports::users::NewUser;
use salala_store::postgres::{DatabaseUrl, PostgresOptions, PostgresStore};
use salala_store::{Conversations as _, Messages as _, Users as _};

use super::database::Database;

/// The server on which tests make their databases.
pub(crate) fn server_url() -> String {
    let url = std::env::var_os("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL must name a PostgreSQL server whose user may make databases: run the \
         tests by scripts/postgres.sh",
    );
    url.into_string().unwrap()
}

/// A new database with tables.
pub(crate) fn fresh_database() -> Database {
    Database::migrated(&server_url(), |url| {
        PostgresStore::migrate(&DatabaseUrl::parse(url).unwrap()).unwrap();
    })
}

/// A store on the database of this URL.
pub(crate) fn open(url: &str) -> PostgresStore {
    PostgresStore::open(PostgresOptions::at(DatabaseUrl::parse(url).unwrap())).unwrap()
}

/// A moment.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_795_000_000_000)
}

pub(crate) fn user_named(name: &str) -> NewUser {
    NewUser {
        id: UserId::generate(now(), &SystemRandom),
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password_hash: String::new(),
        display_name: None,
        created_at: now(),
    }
}

/// Two who write to each other.
#[derive(Clone, Copy)]
pub(crate) struct Talk {
    pub(crate) users: [UserId; 2],
    pub(crate) id: ConversationId,
}

impl Talk {
    /// Makes two users of these names, and their conversation.
    pub(crate) async fn of(store: &PostgresStore, names: [&str; 2]) -> Self {
        let users = names.map(user_named);
        for user in &users {
            store.create_user(user.clone(), None).await.unwrap();
        }
        let users = users.map(|user| user.id);
        let id = ConversationId::generate(now(), &SystemRandom);
        let everyone = Contacts::Everyone;
        store.open_direct(id, users[0], users[1], everyone, now()).await.unwrap();
        Self { users, id }
    }

    /// A message of the first or the second, with an id of the sender's own.
    pub(crate) fn draft(&self, sender: usize, own_id: &str) -> NewMessage {
        NewMessage {
            id: MessageId::generate(now(), &SystemRandom),
            conversation_id: self.id,
            sender_id: self.users[sender],
            content: Some(format!("message {own_id}")),
            file_url: None,
            reply_to_id: None,
            client_message_id: Some(own_id.to_owned()),
            created_at: now(),
        }
    }

    /// The senders' own ids of all messages, oldest first.
    pub(crate) async fn own_ids(&self, store: &PostgresStore) -> Vec<String> {
        let mut own_ids = Vec::new();
        let mut range = HistoryRange::After(0);
        loop {
            let page = store.history(self.users[0], self.id, range, 1000).await.unwrap();
            let Some(newest) = page.messages.first() else { return own_ids };
            range = HistoryRange::After(newest.seq);
            let messages = page.messages.into_iter().rev();
            own_ids.extend(messages.map(|message| message.client_message_id.unwrap()));
        }
    }
}
