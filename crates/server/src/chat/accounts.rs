//! Erasing an account, and emptying what it leaves behind.

use std::time::Duration;

use salala_core::UserId;
use salala_core::wire::{Error, ErrorCode};
use tokio::time::{Instant, sleep, timeout};

use super::Chat;
use crate::refusal::refusal;

/// Messages that are emptied at a time: what a send of somebody else waits for at most.
const MESSAGES_AT_ONCE: usize = 64;

/// How often it is looked whether another process asks for an erasure, or the storage is back.
const LOOK_PERIOD: Duration = Duration::from_secs(1);

/// How long a step waits that met a defect or damage.
const DEFECT_PERIOD: Duration = Duration::from_mins(10);

impl Chat {
    /// Erases the user's account. Whoever may sign in as them may do so: no password is asked for.
    ///
    /// A repeat of a request that was let in before changes nothing.
    pub async fn erase_me(&self, user_id: UserId) -> Result<(), Error> {
        let erased = self.store.erase_user(user_id, self.clock.now()).await;
        self.erasures.notify_one();
        erased.map_err(refusal)?;
        tracing::info!(%user_id, "an account was erased");
        Ok(())
    }

    /// Empties what erased accounts have written, for as long as it is polled, also what an earlier
    /// process had begun. Pauses after each step for as long as it took, so that others have at least
    /// half of the writer to themselves.
    pub async fn carry_on_erasures(&self) {
        let mut has_emptied = false;
        loop {
            let began_at = Instant::now();
            let step = self.store.carry_on_erasure(MESSAGES_AT_ONCE, self.clock.now()).await;
            if std::mem::replace(&mut has_emptied, step == Ok(true)) && !has_emptied {
                self.emptied.notify_one();
            }
            match step {
                Ok(true) => sleep(began_at.elapsed()).await,
                // Nothing is lost. Of a defect, which is logged here, there is no line each second.
                Err(error) if refusal(error.clone()).code == ErrorCode::Internal => {
                    sleep(DEFECT_PERIOD).await;
                }
                Ok(false) | Err(_) => self.wait_for_erasures().await,
            }
        }
    }

    async fn wait_for_erasures(&self) {
        // Either way it is looked again.
        drop(timeout(LOOK_PERIOD, self.erasures.notified()).await);
    }
}
