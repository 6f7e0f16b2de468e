//! What nodes tell each other and nobody keeps: coming and going, typing, calls under way, sessions to cut.
//!
//! What is durable does not depend on it: that is in the log, which each node reads.
//!
//! - `in_process`: this node is the only one
//! - `redis`: sharded channels of Redis, which a cluster spreads over its servers
//! - `channel`: who hears what
//! - `envelope`: what stands before every message, so that nodes of two versions understand each other
//! - [`messages`]: what is told
//! - `news`: what a node hears, in a bounded queue

mod channel;
mod envelope;
mod in_process;
pub mod messages;
mod news;
mod redis;

use futures_util::future::BoxFuture;

pub use self::channel::Channel;
pub use self::in_process::InProcessBus;
pub use self::news::{BusNews, News};
pub use self::redis::{RedisBus, publish_once};

/// The way between nodes.
///
/// A message comes at most once, to every *other* node that subscribes to its channel at that moment. Those
/// that one node publishes on one channel come in the order in which they were published.
pub trait Bus: Send + Sync {
    /// Could anybody hear? If not, nothing has to be encoded.
    fn has_peers(&self) -> bool;

    /// Publishes, queued by the call. What cannot be queued, or finds the way closed, is dropped and
    /// counted: it would come too late.
    fn publish(&self, channel: Channel, body: Vec<u8>);

    /// The same; done when it is on its way, so that what the other side does later comes after it.
    ///
    /// # Errors
    /// It was dropped.
    fn publish_and_wait(
        &self,
        channel: Channel,
        body: Vec<u8>,
    ) -> BoxFuture<'static, Result<(), Away>>;

    /// Subscribes; done when it is confirmed: whatever is published from then on comes.
    ///
    /// # Errors
    /// The way is closed. The subscription stands all the same, and is confirmed before
    /// [`BusNews::Back`].
    fn subscribe(&self, channel: Channel) -> BoxFuture<'static, Result<(), Away>>;

    /// Ends a subscription; done when it is confirmed: nothing comes any more.
    ///
    /// # Errors
    /// The way is closed; with it the subscription has ended.
    fn unsubscribe(&self, channel: Channel) -> BoxFuture<'static, Result<(), Away>>;

    /// What comes, for the one that asks first.
    fn take_news(&self) -> Option<News>;

    /// Keeps the way open; to be polled as long as the server runs.
    fn keep(&self) -> BoxFuture<'_, ()>;
}

/// The way to the other nodes is closed, or full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("other nodes cannot be reached")]
pub struct Away;
