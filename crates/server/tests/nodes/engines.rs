//! A fresh engine for each test.

use std::ops::Deref;
use std::sync::Arc;

use salala_server::bus::{Bus, BusNews, InProcessBus, News};
use salala_server::presence::{InProcessPresence, Presence};
use salala_server::tasks::Tasks;
use tokio::sync::Mutex;

/// One node's presence, kept up to date until it is dropped.
pub(crate) struct Node {
    pub(crate) presence: Arc<dyn Presence>,
    tasks: Tasks,
}

impl Node {
    pub(crate) fn of(presence: Arc<dyn Presence>) -> Self {
        let tasks = Tasks::new();
        let keeping = Arc::clone(&presence);
        tasks.spawn_until_stop("keep presence", async move { keeping.keep().await });
        Self { presence, tasks }
    }

    /// Does nothing any more, as after `kill -9`: its connection ends, and its lease runs out.
    #[cfg(feature = "redis-tests")]
    pub(crate) async fn kill(self) {
        assert!(self.tasks.drain(std::time::Duration::from_secs(5)).await);
    }
}

impl Deref for Node {
    type Target = dyn Presence;

    fn deref(&self) -> &Self::Target {
        &*self.presence
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.tasks.stop();
    }
}

pub(crate) fn presence_in_process() -> Node {
    Node::of(Arc::new(InProcessPresence::default()))
}

#[cfg(feature = "redis-tests")]
pub(crate) async fn presence_in_redis() -> Node {
    super::server::node_at(&super::server::shared_url()).await
}

/// One node's end of a bus, kept open until it is dropped.
pub(crate) struct End {
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) news: Mutex<News>,
    tasks: Tasks,
}

impl End {
    pub(crate) fn of(bus: Arc<dyn Bus>) -> Self {
        let tasks = Tasks::new();
        let keeping = Arc::clone(&bus);
        tasks.spawn_until_stop("keep the bus", async move { keeping.keep().await });
        let news = Mutex::new(bus.take_news().unwrap());
        Self { bus, news, tasks }
    }

    /// What comes next.
    pub(crate) async fn next(&self) -> BusNews {
        self.news.lock().await.recv().await.unwrap()
    }

    /// The text of the message that comes next.
    pub(crate) async fn next_text(&self) -> String {
        match self.next().await {
            BusNews::Message(_, body) => String::from_utf8(body).unwrap(),
            other @ (BusNews::Lost | BusNews::Back | BusNews::Missed) => panic!("{other:?}"),
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.tasks.stop();
    }
}

pub(crate) fn bus_in_process() -> [End; 2] {
    let bus = InProcessBus::default();
    assert!(!bus.has_peers());
    let peer = bus.peer();
    [End::of(Arc::new(bus)), End::of(Arc::new(peer))]
}

#[cfg(feature = "redis-tests")]
pub(crate) async fn bus_in_redis() -> [End; 2] {
    let url = super::server::shared_url();
    [super::server::end_at(&url).await, super::server::end_at(&url).await]
}
