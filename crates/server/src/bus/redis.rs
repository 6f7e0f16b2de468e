//! The bus over sharded channels of Redis.
//!
//! One connection subscribes and publishes. When it breaks, another one is made, every channel that is
//! wanted is subscribed to, and only then [`BusNews::Back`] is told.

mod link;
mod wishes;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use redis::{PushInfo, PushKind, Value};
use salala_core::Random;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use self::link::Outgoing;
use self::wishes::Wishes;
use super::envelope::{self, NodeId, Opened};
use super::news::{NewsSender, news};
use super::{Away, Bus, BusNews, Channel, News};
use crate::redis_link::{Backoff, LinkError, OnPush, PREFIX, RedisUrl, connect};

/// Messages that wait to be published. What is over that is dropped.
const OUTGOING_MAX: usize = 16_384;

/// The largest message that is taken: far more than any that nodes write.
const MESSAGE_MAX_BYTES: usize = 1 << 20;

/// One node's end.
pub struct RedisBus {
    url: RedisUrl,
    random: Arc<dyn Random>,
    node: NodeId,
    wishes: Arc<Wishes>,
    outgoing: mpsc::Sender<Outgoing>,
    to_publish: tokio::sync::Mutex<mpsc::Receiver<Outgoing>>,
    incoming: NewsSender,
    news: Mutex<Option<News>>,
}

impl RedisBus {
    /// A node that is not connected yet: [`Bus::keep`] connects it.
    pub fn new(url: RedisUrl, random: Arc<dyn Random>) -> Self {
        let mut node = [0; 16];
        random.fill(&mut node);
        let (outgoing, to_publish) = mpsc::channel(OUTGOING_MAX);
        let (incoming, receiver) = news();
        Self {
            url,
            random,
            node,
            wishes: Arc::default(),
            outgoing,
            to_publish: tokio::sync::Mutex::new(to_publish),
            incoming,
            news: Mutex::new(Some(receiver)),
        }
    }

    fn queue(&self, channel: Channel, body: &[u8], done: Option<oneshot::Sender<()>>) {
        let message = envelope::seal(&self.node, body);
        let outgoing = Outgoing { channel: name_of(channel), message, done };
        if !self.wishes.is_linked() || self.outgoing.try_send(outgoing).is_err() {
            count_dropped(1);
        }
    }

    /// What is done with what Redis sends unasked.
    fn on_push(&self, lost: &CancellationToken) -> OnPush {
        let (node, incoming) = (self.node, self.incoming.clone());
        let (wishes, lost) = (Arc::clone(&self.wishes), lost.clone());
        Arc::new(move |PushInfo { kind, data }| match kind {
            PushKind::SMessage => {
                if let Some(news) = read_message(&node, &data) {
                    incoming.put(news);
                }
            }
            PushKind::Disconnection => lost.cancel(),
            // A part of a cluster that gives a channel away ends its subscriptions.
            PushKind::SUnsubscribe => {
                let channel = data.first().and_then(channel_of);
                if channel.is_some_and(|channel| wishes.is_missed(channel)) {
                    lost.cancel();
                }
            }
            PushKind::Other(_)
            | PushKind::Invalidate
            | PushKind::Message
            | PushKind::PMessage
            | PushKind::Unsubscribe
            | PushKind::PUnsubscribe
            | PushKind::Subscribe
            | PushKind::PSubscribe
            | PushKind::SSubscribe => {}
        })
    }

    async fn keep_link(&self) {
        let mut to_publish = self.to_publish.lock().await;
        let mut backoff = Backoff::new(Arc::clone(&self.random));
        let mut last_error: Option<LinkError> = None;
        let mut is_first = true;
        loop {
            match self.connect().await {
                Ok(link) => {
                    backoff.reset();
                    last_error = None;
                    self.serve(&link, is_first, &mut to_publish).await;
                    is_first = false;
                }
                Err(error) => {
                    if last_error.as_ref() != Some(&error) {
                        tracing::warn!("{error}; it is tried again until it can");
                    }
                    last_error = Some(error);
                }
            }
            tokio::time::sleep(backoff.next_wait()).await;
        }
    }

    /// Connects, and subscribes to all that is wanted.
    async fn connect(&self) -> Result<link::Link<'_>, LinkError> {
        let lost = CancellationToken::new();
        let connection = connect(&self.url, &self.on_push(&lost)).await?;
        metrics::counter!("salala_redis_connects_total", "link" => "bus").increment(1);
        let link = link::Link { connection, wishes: &self.wishes, lost };
        match link.resubscribe().await {
            Ok(()) => Ok(link),
            Err(error) => {
                Err(LinkError::Away { url: self.url.to_string(), reason: error.to_string() })
            }
        }
    }

    /// Serves by a connection until that ends.
    async fn serve(
        &self,
        link: &link::Link<'_>,
        is_first: bool,
        to_publish: &mut mpsc::Receiver<Outgoing>,
    ) {
        // Before the first one nothing was listened to.
        if !is_first {
            self.incoming.put(BusNews::Back);
            tracing::info!("other nodes can be heard again");
        }
        let reason = link.hold(to_publish).await;
        self.wishes.unlink();
        while let Ok(outgoing) = to_publish.try_recv() {
            drop(outgoing);
            count_dropped(1);
        }
        self.incoming.put(BusNews::Lost);
        tracing::warn!(%reason, "Redis is away: other nodes are not heard");
    }
}

/// Publishes from a process that is no node, such as an operator's command.
///
/// # Errors
/// Redis cannot be reached.
pub async fn publish_once(
    url: &RedisUrl,
    random: &dyn Random,
    messages: Vec<(Channel, Vec<u8>)>,
) -> Result<(), LinkError> {
    let mut node = [0; 16];
    random.fill(&mut node);
    let mut connection = connect(url, &(Arc::new(|_| {}) as _)).await?;
    let commands = messages
        .into_iter()
        .map(|(channel, body)| link::publish(&name_of(channel), &envelope::seal(&node, &body)));
    let published = connection.ask_all(commands.collect()).await;
    published
        .map(drop)
        .map_err(|error| LinkError::Away { url: url.to_string(), reason: error.to_string() })
}

impl Bus for RedisBus {
    fn has_peers(&self) -> bool {
        true
    }

    fn publish(&self, channel: Channel, body: Vec<u8>) {
        self.queue(channel, &body, None);
    }

    fn publish_and_wait(
        &self,
        channel: Channel,
        body: Vec<u8>,
    ) -> BoxFuture<'static, Result<(), Away>> {
        let (done, is_done) = oneshot::channel();
        self.queue(channel, &body, Some(done));
        Box::pin(async move { is_done.await.map_err(|_| Away) })
    }

    fn subscribe(&self, channel: Channel) -> BoxFuture<'static, Result<(), Away>> {
        let confirmed = self.wishes.want(channel);
        Box::pin(async move { confirmed.await.map_err(|_| Away) })
    }

    fn unsubscribe(&self, channel: Channel) -> BoxFuture<'static, Result<(), Away>> {
        let confirmed = self.wishes.drop_wish(channel);
        Box::pin(async move { confirmed.await.map_err(|_| Away) })
    }

    fn take_news(&self) -> Option<News> {
        self.news.lock().take()
    }

    fn keep(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.keep_link())
    }
}

fn name_of(channel: Channel) -> String {
    format!("{PREFIX}{channel}")
}

fn channel_of(value: &Value) -> Option<Channel> {
    let Value::BulkString(name) = value else { return None };
    Channel::parse(std::str::from_utf8(name).ok()?.strip_prefix(PREFIX)?)
}

fn read_message(node: &NodeId, data: &[Value]) -> Option<BusNews> {
    let [channel, Value::BulkString(message)] = data else {
        envelope::count_skipped("shape");
        return None;
    };
    let Some(channel) = channel_of(channel).filter(|_| message.len() <= MESSAGE_MAX_BYTES) else {
        envelope::count_skipped("shape");
        return None;
    };
    match envelope::open(node, message) {
        Opened::Body(body) => Some(BusNews::Message(channel, body.to_vec())),
        Opened::Own => None,
        Opened::Unreadable(reason) => {
            envelope::count_skipped(reason);
            None
        }
    }
}

fn count_dropped(count: u64) {
    metrics::counter!("salala_bus_dropped_total", "direction" => "out").increment(count);
}
