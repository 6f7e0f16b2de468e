//! The key for browsers, read from the store when it is first needed, and made where there is none.

use std::sync::Arc;

use salala_store::Store;
use tokio::sync::OnceCell;

use super::web_push::key::PushKey;

/// Gives the key. One installation has one, on however many nodes.
pub struct PushKeys {
    store: Arc<dyn Store>,
    subject: String,
    key: OnceCell<Arc<PushKey>>,
}

/// The key cannot be had at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key for browsers cannot be read")]
pub struct NoKey;

impl PushKeys {
    /// Kept in this store; `subject` is whom push services may write to.
    pub fn new(store: Arc<dyn Store>, subject: String) -> Self {
        Self { store, subject, key: OnceCell::new() }
    }

    /// The key.
    ///
    /// # Errors
    /// The storage is away, or holds something else in its place.
    pub async fn get(&self) -> Result<Arc<PushKey>, NoKey> {
        self.key.get_or_try_init(|| self.read()).await.cloned()
    }

    async fn read(&self) -> Result<Arc<PushKey>, NoKey> {
        let candidate = PushKey::generate().map_err(|_| NoKey)?;
        let kept = self.store.push_key(candidate).await.map_err(|_| NoKey)?;
        match PushKey::read(&kept, self.subject.clone()) {
            Ok(key) => Ok(Arc::new(key)),
            Err(error) => {
                tracing::error!(%error, "browsers cannot be pushed to");
                Err(NoKey)
            }
        }
    }
}
