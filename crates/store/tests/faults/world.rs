//! Two who talk to each other, and child processes that play the same test's other part.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::{SystemRandom, Timestamp};
use salala_store::ports::conversations::Contacts;
use salala_store::ports::messages::{NewMessage, Sent};
use salala_store::ports::users::NewUser;
use salala_store::sqlite::{SqliteOptions, SqliteStore};
use salala_store::{Conversations, Messages, Pending, Users};

/// Set in a child process: the database that it works on.
const CHILD: &str = "SALALA_STORE_TEST_CHILD";

/// A conversation of two.
#[derive(Clone, Copy)]
pub(crate) struct Talk {
    pub(crate) id: ConversationId,
    pub(crate) user_id: UserId,
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_795_000_000_000)
}

pub(crate) fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(SqliteOptions::at(path)).unwrap()
}

/// The conversation of Anna and Berta, who are made where they are not there yet.
pub(crate) async fn find_talk(store: &SqliteStore) -> Talk {
    let user_id = find_user(store, "anna").await;
    let other_id = find_user(store, "berta").await;
    let id = ConversationId::generate(now(), &SystemRandom);
    let (own, _) =
        store.open_direct(id, user_id, other_id, Contacts::Everyone, now()).await.unwrap();
    Talk { id: own.conversation.id, user_id }
}

async fn find_user(store: &SqliteStore, name: &str) -> UserId {
    if let Ok(found) = store.credentials_by_login(name.to_owned()).await {
        return found.user_id;
    }
    let new = NewUser {
        id: UserId::generate(now(), &SystemRandom),
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password_hash: String::new(),
        display_name: None,
        created_at: now(),
    };
    store.create_user(new, None).await.unwrap().brief.id
}

pub(crate) fn send(store: &SqliteStore, talk: Talk) -> Pending<Sent> {
    store.send_message(NewMessage {
        id: MessageId::generate(now(), &SystemRandom),
        conversation_id: talk.id,
        sender_id: talk.user_id,
        content: Some("hello ".repeat(50)),
        file_url: None,
        reply_to_id: None,
        client_message_id: None,
        created_at: now(),
    })
}

/// In a child process the path of its database.
pub(crate) fn child_path() -> Option<OsString> {
    std::env::var_os(CHILD)
}

/// This test again, in a process of its own that does not die of a write past its file size limit.
pub(crate) fn child(test: &str, path: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped());
    command
}
