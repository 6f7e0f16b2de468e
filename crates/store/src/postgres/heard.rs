//! Hearing what other processes commit, by the notifications of the database.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tokio_postgres::{AsyncMessage, Client};
use uuid::Uuid;

use super::error::Result;
use super::handed::HeardPart;
use super::others::Hearer;
use super::schema::Location;

const LISTEN: &str = "LISTEN salala_log";

/// How long until it is listened again after a connection was lost.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// How often a process that listens says so, and for how long others count on it.
const SAYS_SO_EVERY: Duration = Duration::from_secs(10);
const COUNTED_FOR: Duration = Duration::from_secs(30);

/// With this a process says that it listens; its number follows.
const LISTENS: char = '?';

/// What may wait to be told, in bytes. What does not fit is read from the log.
const WAITING_MAX_BYTES: usize = 8 * 1024 * 1024;

/// What was heard and not taken yet.
#[derive(Default)]
pub(super) struct Inbox {
    /// Something is there.
    pub(super) woken: Notify,
    /// Somebody came of whom nothing was heard before, and is to know at once that this process listens.
    greeted: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    parts: VecDeque<HeardPart>,
    bytes: usize,
    /// Something was committed that is not among the parts.
    must_read: bool,
    /// When another process was heard of last.
    peer_at: Option<Instant>,
}

impl State {
    fn has_peers(&self) -> bool {
        self.peer_at.is_some_and(|at| at.elapsed() < COUNTED_FOR)
    }
}

impl Inbox {
    /// Takes what is there; and whether the log has to be read besides.
    pub(super) fn take(&self) -> (VecDeque<HeardPart>, bool) {
        let mut state = self.state.lock();
        state.bytes = 0;
        (std::mem::take(&mut state.parts), std::mem::take(&mut state.must_read))
    }

    /// Somebody else may be listening, so that it is worth handing over what is committed.
    pub(super) fn has_peers(&self) -> bool {
        self.state.lock().has_peers()
    }

    /// Another process has said something.
    fn hear(&self, payload: &str) {
        let mut state = self.state.lock();
        if !state.has_peers() {
            self.greeted.notify_one();
        }
        state.peer_at = Some(Instant::now());
        if payload.starts_with(LISTENS) {
            return;
        }
        match HeardPart::parse(payload) {
            Some(part) if state.bytes + part.size_bytes() <= WAITING_MAX_BYTES => {
                state.bytes += part.size_bytes();
                state.parts.push_back(part);
            }
            Some(_) | None => state.must_read = true,
        }
        drop(state);
        self.woken.notify_one();
    }

    /// Something may not have been heard.
    fn miss(&self) {
        self.state.lock().must_read = true;
        self.woken.notify_one();
    }
}

/// Hears all that is committed by another process than `own`, whose writer `own_backend` serves.
pub(super) async fn listen(
    location: Location,
    mut hearer: Hearer,
    inbox: Arc<Inbox>,
    own_backend: Arc<AtomicI32>,
    own: Uuid,
) {
    // Most processes that open a store only ask it something.
    if hearer.wait_for(Option::is_some).await.is_err() {
        return;
    }
    let own = format!("{LISTENS}{own}");
    loop {
        if let Err(error) = hear(&location, &inbox, &own_backend, &own).await {
            tracing::debug!(%error, "others' commits are not heard");
        }
        sleep(AGAIN_AFTER).await;
    }
}

async fn hear(
    location: &Location,
    inbox: &Inbox,
    own_backend: &AtomicI32,
    own: &str,
) -> Result<()> {
    let (client, mut connection) = location.connect_to_listen().await?;
    let mut saying = pin!(say_so(&client, inbox, own));
    loop {
        tokio::select! {
            failed = &mut saying => return Err(location.unusable(&failed)),
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(notification))) => {
                    let is_own = notification.process_id() == own_backend.load(Ordering::Relaxed)
                        || notification.payload() == own;
                    if !is_own {
                        inbox.hear(notification.payload());
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(location.unusable(&error)),
                None => return Ok(()),
            },
        }
    }
}

/// Listens, and says so now and then; ends by an error alone.
async fn say_so(client: &Client, inbox: &Inbox, own: &str) -> tokio_postgres::Error {
    if let Err(error) = client.batch_execute(LISTEN).await {
        return error;
    }
    // What was committed before may have been missed.
    inbox.miss();
    loop {
        if let Err(error) = client.batch_execute(&format!("NOTIFY salala_log, '{own}'")).await {
            return error;
        }
        tokio::select! {
            () = sleep(SAYS_SO_EVERY) => {}
            () = inbox.greeted.notified() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_part_is_read_and_what_does_not_fit_too() {
        let inbox = Inbox::default();
        assert!(!inbox.has_peers());
        inbox.hear("7 1 1[]");
        let (parts, must_read) = inbox.take();
        assert_eq!((parts.len(), must_read), (1, false));
        assert!(inbox.has_peers());
        for payload in ["", "nonsense", "7 1 9[]", "7 x 1[]", "7 0 1[]", "1 3 1[]"] {
            inbox.hear(payload);
            let (parts, must_read) = inbox.take();
            assert_eq!((parts.len(), must_read), (0, true), "{payload}");
        }
        inbox.hear("?somebody");
        assert!(!inbox.take().1);
        let large = format!("7 1 1{}", "x".repeat(WAITING_MAX_BYTES / 2));
        for _ in 0..2 {
            inbox.hear(&large);
        }
        let (parts, must_read) = inbox.take();
        assert_eq!((parts.len(), must_read), (1, true));
    }
}
