//! Coming in and going: who may connect, and what a socket has before it sees `connect`.

use std::sync::atomic::Ordering;

use http::StatusCode;
use salala_core::UserId;
use salala_core::wire::error::{ConnectErrorData, ConnectRefusal};
use salala_core::wire::shapes::Status;
use salala_socketio::{Accept, DisconnectReason, Handshake, Presented, Refusal, Reject, Socket};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use super::recovery::Returning;
use super::{Caller, Shared, rooms};
use crate::auth::{AuthError, Identity};

/// The handshake's `auth`, as far as it is read.
#[derive(Deserialize)]
struct HandshakeAuth<'a> {
    #[serde(borrow, default)]
    token: Option<&'a RawValue>,
}

impl Shared {
    /// Answers a handshake too many by HTTP, so that its client comes back by itself.
    pub(super) fn admit(&self, handshake: &Handshake) -> Result<(), Refusal> {
        self.entrance.admit()?;
        let Some(peer) = handshake.peer_address() else { return Ok(()) };
        let taken = self.parts.connects.handshake(peer.ip(), self.parts.clock.now());
        taken.map_err(|wait| Refusal {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(wait),
            message: "too many connects from this address".to_owned(),
        })
    }

    /// Lets a socket in: its user is known, it is in its rooms and counted as present.
    ///
    /// A client that is refused does not come back, so that is told for the token's sake alone; while
    /// the storage is away the transport is closed instead, and the client tries again.
    pub(super) async fn enter(
        &self,
        socket: &Socket,
        handshake: &Handshake,
        auth: Option<&RawValue>,
    ) -> Result<Accept, Reject> {
        let _on_the_way = self.entrance.enter().await;
        self.hub.started().await;
        let token = token_of(handshake, auth);
        let presented = Presented::of(auth);
        let (identity, returning) = self.identify(token.as_deref(), presented.as_ref())?;
        let user_id = identity.user_id;
        let caller = Caller::new(user_id, identity.session_id);
        socket.set_data(caller);
        if let Some(session_id) = identity.session_id {
            socket.join(&rooms::session(session_id));
        }
        // From here on the hub moves this socket with every change of its user's memberships; what it
        // emits is held until CONNECT was sent.
        let entering = self.hub.begin_entry(user_id);
        socket.join(&rooms::user(user_id));
        // Asked after the session's room was joined: a session that was ended before is refused here,
        // one that is ended later finds the socket in its room.
        let user = self.parts.auth.admit(identity).await.map_err(|error| refuse(&error))?;
        let counted = self.parts.connects.socket(user_id, self.parts.clock.now());
        counted.map_err(|_| Reject::CloseTransport)?;
        let returning = self.with_views(user_id, returning).await?;
        let acquaintances = self.parts.store.acquaintances(user_id).await;
        let acquaintances = acquaintances.map_err(|_| Reject::CloseTransport)?;
        if let Some(caller) = socket.data::<Caller>().filter(|_| !acquaintances.blocked.is_empty())
        {
            caller.has_met_block.store(true, Ordering::Relaxed);
        }
        let views = returning.as_ref().map_or(&[][..], |returning| &returning.views);
        let position = entering.finish(socket, &acquaintances, views).await;
        let position = position.map_err(|_| Reject::CloseTransport)?;
        let accept = self.go_on_or_begin(socket, identity, returning, position).await?;
        let Some(caller) = socket.data::<Caller>() else { return Err(Reject::CloseTransport) };
        // Before it is read what the socket lacks of its calls: what happens in them later comes.
        self.relay.hear_user(user_id).await;
        let caught_up = self.catch_up_calls(socket, &caller, acquaintances.is_in_call).await;
        caught_up.map_err(|_| Reject::CloseTransport)?;
        let most = self.parts.max_sockets_per_user;
        let counted = self.parts.presence.set_online(user_id, socket.id(), most);
        let Some(is_first) = counted.await else {
            metrics::counter!("salala_rate_limited_total", "what" => "sockets").increment(1);
            self.leave_calls(socket, &caller);
            return Err(Reject::CloseTransport);
        };
        if is_first {
            let last_seen_at = user.brief.last_seen_at;
            self.tell_status(user_id, &acquaintances, Status::Online, last_seen_at);
        }
        metrics::counter!("salala_socket_connects_total").increment(1);
        Ok(accept)
    }

    /// Whom the token stands for, and the session that they come back to. A token that has run out is
    /// good for going on with a session: a stock client keeps the one that it was made with. Where the
    /// session cannot be gone on with, it is refused as it always is.
    fn identify(
        &self,
        token: Option<&str>,
        presented: Option<&Presented>,
    ) -> Result<(Identity, Option<Returning>), Reject> {
        let mut returning = None;
        let read = self.parts.auth.read_token_of_returning(token, |identity| {
            returning = self.recognise(identity, presented);
            returning.is_some()
        });
        let (identity, is_token_expired) = read.map_err(reject)?;
        if let Some(returning) = &mut returning {
            returning.is_token_expired = is_token_expired;
        }
        Ok((identity, returning))
    }

    async fn with_views(
        &self,
        user_id: UserId,
        returning: Option<Returning>,
    ) -> Result<Option<Returning>, Reject> {
        let Some(mut returning) = returning else { return Ok(None) };
        let views = self.parts.store.views(returning.pid.recovery_id, user_id).await;
        returning.views = views.map_err(|_| Reject::CloseTransport)?;
        Ok(Some(returning))
    }

    /// Goes on with the session of a client that comes back, if all that it missed can be given; else
    /// begins one, at the position from which on the socket hears everything.
    async fn go_on_or_begin(
        &self,
        socket: &Socket,
        identity: Identity,
        returning: Option<Returning>,
        position: u64,
    ) -> Result<Accept, Reject> {
        let Some(caller) = socket.data::<Caller>() else { return Err(Reject::CloseTransport) };
        let mut outcome = "new";
        if let Some(returning) = returning {
            let replay = self.replay_for(identity, &returning, position).await;
            if let Some(replay) = replay.map_err(|_| Reject::CloseTransport)? {
                count_session("recovered");
                caller.recovery_id.get_or_init(|| returning.pid.recovery_id);
                if !returning.views.is_empty() {
                    caller.note_views();
                }
                for id in &returning.views {
                    self.relay.hear_conversation(*id);
                }
                return Ok(Accept::recovered(returning.text, replay));
            }
            if returning.is_token_expired {
                return Err(refuse(&self.parts.auth.refuse_expired()));
            }
            outcome = "lost";
            for id in returning.views {
                socket.leave(&rooms::viewers(id));
            }
        }
        count_session(outcome);
        // It was started before this socket was let in.
        let Some(epoch) = self.hub.offsets().epoch() else { return Err(Reject::CloseTransport) };
        let random = &*self.parts.random;
        let (text, pid) = self.pids.make(identity, epoch, position, random);
        caller.recovery_id.get_or_init(|| pid.recovery_id);
        Ok(Accept::with_pid(text))
    }

    /// Counts a socket out.
    pub(super) fn leave(&self, socket: &Socket, caller: &Caller, reason: DisconnectReason) {
        metrics::counter!("salala_socket_disconnects_total", "reason" => reason.as_str())
            .increment(1);
        for conversation_id in self.typing.stop_all(socket) {
            self.tell_typing_stopped(socket, conversation_id);
        }
        self.leaving.push(caller.user_id, socket.id(), tokio::time::Instant::now());
    }
}

fn count_session(outcome: &'static str) {
    metrics::counter!("salala_socket_sessions_total", "outcome" => outcome).increment(1);
}

fn refuse(error: &AuthError) -> Reject {
    match error {
        AuthError::Refused(refusal) => reject(*refusal),
        AuthError::Unavailable(_) => Reject::CloseTransport,
    }
}

fn reject(refusal: ConnectRefusal) -> Reject {
    let data = to_raw_value(&ConnectErrorData { code: refusal }).ok();
    Reject::Refuse { message: refusal.to_string(), data }
}

/// The token, from the first place that has one: `auth`, the `Authorization` header, the query.
/// Something else than text in `auth.token` is a token that is not valid.
fn token_of(handshake: &Handshake, auth: Option<&RawValue>) -> Option<String> {
    let from_auth = auth
        .and_then(|auth| serde_json::from_str::<HandshakeAuth<'_>>(auth.get()).ok())
        .and_then(|auth| auth.token)
        .filter(|token| token.get() != "null");
    if let Some(token) = from_auth {
        return Some(serde_json::from_str(token.get()).unwrap_or_else(|_| token.get().to_owned()));
    }
    let bearer = handshake.authorization().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    bearer
        .or_else(|| handshake.query("token").map(std::borrow::Cow::into_owned))
        .filter(|token| !token.is_empty())
}
