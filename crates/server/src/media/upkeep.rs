//! Removing what nobody holds any more, in small steps.

use std::time::Duration;

use salala_store::StoreError;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::Media;
use crate::metrics;

/// How often it is looked for what is over by itself.
const PERIOD: Duration = Duration::from_mins(1);

/// How many at a time, so that the sends of others beside it wait a few milliseconds at most.
const AT_ONCE: usize = 50;

/// When bytes are given to be removed again that could not be.
const AGAIN_AFTER: Duration = Duration::from_mins(10);

impl Media {
    /// Removes uploads that are over and bytes that nobody holds, for as long as the server runs; soon after
    /// messages were emptied.
    pub async fn carry_on(&self, emptied: &Notify) {
        loop {
            if let Err(error) = self.remove_all_let_go().await {
                tracing::warn!(%error, "files could not be removed; tried again later");
            }
            tokio::select! {
                () = emptied.notified() => {}
                () = self.let_go.notified() => {}
                () = sleep(PERIOD) => {}
            }
        }
    }

    async fn remove_all_let_go(&self) -> Result<(), StoreError> {
        let store = &self.parts.store;
        loop {
            let now = self.parts.clock.now();
            let uploads = store.collect_uploads(AT_ONCE, now).await?;
            let blobs = store.collect_blobs(AT_ONCE, now, now.plus(AGAIN_AFTER)).await?;
            let mut gone = Vec::new();
            for blob in &blobs {
                match self.storage.remove(blob).await {
                    Ok(()) => gone.push(blob.id),
                    Err(error) => tracing::warn!(blob = %blob.id, %error, "bytes of a file stay"),
                }
            }
            if !gone.is_empty() {
                metrics::record_files_removed(gone.len());
                store.forget_blobs(gone).await?;
            }
            if uploads < AT_ONCE && blobs.len() < AT_ONCE {
                return Ok(());
            }
        }
    }
}
