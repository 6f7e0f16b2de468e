//! Calling: beginning and ending calls, what the two hand each other, and the history.

use std::future::Future;

use salala_core::calls::{CallAct, CallSignalKind};
use salala_core::ids::{CallId, UserId};
use salala_core::wire::client_events::{CallInitiate, CallRef};
use salala_core::wire::shapes::{Call, CallStarted, IceServers, Page};
use salala_core::wire::view::Unblocked;
use salala_core::wire::{Error, ErrorCode, view};
use salala_store::ports::calls::{CallCursor, CallParty, CallWith, NewCall};

use super::Chat;
use super::cursor::{read_call_cursor, write_call_cursor};
use super::messages::conversation_id_of;
use super::users::user_id_of;
use crate::refusal::refusal;

impl Chat {
    /// Calls somebody; the call of a repeat is the one that is under way.
    ///
    /// It rings also if the callee talks with somebody else: their device says so, and it is for them
    /// to choose.
    pub async fn start_call(
        &self,
        caller: CallParty,
        command: CallInitiate,
    ) -> Result<CallStarted, Error> {
        let created_at = self.clock.now();
        let caller_id = caller.user_id;
        let callee_id = user_id_of(&command.callee_id)?;
        let new = NewCall {
            id: CallId::generate(created_at, &*self.random),
            conversation_id: conversation_id_of(&command.conversation_id)?,
            caller,
            callee_id,
            has_video: command.has_video,
            created_at,
        };
        let (call, _) = self.store.start_call(new).await.map_err(refusal)?;
        Ok(CallStarted {
            success: true,
            call_id: call.id,
            ice_servers: self.ice.servers_for(caller_id, created_at),
            callee_online: self.presence.is_online(callee_id).await,
        })
    }

    /// Hands the other party something. It is queued when this is *called*, like a message.
    pub fn signal_call(
        &self,
        from: CallParty,
        kind: CallSignalKind,
        call: &CallRef,
        body: String,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static + use<> {
        let queued = call_with(call)
            .map(|with| self.store.signal_call(from, with, kind, body, self.clock.now()));
        async move { queued?.await.map_err(refusal) }
    }

    /// Ends a call. It is queued when this is *called*.
    pub fn end_call(
        &self,
        by: CallParty,
        act: CallAct,
        call: &CallRef,
    ) -> impl Future<Output = Result<(), Error>> + Send + 'static + use<> {
        let queued =
            call_with(call).map(|with| self.store.end_call(by, with, act, self.clock.now()));
        async move { queued?.await.map_err(refusal) }
    }

    /// A page of the user's calls, newest first.
    pub async fn calls(
        &self,
        user_id: UserId,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Call>, Error> {
        let after = cursor.as_deref().map(read_call_cursor).transpose()?;
        // One more than asked for tells whether there is a next page.
        let mut calls = self.store.calls(user_id, after, limit + 1).await.map_err(refusal)?;
        let has_more = calls.len() > limit;
        calls.truncate(limit);
        let next = calls
            .last()
            .filter(|_| has_more)
            .map(|last| CallCursor { created_at: last.created_at, id: last.id });
        let blocked = self.blocked(user_id).await?;
        let parties = calls.iter().flat_map(|call| [call.caller.id, call.callee.id]);
        let statuses = self.statuses(parties).await;
        let statuses = Unblocked { statuses: &statuses, blocked: &blocked };
        Ok(Page {
            data: calls.into_iter().map(|call| view::call(call, user_id, &statuses)).collect(),
            next_cursor: next.map(write_call_cursor),
        })
    }

    /// The servers that help the user's browser to connect.
    pub fn ice_servers(&self, user_id: UserId) -> IceServers {
        self.ice.answer_for(user_id, self.clock.now())
    }
}

/// The call that a client names. What was never given out as an id names none, and is refused like a
/// call of somebody else.
fn call_with(call: &CallRef) -> Result<CallWith, Error> {
    let no_call =
        || Error::new(ErrorCode::Forbidden, "there is no such call under way between you two");
    let call_id = call.call_id.as_deref().map(|id| CallId::parse(id).ok_or_else(no_call));
    Ok(CallWith {
        user_id: UserId::parse(&call.to).ok_or_else(no_call)?,
        call_id: call_id.transpose()?,
    })
}
