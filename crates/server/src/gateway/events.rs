//! A client's event → an act of `chat` → its ack, or its refusal.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use salala_core::ConversationId;
use salala_core::calls::{CallAct, CallSignalKind};
use salala_core::wire::client_events::{
    ClientEvent, ConversationRef, MarkMessagesAsRead, SendAnswer, SendIceCandidate, SendMessage,
    SendOffer,
};
use salala_core::wire::server_events::{Counted, Exception, Refusal, Success, TypingUser};
use salala_core::wire::shapes::{JoinedRoom, LeftRoom};
use salala_core::wire::{Error, ServerEvent};
use salala_socketio::{Ack, Event, Socket};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::answers::Room;
use super::recovery::Offsets;
use super::tell::{encode, encode_named, send_volatile, tell_typing_stopped};
use super::{Caller, Shared, rooms};
use crate::chat::conversation_id_of;

/// What is needed to answer an event, now or later.
pub(super) struct Reply {
    socket: Socket,
    name: String,
    payload: Option<Box<RawValue>>,
    ack: Option<Ack>,
    offsets: Arc<Offsets>,
    /// Held until the event is answered, so that a drain can wait for it.
    _answering: TaskTrackerToken,
}

impl Shared {
    /// Handles one event. Returns as soon as the next one of this socket may begin: sends and read
    /// marks are queued by then, and answered when they are durable.
    pub(super) async fn handle(&self, socket: &Socket, caller: &Arc<Caller>, event: Event) {
        let answering = self.answering.token();
        if self.answering.is_closed() {
            // The server drains: the client has no answer, and sends again when it is back.
            return;
        }
        let Event { name, mut args, attachments, ack } = event;
        let payload = if args.is_empty() { None } else { Some(args.swap_remove(0)) };
        // Bytes stand as placeholders in the payload, which must not be taken for it.
        let json = payload.as_deref().filter(|_| attachments.is_empty());
        let decoded = ClientEvent::decode(&name, json.map_or("", RawValue::get));
        let known = ClientEvent::NAMES.iter().copied().find(|known| *known == name);
        metrics::counter!("salala_client_events_total", "event" => known.unwrap_or("unknown"))
            .increment(1);
        let offsets = Arc::clone(self.hub.offsets());
        let socket_clone = socket.clone();
        let reply =
            Reply { socket: socket_clone, name, payload, ack, offsets, _answering: answering };
        let decoded = decoded.and_then(|event| self.count(caller, event));
        match decoded {
            Err(error) => reply.refuse(&error),
            Ok(ClientEvent::JoinRoom(command)) => {
                reply.settle(self.join_room(socket, caller, &command).await);
            }
            Ok(ClientEvent::LeaveRoom(command)) => {
                reply.settle(self.leave_room(socket, caller, command).await);
            }
            Ok(ClientEvent::SendMessage(command)) => {
                self.send_message(caller, command, reply).await;
            }
            Ok(ClientEvent::Typing(command)) => {
                reply.settle(self.typing(socket, caller, &command).await);
            }
            Ok(ClientEvent::StopTyping(command)) => {
                reply.settle(self.stop_typing(socket, caller, &command).await);
            }
            Ok(ClientEvent::MarkMessagesAsRead(command)) => {
                self.mark_messages_as_read(caller, &command, reply).await;
            }
            Ok(ClientEvent::Sync(command)) => {
                // What the socket sent before counts in what it lacks.
                caller.answers.settled().await;
                reply.settle(self.parts.chat.sync(caller.user_id, command).await);
            }
            Ok(ClientEvent::CallInitiate(command)) => {
                reply.settle(self.start_call(socket, caller, command).await);
            }
            Ok(ClientEvent::CallOffer(SendOffer { call, offer })) => {
                let signal = (CallSignalKind::Offer, call, offer);
                self.signal_call(socket, caller, signal, reply).await;
            }
            Ok(ClientEvent::CallAnswer(SendAnswer { call, answer })) => {
                let signal = (CallSignalKind::Answer, call, answer);
                self.signal_call(socket, caller, signal, reply).await;
            }
            Ok(ClientEvent::CallIceCandidate(SendIceCandidate { call, candidate })) => {
                let signal = (CallSignalKind::Candidate, call, candidate);
                self.signal_call(socket, caller, signal, reply).await;
            }
            Ok(ClientEvent::CallReject(call)) => {
                self.end_call(socket, caller, CallAct::Reject, &call, reply).await;
            }
            Ok(ClientEvent::CallCancel(call)) => {
                self.end_call(socket, caller, CallAct::Cancel, &call, reply).await;
            }
            Ok(ClientEvent::CallEnd(call)) => {
                self.end_call(socket, caller, CallAct::End, &call, reply).await;
            }
        }
    }

    /// Counts what is not a send, which `chat` counts for both doors.
    fn count(&self, caller: &Caller, event: ClientEvent) -> Result<ClientEvent, Error> {
        if !matches!(event, ClientEvent::SendMessage(_)) {
            self.parts.chat.count_signal(caller.user_id)?;
        }
        Ok(event)
    }

    async fn join_room(
        &self,
        socket: &Socket,
        caller: &Caller,
        command: &ConversationRef,
    ) -> Result<JoinedRoom, Error> {
        let id = conversation_id_of(&command.conversation_id)?;
        // What the socket sent and marked before counts in what it is told here.
        caller.answers.settled().await;
        let (members, viewers) = (rooms::members(id), rooms::viewers(id));
        let (mut membership, mut last_seq) = self.parts.chat.membership(caller.user_id, id).await?;
        self.remember_view(socket, caller, id).await?;
        socket.join(&viewers);
        self.relay.hear_conversation(id);
        if !socket.in_room(&members) {
            // Either the hub has not heard yet that the user came, or it has taken the socket out
            // since the membership was read. The store knows: what the hub hears later comes in order.
            match self.parts.chat.membership(caller.user_id, id).await {
                Ok(newer) => (membership, last_seq) = newer,
                Err(error) => {
                    socket.leave(&viewers);
                    return Err(error);
                }
            }
        }
        if let Some(packet) = encode(&ServerEvent::JoinedRoom(id), &self.hub.offsets().passing()) {
            socket.send(&packet);
        }
        Ok(JoinedRoom { conversation_id: id, last_seq, last_read_seq: membership.last_read_seq })
    }

    async fn leave_room(
        &self,
        socket: &Socket,
        caller: &Caller,
        command: ConversationRef,
    ) -> Result<LeftRoom, Error> {
        let id = self.member_conversation(socket, caller, &command).await?;
        if self.typing.stop(socket, id) {
            self.tell_typing_stopped(socket, id);
        }
        self.forget_view(socket, caller, id).await?;
        socket.leave(&rooms::viewers(id));
        Ok(LeftRoom { conversation_id: command.conversation_id })
    }

    async fn typing(
        &self,
        socket: &Socket,
        caller: &Caller,
        command: &ConversationRef,
    ) -> Result<Success, Error> {
        let id = self.member_conversation(socket, caller, command).await?;
        if self.is_silenced(caller, id).await? {
            return Ok(Success::plain());
        }
        self.typing.start(socket, id, Instant::now());
        let typing = TypingUser { user_id: caller.user_id, conversation_id: id };
        self.relay.tell_typing(typing, true);
        let event = ServerEvent::UserTyping(typing);
        if let Some(viewers) = self.parts.sockets.to(&rooms::viewers(id)) {
            send_volatile(&viewers.except(socket), &event, self.hub.offsets());
        }
        Ok(Success::plain())
    }

    async fn stop_typing(
        &self,
        socket: &Socket,
        caller: &Caller,
        command: &ConversationRef,
    ) -> Result<Success, Error> {
        let id = self.member_conversation(socket, caller, command).await?;
        let was_typing = self.typing.stop(socket, id);
        if was_typing || !self.is_silenced(caller, id).await? {
            self.tell_typing_stopped(socket, id);
        }
        Ok(Success::plain())
    }

    async fn send_message(&self, caller: &Arc<Caller>, command: SendMessage, reply: Reply) {
        let room = caller.answers.reserve(reply.payload_bytes()).await;
        let sent = self.parts.chat.send_message(caller.user_id, command);
        self.answer_later(caller, room, async move {
            reply.settle(sent.await.map(|(message, _)| message));
        });
    }

    async fn mark_messages_as_read(
        &self,
        caller: &Arc<Caller>,
        command: &MarkMessagesAsRead,
        reply: Reply,
    ) {
        let room = caller.answers.reserve(reply.payload_bytes()).await;
        let marked = self.parts.chat.mark_messages_as_read(caller.user_id, command);
        self.answer_later(caller, room, async move {
            reply.settle(marked.await.map(Counted::new));
        });
    }

    /// Gives an answer when it is ready, after those of the socket's earlier events.
    pub(super) fn answer_later(
        &self,
        caller: &Arc<Caller>,
        room: Room,
        answer: impl Future<Output = ()> + Send + 'static,
    ) {
        if caller.answers.push(room, answer) {
            let caller = Arc::clone(caller);
            self.parts.tasks.spawn("answers", async move { caller.answers.run().await });
        }
    }

    /// The conversation that an event names, if the caller is a member. The hub knows for members that
    /// it has heard of, and the store for everybody else.
    async fn member_conversation(
        &self,
        socket: &Socket,
        caller: &Caller,
        command: &ConversationRef,
    ) -> Result<ConversationId, Error> {
        let id = conversation_id_of(&command.conversation_id)?;
        if !socket.in_room(&rooms::members(id)) {
            self.parts.chat.membership(caller.user_id, id).await?;
        }
        Ok(id)
    }

    /// Whether typing is told to nobody: in a conversation of two, with a block between them.
    async fn is_silenced(&self, caller: &Caller, id: ConversationId) -> Result<bool, Error> {
        if !caller.has_met_block.load(Ordering::Relaxed) {
            return Ok(false);
        }
        self.parts.chat.is_blocked_direct(caller.user_id, id).await
    }

    pub(super) fn tell_typing_stopped(&self, socket: &Socket, conversation_id: ConversationId) {
        let (sockets, offsets) = (&self.parts.sockets, self.hub.offsets());
        tell_typing_stopped(sockets, socket, conversation_id, (offsets, &self.relay));
    }
}

impl Reply {
    pub(super) fn payload_bytes(&self) -> usize {
        self.payload.as_deref().map_or(0, |payload| payload.get().len())
    }

    pub(super) fn settle<T: Serialize>(self, outcome: Result<T, Error>) {
        match outcome {
            Ok(answer) => {
                if let Some(ack) = self.ack {
                    ack.send(&answer);
                }
            }
            Err(error) => self.refuse(&error),
        }
    }

    /// Tells the caller, and nobody else, why nothing happened.
    fn refuse(self, error: &Error) {
        metrics::counter!("salala_client_events_refused_total", "code" => error.code.as_str())
            .increment(1);
        let exception = Exception::new(error, &self.name, self.payload.as_deref());
        if let Some(packet) = encode_named(Exception::NAME, &exception, &self.offsets.passing()) {
            self.socket.send(&packet);
        }
        if let Some(ack) = self.ack {
            ack.send(&Refusal::new(error));
        }
    }
}
