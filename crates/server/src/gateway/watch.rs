//! Who is looking at what, on this node and on the others, for those who decide about pushes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use parking_lot::Mutex;
use salala_core::{ConversationId, Timestamp, UserId};
use tokio::time::sleep;

use super::{Caller, Gateway, Shared, rooms};
use crate::bus::Channel;
use crate::bus::messages::{BusMessage, ViewerNews};
use crate::push::viewing::{Viewer, Viewers, Watch};

/// How long other nodes have to answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(300);

/// Questions that wait for answers.
const QUESTIONS_MAX: usize = 10_000;

/// Answers to one question that are kept.
const ANSWERS_MAX: usize = 10_000;

/// What other nodes were asked and have answered so far.
#[derive(Default)]
pub(super) struct Questions {
    asked: Mutex<HashMap<u64, Vec<ViewerNews>>>,
}

impl Questions {
    fn ask(&self, question: u64) -> bool {
        let mut asked = self.asked.lock();
        let may = asked.len() < QUESTIONS_MAX;
        if may {
            asked.insert(question, Vec::new());
        }
        may
    }

    fn take(&self, question: u64) -> Vec<ViewerNews> {
        self.asked.lock().remove(&question).unwrap_or_default()
    }

    /// An answer came; of a question that nobody here asked, or not any more, it is passed over.
    pub(super) fn answer(&self, question: u64, mut viewers: Vec<ViewerNews>) {
        if let Some(answers) = self.asked.lock().get_mut(&question) {
            viewers.truncate(ANSWERS_MAX.saturating_sub(answers.len()));
            answers.append(&mut viewers);
        }
    }
}

impl Watch for Gateway {
    fn viewers(&self, asked: Vec<(UserId, ConversationId)>) -> BoxFuture<'_, Viewers> {
        Box::pin(self.shared.viewers(asked))
    }
}

impl Shared {
    async fn viewers(&self, asked: Vec<(UserId, ConversationId)>) -> Viewers {
        let mut viewers = Viewers::new();
        let mut by_conversation: HashMap<ConversationId, HashSet<UserId>> = HashMap::new();
        for (user_id, id) in asked {
            by_conversation.entry(id).or_default().insert(user_id);
        }
        let now = self.parts.clock.now();
        for (id, user_ids) in &by_conversation {
            for viewer in self.viewers_here(*id, user_ids) {
                note(&mut viewers, *id, &viewer, now);
            }
        }
        if self.parts.bus.has_peers() {
            self.ask_others(by_conversation, &mut viewers).await;
        }
        viewers
    }

    /// The sockets of this node that view a conversation, of these users.
    fn viewers_here(&self, id: ConversationId, user_ids: &HashSet<UserId>) -> Vec<ViewerNews> {
        let Some(room) = self.parts.sockets.to(&rooms::viewers(id)) else { return Vec::new() };
        let viewer = |socket: salala_socketio::Socket| {
            let caller = socket.data::<Caller>()?;
            let heard_ago = socket.last_heard_at().elapsed();
            user_ids.contains(&caller.user_id).then(|| ViewerNews {
                user_id: caller.user_id,
                session_id: caller.session_id,
                heard_ms_ago: u64::try_from(heard_ago.as_millis()).unwrap_or(u64::MAX),
            })
        };
        room.sockets().into_iter().filter_map(viewer).collect()
    }

    /// Asks the nodes on which somebody views these about the users who have a socket elsewhere.
    async fn ask_others(
        &self,
        by_conversation: HashMap<ConversationId, HashSet<UserId>>,
        viewers: &mut Viewers,
    ) {
        let user_ids: HashSet<UserId> = by_conversation.values().flatten().copied().collect();
        let elsewhere = self.users_elsewhere(user_ids).await;
        let mut questions = Vec::new();
        for (id, mut user_ids) in by_conversation {
            user_ids.retain(|user_id| elsewhere.contains(user_id));
            if !user_ids.is_empty() {
                questions.push((self.new_question(), id, user_ids));
            }
        }
        if questions.is_empty() {
            return;
        }
        let asking = questions.iter().map(|(question, id, user_ids)| async move {
            let message = BusMessage::WhoViews {
                question: *question,
                conversation_id: *id,
                user_ids: user_ids.iter().copied().collect(),
            };
            let is_kept = self.questions.ask(*question);
            let channel = Channel::Conversation(*id);
            is_kept && self.parts.bus.publish_and_wait(channel, message.encode()).await.is_ok()
        });
        let asked: Vec<bool> = join_all(asking).await;
        sleep(ANSWER_WITHIN).await;
        let now = self.parts.clock.now();
        for ((question, id, user_ids), is_asked) in questions.into_iter().zip(asked) {
            for viewer in self.questions.take(question) {
                note(viewers, id, &viewer, now);
            }
            if !is_asked {
                for user_id in user_ids {
                    viewers.entry((user_id, id)).or_default().is_uncertain = true;
                }
            }
        }
    }

    /// Those of these who have a socket on another node.
    async fn users_elsewhere(&self, user_ids: HashSet<UserId>) -> HashSet<UserId> {
        let user_ids: Vec<UserId> = user_ids.into_iter().collect();
        let online = self.parts.presence.are_online(&user_ids).await;
        let looking = online.into_iter().map(|user_id| async move {
            let mut devices = self.parts.presence.devices(user_id).await;
            if let Some(here) = self.parts.sockets.to(&rooms::user(user_id)) {
                for socket in here.sockets() {
                    devices.remove(socket.id());
                }
            }
            (!devices.is_empty()).then_some(user_id)
        });
        join_all(looking).await.into_iter().flatten().collect()
    }

    fn new_question(&self) -> u64 {
        let mut bytes = [0; 8];
        self.parts.random.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Another node asks who views a conversation here.
    pub(super) fn answer_who_views(
        self: &Arc<Self>,
        question: u64,
        conversation_id: ConversationId,
        user_ids: Vec<UserId>,
    ) {
        let viewers = self.viewers_here(conversation_id, &user_ids.into_iter().collect());
        if !viewers.is_empty() {
            let message = || BusMessage::Views { question, conversation_id, viewers };
            self.relay.tell(Channel::Everybody, message);
        }
    }
}

fn note(viewers: &mut Viewers, id: ConversationId, viewer: &ViewerNews, now: Timestamp) {
    let ago = i64::try_from(viewer.heard_ms_ago).unwrap_or(i64::MAX);
    let heard_at = Timestamp::from_unix_ms(now.unix_ms().saturating_sub(ago));
    let known = viewers.entry((viewer.user_id, id)).or_default();
    known.viewers.push(Viewer { session_id: viewer.session_id, heard_at });
}
