//! What a node hears, in a bounded queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::mpsc;

use super::Channel;

/// Messages that wait to be heard, and their bytes. What is over that is dropped, and whoever listens is
/// told that there was more.
const NEWS_MAX: usize = 65_536;
const NEWS_MAX_BYTES: usize = 64 << 20;

/// What comes over the bus.
#[derive(Debug, PartialEq, Eq)]
pub enum BusNews {
    /// Another node told something.
    Message(Channel, Vec<u8>),
    /// The way was closed: nothing comes.
    Lost,
    /// It is open again and every subscription confirmed; what was told meanwhile did not come.
    Back,
    /// More came than could be listened to, and some of it was dropped.
    Missed,
}

/// The listening end.
pub struct News {
    receiver: mpsc::Receiver<BusNews>,
    shared: Arc<Waiting>,
}

/// The end into which is put what came.
#[derive(Clone)]
pub(super) struct NewsSender {
    sender: mpsc::Sender<BusNews>,
    shared: Arc<Waiting>,
}

#[derive(Default)]
struct Waiting {
    bytes: AtomicUsize,
    has_missed: AtomicBool,
}

/// Both ends.
pub(super) fn news() -> (NewsSender, News) {
    let (sender, receiver) = mpsc::channel(NEWS_MAX);
    let shared = Arc::<Waiting>::default();
    (NewsSender { sender, shared: Arc::clone(&shared) }, News { receiver, shared })
}

impl News {
    /// What comes next; `None` when the bus is gone.
    pub async fn recv(&mut self) -> Option<BusNews> {
        if self.shared.has_missed.swap(false, Ordering::Relaxed) {
            return Some(BusNews::Missed);
        }
        let news = self.receiver.recv().await?;
        if let BusNews::Message(_, body) = &news {
            self.shared.bytes.fetch_sub(body.len(), Ordering::Relaxed);
        }
        Some(news)
    }
}

impl NewsSender {
    /// Puts something in. It never waits.
    pub(super) fn put(&self, news: BusNews) {
        let bytes = match &news {
            BusNews::Message(_, body) => body.len(),
            BusNews::Lost | BusNews::Back | BusNews::Missed => 0,
        };
        let before = self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
        let is_full = before + bytes > NEWS_MAX_BYTES;
        if is_full || self.sender.try_send(news).is_err() {
            self.shared.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.shared.has_missed.store(true, Ordering::Relaxed);
            metrics::counter!("salala_bus_dropped_total", "direction" => "in").increment(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_does_not_listen_is_told_that_there_was_more() {
        let (sender, mut news) = news();
        let message = || BusNews::Message(Channel::Everybody, vec![0; NEWS_MAX_BYTES / 4]);
        for _ in 0..5 {
            sender.put(message());
        }
        assert_eq!(news.recv().await, Some(BusNews::Missed));
        for _ in 0..4 {
            assert_eq!(news.recv().await, Some(message()));
        }
        sender.put(BusNews::Back);
        assert_eq!(news.recv().await, Some(BusNews::Back));
    }
}
