//! A bus without any other node; tests let several of them be on one.

use std::collections::{HashMap, HashSet};
use std::future::{pending, ready};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::news::{NewsSender, news};
use super::{Away, Bus, BusNews, Channel, News};

/// One node's end.
pub struct InProcessBus {
    number: usize,
    network: Arc<Mutex<Network>>,
    news: Mutex<Option<News>>,
}

#[derive(Default)]
struct Network {
    ends: Vec<NewsSender>,
    subscribers: HashMap<Channel, HashSet<usize>>,
}

impl Default for InProcessBus {
    fn default() -> Self {
        Self::on(Arc::default())
    }
}

impl InProcessBus {
    /// Another node's end of the same bus.
    #[must_use]
    pub fn peer(&self) -> Self {
        Self::on(Arc::clone(&self.network))
    }

    fn on(network: Arc<Mutex<Network>>) -> Self {
        let (sender, receiver) = news();
        let number = {
            let mut all = network.lock();
            all.ends.push(sender);
            all.ends.len() - 1
        };
        Self { number, network, news: Mutex::new(Some(receiver)) }
    }
}

impl Bus for InProcessBus {
    fn has_peers(&self) -> bool {
        self.network.lock().ends.len() > 1
    }

    fn publish(&self, channel: Channel, body: Vec<u8>) {
        let network = self.network.lock();
        let subscribers = network.subscribers.get(&channel).into_iter().flatten();
        for end in subscribers.filter(|number| **number != self.number) {
            if let Some(end) = network.ends.get(*end) {
                end.put(BusNews::Message(channel, body.clone()));
            }
        }
    }

    fn publish_and_wait(
        &self,
        channel: Channel,
        body: Vec<u8>,
    ) -> BoxFuture<'static, Result<(), Away>> {
        self.publish(channel, body);
        Box::pin(ready(Ok(())))
    }

    fn subscribe(&self, channel: Channel) -> BoxFuture<'static, Result<(), Away>> {
        self.network.lock().subscribers.entry(channel).or_default().insert(self.number);
        Box::pin(ready(Ok(())))
    }

    fn unsubscribe(&self, channel: Channel) -> BoxFuture<'static, Result<(), Away>> {
        let mut network = self.network.lock();
        if let Some(subscribers) = network.subscribers.get_mut(&channel) {
            subscribers.remove(&self.number);
            if subscribers.is_empty() {
                network.subscribers.remove(&channel);
            }
        }
        Box::pin(ready(Ok(())))
    }

    fn take_news(&self) -> Option<News> {
        self.news.lock().take()
    }

    fn keep(&self) -> BoxFuture<'_, ()> {
        Box::pin(pending())
    }
}
