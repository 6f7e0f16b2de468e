//! What other nodes are told of what happens here and is not kept, and what they tell.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use parking_lot::Mutex;
use salala_core::wire::ServerEvent;
use salala_core::wire::server_events::TypingUser;
use salala_core::{ConversationId, SessionId, UserId};
use salala_store::log::Event;
use salala_store::ports::sessions::Access;
use tokio::time::{Instant, interval};

use super::sockets::Sockets;
use super::tell::send_volatile;
use super::{Caller, Shared, rooms};
use crate::auth::LiveSessions;
use crate::bus::messages::{BusMessage, CallNews};
use crate::bus::{Away, Bus, BusNews, Channel};

/// How long a channel is heard after the last socket that wanted it, so that who comes back soon finds it.
const LINGER: Duration = Duration::from_secs(30);
/// How often it is looked which channels are wanted.
const SWEEP_PERIOD: Duration = Duration::from_secs(5);
/// Sign-ins of which the store is asked at once.
const ASK_AT_ONCE: usize = 64;

/// This node's end of the bus, as far as sockets need it.
pub(super) struct Relay {
    bus: Arc<dyn Bus>,
    sockets: Arc<Sockets>,
    /// Channels that are heard, and since when nobody here wants them.
    heard: Mutex<HashMap<Channel, Option<Instant>>>,
}

/// Cuts sockets here and on every other node.
pub struct Cuts {
    sockets: Arc<Sockets>,
    bus: Arc<dyn Bus>,
}

impl Relay {
    pub(super) fn new(bus: Arc<dyn Bus>, sockets: Arc<Sockets>) -> Self {
        Self { bus, sockets, heard: Mutex::default() }
    }

    /// Tells other nodes, if there are any.
    pub(super) fn tell(&self, channel: Channel, message: impl FnOnce() -> BusMessage) {
        if self.bus.has_peers() {
            self.bus.publish(channel, message().encode());
        }
    }

    /// The same; done when it is on its way, or cannot be.
    pub(super) async fn tell_first(
        &self,
        channel: Channel,
        message: impl FnOnce() -> BusMessage + Send,
    ) {
        if !self.bus.has_peers() {
            return;
        }
        let told = self.bus.publish_and_wait(channel, message().encode());
        if told.await.is_err() {
            tracing::debug!("other nodes could not be told");
        }
    }

    /// Tells the nodes of a user what of an event is in no log.
    pub(super) fn tell_call(&self, user_id: UserId, event: &Event) {
        if !self.bus.has_peers() {
            return;
        }
        if let Some(news) = CallNews::of(event) {
            self.tell(Channel::User(user_id), || BusMessage::Call { user_id, news });
        }
    }

    /// Tells the nodes on which somebody views a conversation who writes there, or no longer.
    pub(super) fn tell_typing(&self, typing: TypingUser, is_typing: bool) {
        let TypingUser { user_id, conversation_id } = typing;
        let message = || BusMessage::Typing { user_id, conversation_id, is_typing };
        self.tell(Channel::Conversation(conversation_id), message);
    }

    /// Hears what nodes tell the devices of a user, which are here. Done when it is confirmed, or cannot be
    /// at the moment: then it is before [`BusNews::Back`].
    pub(super) async fn hear_user(&self, user_id: UserId) {
        if self.bus.has_peers() && self.hear(Channel::User(user_id)).await == Err(Away) {
            tracing::debug!("a device came in that does not hear other nodes yet");
        }
    }

    /// Hears what nodes tell those who view a conversation.
    pub(super) fn hear_conversation(&self, id: ConversationId) {
        let channel = Channel::Conversation(id);
        if self.bus.has_peers() && !self.heard.lock().contains_key(&channel) {
            // Nothing is lost by what comes before it is confirmed: it passes anyway.
            drop(self.hear(channel));
        }
    }

    fn hear(&self, channel: Channel) -> BoxFuture<'static, Result<(), Away>> {
        // Under the lock, so that a sweep does not end what is begun here.
        let mut heard = self.heard.lock();
        heard.insert(channel, None);
        self.bus.subscribe(channel)
    }

    /// Ends the hearing of what nobody here has wanted for long enough.
    fn sweep(&self, now: Instant) {
        self.heard.lock().retain(|channel, idle_since| {
            let room = match *channel {
                Channel::Everybody => return true,
                Channel::User(id) => rooms::user(id),
                Channel::Conversation(id) => rooms::viewers(id),
            };
            if self.sockets.has_room(&room) {
                *idle_since = None;
                return true;
            }
            let since = *idle_since.get_or_insert(now);
            if now.saturating_duration_since(since) < LINGER {
                return true;
            }
            drop(self.bus.unsubscribe(*channel));
            false
        });
    }
}

impl Cuts {
    /// Of the sockets of this node, and over this bus.
    pub fn new(sockets: Arc<Sockets>, bus: Arc<dyn Bus>) -> Self {
        Self { sockets, bus }
    }
}

impl LiveSessions for Cuts {
    fn cut_session(&self, session_id: SessionId) {
        self.sockets.cut_session(session_id);
        self.bus.publish(Channel::Everybody, BusMessage::CutSession { session_id }.encode());
    }

    fn cut_user(&self, user_id: UserId) {
        self.sockets.cut_user(user_id);
        self.bus.publish(Channel::Everybody, BusMessage::CutUser { user_id }.encode());
    }
}

impl Shared {
    /// Tells sockets here what other nodes tell, until the tasks are to stop.
    pub(super) async fn listen(self: Arc<Self>) {
        let Some(mut news) = self.parts.bus.take_news() else { return };
        if !self.parts.bus.has_peers() {
            return;
        }
        // Not waited for: it is confirmed as soon as there is a way to others.
        drop(self.relay.hear(Channel::Everybody));
        let mut ticks = interval(SWEEP_PERIOD);
        loop {
            tokio::select! {
                heard = news.recv() => match heard {
                    Some(BusNews::Message(_, body)) => {
                        if let Some(message) = BusMessage::decode(&body) {
                            self.obey(message);
                        }
                    }
                    Some(BusNews::Back | BusNews::Missed) => self.make_up().await,
                    Some(BusNews::Lost) => {}
                    None => return,
                },
                _ = ticks.tick() => self.relay.sweep(Instant::now()),
            }
        }
    }

    fn obey(self: &Arc<Self>, message: BusMessage) {
        match message {
            BusMessage::Status(news) => self.tell_status_here(&news),
            BusMessage::Typing { user_id, conversation_id, is_typing } => {
                let typing = TypingUser { user_id, conversation_id };
                let event = if is_typing {
                    ServerEvent::UserTyping(typing)
                } else {
                    ServerEvent::UserStopTyping(typing)
                };
                if let Some(viewers) = self.parts.sockets.to(&rooms::viewers(conversation_id)) {
                    send_volatile(&viewers, &event, self.hub.offsets());
                }
            }
            BusMessage::CutUser { user_id } => self.parts.sockets.cut_user(user_id),
            BusMessage::CutSession { session_id } => self.parts.sockets.cut_session(session_id),
            BusMessage::Call { user_id, news } => {
                if let Some(event) = news.into_event() {
                    self.hub.calls.tell(user_id, &event, None);
                }
            }
            BusMessage::WhoViews { question, conversation_id, user_ids } => {
                self.answer_who_views(question, conversation_id, user_ids);
            }
            BusMessage::Views { question, viewers, .. } => self.questions.answer(question, viewers),
        }
    }

    /// What was told while it could not be heard is found out: whose sign-in was ended meanwhile, and what
    /// devices lack of the calls that they are in.
    async fn make_up(&self) {
        let sockets = self.parts.sockets.all().map(|all| all.sockets()).unwrap_or_default();
        let mut sign_ins = HashSet::new();
        for socket in &sockets {
            let Some(caller) = socket.data::<Caller>() else { continue };
            sign_ins.insert((caller.user_id, caller.session_id));
            if caller.calls.is_busy()
                && let Err(error) = self.catch_up_calls(socket, &caller, true).await
            {
                tracing::warn!(%error, "what a device lacks of its calls could not be read");
            }
        }
        self.make_up_rings().await;
        let sign_ins: Vec<_> = sign_ins.into_iter().collect();
        for some in sign_ins.chunks(ASK_AT_ONCE) {
            let asked = some.iter().map(|(user_id, session_id)| async move {
                let access = self.parts.store.access(*user_id, *session_id).await;
                (*user_id, *session_id, access)
            });
            for (user_id, session_id, access) in join_all(asked).await {
                match (access, session_id) {
                    (Ok(Access::Granted(_)) | Err(_), _) => {}
                    (Ok(Access::Revoked | Access::Unknown), Some(session_id)) => {
                        self.parts.sockets.cut_session(session_id);
                    }
                    (Ok(Access::Revoked | Access::Unknown), None) => {
                        self.parts.sockets.cut_user(user_id);
                    }
                }
            }
        }
    }
}
