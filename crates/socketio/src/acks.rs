//! Acknowledgements that a socket still waits for from its client.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use crate::EncodeError;

/// Why [`Socket::emit_with_ack`](crate::Socket::emit_with_ack) got no answer.
#[derive(Debug, thiserror::Error)]
pub enum AckError {
    /// The client did not answer in time.
    #[error("the client did not acknowledge in time")]
    Timeout,
    /// The socket ended first; whether the client handled the event is unknown.
    #[error("the socket ended before the acknowledgement")]
    Disconnected,
    /// Too many acknowledgements are outstanding
    /// ([`Config::max_pending_acks`](crate::Config::max_pending_acks)); nothing was sent.
    #[error("too many acknowledgements are outstanding")]
    TooMany,
    /// The payload cannot be encoded; nothing was sent.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

pub(crate) type AckArgs = Vec<Box<RawValue>>;

/// The table of one socket; without an allocation until the first acknowledgement is asked for.
#[derive(Default)]
pub(crate) struct PendingAcks {
    table: Mutex<Option<Arc<Table>>>,
}

/// One acknowledgement that is waited for. Dropping it gives it up.
pub(crate) struct PendingAck {
    id: u64,
    table: Arc<Table>,
    receiver: oneshot::Receiver<AckArgs>,
}

#[derive(Default)]
struct Table {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next_id: u64,
    senders: HashMap<u64, oneshot::Sender<AckArgs>>,
}

impl PendingAcks {
    pub(crate) fn register(&self, limit: usize) -> Result<PendingAck, AckError> {
        let table = Arc::clone(self.table.lock().get_or_insert_default());
        let (sender, receiver) = oneshot::channel();
        let id = {
            let mut waiting = table.waiting.lock();
            if waiting.senders.len() >= limit {
                return Err(AckError::TooMany);
            }
            let id = waiting.next_id;
            waiting.next_id += 1;
            waiting.senders.insert(id, sender);
            id
        };
        Ok(PendingAck { id, table, receiver })
    }

    /// Hands an acknowledgement to who waits for it; unknown and repeated ids are ignored.
    pub(crate) fn resolve(&self, id: u64, args: AckArgs) {
        let table = self.table.lock().clone();
        let sender = table.and_then(|table| table.waiting.lock().senders.remove(&id));
        if let Some(Err(_)) = sender.map(|sender| sender.send(args)) {
            tracing::debug!(id, "an acknowledgement came after its wait was given up");
        }
    }

    /// Fails all that wait, when the socket ends.
    pub(crate) fn abandon(&self) {
        let table = self.table.lock().take();
        if let Some(table) = table {
            table.waiting.lock().senders.clear();
        }
    }
}

impl PendingAck {
    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    pub(crate) async fn wait(mut self, timeout: Duration) -> Result<AckArgs, AckError> {
        match tokio::time::timeout(timeout, &mut self.receiver).await {
            Ok(Ok(args)) => Ok(args),
            Ok(Err(_)) => Err(AckError::Disconnected),
            Err(_) => Err(AckError::Timeout),
        }
    }
}

impl Drop for PendingAck {
    fn drop(&mut self) {
        self.table.waiting.lock().senders.remove(&self.id);
    }
}
