//! The channels that a node wants to hear, whether Redis is there or not.

use std::collections::HashSet;

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use super::Channel;

/// All that is wanted. It is no larger than what the node's sockets want.
#[derive(Default)]
pub(super) struct Wishes {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    wanted: HashSet<Channel>,
    is_linked: bool,
    /// What changed since it was last told to Redis.
    changes: Vec<Change>,
    /// What is being given up, so that its end is no surprise.
    giving_up: HashSet<Channel>,
}

struct Change {
    channel: Channel,
    confirmed: oneshot::Sender<()>,
}

/// Changes to be told to Redis together; confirmed by [`Step::confirm`], or refused by being dropped.
#[derive(Default)]
pub(super) struct Step {
    pub(super) subscribe: Vec<Channel>,
    pub(super) unsubscribe: Vec<Channel>,
    confirmed: Vec<oneshot::Sender<()>>,
}

impl Wishes {
    /// A channel is to be heard. The answer comes when Redis confirmed it, and is an error at once while
    /// Redis is away.
    pub(super) fn want(&self, channel: Channel) -> oneshot::Receiver<()> {
        let mut state = self.state.lock();
        state.wanted.insert(channel);
        self.change(&mut state, channel)
    }

    /// A channel is not to be heard any more.
    pub(super) fn drop_wish(&self, channel: Channel) -> oneshot::Receiver<()> {
        let mut state = self.state.lock();
        state.wanted.remove(&channel);
        self.change(&mut state, channel)
    }

    fn change(&self, state: &mut State, channel: Channel) -> oneshot::Receiver<()> {
        let (confirmed, is_confirmed) = oneshot::channel();
        // Without a link the sender is dropped here.
        if state.is_linked {
            state.changes.push(Change { channel, confirmed });
            self.changed.notify_one();
        }
        is_confirmed
    }

    /// Whether what is published goes out.
    pub(super) fn is_linked(&self) -> bool {
        self.state.lock().is_linked
    }

    /// Begins a link; gives all that is wanted. Changes from here on are told one by one.
    pub(super) fn link(&self) -> Vec<Channel> {
        let mut state = self.state.lock();
        state.is_linked = true;
        state.changes.clear();
        state.giving_up.clear();
        state.wanted.iter().copied().collect()
    }

    /// Ends it: whoever waits is told.
    pub(super) fn unlink(&self) {
        let mut state = self.state.lock();
        state.is_linked = false;
        state.changes.clear();
    }

    /// Whether a subscription that Redis ended is one that stands.
    pub(super) fn is_missed(&self, channel: Channel) -> bool {
        let state = self.state.lock();
        state.wanted.contains(&channel) && !state.giving_up.contains(&channel)
    }

    /// Waits for changes, and takes them out.
    pub(super) async fn next_step(&self) -> Step {
        loop {
            self.changed.notified().await;
            let mut state = self.state.lock();
            let changes = std::mem::take(&mut state.changes);
            let mut step = Step::default();
            let mut seen = HashSet::new();
            for Change { channel, confirmed } in changes {
                step.confirmed.push(confirmed);
                // Only what is wanted in the end counts.
                match (seen.insert(channel), state.wanted.contains(&channel)) {
                    (true, true) => step.subscribe.push(channel),
                    (true, false) => step.unsubscribe.push(channel),
                    (false, _) => {}
                }
            }
            state.giving_up = step.unsubscribe.iter().copied().collect();
            if !step.confirmed.is_empty() {
                return step;
            }
        }
    }

    /// What was to be given up is.
    pub(super) fn gave_up(&self) {
        self.state.lock().giving_up.clear();
    }
}

impl Step {
    /// Redis has confirmed all of it.
    pub(super) fn confirm(self) {
        for confirmed in self.confirmed {
            // Whoever asked may not wait any more.
            confirmed.send(()).ok();
        }
    }
}
