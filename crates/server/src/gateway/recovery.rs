//! Coming back: what a client presents, what it is worth, and what the client is given that it missed.
//!
//! - [`offset`]: the last argument of every event
//! - [`pid`]: the private id of a session that may be recovered
//! - `replay`: the missed events as packets

mod offset;
mod pid;
mod replay;

use salala_core::limits::{MISSED_EVENTS_MAX, VIEWS_MAX};
use salala_core::records::CallDevice;
use salala_core::{ConversationId, wire::Error};
use salala_socketio::{Presented, Socket};
use salala_store::StoreError;
use salala_store::ports::log::{LogReader, LogSpan, Missed};

pub(super) use self::offset::Offsets;
pub(super) use self::pid::{Pid, Pids};
pub(super) use self::replay::Replay;

use self::offset::{Offset, Reached};
use super::{Caller, Shared, rooms};
use crate::auth::Identity;
use crate::refusal::refusal;

/// A client that has shown whose session it goes on with, and how far it came.
pub(super) struct Returning {
    /// The session.
    pub(super) pid: Pid,
    /// The text that it presented, to be given back byte for byte.
    pub(super) text: String,
    /// How far it came by what it presented; `None` if that is of another life of the database.
    reached: Option<Reached>,
    /// What it viewed.
    pub(super) views: Vec<ConversationId>,
    /// Its token has run out: it may go on with its session, and begin none.
    pub(super) is_token_expired: bool,
}

impl Shared {
    /// Who comes back with what it presents, if it is a session of this user and sign-in.
    pub(super) fn recognise(
        &self,
        identity: Identity,
        presented: Option<&Presented>,
    ) -> Option<Returning> {
        let presented = presented?;
        let epoch = self.hub.offsets().epoch()?;
        let pid = self.pids.verify(&presented.pid, identity, epoch)?;
        let reached = match presented.offset.as_deref().map(Offset::parse) {
            // Nothing was sent before the drop, or what stands there is none of ours.
            None | Some(None) => Some(Reached { settled: 0, own: None }),
            Some(Some(offset)) => offset.reached_in(epoch),
        };
        let text = presented.pid.clone();
        Some(Returning { pid, text, reached, views: Vec::new(), is_token_expired: false })
    }

    /// What a session missed up to `position`, where it was let in; `None` if not all of it can be given,
    /// so that the client has to begin anew.
    pub(super) async fn replay_for(
        &self,
        identity: Identity,
        returning: &Returning,
        position: u64,
    ) -> Result<Option<Replay>, StoreError> {
        let Some(reached) = returning.reached else { return Ok(None) };
        let after = returning.pid.start.max(reached.settled);
        // A position that is not there yet is of another database than this.
        if after.max(reached.own.unwrap_or(0)) > position {
            return Ok(None);
        }
        let span = LogSpan { after, up_to: position };
        match self.parts.store.missed(identity.user_id, span, MISSED_EVENTS_MAX + 1).await? {
            Missed::Rows(count) if count <= MISSED_EVENTS_MAX => {}
            Missed::Rows(_) | Missed::Trimmed => return Ok(None),
        }
        let device = CallDevice {
            key: returning.pid.recovery_id.to_string(),
            session_id: identity.session_id,
        };
        let reader = LogReader {
            user_id: identity.user_id,
            device,
            views: returning.views.clone(),
            proven: reached.own,
        };
        Ok(Some(Replay::new(self, reader, span)))
    }

    /// Remembers that a socket views a conversation, before it is told so.
    pub(super) async fn remember_view(
        &self,
        socket: &Socket,
        caller: &Caller,
        id: ConversationId,
    ) -> Result<(), Error> {
        let Some(recovery_id) = caller.recovery_id() else { return Ok(()) };
        if socket.in_room(&rooms::viewers(id)) {
            return Ok(());
        }
        caller.note_views();
        let (store, now) = (&self.parts.store, self.parts.clock.now());
        let entered = store.enter_view(recovery_id, caller.user_id, id, VIEWS_MAX, now);
        entered.await.map_err(refusal)
    }

    /// Forgets it.
    pub(super) async fn forget_view(
        &self,
        socket: &Socket,
        caller: &Caller,
        id: ConversationId,
    ) -> Result<(), Error> {
        match caller.recovery_id() {
            Some(recovery_id) if socket.in_room(&rooms::viewers(id)) => {
                self.parts.store.leave_view(recovery_id, id).await.map_err(refusal)
            }
            Some(_) | None => Ok(()),
        }
    }
}
